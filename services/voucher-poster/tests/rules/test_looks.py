"""What stands under an invoice's number in PeopleSoft decides what becomes of it."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from ap_domain.invoice_state import Step
from ap_domain.posting import VoucherRef
from ap_domain.response import MESSAGE_LIMIT
from chassis.ledger.entry import Phase

from .samples import (
    CLAIM,
    FIRST,
    INTENT,
    LATER,
    MACHINE,
    NOW,
    ONCE,
    SECOND,
    InvoiceEntry,
    after,
    an_entry,
    decided,
    entry_of,
    looked,
    report_of,
    rival,
)

THIRD = replace(FIRST, voucher_id="00000044")
RIVALS = replace(FIRST, voucher_id="00000077")
DOUBT = {"doubted": "r"}
REFUSAL = {"doubted": "r", "refusal": "the account is not valid"}
REPEATS = {"repeats": (FIRST.voucher_id,)}
CONTRADICTS = {"contradicting": (FIRST.voucher_id,)}


def closed(voucher: VoucherRef) -> VoucherRef:
    return replace(voucher, closed=True)


OUTCOMES = ("created", "adopted", "returned as refused", "returned as duplicate", "parked", "parked, alert")

ROWS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    # what is known before, what the look shows, what becomes of it
    ("nothing", {}, {}, "created"),
    ("another invoice under the number", {}, {"different": (FIRST,)}, "created"),
    ("a deleted one of the same invoice", {}, {"deleted": (FIRST,)}, "created"),
    ("one not made by us", {}, {"same": (FIRST,)}, "parked"),
    ("one not made by us, adopted by rule", {}, {"same": (FIRST,), "adopt": True}, "adopted"),
    ("a closed one", {}, {"same": (closed(FIRST),)}, "parked"),
    ("a closed one is never adopted by rule", {}, {"same": (closed(FIRST),), "adopt": True}, "parked"),
    (
        "one of another amount, adopted by rule",
        {},
        {"same": (FIRST,), "adopt": True, **CONTRADICTS},
        "parked",
    ),
    ("two", {}, {"same": (FIRST, SECOND)}, "parked, alert"),
    ("two, adopted by rule", {}, {"same": (FIRST, SECOND), "adopt": True}, "parked, alert"),
    ("one beside another invoice", {}, {"same": (FIRST,), "different": (SECOND,)}, "parked"),
    ("the rival's", {}, {"same": (RIVALS,)}, "returned as duplicate"),
    ("the rival's, adopted by rule", {}, {"same": (RIVALS,), "adopt": True}, "returned as duplicate"),
    ("the rival's, closed", {}, {"same": (closed(RIVALS),)}, "returned as duplicate"),
    ("the rival's and one more", {}, {"same": (RIVALS, FIRST)}, "parked, alert"),
    ("the rival's is another invoice by the rule", {}, {"different": (RIVALS,)}, "created"),
    ("nothing, after doubt", DOUBT, {}, "created"),
    ("ours came late", DOUBT, {"same": (FIRST,)}, "adopted"),
    ("ours came late and is paid already", DOUBT, {"same": (closed(FIRST),)}, "adopted"),
    ("one of another amount after doubt", DOUBT, {"same": (FIRST,), **CONTRADICTS}, "parked"),
    ("ours beside what another contradicts", DOUBT, {"same": (SECOND,), **CONTRADICTS}, "adopted"),
    ("what it repeats, after doubt", {**DOUBT, **REPEATS}, {"different": (FIRST,)}, "created"),
    ("what it repeats and a stranger", {**DOUBT, **REPEATS}, {"different": (FIRST, SECOND)}, "parked"),
    ("what it repeats matches by now", {**DOUBT, **REPEATS}, {"same": (FIRST,)}, "parked"),
    ("two after doubt", DOUBT, {"same": (FIRST, SECOND)}, "parked, alert"),
    ("other values after doubt", DOUBT, {"different": (FIRST,)}, "parked"),
    ("the rival's has other values, after doubt", DOUBT, {"different": (RIVALS,)}, "created"),
    ("the rival's, after doubt", DOUBT, {"same": (RIVALS,)}, "returned as duplicate"),
    ("the rival's and ours, after doubt", DOUBT, {"same": (RIVALS, FIRST)}, "parked, alert"),
    ("nothing, a refusal waits", REFUSAL, {}, "returned as refused"),
    ("ours came late, a refusal waits", REFUSAL, {"same": (FIRST,)}, "adopted"),
    ("two, a refusal waits", REFUSAL, {"same": (FIRST, SECOND)}, "parked, alert"),
    ("other values, a refusal waits", REFUSAL, {"different": (FIRST,)}, "parked"),
    (
        "what it repeats, a refusal waits",
        {**REFUSAL, **REPEATS},
        {"different": (FIRST,)},
        "returned as refused",
    ),
    ("the rival's, a refusal waits", REFUSAL, {"same": (RIVALS,)}, "returned as duplicate"),
]


@pytest.mark.parametrize(
    ("before", "shown", "outcome"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_what_a_look_brings(before: dict[str, Any], shown: dict[str, Any], outcome: str) -> None:
    assert _outcome(before, shown) == outcome


def _outcome(before: dict[str, Any], shown: dict[str, Any]) -> str:
    posted = rival(Phase.FINAL, voucher=RIVALS, posted_at=NOW)
    decision = decided(an_entry(Step.POST, started=ONCE, body=before), replace(looked(), **shown), posted)
    entry = entry_of(decision)
    if entry.phase is Phase.STARTED:
        return "created"
    if entry.phase is Phase.PARKED:
        assert entry.body.voucher is None
        assert MACHINE.claims(entry) == ()
        return "parked, alert" if decision.notes[0].detail.get("alert") else "parked"
    assert (entry.step, entry.phase) == (Step.REPORT, Phase.WAITING)
    if report_of(entry).success:
        assert entry.body.voucher in shown["same"]
        assert CLAIM in MACHINE.claims(entry)
        return "adopted"
    assert MACHINE.claims(entry) == ()
    return "returned as duplicate" if decision.notes[0].action == "duplicate" else "returned as refused"


@pytest.mark.parametrize(
    ("before", "same", "different", "adopt"),
    list(
        product(
            ({}, DOUBT, REFUSAL),
            ((), (FIRST,), (FIRST, SECOND), (RIVALS,), (FIRST, RIVALS), (closed(FIRST),)),
            ((), (THIRD,), (RIVALS,), (THIRD, RIVALS)),
            (False, True),
        )
    ),
)
def test_in_every_combination_a_create_needs_that_nothing_matches(
    *, before: dict[str, Any], same: tuple[VoucherRef, ...], different: tuple[VoucherRef, ...], adopt: bool
) -> None:
    outcome = _outcome(before, {"same": same, "different": different, "adopt": adopt})
    strangers = [each for each in same if each is not RIVALS]
    wanted = {
        "created": not same and before.get("refusal") is None and not (before and THIRD in different),
        "returned as duplicate": same == (RIVALS,),
        "parked, alert": len(same) > 1 and bool(strangers),
        "adopted": len(same) == 1 and bool(strangers) and bool(before or (adopt and not same[0].closed)),
    }
    assert outcome in OUTCOMES
    assert {name: outcome == name for name in wanted} == wanted


def test_a_create_writes_down_what_it_sends_and_whose_number_it_repeats() -> None:
    decision = decided(
        an_entry(Step.POST),
        looked(different=(SECOND, FIRST), deleted=(THIRD,), payment_block=True),
    )
    entry = entry_of(decision)
    assert entry.started == replace(ONCE, at=LATER)
    assert entry.body.intent == replace(INTENT, known=("00000042", "00000043", "00000044"))
    assert entry.body.payment_block
    assert entry.body.repeats == ("00000042", "00000043", "00000044")
    assert decision.notes[0].detail["repeats the number of"] == "00000042, 00000043"
    assert "differs from the document" not in decision.notes[0].detail
    assert (decision.notes[0].mapping_digest, decision.notes[0].request_digest) == ("m", "d")


def test_a_create_writes_down_what_the_voucher_does_not_say_as_the_document_does() -> None:
    notes = ("ACCOUNTING_DT is 2026-12-01.", "A rounding line of 0.02 is added.")
    decision = decided(an_entry(Step.POST), looked(notes=notes))
    said = decision.notes[0].detail["differs from the document"]
    assert said == "ACCOUNTING_DT is 2026-12-01. A rounding line of 0.02 is added."


def of_another_customer(entry: InvoiceEntry) -> InvoiceEntry:
    return replace(entry, connection_id="globex", key="globex/their own")


@pytest.mark.parametrize("before", [{}, DOUBT])
def test_a_voucher_of_another_customers_site_is_no_duplicate(before: dict[str, Any]) -> None:
    """Both sites may number alike: only invoices of one connection are rivals."""
    theirs = of_another_customer(rival(Phase.FINAL, voucher=FIRST, posted_at=NOW))
    entry = after(an_entry(Step.POST, started=ONCE, body=before), looked(FIRST), theirs)
    assert (entry.body.voucher, entry.body.report is None) == ((FIRST, False) if before else (None, True))
    assert entry.step != Step.RETURNED


@pytest.mark.parametrize("phase", [Phase.STARTED, Phase.IN_DOUBT, Phase.PARKED])
def test_an_invoice_never_waits_for_another_customers(phase: Phase) -> None:
    theirs = of_another_customer(rival(phase))
    assert after(an_entry(Step.POST), looked(), theirs).phase is Phase.STARTED
    assert f"globex/{INTENT.natural_key.claim}" in MACHINE.claims(theirs)


def test_a_duplicate_is_told_in_words_that_help_the_clerk() -> None:
    posted = rival(Phase.FINAL, voucher=FIRST, posted_at=NOW)
    decision = decided(an_entry(Step.POST), looked(FIRST), posted)
    message = report_of(entry_of(decision)).message
    assert "posted as voucher 00000042 from another Basware document" in message
    assert "transfer it again" in message
    assert len(message) <= MESSAGE_LIMIT
    assert decision.notes[0].detail == {"of": "acme/rival", "voucher": "00000042"}


def test_ours_that_came_late_under_other_content_parks_with_the_voucher_recorded() -> None:
    """The doubted create sent revision r; by now the document has another."""
    entry = after(an_entry(Step.POST, started=ONCE, body={"doubted": "before"}), looked(FIRST))
    assert (entry.phase, entry.body.voucher, entry.body.posted_revision) == (Phase.PARKED, FIRST, "before")
    assert (entry.body.report, entry.body.doubted) == (None, None)
    assert "00000042" in entry.reason
    assert "instead of before" in entry.reason
    assert CLAIM in MACHINE.claims(entry)


def test_ours_that_came_late_and_shows_the_older_amount_is_ours_all_the_same() -> None:
    doubted = an_entry(Step.POST, started=ONCE, body={"doubted": "before"})
    entry = after(doubted, looked(FIRST, **CONTRADICTS))
    assert (entry.phase, entry.body.voucher, entry.body.posted_revision) == (Phase.PARKED, FIRST, "before")


def test_adopted_the_invoice_tells_the_hold_it_asked_for_or_the_vouchers_own() -> None:
    doubted = an_entry(Step.POST, started=ONCE, body=DOUBT)
    assert report_of(after(doubted, looked(FIRST, payment_block=True))).payment_block
    shown = replace(FIRST, payment_hold=True)
    assert report_of(after(doubted, looked(shown, payment_block=False))).payment_block


def test_adopted_without_the_hold_it_asked_for_a_person_decides() -> None:
    shown = replace(FIRST, payment_hold=False)
    doubted = an_entry(Step.POST, started=ONCE, body=DOUBT)
    entry = after(doubted, looked(shown, payment_block=True))
    assert (entry.phase, entry.body.voucher, entry.body.report) == (Phase.PARKED, shown, None)
    assert "not held" in entry.reason


def test_a_look_at_an_older_fetch_is_made_again() -> None:
    entry = after(an_entry(Step.POST), looked(fetch_number=0))
    assert (entry.phase, entry.step, entry.due, entry.started) == (Phase.WAITING, Step.POST, LATER, None)


@pytest.mark.parametrize("step", [Step.ACKNOWLEDGE, Step.REHEARSE, Step.REVISIT, Step.REPORT])
@pytest.mark.parametrize("same", [(), (FIRST,)])
def test_a_look_that_ends_after_the_invoice_went_elsewhere_decides_nothing(
    step: Step, same: tuple[VoucherRef, ...]
) -> None:
    entry = an_entry(step, due=NOW, body={"reports": 1})
    decision = decided(entry, looked(*same))
    assert decision.entry == entry
    assert [note.action for note in decision.notes] == ["too late"]


@pytest.mark.parametrize("phase", [Phase.STARTED, Phase.IN_DOUBT])
@pytest.mark.parametrize(
    ("under_way", "waits"), [(-9.0, 2.0), (0.0, 2.0), (4.0, 2.0), (30.0, 15.0), (120.0, 60.0), (9e6, 60.0)]
)
def test_an_invoice_waits_for_another_of_its_key_the_longer_that_is_under_way_the_longer(
    phase: Phase, under_way: float, waits: float
) -> None:
    begun = replace(ONCE, at=LATER - timedelta(seconds=under_way))
    entry = after(an_entry(Step.POST), looked(), replace(rival(phase), started=begun))
    assert (entry.phase, entry.started) == (Phase.WAITING, None)
    assert entry.due == LATER + timedelta(seconds=waits)
    assert "acme/rival" in entry.reason


def test_an_invoice_parks_beside_a_parked_doubt_of_its_key_and_names_it() -> None:
    busy = replace(rival(Phase.STARTED), key="acme/busy")
    entry = after(an_entry(Step.POST), looked(), busy, rival(Phase.PARKED))
    assert entry.phase is Phase.PARKED
    assert entry.reason.startswith("acme/rival")


def test_a_look_older_than_a_rivals_voucher_is_made_again_after_a_while() -> None:
    """Not at once: with clocks that differ the look would stay older for as long as they do."""
    posted = rival(Phase.FINAL, voucher=FIRST, posted_at=LATER)
    entry = after(an_entry(Step.POST), looked(asked_at=LATER), posted)
    assert (entry.phase, entry.started) == (Phase.WAITING, None)
    assert entry.due is not None
    assert entry.due > LATER
