"""One document's fetches: one at a time, repeated if a notification came meanwhile, published if different."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from ap_domain.document import AccountingDocument
from ap_domain.fetch_state import FetchState, Step
from ap_domain.notification import Notification, NotificationSource
from chassis.ledger import transition
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Input
from chassis.ledger.outcomes import Done, Outcome, Parked, Rejected
from chassis.ledger.policy import Policy
from hypothesis import given
from hypothesis import strategies as st
from ingress.documents.core.answers import Fetched, Missing
from ingress.documents.core.machine import FETCH, REMEMBERED_TASKS, DocumentMachine

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MACHINE = DocumentMachine()
DOCUMENT = AccountingDocument(
    connection_id="acme",
    invoice_id="inv",
    fetch_number=0,
    fetched_at=NOW,
    processing_status="WaitingForTransfer",
    company_code="BW00",
    supplier_code="1",
    payment_block=False,
    content_digest="d1",
    revision="r",
    raw=b"{}",
)

FetchEntry = Entry[FetchState]


def notified(entry: FetchEntry | None, task: str) -> FetchEntry:
    notification = Notification(
        connection_id="acme",
        task_id=task,
        document_id="inv",
        task_type="AccountingDocuments",
        task_status="New",
        received_at=NOW,
        source=NotificationSource.WEBHOOK,
        body=b"",
    )
    record = Input(
        topic="notifications",
        partition=0,
        offset=0,
        key="acme/inv",
        connection_id="acme",
        payload=notification,
        trace_id=f"trace {task}",
    )
    after = MACHINE.received(entry, record, now=NOW).entry
    assert after is not None
    return after


def ended(entry: FetchEntry, outcome: Outcome, *, unchanged: bool = True) -> Decision[FetchState]:
    return transition.on_outcome(
        MACHINE,
        entry,
        FETCH,
        outcome,
        unchanged=unchanged,
        now=NOW,
        fraction=0.5,
        policy=Policy(),
        others=lambda claim: (),
    )


def after(entry: FetchEntry, outcome: Outcome, *, unchanged: bool = True) -> FetchEntry:
    found = ended(entry, outcome, unchanged=unchanged).entry
    assert found is not None
    return found


def fetched(**changes: Any) -> Done:
    return Done(value=Fetched(document=replace(DOCUMENT, **changes)))


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


def test_a_repeated_notification_changes_nothing_whatever_came_between() -> None:
    entry = notified(notified(None, "t1"), "t2")
    assert notified(entry, "t1") is entry
    rests = after(after(entry, fetched(), unchanged=False), fetched())
    assert notified(rests, "t2") is rests


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


@given(st.lists(st.integers(0, 60), max_size=120))
def test_remembered_tasks_are_bounded_and_the_latest_are_among_them(tasks: list[int]) -> None:
    entry = None
    for task in tasks:
        entry = notified(entry, str(task))
        assert str(task) in entry.body.tasks
        assert len(entry.body.tasks) <= REMEMBERED_TASKS


@given(
    st.lists(
        st.one_of(st.just("notify"), st.sampled_from(["d1", "d2", "d3"]), st.just("parked")), max_size=40
    )
)
def test_in_any_order_numbers_have_no_gap_and_no_two_in_a_row_are_equal(plan: list[str]) -> None:
    entry: FetchEntry | None = None
    published: list[AccountingDocument] = []
    for number, event in enumerate(plan):
        if event == "notify":
            entry = notified(entry, str(number))
            assert entry.phase in (Phase.WAITING, Phase.STOPPED)
            continue
        if entry is None or MACHINE.call(entry) is None or entry.phase is not Phase.WAITING:
            continue
        outcome = Parked(reason="p") if event == "parked" else fetched(content_digest=event)
        decision = ended(entry, outcome)
        for fact in decision.facts:
            assert isinstance(fact.payload, AccountingDocument)
            published.append(fact.payload)
        entry = decision.entry
    assert [each.fetch_number for each in published] == list(range(1, len(published) + 1))
    digests = [each.content_digest for each in published]
    assert all(one != other for one, other in pairwise(digests))
