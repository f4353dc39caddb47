"""What an invoice does after each call: look, create, settle, verify, report, confirm."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.invoice_state import DocumentRef, InvoiceState, Report, Step
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.posting import PostingIntent, VoucherRef
from chassis.ledger.entry import Entry, Phase, Started
from chassis.ledger.machine import Decision
from chassis.ledger.outcomes import Rejected
from voucher_poster.core.answers import Acknowledged, Confirmed, Created, Looked, Reported, Verified
from voucher_poster.core.machine import (
    ACKNOWLEDGE,
    CONFIRM,
    CREATE,
    LOOK,
    REPORT,
    SETTLE,
    VERIFY,
    InvoiceMachine,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
KEY = NaturalKey(business_unit="US001", vendor_setid="SHARE", vendor_id="1", invoice_id="80")
INTENT = PostingIntent(
    natural_key=KEY,
    match=MatchFields(invoice_date=date(2026, 6, 5), gross=Decimal(1160)),
    mapping_digest="m",
    request_digest="d",
)
ONCE = Started(at=NOW, number=1, settle_seconds=60.0, request_digest="d")
TWICE = replace(ONCE, number=2)
FIRST = VoucherRef(business_unit="US001", voucher_id="00000042", entry_status="P")
SECOND = replace(FIRST, voucher_id="00000043")
TOLD = Report(number=1, success=True, message="posted", request_id="q")
MACHINE = InvoiceMachine()

InvoiceEntry = Entry[InvoiceState]


def looked(*same: VoucherRef, fetch_number: int = 1, asked_at: datetime = LATER, **changes: Any) -> Looked:
    return Looked(
        fetch_number=fetch_number,
        asked_at=asked_at,
        intent=INTENT,
        same=same,
        settle_seconds=60.0,
        **changes,
    )


def decided(entry: InvoiceEntry, value: object, *rivals: InvoiceEntry) -> Decision[InvoiceState]:
    return MACHINE.succeeded(entry, value, now=LATER, others=lambda claim: rivals)


def after(entry: InvoiceEntry, value: object, *rivals: InvoiceEntry) -> InvoiceEntry:
    found = decided(entry, value, *rivals).entry
    assert found is not None
    return found


def rival(make_entry: Any, phase: Phase, **body: Any) -> InvoiceEntry:
    begun = ONCE if phase is not Phase.FINAL else None
    entry: InvoiceEntry = make_entry(Step.POST, phase=phase, started=begun, body={"intent": INTENT, **body})
    return replace(entry, key="acme/rival")


def newer(status: str, revision: str) -> DocumentRef:
    return DocumentRef(
        partition=0,
        offset=9,
        fetch_number=2,
        fetched_at=LATER,
        status=status,
        revision=revision,
        digest="d2",
    )


@pytest.mark.parametrize(
    ("step", "phase", "call"),
    [
        (Step.ACKNOWLEDGE, Phase.WAITING, ACKNOWLEDGE),
        (Step.POST, Phase.WAITING, LOOK),
        (Step.POST, Phase.STOPPED, LOOK),
        (Step.POST, Phase.STARTED, CREATE),
        (Step.POST, Phase.IN_DOUBT, SETTLE),
        (Step.VERIFY, Phase.WAITING, VERIFY),
        (Step.REPORT, Phase.STOPPED, REPORT),
        (Step.CONFIRM, Phase.WAITING, CONFIRM),
        (Step.CONFIRMED, Phase.FINAL, None),
        (Step.RETURNED, Phase.FINAL, None),
        (Step.WITHDRAWN, Phase.FINAL, None),
    ],
)
def test_the_call_of_each_step(make_entry: Any, step: Step, phase: Phase, call: object) -> None:
    assert MACHINE.call(make_entry(step, phase=phase)) == call


def test_posting_begins_only_after_the_acknowledge(make_entry: Any) -> None:
    entry = after(make_entry(Step.ACKNOWLEDGE), Acknowledged(spacing=5.0))
    assert (entry.step, entry.phase, entry.due) == (Step.POST, Phase.WAITING, LATER)
    assert entry.body.acknowledged_at == LATER
    assert entry.body.write_after == LATER + timedelta(seconds=5)


def test_acknowledged_again_with_its_voucher_the_number_is_told_again_under_a_new_report(
    make_entry: Any,
) -> None:
    body = {"voucher": FIRST, "intent": INTENT, "report": TOLD, "reports": 1}
    entry = after(make_entry(Step.ACKNOWLEDGE, body=body), Acknowledged(spacing=5.0))
    assert (entry.step, entry.due) == (Step.REPORT, LATER + timedelta(seconds=5))
    assert entry.body.report is not None
    assert (entry.body.report.number, entry.body.report.success, entry.body.report.request_id) == (
        2,
        True,
        None,
    )
    assert "00000042" in entry.body.report.message


def test_only_a_look_that_found_nothing_starts_a_create(make_entry: Any) -> None:
    entry = after(make_entry(Step.POST), looked())
    assert (entry.phase, entry.started, entry.body.intent) == (
        Phase.STARTED,
        replace(ONCE, at=LATER),
        INTENT,
    )


@pytest.mark.parametrize("found", [{"same": (FIRST,)}, {"different": (FIRST,)}, {"same": (FIRST, SECOND)}])
def test_what_is_found_before_the_first_create_is_a_duplicate(make_entry: Any, found: Any) -> None:
    entry = after(make_entry(Step.POST), replace(looked(), **found))
    assert (entry.phase, entry.started) == (Phase.PARKED, None)
    assert "00000042" in entry.reason


def test_a_look_at_an_older_fetch_is_made_again(make_entry: Any) -> None:
    entry = after(make_entry(Step.POST), looked(fetch_number=0))
    assert (entry.phase, entry.step, entry.due, entry.started) == (Phase.WAITING, Step.POST, LATER, None)


@pytest.mark.parametrize("phase", [Phase.STARTED, Phase.IN_DOUBT])
def test_an_invoice_waits_for_another_of_its_key_that_is_under_way(make_entry: Any, phase: Phase) -> None:
    entry = after(make_entry(Step.POST), looked(), rival(make_entry, phase))
    assert (entry.phase, entry.started) == (Phase.WAITING, None)
    assert entry.due is not None
    assert entry.due > LATER
    assert "acme/rival" in entry.reason


def test_an_invoice_parks_beside_a_parked_doubt_of_its_key_and_names_it(make_entry: Any) -> None:
    busy = replace(rival(make_entry, Phase.STARTED), key="acme/busy")
    entry = after(make_entry(Step.POST), looked(), busy, rival(make_entry, Phase.PARKED))
    assert entry.phase is Phase.PARKED
    assert entry.reason.startswith("acme/rival")


def test_a_look_older_than_a_rivals_voucher_is_made_again_after_a_while(make_entry: Any) -> None:
    """Not at once: with clocks that differ the look would stay older for as long as they do."""
    posted = rival(make_entry, Phase.FINAL, voucher=FIRST, posted_at=LATER)
    entry = after(make_entry(Step.POST), looked(asked_at=LATER), posted)
    assert (entry.phase, entry.started) == (Phase.WAITING, None)
    assert entry.due is not None
    assert entry.due > LATER


def test_beside_a_rivals_voucher_nothing_is_posted_and_nothing_adopted(make_entry: Any) -> None:
    posted = rival(make_entry, Phase.FINAL, voucher=FIRST, posted_at=NOW)
    again = make_entry(Step.POST, started=ONCE)
    for entry in (make_entry(Step.POST), again):
        parked = after(entry, looked(FIRST), posted)
        assert (parked.phase, parked.body.voucher) == (Phase.PARKED, None)


def test_a_voucher_that_appears_after_doubt_is_adopted_with_its_key(make_entry: Any) -> None:
    entry = after(make_entry(Step.POST, started=ONCE), looked(FIRST, payment_block=True))
    assert (entry.step, entry.body.voucher, entry.body.intent) == (Step.REPORT, FIRST, INTENT)
    assert MACHINE.claims(entry) == (KEY.claim,)
    assert entry.body.report is not None
    assert entry.body.report.payment_block


def started(make_entry: Any, number: Started = ONCE, **body: Any) -> InvoiceEntry:
    entry: InvoiceEntry = make_entry(
        Step.POST, phase=Phase.STARTED, started=number, body={"intent": INTENT, **body}
    )
    return entry


def test_a_created_voucher_is_reported_with_its_hold(make_entry: Any) -> None:
    decision = decided(started(make_entry, payment_block=True), Created(voucher=FIRST, warnings=("w",)))
    entry = decision.entry
    assert entry is not None
    assert (entry.phase, entry.step) == (Phase.WAITING, Step.REPORT)
    assert (entry.body.voucher, entry.body.posted_revision, entry.body.posted_at) == (FIRST, "r", LATER)
    assert entry.body.report is not None
    assert (entry.body.report.number, entry.body.report.success) == (1, True)
    assert entry.body.report.payment_block
    assert decision.notes[0].detail["warnings"] == "w"


def test_a_recycled_voucher_is_reported_as_posted_with_the_reason(make_entry: Any) -> None:
    entry = after(started(make_entry), Created(voucher=replace(FIRST, entry_status="R")))
    assert entry.body.report is not None
    assert entry.body.report.success
    plain = after(started(make_entry), Created(voucher=FIRST)).body.report
    assert plain is not None
    assert entry.body.report.message != plain.message


def test_after_a_second_create_all_vouchers_are_looked_at_before_anything_is_told(make_entry: Any) -> None:
    entry = after(started(make_entry, TWICE), Created(voucher=FIRST))
    assert (entry.step, entry.body.report, entry.body.reports) == (Step.VERIFY, None, 0)
    assert entry.body.voucher == FIRST
    told = after(entry, Verified(same=(FIRST,)))
    assert (told.step, told.body.reports) == (Step.REPORT, 1)


@pytest.mark.parametrize("same", [(), (SECOND,), (FIRST, SECOND)])
def test_more_than_one_voucher_or_another_one_parks_with_an_alert(
    make_entry: Any, same: tuple[VoucherRef, ...]
) -> None:
    entry = make_entry(Step.VERIFY, started=TWICE, body={"voucher": FIRST, "intent": INTENT})
    decision = decided(entry, Verified(same=same))
    assert decision.entry is not None
    assert decision.entry.phase is Phase.PARKED
    assert decision.notes[0].detail["alert"] == "yes"
    assert all(each.voucher_id in decision.entry.reason for each in same)
    assert MACHINE.claims(decision.entry) == (KEY.claim,)


def rejected(entry: InvoiceEntry) -> InvoiceEntry:
    found = MACHINE.rejected(entry, Rejected(reason="the account is not valid"), now=LATER).entry
    assert found is not None
    return found


def test_a_refused_invoice_goes_back_with_the_reason_and_frees_its_key(make_entry: Any) -> None:
    entry = rejected(started(make_entry))
    assert (entry.step, entry.phase) == (Step.REPORT, Phase.WAITING)
    assert entry.body.report == Report(number=1, success=False, message="the account is not valid")
    assert MACHINE.claims(entry) == ()
    assert MACHINE.claims(replace(entry, phase=Phase.PARKED)) == ()


def test_a_refusal_after_doubt_is_checked_before_it_is_told(make_entry: Any) -> None:
    """The late first voucher may be what is in the way of the second."""
    checking = rejected(started(make_entry, TWICE))
    assert (checking.step, checking.phase) == (Step.POST, Phase.WAITING)
    assert checking.body.report is None
    adopted = after(checking, looked(FIRST))
    assert (adopted.body.voucher, adopted.body.refusal) == (FIRST, None)
    assert adopted.body.report is not None
    assert adopted.body.report.success
    told = after(checking, looked())
    assert told.body.report is not None
    assert (told.body.report.success, told.body.report.message) == (False, "the account is not valid")
    unclear = after(checking, looked(FIRST, SECOND))
    assert (unclear.phase, unclear.body.report) == (Phase.PARKED, None)


def test_a_live_voucher_is_never_reported_as_refused(make_entry: Any) -> None:
    entry = rejected(make_entry(Step.POST, body={"voucher": FIRST, "intent": INTENT}))
    assert (entry.phase, entry.body.report) == (Phase.PARKED, None)
    assert "00000042" in entry.reason


def test_a_voucher_found_for_a_doubt_is_adopted(make_entry: Any) -> None:
    doubt = make_entry(Step.POST, phase=Phase.IN_DOUBT, started=ONCE, body={"intent": INTENT})
    entry = MACHINE.adopted(doubt, FIRST, now=LATER).entry
    assert entry is not None
    assert (entry.step, entry.body.voucher, entry.body.posted_revision) == (Step.REPORT, FIRST, "r")


def test_a_stored_report_is_confirmed_before_it_counts(make_entry: Any) -> None:
    body = {"voucher": FIRST, "report": replace(TOLD, request_id=None), "reports": 1}
    entry = after(make_entry(Step.REPORT, body=body), Reported(request_id="q", spacing=5.0))
    assert (entry.step, entry.phase) == (Step.CONFIRM, Phase.WAITING)
    assert entry.body.report == TOLD
    assert entry.body.write_after == LATER + timedelta(seconds=5)
    final = after(entry, Confirmed())
    assert (final.step, final.phase, final.due, final.started) == (Step.CONFIRMED, Phase.FINAL, None, None)


def test_a_report_that_was_not_carried_out_is_parked_with_basware_s_words(make_entry: Any) -> None:
    entry = after(
        make_entry(Step.CONFIRM, body={"voucher": FIRST, "report": TOLD}), Confirmed(problem="locked")
    )
    assert entry.phase is Phase.PARKED
    assert "locked" in entry.reason


@pytest.mark.parametrize(
    ("success", "waits", "phase", "step", "cycle"),
    [
        (True, newer("Transferred", "r"), Phase.FINAL, Step.CONFIRMED, 1),
        (True, newer("WaitingForTransfer", "r"), Phase.WAITING, Step.ACKNOWLEDGE, 1),
        (True, newer("WaitingForTransfer", "x"), Phase.PARKED, Step.CONFIRMED, 1),
        (False, newer("TransferFailed", "r"), Phase.FINAL, Step.RETURNED, 1),
        (False, newer("WaitingForTransfer", "r"), Phase.WAITING, Step.ACKNOWLEDGE, 2),
        (False, newer("WaitingForTransfer", "x"), Phase.WAITING, Step.ACKNOWLEDGE, 2),
    ],
)
def test_a_fetch_that_waited_is_acted_on_once_the_report_is_confirmed(
    *, make_entry: Any, success: bool, waits: DocumentRef, phase: Phase, step: Step, cycle: int
) -> None:
    posted = {"voucher": FIRST, "intent": INTENT, "posted_revision": "r"} if success else {}
    body = {**posted, "report": replace(TOLD, success=success), "reports": 1, "newer": waits}
    entry = after(make_entry(Step.CONFIRM, body=body), Confirmed())
    assert (entry.phase, entry.step, entry.body.cycle) == (phase, step, cycle)
    assert (entry.body.document, entry.body.newer) == (waits, None)


def test_an_answer_that_no_step_brings_is_our_bug(make_entry: Any) -> None:
    with pytest.raises(TypeError):
        decided(make_entry(Step.POST), "what is this")
