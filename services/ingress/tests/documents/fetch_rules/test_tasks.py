"""Tasks: a repetition changes nothing, what led nowhere may come again, and nothing goes round for ever."""

from dataclasses import replace
from datetime import timedelta

from ap_domain.fetch_state import Step
from ap_domain.notification import NotificationSource
from chassis.ledger.entry import Phase
from chassis.ledger.outcomes import Done
from hypothesis import given
from hypothesis import strategies as st
from ingress.documents.core.answers import HandedOver, Missing
from ingress.documents.core.sweeping import Finding, judge, task_id
from ingress.documents.core.tasks import REMEMBERED_TASKS

from .one_document import NOW, after, ended, fetched, fingerprint, notified


def test_a_repeated_notification_changes_nothing_whatever_came_between() -> None:
    entry = notified(notified(None, "t1"), "t2")
    assert notified(entry, "t1") is entry
    rests = after(after(entry, fetched(), unchanged=False), fetched())
    assert notified(rests, "t2") is rests


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
