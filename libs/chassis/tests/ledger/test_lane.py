"""A lane: how many calls go at once, and which of those that wait gets the next place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .road import Road, driven_by_hand

road = pytest.fixture(driven_by_hand)


def test_one_call_goes_at_a_time_until_the_remote_has_answered_once(road: Road) -> None:
    road.offer("a", "b", "c", "d", "e")
    assert road.started == ["a"]
    road.lane.finished("a")
    assert road.started == ["a", "b"]
    road.lane.succeeded()
    road.lane.finished("b")
    assert road.started == ["a", "b", "c", "d", "e"]


def test_no_more_than_its_width_at_once_and_first_come_first_served(road: Road) -> None:
    road.prove()
    road.offer("a", "b", "c", "d", "e")
    assert road.started == ["a", "b", "c"]
    assert road.lane.waiting == 2
    road.lane.finished("b")
    assert road.started == ["a", "b", "c", "d"]


def test_a_width_that_grew_counts_from_the_next_place_on(road: Road) -> None:
    road.prove()
    road.offer("a", "b", "c", "d", "e", "f")
    road.width = 5
    road.lane.finished("a")
    assert road.started == ["a", "b", "c", "d", "e", "f"]


def test_what_must_be_sent_soon_goes_before_what_is_due(road: Road) -> None:
    road.prove()
    road.offer("a", "b", "c", "d")
    road.lane.offer_first("e")
    road.lane.finished("b")
    assert road.started == ["a", "b", "c", "e"]
    road.lane.finished("a")
    assert road.started == ["a", "b", "c", "e", "d"]


def test_undecided_records_keep_no_place_until_there_are_as_many_as_places(road: Road) -> None:
    road.prove()
    road.offer(*"abcdefgh")
    for key in "abc":
        road.lane.answered(key)
    assert road.started == list("abcdef")
    for key in "def":
        road.lane.answered(key)
    assert road.started == list("abcdef")
    road.lane.decided("e")
    assert road.started == list("abcdefg")


@pytest.mark.parametrize(("seconds", "started"), [(2.5, "abcd"), (2.6, "abc")])
def test_where_calls_take_long_an_undecided_record_keeps_its_place(
    road: Road, seconds: float, started: str
) -> None:
    road.prove()
    road.offer(*"abcd")
    road.lane.took(seconds)
    road.lane.answered("a")
    assert road.started == list(started)
    road.lane.decided("a")
    assert road.started == list("abcd")


def test_a_long_call_is_forgotten_over_short_ones(road: Road) -> None:
    road.prove()
    road.lane.took(120.0)
    for _ in range(20):
        road.lane.took(0.1)
    road.offer(*"abcd")
    road.lane.answered("a")
    assert road.started == list("abcd")


def test_offered_again_it_keeps_its_turn_and_starts_once(road: Road) -> None:
    road.offer("a", "b", "c", "b", "c")
    assert road.started == ["a"]
    road.lane.succeeded()
    road.lane.finished("a")
    assert road.started == ["a", "b", "c"]
    assert road.lane.waiting == 0


@given(st.lists(st.integers(1, 4), min_size=1, max_size=20))
def test_the_width_of_each_moment_is_never_exceeded(widths: list[int]) -> None:
    road = Road()
    road.prove()
    road.offer(*map(str, range(len(widths) * 4)))
    for width in widths:
        road.width = width
        done = road.started[0]
        road.started.remove(done)
        before = len(road.started)
        road.lane.finished(done)
        assert len(road.started) <= max(width, before)
