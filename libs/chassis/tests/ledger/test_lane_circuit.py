"""A remote that fails or throttles: its lane waits, and only a canary goes out until one was answered."""

import pytest
from chassis.ledger.outcomes import (
    Done,
    InDoubt,
    NotSent,
    Outcome,
    Parked,
    Rejected,
    Retry,
    Sighted,
)

from .road import Road, driven_by_hand

road = pytest.fixture(driven_by_hand)


def test_failures_in_a_row_open_the_circuit_and_one_canary_closes_it(road: Road) -> None:
    road.prove()
    opened = []
    for _ in range(3):
        road.lane.failed()
        opened.append(road.lane.is_open)
    assert opened == [False, False, True]
    road.offer("a", "b")
    assert road.started == []
    assert road.pending[0].seconds == 5.0
    road.fire()
    assert (road.probes, road.started) == (1, [])
    road.lane.probed(answers=True)
    assert not road.lane.is_open
    assert road.started == ["a", "b"]


def test_an_answer_in_between_starts_the_count_anew(road: Road) -> None:
    for _ in range(2):
        road.lane.failed()
    road.lane.succeeded()
    for _ in range(2):
        road.lane.failed()
    assert not road.lane.is_open


def test_each_canary_without_an_answer_doubles_the_wait_up_to_its_bound(road: Road) -> None:
    for _ in range(3):
        road.lane.failed()
    waits = []
    for _ in range(5):
        waits.append(road.pending[0].seconds)
        road.fire()
        road.lane.probed(answers=False)
    assert waits == [5.0, 10.0, 20.0, 30.0, 30.0]
    road.fire()
    road.lane.probed(answers=True)
    for _ in range(3):
        road.lane.failed()
    assert road.pending[0].seconds == 5.0


def test_failures_while_it_is_open_do_not_put_the_canary_off(road: Road) -> None:
    for _ in range(9):
        road.lane.failed()
    assert len(road.timers) == 1


@pytest.mark.parametrize(("asked", "waited"), [(7.0, 7.0), (3600.0, 900.0), (0.0, 0.0)])
def test_throttled_it_waits_as_long_as_asked_but_not_for_ever(
    road: Road, asked: float, waited: float
) -> None:
    road.prove()
    road.lane.hold(asked)
    road.offer("a")
    assert road.started == []
    assert [timer.seconds for timer in road.pending] == [waited]
    assert road.lane.is_throttled
    road.fire()
    road.lane.probed(answers=True)
    assert road.started == ["a"]
    assert not road.lane.is_throttled


def test_throttled_and_then_away_is_no_longer_throttled(road: Road) -> None:
    road.prove()
    road.lane.hold(7.0)
    road.fire()
    road.lane.probed(answers=False)
    assert road.lane.is_open
    assert not road.lane.is_throttled


def test_a_hold_that_begins_while_the_canary_is_out_outlasts_its_answer(road: Road) -> None:
    road.prove()
    road.lane.hold(1.0)
    road.fire()
    road.lane.hold(20.0)
    road.offer("a")
    road.lane.probed(answers=True)
    assert road.started == []
    assert [timer.seconds for timer in road.pending] == [20.0]
    road.fire()
    road.lane.probed(answers=True)
    assert road.started == ["a"]


@pytest.mark.parametrize(
    ("outcome", "failures", "proven"),
    [
        (Done(), 0, True),
        (Rejected(reason="PeopleSoft's no"), 0, True),
        (Parked(reason="odd answer"), 0, True),
        (Retry(reason="works on it", blame=False), 0, True),
        (Sighted(), 0, True),
        (Rejected(reason="the mapping's no", asked=False), 2, False),
        (Parked(reason="not the document", asked=False), 2, False),
        (Retry(reason="posting is closed", blame=False, asked=False), 2, False),
        (Retry(reason="document not readable", asked=False), 2, False),
        (NotSent(reason="too old"), 2, False),
        (Retry(reason="503"), 3, False),
        (InDoubt(reason="silence"), 3, False),
    ],
)
def test_only_calls_that_reached_the_remote_tell_of_it(
    *, road: Road, outcome: Outcome, failures: int, proven: bool
) -> None:
    road.lane.failed()
    road.lane.failed()
    road.lane.learn(outcome)
    assert (road.lane._failures, road.lane._proven) == (failures, proven)
