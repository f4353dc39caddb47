"""Shadow mode: rehearsed, held, and what becomes of it when the connection goes live."""

from dataclasses import replace

import pytest
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Phase
from chassis.ledger.outcomes import Rejected
from voucher_poster.core.answers import Acknowledged, Rehearsed, TakenElsewhere

from .samples import (
    LATER,
    MACHINE,
    InvoiceEntry,
    after,
    an_entry,
    decided,
    document,
    entry_of,
    fetch,
    received,
)


def rehearsal(fetch_number: int = 1, outcome: str = "would be posted in US001") -> Rehearsed:
    return Rehearsed(fetch_number=fetch_number, outcome=outcome, mapping_digest="m", request_digest="d")


def held() -> InvoiceEntry:
    """Rehearsed; it waits for the acknowledge that shadow mode does not let go out."""
    return after(an_entry(Step.REHEARSE, body={"document": document(shadow=True)}), rehearsal())


def test_a_rehearsed_invoice_waits_to_be_acknowledged_and_says_what_would_come_of_it() -> None:
    decision = decided(an_entry(Step.REHEARSE), rehearsal())
    entry = entry_of(decision)
    assert (entry.phase, entry.step, entry.due, entry.started) == (
        Phase.WAITING,
        Step.ACKNOWLEDGE,
        LATER,
        None,
    )
    assert entry.body.rehearsal == "would be posted in US001"
    assert entry.reason == "shadow mode: would be posted in US001"
    (note,) = decision.notes
    assert (note.action, note.mapping_digest, note.request_digest) == ("rehearsed", "m", "d")
    call = MACHINE.call(entry)
    assert call is not None
    assert not call.goes_on_when_paused


def test_a_fault_in_shadow_says_that_it_would_go_back_and_tells_basware_nothing() -> None:
    decision = MACHINE.rejected(an_entry(Step.REHEARSE), Rejected(reason="supplierCode is blank"), now=LATER)
    entry = entry_of(decision)
    assert (entry.step, entry.phase) == (Step.ACKNOWLEDGE, Phase.WAITING)
    assert entry.body.rehearsal == "would go back: supplierCode is blank"
    assert (entry.body.report, entry.body.reports, entry.body.refusal) == (None, 0, None)


def test_going_live_the_acknowledge_makes_it_an_invoice_like_any_other() -> None:
    entry = after(held(), Acknowledged(spacing=5.0))
    assert (entry.step, entry.phase, entry.body.rehearsal) == (Step.POST, Phase.WAITING, "")
    assert entry.reason == ""


def test_taken_by_another_consumer_since_its_rehearsal_it_is_over_without_a_word_to_basware() -> None:
    decision = decided(held(), TakenElsewhere(fetch_number=1, said="acknowledged by another consumer"))
    entry = entry_of(decision)
    assert (entry.phase, entry.step, entry.body.reports) == (Phase.FINAL, Step.WITHDRAWN, 0)
    assert [note.action for note in decision.notes] == ["taken by another consumer"]


def test_a_newer_revision_in_shadow_is_rehearsed_again() -> None:
    entry = entry_of(received(held(), fetch(2, revision="x", shadow=True)))
    assert (entry.step, entry.phase, entry.body.document.fetch_number) == (Step.REHEARSE, Phase.WAITING, 2)
    again = after(entry, rehearsal(2, "would go back: sums"))
    assert (again.step, again.body.rehearsal) == (Step.ACKNOWLEDGE, "would go back: sums")


def test_a_newer_revision_after_going_live_is_acknowledged() -> None:
    entry = entry_of(received(held(), fetch(2, revision="x")))
    assert (entry.step, entry.body.document.shadow) == (Step.ACKNOWLEDGE, False)


@pytest.mark.parametrize("step", [Step.REHEARSE, Step.ACKNOWLEDGE])
def test_the_rehearsal_of_an_older_fetch_says_nothing_of_the_newer_one(step: Step) -> None:
    entry = an_entry(step, body={"document": document(2, shadow=True)})
    assert entry_of(decided(entry, rehearsal(1))) == entry


@pytest.mark.parametrize(("step", "number"), [(Step.ACKNOWLEDGE, 2), (Step.REHEARSE, 2), (Step.REHEARSE, 1)])
def test_a_fetch_that_came_while_it_was_taken_elsewhere_is_not_forgotten(step: Step, number: int) -> None:
    entry = an_entry(step, body={"document": document(number), "rehearsal": "would be posted"})
    assert entry_of(decided(entry, TakenElsewhere(fetch_number=1, said="taken"))) == entry


def test_a_rehearsal_never_begins_a_create() -> None:
    for outcome in ("would be posted", "PeopleSoft already has voucher 1 for this invoice"):
        entry = after(an_entry(Step.REHEARSE), replace(rehearsal(), outcome=outcome))
        assert (entry.started, entry.body.intent, entry.body.voucher) == (None, None, None)
        assert MACHINE.claims(entry) == ()
