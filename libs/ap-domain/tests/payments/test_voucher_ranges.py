"""Ranges of VOUCHER_ID hold every watched voucher once, and few others."""

from itertools import pairwise

import pytest
from ap_domain.payments import ranges
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.integers(0, 400).map(lambda number: f"{number:08d}")
ODD = st.text("0123ABab-_", min_size=1, max_size=8)


@given(ids=st.lists(st.one_of(NUMBERS, ODD), max_size=60), most=st.integers(1, 9), gap=st.integers(0, 20))
def test_every_id_is_in_exactly_one_range(ids: list[str], most: int, gap: int) -> None:
    found = ranges(ids, most=most, gap=gap)
    for each in set(ids):
        assert len([1 for after, up_to in found if after < each <= up_to]) == 1
    for after, up_to in found:
        assert after < up_to
        assert 1 <= len([each for each in set(ids) if after < each <= up_to]) <= most
    assert list(found) == sorted(found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    assert ranges(reversed(ids), most=most, gap=gap) == found


@given(ids=st.sets(st.integers(0, 3000), min_size=1), gap=st.integers(0, 50))
def test_between_numbers_of_a_range_lie_few_others(ids: set[int], gap: int) -> None:
    for after, up_to in ranges([f"{each:08d}" for each in ids], most=10**6, gap=gap):
        held = sorted(each for each in ids if after < f"{each:08d}" <= up_to)
        assert all(other - one - 1 <= gap for one, other in pairwise(held))
        if held[0]:
            assert int(after) == held[0] - 1


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        ([], ()),
        (["00000007"], (("00000006", "00000007"),)),
        (["00000000"], (("0000000", "00000000"),)),
        (["00000001", "00000005"], (("00000000", "00000005"),)),
        (["00000001", "00000009"], (("00000000", "00000001"), ("00000008", "00000009"))),
        (["10", "9"], (("09", "10"), ("8", "9"))),
        (["A1", "A9", "B5"], (("A", "A9"), ("B", "B5"))),
        (["00000005", "X1"], (("00000004", "00000005"), ("X", "X1"))),
    ],
)
def test_ranges_begin_just_below_their_first_id(ids: list[str], found: tuple[tuple[str, str], ...]) -> None:
    assert ranges(ids, most=2, gap=3) == found


def test_a_hundred_thousand_dense_ids_are_few_ranges() -> None:
    ids = [f"{each:08d}" for each in range(1, 100_001)]
    assert len(ranges(ids, most=2000, gap=500)) == 50
