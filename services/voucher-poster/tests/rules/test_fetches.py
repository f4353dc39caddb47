"""What a fetch means for an invoice, by where the invoice stands."""

from datetime import timedelta

import pytest
from ap_domain.invoice_state import Step
from chassis.ledger import transition
from chassis.ledger.entry import Phase
from chassis.ledger.outcomes import Done, Outcome, Retry
from chassis.ledger.policy import Policy
from voucher_poster.core import calls
from voucher_poster.core.answers import Acknowledged

from .samples import (
    IN_PROGRESS,
    INVOICE_ID,
    LATER,
    MACHINE,
    SOON,
    an_entry,
    arrived,
    entry_of,
    fetch,
    received,
    started,
)


def test_work_begins_with_a_document_that_is_offered() -> None:
    entry = arrived(None, fetch(1))
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
def test_a_fetch_that_is_known_or_older_changes_nothing(step: Step, number: int) -> None:
    entry = an_entry(step)
    assert received(entry, fetch(number, revision="other")).entry is entry


def test_a_fetch_older_than_the_one_that_waits_changes_nothing() -> None:
    begun = started()
    waits = arrived(begun, fetch(3))
    assert received(waits, fetch(2)).entry is waits


def test_offered_again_the_next_write_keeps_the_spacing() -> None:
    """At least `record_spacing` between two writes to one record of Basware."""
    final = an_entry(Step.RETURNED, phase=Phase.FINAL, due=None, body={"write_after": SOON})
    assert arrived(final, fetch()).due == SOON


@pytest.mark.parametrize(
    "outcome",
    [Done(value=Acknowledged(spacing=3.0)), Retry(reason="no answer", after=3.0)],
    ids=["answered", "answer lost"],
)
@pytest.mark.parametrize("status", ["WaitingForTransfer", "Cancelled"])
def test_offered_again_during_an_acknowledge_the_next_one_keeps_the_spacing(
    outcome: Outcome, status: str
) -> None:
    """Also where the invoice was withdrawn meanwhile, so that the answer came too late to matter."""
    meanwhile = arrived(an_entry(Step.ACKNOWLEDGE), fetch(2, status=status))
    ended = transition.on_outcome(
        MACHINE,
        meanwhile,
        calls.ACKNOWLEDGE,
        outcome,
        unchanged=False,
        now=LATER,
        fraction=0.0,
        policy=Policy(),
        others=lambda claim: (),
    )
    again = fetch(3, revision="r3", batch_id="b2", fetched_at=LATER + timedelta(seconds=1))
    left = arrived(entry_of(ended), again)
    assert left.due is not None
    assert left.due >= LATER + timedelta(seconds=3)


def test_in_shadow_mode_an_invoice_is_rehearsed_first() -> None:
    entry = arrived(None, fetch(1, shadow=True))
    assert (entry.step, entry.body.document.shadow) == (Step.REHEARSE, True)
