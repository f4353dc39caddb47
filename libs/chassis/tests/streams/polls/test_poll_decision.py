"""Whatever happens, each time that was due is answered, once, and nothing is asked of a source without reason."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ap_domain.command import Action
from ap_domain.poll import PollKind, PollOutcome, PollReason, PollResult
from chassis.streams.poll_decision import KINDS, answered, attempt_of, decide, made_for, refusal, unmet
from hypothesis import given, settings
from hypothesis import strategies as st

from .decision_model import NOON, Model, command, subject

SCHEDULES = ("30 2 * * *", "*/15 * * * *", "0 * * * *", "0 6,18 * * *", "* * * * *", "0 0 1 * *")
events = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.sampled_from([1, 20, 90, 600, 3600, 86_400, 10 * 86_400])),
        st.tuples(st.just("end"), st.sampled_from(list(PollOutcome))),
        st.tuples(st.just("order"), st.sampled_from(list(KINDS))),
        st.tuples(st.just("jump"), st.sampled_from([-86_400, -3600, -200, -30])),
    ),
    max_size=40,
)


@given(whole=st.sampled_from([*SCHEDULES, None]), changes=st.sampled_from([*SCHEDULES, None]), happens=events)
@settings(max_examples=80, deadline=None)
def test_whatever_happens_all_that_is_due_is_answered_and_then_there_is_rest(
    whole: str | None, changes: str | None, happens: list[tuple[str, int | PollOutcome | Action]]
) -> None:
    model = Model((subject(PollKind.FULL, whole), subject(PollKind.CHANGES, changes)))
    for number, (event, what) in enumerate(happens):
        if isinstance(what, Action):
            model.order(command(number, what, model.now))
        elif isinstance(what, PollOutcome):
            model.end(what)
        else:
            model.now += timedelta(seconds=what)
            assert event in ("pass", "jump")
        model.look()
    # A source that is away is asked at most once for each kind and order, until time passes.
    model.drain(PollOutcome.FAILED, most=2 + 2 * len(KINDS))
    model.now += timedelta(days=4)  # a try that took ten days before it failed rests for a quarter of them
    model.drain(PollOutcome.COMPLETE, most=2 + len(KINDS))
    model.now += timedelta(minutes=16)
    model.drain(PollOutcome.COMPLETE, most=2 + len(KINDS))
    whole_read = model.results.get(PollKind.FULL)
    if whole_read is None or whole_read.watermark or whole_read.outcome is PollOutcome.COMPLETE:
        # Else the first whole read is held, and changes wait for a person, too.
        assert [each for each in model.subjects if unmet(each, model.results, now=model.now)] == []
    assert [each for each in model.orders.values() if each.expires_at >= model.now] == []
    assert model.look() is None


@given(
    cron=st.sampled_from(SCHEDULES), every=st.sampled_from([7, 60, 1000, 30_000]), looks=st.integers(1, 100)
)
@settings(max_examples=40, deadline=None)
def test_whoever_looks_now_and_then_polls_once_for_all_that_came_since(
    cron: str, every: int, looks: int
) -> None:
    model = Model((subject(PollKind.FULL, cron),))
    model.drain(PollOutcome.COMPLETE, most=1)
    schedule = model.subjects[0].schedule
    assert schedule is not None
    for _ in range(looks):
        before = model.now
        model.now += timedelta(seconds=every)
        coming = schedule.next_due(before)
        found = model.drain(PollOutcome.COMPLETE, most=1)
        assert len(found) == (1 if coming is not None and coming <= model.now else 0)
        assert all(due.due_at == schedule.latest_due(model.now) for due in found)


def test_two_processes_write_the_same_poll() -> None:
    subjects = (subject(PollKind.FULL, "30 2 * * *"), subject(PollKind.CHANGES, "*/15 * * * *"))
    first, second = (
        decide(subjects, orders=(), results={}, now=NOON + timedelta(seconds=each), actor="x")
        for each in (0, 7)
    )
    assert first
    assert second
    assert first.due == replace(second.due, issued_at=first.due.issued_at)


def test_changes_wait_until_everything_was_read_once_even_when_a_person_asks() -> None:
    model = Model((subject(PollKind.FULL, "30 2 * * *"), subject(PollKind.CHANGES, "*/15 * * * *")))
    model.orders[Action.RUN_NOW] = command(1, Action.RUN_NOW, NOON)
    assert [due.kind for due in model.drain(PollOutcome.FAILED, most=1)] == [PollKind.FULL]
    model.now += timedelta(minutes=16)
    assert [due.kind for due in model.drain(PollOutcome.COMPLETE, most=1)] == [PollKind.FULL]
    assert model.orders == {}


def test_the_next_occurrence_does_not_wait_for_the_tries_of_the_one_before() -> None:
    model = Model((subject(PollKind.FULL, "* * * * *"),))
    for _ in range(30):
        model.drain(PollOutcome.FAILED, most=1)
        model.now += timedelta(minutes=1)
    assert len(model.written) == 30
    assert {attempt_of(turn.due.poll_id) for turn in model.written} == {1}


def test_what_took_long_and_failed_is_left_alone_for_a_while() -> None:
    hours = timedelta(hours=1)
    nightly = subject(PollKind.FULL, "0 2 * * *")
    failed = PollResult(
        poll_id="nightly",
        connection_id="acme",
        subject="suppliers",
        kind=PollKind.FULL,
        due_at=NOON,
        poll_offset=1,
        started_at=NOON,
        finished_at=NOON + 4 * hours,
        outcome=PollOutcome.FAILED,
        words="it was not read to its end",
        read=1_000_000,
        changed=0,
        deactivated=0,
        faulty=0,
    )
    for waited, again in ((0.9, False), (1.1, True)):
        turn = decide(
            (nightly,),
            orders=(),
            results={PollKind.FULL: failed},
            now=failed.finished_at + waited * hours,
            actor="a",
        )
        assert (turn is not None) is again


def test_what_comes_long_after_its_time_is_a_catch_up() -> None:
    model = Model((subject(PollKind.FULL, "*/15 * * * *"),))
    model.drain(PollOutcome.COMPLETE, most=1)
    schedule = model.subjects[0].schedule
    assert schedule is not None
    for late, reason in ((1, PollReason.SCHEDULE), (61, PollReason.CATCH_UP)):
        due_at = schedule.next_due(model.now)
        assert due_at is not None
        model.now = due_at + timedelta(seconds=late)
        assert [due.reason for due in model.drain(PollOutcome.COMPLETE, most=1)] == [reason]


@pytest.mark.parametrize(
    ("action", "kind", "outcome", "own", "later", "expected"),
    [
        (Action.RUN_NOW, PollKind.CHANGES, PollOutcome.COMPLETE, False, True, True),
        (Action.RUN_NOW, PollKind.FULL, PollOutcome.COMPLETE, False, True, True),
        (Action.RUN_NOW, PollKind.FULL, PollOutcome.HELD, False, True, False),
        (Action.RUN_NOW, PollKind.CHANGES, PollOutcome.COMPLETE, False, False, False),
        (Action.RUN_NOW, PollKind.CHANGES, PollOutcome.HELD, True, True, True),
        (Action.RUN_FULL, PollKind.CHANGES, PollOutcome.COMPLETE, False, True, False),
        (Action.RUN_FULL, PollKind.FULL, PollOutcome.HELD, False, True, True),
        (Action.RUN_FULL, PollKind.FULL, PollOutcome.FAILED, True, True, False),
        (Action.ACCEPT_SHRINK, PollKind.FULL, PollOutcome.COMPLETE, False, True, False),
        (Action.ACCEPT_SHRINK, PollKind.FULL, PollOutcome.COMPLETE, True, True, True),
    ],
)
def test_an_order_is_answered_by_what_does_as_much(
    *, action: Action, kind: PollKind, outcome: PollOutcome, own: bool, later: bool, expected: bool
) -> None:
    model = Model((subject(PollKind.FULL, None), subject(PollKind.CHANGES, None)))
    order = command(1, action, NOON)
    model.orders[action] = order
    model.look()
    assert model.written[0].command == order
    assert made_for(order, model.written[0].due.poll_id)
    model.end(outcome)
    result = replace(
        next(iter(model.results.values())),
        kind=kind,
        started_at=NOON + timedelta(seconds=1 if later else -1),
    )
    if not own:
        result = replace(result, poll_id="another")
    assert answered(order, result) is expected


def test_an_order_for_what_is_not_polled_is_refused_and_an_expired_one_too() -> None:
    subjects = (subject(PollKind.FULL, None),)
    order = command(1, Action.RUN_FULL, NOON)
    assert refusal(order, subjects, now=NOON) is None
    assert "there is suppliers" in (refusal(replace(order, record_id="supplier"), subjects, now=NOON) or "")
    assert "nothing" in (refusal(order, (), now=NOON) or "")
    assert "expired" in (refusal(order, subjects, now=NOON + timedelta(hours=3)) or "")
