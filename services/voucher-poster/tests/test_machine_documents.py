"""What a fetch means for an invoice, by where the invoice stands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.document import AccountingDocument
from ap_domain.invoice_state import InvoiceState, Report, Step
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.posting import PostingIntent, VoucherRef
from chassis.ledger.entry import Entry, Phase, Started
from chassis.ledger.machine import Decision, Input
from voucher_poster.core.machine import InvoiceMachine

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
INVOICE_ID = "138e7d94997847aebe7432e521b3dac9"
WAITING, IN_PROGRESS = "WaitingForTransfer", "TransferInProgress"
VOUCHER = VoucherRef(business_unit="US001", voucher_id="00000042", entry_status="P")
STARTED = Started(at=NOW, number=1, settle_seconds=60.0, request_digest="d")
KEY = NaturalKey(business_unit="US001", vendor_setid="SHARE", vendor_id="1", invoice_id="80")
INTENT = PostingIntent(
    natural_key=KEY,
    match=MatchFields(invoice_date=date(2026, 6, 5), gross=Decimal(1160)),
    mapping_digest="m",
    request_digest="d",
)
POSTED = {"voucher": VOUCHER, "intent": INTENT, "posted_revision": "r", "posted_at": NOW}
REFUSED = {"report": Report(number=1, success=False, message="no"), "reports": 1}

InvoiceEntry = Entry[InvoiceState]


def fetch(
    number: int = 2, *, status: str = WAITING, revision: str = "r", fetched_at: datetime = LATER
) -> Input:
    document = AccountingDocument(
        connection_id="acme",
        invoice_id=INVOICE_ID,
        fetch_number=number,
        fetched_at=fetched_at,
        processing_status=status,
        company_code="BW00",
        supplier_code="1",
        payment_block=False,
        content_digest=f"digest {number}",
        revision=revision,
        raw=b"",
    )
    return Input(
        topic="basware.accounting-documents",
        partition=3,
        offset=70 + number,
        key=f"acme/{INVOICE_ID}",
        connection_id="acme",
        payload=document,
        trace_id="00-trace",
    )


def received(entry: InvoiceEntry | None, record: Input) -> Decision[InvoiceState]:
    return InvoiceMachine().received(entry, record, now=LATER)


def after(entry: InvoiceEntry | None, record: Input) -> InvoiceEntry:
    found = received(entry, record).entry
    assert found is not None
    return found


def test_work_begins_with_a_document_that_is_offered() -> None:
    entry = after(None, fetch(1))
    assert (entry.phase, entry.step, entry.due) == (Phase.WAITING, Step.ACKNOWLEDGE, LATER)
    assert (entry.body.invoice_id, entry.trace_id, entry.body.cycle) == (INVOICE_ID, "00-trace", 1)
    assert (entry.body.document.partition, entry.body.document.offset) == (3, 71)


@pytest.mark.parametrize("status", [IN_PROGRESS, "Transferred", "Cancelled"])
def test_a_document_that_is_not_offered_to_us_is_noted_and_left(status: str) -> None:
    decision = received(None, fetch(1, status=status))
    assert decision.entry is None
    assert [note.action for note in decision.notes] == ["not offered to us"]


@pytest.mark.parametrize("step", [Step.ACKNOWLEDGE, Step.POST, Step.CONFIRM, Step.CONFIRMED])
@pytest.mark.parametrize("number", [1, 0])
def test_a_fetch_that_is_known_or_older_changes_nothing(make_entry: Any, step: Step, number: int) -> None:
    entry = make_entry(step)
    assert received(entry, fetch(number, revision="other")).entry is entry


def test_a_fetch_older_than_the_one_that_waits_changes_nothing(make_entry: Any) -> None:
    started = make_entry(Step.POST, phase=Phase.STARTED, started=STARTED, body={"intent": INTENT})
    waits = after(started, fetch(3))
    assert received(waits, fetch(2)).entry is waits


Row = tuple[str, dict[str, Any], Input, dict[str, Any]]

ROWS: list[Row] = [
    (
        "newer content before the acknowledge",
        {"step": Step.ACKNOWLEDGE, "attempts": 2},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "attempts": 2, "acts_on": 2, "cycle": 1},
    ),
    (
        "in progress by our own acknowledge",
        {"step": Step.POST, "body": {"acknowledged_at": NOW}},
        fetch(status=IN_PROGRESS),
        {"phase": Phase.WAITING, "step": Step.POST, "acts_on": 2},
    ),
    (
        "offered when it was fetched, acknowledged since",
        {"step": Step.POST, "body": {"acknowledged_at": LATER}},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.POST, "acts_on": 2},
    ),
    (
        "offered again while it waits to be posted",
        {"step": Step.POST, "attempts": 4, "body": {"acknowledged_at": NOW}},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "attempts": 0, "acts_on": 2, "cycle": 1},
    ),
    (
        "withdrawn before it was posted",
        {"step": Step.POST, "body": {"acknowledged_at": NOW}},
        fetch(status="Cancelled"),
        {"phase": Phase.FINAL, "step": Step.WITHDRAWN, "acts_on": 2},
    ),
    (
        "offered again after it was withdrawn",
        {"step": Step.WITHDRAWN, "phase": Phase.FINAL, "due": None},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "cycle": 1},
    ),
    (
        "anything while a create runs",
        {"step": Step.POST, "phase": Phase.STARTED, "started": STARTED, "body": {"intent": INTENT}},
        fetch(revision="x"),
        {"phase": Phase.STARTED, "step": Step.POST, "acts_on": 1, "waits": 2},
    ),
    (
        "withdrawn while a create is in doubt",
        {"step": Step.POST, "phase": Phase.IN_DOUBT, "started": STARTED, "body": {"intent": INTENT}},
        fetch(status="Cancelled"),
        {"phase": Phase.IN_DOUBT, "step": Step.POST, "acts_on": 1, "waits": 2},
    ),
    (
        "anything while a doubt is parked",
        {"step": Step.POST, "phase": Phase.PARKED, "started": STARTED, "body": {"intent": INTENT}},
        fetch(revision="x"),
        {"phase": Phase.PARKED, "step": Step.POST, "acts_on": 1, "waits": 2},
    ),
    (
        "offered again where a parked create is known not to have happened",
        {"step": Step.POST, "phase": Phase.PARKED, "started": STARTED},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2},
    ),
    (
        "offered again while parked",
        {"step": Step.POST, "phase": Phase.PARKED, "reason": "duplicate"},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "reason": ""},
    ),
    (
        "in progress while parked",
        {"step": Step.POST, "phase": Phase.PARKED, "reason": "duplicate"},
        fetch(status=IN_PROGRESS),
        {"phase": Phase.PARKED, "step": Step.POST, "acts_on": 2, "reason": "duplicate"},
    ),
    (
        "anything while the voucher is reported",
        {"step": Step.REPORT, "body": POSTED},
        fetch(revision="x"),
        {"phase": Phase.WAITING, "step": Step.REPORT, "acts_on": 1, "waits": 2},
    ),
    (
        "offered again with the content the voucher was made of",
        {"step": Step.CONFIRMED, "phase": Phase.FINAL, "due": None, "body": POSTED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "voucher": VOUCHER},
    ),
    (
        "offered again with other content than the voucher's",
        {"step": Step.CONFIRMED, "phase": Phase.FINAL, "due": None, "body": POSTED},
        fetch(revision="x"),
        {"phase": Phase.PARKED, "step": Step.CONFIRMED, "acts_on": 2, "voucher": VOUCHER},
    ),
    (
        "transferred, as we reported",
        {"step": Step.CONFIRMED, "phase": Phase.FINAL, "due": None, "body": POSTED},
        fetch(status="Transferred"),
        {"phase": Phase.FINAL, "step": Step.CONFIRMED, "acts_on": 2, "voucher": VOUCHER},
    ),
    (
        "sent again after it was returned, with equal content",
        {"step": Step.RETURNED, "phase": Phase.FINAL, "due": None, "body": REFUSED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "acts_on": 2, "cycle": 2, "reports": 1},
    ),
    (
        "failed, as we reported",
        {"step": Step.RETURNED, "phase": Phase.FINAL, "due": None, "body": REFUSED},
        fetch(status="TransferFailed"),
        {"phase": Phase.FINAL, "step": Step.RETURNED, "acts_on": 2, "cycle": 1},
    ),
    (
        "its refusal is still to be confirmed",
        {"step": Step.CONFIRM, "body": REFUSED},
        fetch(),
        {"phase": Phase.WAITING, "step": Step.CONFIRM, "acts_on": 1, "waits": 2},
    ),
]


@pytest.mark.parametrize(
    ("before", "record", "wanted"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_a_newer_fetch(
    make_entry: Any, before: dict[str, Any], record: Input, wanted: dict[str, Any]
) -> None:
    before = dict(before)
    entry = after(make_entry(before.pop("step"), **before), record)
    shown = {
        "phase": entry.phase,
        "step": entry.step,
        "attempts": entry.attempts,
        "reason": entry.reason,
        "acts_on": entry.body.document.fetch_number,
        "waits": entry.body.newer.fetch_number if entry.body.newer else None,
        "cycle": entry.body.cycle,
        "voucher": entry.body.voucher,
        "reports": entry.body.reports,
    }
    assert {name: shown[name] for name in wanted} == wanted
    assert shown["waits"] == wanted.get("waits")


def test_other_content_than_the_vouchers_is_parked_with_both_shown(make_entry: Any) -> None:
    posted = make_entry(Step.CONFIRMED, phase=Phase.FINAL, due=None, body=POSTED)
    reason = after(posted, fetch(revision="corrected")).reason
    assert "00000042" in reason
    assert "corrected" in reason
    assert "instead of r)" in reason


def test_offered_again_the_next_write_keeps_the_spacing(make_entry: Any) -> None:
    """At least `record_spacing` between two writes to one record of Basware."""
    soon = LATER + timedelta(seconds=3)
    for body in ({**POSTED, "write_after": soon}, {"write_after": soon}):
        step = Step.CONFIRMED if "voucher" in body else Step.RETURNED
        final = make_entry(step, phase=Phase.FINAL, due=None, body=body)
        assert after(final, fetch()).due == soon


def test_a_fetch_that_waited_for_a_create_replaces_it_when_nothing_was_created(make_entry: Any) -> None:
    doubt = make_entry(Step.POST, phase=Phase.IN_DOUBT, started=STARTED, body={"intent": INTENT})
    machine = InvoiceMachine()
    back = machine.withdrawn(after(doubt, fetch(revision="x")), now=LATER)
    assert (back.phase, back.step, back.body.document.fetch_number) == (Phase.WAITING, Step.ACKNOWLEDGE, 2)
    assert back.body.newer is None
    assert back.started == STARTED
    gone = machine.withdrawn(after(doubt, fetch(status="Cancelled")), now=LATER)
    assert (gone.phase, gone.step) == (Phase.FINAL, Step.WITHDRAWN)


def test_withdrawn_without_a_newer_fetch_it_looks_again(make_entry: Any) -> None:
    doubt = make_entry(Step.POST, phase=Phase.IN_DOUBT, started=STARTED, body={"intent": INTENT})
    back = InvoiceMachine().withdrawn(doubt, now=LATER)
    assert (back.phase, back.step, back.due, back.started) == (Phase.WAITING, Step.POST, LATER, STARTED)
    assert InvoiceMachine().claims(back) == ()


@pytest.mark.parametrize(
    ("phase", "started", "body", "held"),
    [
        (Phase.WAITING, None, {}, False),
        (Phase.STARTED, STARTED, {"intent": INTENT}, True),
        (Phase.IN_DOUBT, STARTED, {"intent": INTENT}, True),
        (Phase.PARKED, STARTED, {"intent": INTENT}, True),
        (Phase.PARKED, STARTED, {}, False),
        (Phase.PARKED, None, {}, False),
        (Phase.FINAL, None, POSTED, True),
        (Phase.WAITING, None, POSTED, True),
    ],
)
def test_the_natural_key_is_held_while_a_voucher_exists_or_may(
    *, make_entry: Any, phase: Phase, started: Started | None, body: dict[str, Any], held: bool
) -> None:
    entry = replace(make_entry(Step.POST, body=body), phase=phase, started=started)
    assert InvoiceMachine().claims(entry) == ((KEY.claim,) if held else ())
