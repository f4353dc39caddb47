"""One document's fetches: one at a time, repeated if a notification came meanwhile, published if different."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from ap_domain.fetch_state import Step
from chassis.ledger.entry import Phase
from chassis.ledger.outcomes import Done, Outcome, Parked, Rejected
from ingress.documents.core.answers import Missing
from ingress.documents.core.machine import FETCH

from .one_document import DOCUMENT, MACHINE, NOW, after, ended, fetched, notified


def test_a_notification_asks_for_a_fetch() -> None:
    entry = notified(None, "t1")
    assert (entry.phase, entry.step, entry.due, entry.trace_id) == (
        Phase.WAITING,
        Step.FETCH,
        NOW,
        "trace t1",
    )
    assert MACHINE.call(entry) == FETCH


def test_what_was_fetched_is_published_under_the_next_number_and_rests() -> None:
    decision = ended(notified(None, "t1"), fetched())
    (fact,) = decision.facts
    assert fact.key == b"acme/inv/1"
    assert fact.payload == replace(DOCUMENT, fetch_number=1)
    assert decision.entry is not None
    assert (decision.entry.phase, decision.entry.step) == (Phase.FINAL, Step.FETCHED)
    assert MACHINE.call(decision.entry) is None


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({}, False),
        ({"fetched_at": datetime(2027, 1, 1, tzinfo=UTC)}, False),
        ({"content_digest": "d2"}, True),
        ({"processing_status": "TransferInProgress"}, True),
        ({"batch_id": "b"}, True),
        ({"last_updated": NOW}, True),
    ],
)
def test_only_what_differs_from_the_last_is_published(change: dict[str, Any], differs: bool) -> None:
    once = notified(after(notified(None, "t1"), fetched()), "t2")
    decision = ended(once, fetched(**change))
    assert [fact.key for fact in decision.facts] == ([b"acme/inv/2"] if differs else [])
    assert decision.entry is not None
    assert decision.entry.body.fetch_number == (2 if differs else 1)


def test_a_notification_during_a_fetch_causes_exactly_one_more() -> None:
    entry = notified(notified(notified(None, "t1"), "t2"), "t3")
    again = after(entry, fetched(), unchanged=False)
    assert (again.phase, again.step, again.body.again) == (Phase.WAITING, Step.FETCH, False)
    assert after(again, fetched()).phase is Phase.FINAL


@pytest.mark.parametrize("outcome", [Parked(reason="field x"), Rejected(reason="no")])
def test_a_no_during_which_a_notification_came_is_asked_again_once(outcome: Outcome) -> None:
    entry = notified(notified(None, "t1"), "t2")
    again = after(entry, outcome, unchanged=False)
    assert (again.phase, again.step) == (Phase.WAITING, Step.FETCH)
    assert after(again, outcome).phase is Phase.PARKED


def test_what_is_parked_is_fetched_again_by_another_notification() -> None:
    parked = after(notified(None, "t1"), Parked(reason="field x"))
    entry = notified(parked, "t2")
    assert (entry.phase, entry.step, entry.reason, entry.attempts) == (Phase.WAITING, Step.FETCH, "", 0)


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.STOPPED])
def test_waiting_or_stopped_a_notification_does_not_hurry_it(phase: Phase) -> None:
    waits = replace(notified(None, "t1"), phase=phase, due=None, attempts=7)
    entry = notified(waits, "t2")
    assert (entry.phase, entry.due, entry.attempts, entry.body.again) == (phase, None, 7, True)


def test_an_id_that_basware_does_not_know_rests_with_its_words() -> None:
    entry = after(notified(None, "t1"), Done(value=Missing(said="404")))
    assert (entry.phase, entry.reason) == (Phase.FINAL, "404")
    assert after(notified(entry, "t2"), fetched()).body.fetch_number == 1
