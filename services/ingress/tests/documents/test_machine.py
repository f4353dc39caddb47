"""One document's fetches: one at a time, repeated if a notification came meanwhile, published if different."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from ap_domain.command import Action, Command, CommandedLedger
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
from ingress.documents.core.answers import Fetched, HandedOver, Missing
from ingress.documents.core.fingerprint import Fingerprint
from ingress.documents.core.machine import FETCH, DocumentMachine
from ingress.documents.core.sweeping import Finding, judge, task_id
from ingress.documents.core.tasks import REMEMBERED_TASKS

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


def notified(
    entry: FetchEntry | None, task: str, *, source: NotificationSource = NotificationSource.WEBHOOK
) -> FetchEntry:
    notification = Notification(
        connection_id="acme",
        task_id=task,
        document_id="inv",
        task_type="AccountingDocuments",
        task_status="New",
        received_at=NOW,
        source=source,
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
    document = replace(DOCUMENT, **changes)
    return Done(value=Fetched(document=document, content=document.content_digest))


def fingerprint(**changes: Any) -> Fingerprint:
    document = replace(DOCUMENT, **changes)
    return Fingerprint.of(document, content=document.content_digest)


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


def test_what_basware_did_not_know_may_be_told_again_under_the_same_task() -> None:
    entry = after(notified(None, "t1"), Done(value=Missing(said="404")))
    again = notified(entry, "t1")
    assert (again.phase, again.step) == (Phase.WAITING, Step.FETCH)


def test_a_document_of_another_connection_rests_with_its_name() -> None:
    handed = Done(value=HandedOver(to="beta", company_code="BW01", content_digest="d"))
    decision = ended(notified(None, "t1"), handed)
    (note,) = decision.notes
    assert (note.action, note.detail) == ("handed over", {"to": "beta", "companyCode": "BW01"})
    assert decision.facts == ()
    entry = decision.entry
    assert entry is not None
    assert (entry.phase, entry.step) == (Phase.FINAL, Step.FETCHED)
    assert "beta" in entry.reason
    assert notified(entry, "t2").phase is Phase.WAITING


def test_what_was_handed_over_and_comes_back_is_fetched_again_but_not_for_ever() -> None:
    """The company moved here meanwhile; or the two connections take each other for the one that serves it."""
    handed = Done(value=HandedOver(to="beta", company_code="BW01", content_digest="d"))
    entry = after(notified(None, "t1"), handed)
    for times in (1, 2):
        back = notified(entry, "t1", source=NotificationSource.HANDED_OVER)
        assert (back.phase, back.step) == (Phase.WAITING, Step.FETCH)
        assert back.due == NOW + timedelta(seconds=5 * times)
        entry = after(back, handed)
    assert notified(entry, "t1", source=NotificationSource.HANDED_OVER) is entry
    told = notified(entry, "t1")
    assert told.phase is Phase.WAITING
    published = after(told, fetched())
    assert published.body.fetch_number == 1
    assert notified(published, "t1", source=NotificationSource.HANDED_OVER) is published


def test_a_task_told_while_it_is_handed_over_is_not_forgotten() -> None:
    handed = Done(value=HandedOver(to="beta", company_code="BW01", content_digest="d"))
    entry = after(notified(notified(None, "t1"), "t2"), handed, unchanged=False)
    assert (entry.phase, entry.body.tasks) == (Phase.WAITING, ("t1", "t2"))


def test_what_the_sweep_saw_and_the_fetch_did_not_may_be_told_again() -> None:
    found = replace(fingerprint(), last_updated="2027")
    entry = after(notified(None, "t1"), fetched())
    task = task_id("inv", found)
    assert judge(entry, found, task=task, shadow=False) is Finding.MISSED
    stale = after(notified(entry, task, source=NotificationSource.SWEEP), fetched())
    assert judge(stale, found, task=task, shadow=False) is Finding.CHANGED
    again = notified(stale, task, source=NotificationSource.SWEEP)
    assert (again.phase, again.step) == (Phase.WAITING, Step.FETCH)
    shown = after(again, fetched(last_updated=NOW))
    assert shown.body.tasks == ("t1",)


def commanded(entry: FetchEntry | None, action: Action) -> FetchEntry | None:
    command = Command(
        command_id="c",
        connection_id="acme",
        ledger=CommandedLedger.DOCUMENTS,
        record_id="inv",
        action=action,
        reason="because",
        actor="ada",
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=1),
        expected_sequence=entry.sequence if entry else 0,
    )
    record = Input(
        topic="commands", partition=0, offset=0, key="acme/inv", connection_id="acme", payload=command
    )
    return MACHINE.received(entry, record, now=NOW).entry


def listed_as(entry: FetchEntry | None, digest: str) -> FetchEntry | None:
    """After a sweep has seen the document with this content, and told if it found that worth telling."""
    found = fingerprint(content_digest=digest)
    task = task_id("inv", found)
    if judge(entry, found, task=task, shadow=False) is Finding.KNOWN:
        return entry
    return notified(entry, task, source=NotificationSource.SWEEP)


DIGESTS = st.sampled_from(["d1", "d2", "d3"])
UNANSWERED: dict[str, Outcome] = {
    "parked": Parked(reason="p"),
    "missing": Done(value=Missing(said="404")),
    "handed over": Done(value=HandedOver(to="beta", company_code="BW01", content_digest="d")),
}
EVENTS = st.one_of(
    st.tuples(st.just("webhook"), st.integers(0, 5).map(str)),
    st.tuples(st.just("sweep"), DIGESTS),
    st.tuples(st.just("fetched"), DIGESTS),
    st.tuples(st.just("unanswered"), st.sampled_from([*UNANSWERED])),
    st.tuples(st.just("command"), st.sampled_from([*Action])),
)


@given(st.lists(EVENTS, max_size=60), st.booleans())
def test_in_any_order_numbers_have_no_gap_and_no_two_in_a_row_are_equal(
    plan: list[tuple[str, str]], unchanged: bool
) -> None:
    entry: FetchEntry | None = None
    published: list[AccountingDocument] = []
    for sequence, (what, value) in enumerate(plan):
        if what == "webhook":
            entry = notified(entry, value)
        elif what == "sweep":
            entry = listed_as(entry, value)
        elif what == "command":
            entry = commanded(entry, Action(value))
        elif entry is not None and entry.phase is Phase.WAITING:
            outcome = UNANSWERED[value] if what == "unanswered" else fetched(content_digest=value)
            decision = ended(entry, outcome, unchanged=unchanged)
            for fact in decision.facts:
                assert isinstance(fact.payload, AccountingDocument)
                published.append(fact.payload)
            entry = decision.entry
        if entry is not None:
            entry = replace(entry, sequence=sequence)
            assert entry.phase in (Phase.WAITING, Phase.PARKED, Phase.FINAL)
            assert (MACHINE.call(entry) == FETCH) is (entry.step == Step.FETCH)
            assert entry.phase is not Phase.FINAL or entry.step == Step.FETCHED
    assert [each.fetch_number for each in published] == list(range(1, len(published) + 1))
    digests = [each.content_digest for each in published]
    assert all(one != other for one, other in pairwise(digests))


@given(
    st.lists(EVENTS.filter(lambda event: event[1] not in ("discard", "parked", "handed over")), max_size=40),
    DIGESTS,
)
def test_what_nobody_put_away_is_published_as_the_sweep_lists_it(
    plan: list[tuple[str, str]], listed: str
) -> None:
    """Whatever came before, also fetches that brought an older state than the list had shown."""
    entry: FetchEntry | None = None
    for what, value in plan:
        if what == "webhook":
            entry = notified(entry, value)
        elif what == "sweep":
            entry = listed_as(entry, value)
        elif what != "command" and entry is not None and entry.phase is Phase.WAITING:
            entry = after(entry, UNANSWERED.get(value) or fetched(content_digest=value))
    for _ in range(3):
        entry = listed_as(entry, listed)
        if entry is not None and entry.phase is Phase.WAITING:
            entry = after(entry, fetched(content_digest=listed))
    assert entry is not None
    assert entry.body.fingerprint == str(fingerprint(content_digest=listed))
