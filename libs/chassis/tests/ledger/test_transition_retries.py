"""How long what failed waits for its next try, and what counts as a failure in a row."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from chassis.ledger import transition
from chassis.ledger.entry import Phase, Started
from chassis.ledger.outcomes import Done, InDoubt, NotSent, Outcome, Retry

from .moving import CREATE, LATER, LOOK, STARTED, STOP, Tiny, at, moved


@pytest.mark.parametrize(
    ("attempts", "outcome", "fraction", "seconds", "counted"),
    [
        (0, Retry(reason="busy"), 0.5, 0.5, 1),
        (0, Retry(reason="busy"), 1.0, 1.0, 1),
        (3, Retry(reason="busy"), 1.0, 8.0, 4),
        (40, Retry(reason="busy"), 1.0, 300.0, 41),
        (0, Retry(reason="busy", after=17.0), 0.5, 17.5, 1),
        (0, Retry(reason="throttled", after=1e9), 0.0, 3600.0, 1),
        (5, Retry(reason="working on it", after=2.0, blame=False), 1.0, 2.0, 5),
        (5, InDoubt(reason="silence"), 1.0, 32.0, 6),
    ],
)
def test_how_long_a_retry_waits(
    *,
    machine: Any,
    entry: Tiny,
    attempts: int,
    outcome: Outcome,
    fraction: float,
    seconds: float,
    counted: int,
) -> None:
    before = at(entry, Phase.WAITING, attempts=attempts)
    after = moved(machine, before, LOOK, outcome, fraction=fraction)
    assert (after.due, after.attempts) == (LATER + timedelta(seconds=seconds), counted)
    assert after.reason


def test_an_answer_ends_the_count_of_failures_and_an_old_stop(machine: Any, entry: Tiny) -> None:
    before = at(entry, Phase.STOPPED, attempts=9, reason="away", stop=STOP)
    after = moved(machine, before, LOOK, Done(value="who else"))
    assert (after.phase, after.attempts, after.reason, after.stop) == (Phase.WAITING, 0, "", None)


def test_what_was_not_sent_again_and_again_is_tried_more_and_more_slowly(machine: Any, entry: Tiny) -> None:
    """A request that differs each time it is made must not spin between look and create."""
    waits = []
    for number in (1, 2, 5, 20):
        before = replace(at(entry, Phase.STARTED), started=replace(STARTED, number=number))
        due = moved(machine, before, CREATE, NotSent(reason="differs"), fraction=1.0).due
        assert due is not None
        waits.append((due - LATER).total_seconds())
    assert waits == [1.0, 2.0, 16.0, 300.0]


@pytest.mark.parametrize("blame", [True, False])
def test_a_create_that_is_answered_later_again_and_again_is_started_more_and_more_slowly(
    *, machine: Any, entry: Tiny, blame: bool
) -> None:
    """The look before each start goes well: it must not begin the count anew."""
    waits = []
    for number in range(1, 12):
        begun = moved(machine, entry, LOOK, Done(value="nothing there"))
        assert begun.started is not None
        assert (begun.started.number, begun.attempts) == (number, 0)
        entry = moved(machine, begun, CREATE, Retry(reason="locked", blame=blame), fraction=1.0)
        assert entry.due is not None
        assert entry.attempts == number
        waits.append((entry.due - LATER).total_seconds())
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0]


def test_each_start_has_the_next_number(entry: Tiny) -> None:
    once = transition.started(entry, settle_seconds=9.0, request_digest="x", now=LATER)
    again = transition.started(once, settle_seconds=9.0, request_digest="y", now=LATER)
    assert again.started == Started(at=LATER, number=2, settle_seconds=9.0, request_digest="y")
    assert (again.phase, again.due, again.looks, again.attempts) == (Phase.STARTED, None, 0, 0)
