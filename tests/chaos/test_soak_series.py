"""A soak sees what grows without end, and takes nothing else for it."""

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .soak_series import FILES, GROWTH, RSS, TASKS, YOUNG_SECONDS, Sample, lives, slope, trend, trends

MIB = 2**20
EVERY = 10.0
Shape = Callable[[float], float]


def series(
    shape: Shape, *, minutes: float, figure: str = RSS, begin: float = 0.0, pid: int = 1
) -> list[Sample]:
    """Samples of a process whose figure is this function of its minutes."""
    return [
        Sample(
            at=begin + at * EVERY,
            process="voucher-poster-1",
            pid=pid,
            figures={figure: shape(at * EVERY / 60)},
        )
        for at in range(int(minutes * 60 / EVERY) + 1)
    ]


def noisy(shape: Shape, *, seed: int, by: float) -> Shape:
    chance = random.Random(seed)  # noqa: S311 - reproducible on purpose
    return lambda minute: shape(minute) + chance.gauss(0, by)


@given(st.integers(min_value=0), st.floats(min_value=5, max_value=30), st.floats(min_value=1, max_value=20))
def test_a_leak_of_a_mebibyte_a_minute_is_seen(seed: int, minutes: float, leak: float) -> None:
    grown = noisy(lambda minute: 80 * MIB + leak * MIB * minute, seed=seed, by=0.1 * MIB)
    assert trend(series(grown, minutes=minutes), RSS).leaks


@given(st.integers(min_value=0), st.floats(min_value=20, max_value=30))
def test_a_leak_is_seen_through_much_noise_if_there_is_time(seed: int, minutes: float) -> None:
    grown = noisy(lambda minute: 80 * MIB + 1.2 * MIB * minute, seed=seed, by=2 * MIB)
    assert trend(series(grown, minutes=minutes), RSS).leaks


@given(st.integers(min_value=0), st.floats(min_value=5, max_value=30))
def test_noise_is_no_leak(seed: int, minutes: float) -> None:
    flat = noisy(lambda _: 80 * MIB, seed=seed, by=MIB)
    assert not trend(series(flat, minutes=minutes), RSS).leaks


@given(st.floats(min_value=0, max_value=10), st.floats(min_value=1, max_value=500))
def test_a_step_is_no_leak(at: float, height: float) -> None:
    stepped = series(lambda minute: 80 * MIB + (height * MIB if minute > at else 0), minutes=10)
    assert not trend(stepped, RSS).leaks


@given(st.floats(min_value=1, max_value=200))
def test_what_a_process_takes_up_at_its_start_is_no_leak(height: float) -> None:
    warming = series(lambda minute: 60 * MIB + height * MIB * min(1.0, minute), minutes=6)
    assert not trend(warming, RSS).leaks


def test_memory_for_records_that_are_held_is_allowed_and_no_more() -> None:
    def holding(mib: float) -> list[Sample]:
        return [
            Sample(
                at=minute * 60.0,
                process="voucher-poster-1",
                pid=1,
                figures={RSS: 80 * MIB + minute * mib * MIB},
                records=minute * 1000.0,
            )
            for minute in range(20)
        ]

    assert not trend(holding(5), RSS).leaks
    assert trend(holding(8), RSS).leaks


@pytest.mark.parametrize(("figure", "leak"), [(FILES, 1.0), (TASKS, 1.0)])
def test_a_file_or_a_task_a_minute_is_seen(figure: str, leak: float) -> None:
    grown = series(lambda minute: 50 + float(int(leak * minute)), minutes=10, figure=figure)
    assert trend(grown, figure).leaks
    wave = series(lambda minute: 50 + (int(minute * 3) % 5), minutes=10, figure=figure)
    assert not trend(wave, figure).leaks


def test_each_life_is_judged_by_itself_and_young_ones_are_not() -> None:
    first = series(lambda _: 80 * MIB, minutes=8)
    second = series(lambda minute: 80 * MIB + 2 * MIB * minute, minutes=8, begin=600, pid=2)
    young = series(
        lambda minute: 80 * MIB + 50 * MIB * minute, minutes=YOUNG_SECONDS / 60 - 1, begin=1200, pid=3
    )
    assert [len(each) for each in lives([*young, *second, *first])] == [49, 49, 25]
    assert [(each.pid, each.leaks) for each in trends([*young, *second, *first])] == [(1, False), (2, True)]


def test_a_figure_that_is_not_known_of_a_process_is_not_judged() -> None:
    assert {each.figure for each in trends(series(lambda _: 1.0, minutes=6))} == {RSS}
    assert set(GROWTH) > {RSS}


@given(st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=3, max_size=30), st.floats(-100, 100))
def test_a_slope_is_that_of_the_line_whatever_one_outlier_says(noise: Sequence[float], rate: float) -> None:
    line = [(float(at), rate * at) for at in range(len(noise) + 6)]
    spoilt = [*line[:3], (3.0, noise[0]), *line[4:]]
    assert slope(spoilt) == pytest.approx(rate, abs=1e-6)
