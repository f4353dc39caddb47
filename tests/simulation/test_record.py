"""The record of long runs: what is missing is run, what ran on other code does not count."""

from collections import Counter
from pathlib import Path

import pytest

from .record import Record, merged
from .runs import Summary


@pytest.mark.parametrize(
    ("ranges", "together"),
    [
        ([], []),
        ([[5, 9], [0, 5]], [[0, 9]]),
        ([[0, 5], [6, 9]], [[0, 5], [6, 9]]),
        ([[0, 9], [2, 4], [8, 12]], [[0, 12]]),
    ],
)
def test_ranges_that_touch_are_one(ranges: list[list[int]], together: list[list[int]]) -> None:
    assert merged(ranges) == together


def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    record = Record.open(tmp_path, "one")
    record.add(range(10, 20), Summary(seeds=10, violations={13: ["lost"]}, faults=Counter(kill=2)))
    record.save()

    again = Record.open(tmp_path, "one")
    assert again.missing(range(30), size=8) == [range(8), range(8, 10), range(20, 28), range(28, 30)]
    assert again.violations == {13: ["lost"]}
    again.add(range(10), Summary(seeds=10, faults=Counter(kill=1)))
    again.save()
    assert Record.open(tmp_path, "one").done == [[0, 20]]
    assert Record.open(tmp_path, "one").faults == {"kill": 3}


def test_what_ran_on_other_code_is_kept_and_does_not_count(tmp_path: Path) -> None:
    before = Record.open(tmp_path, "one")
    before.add(range(10), Summary(seeds=10, violations={3: ["twice"]}))
    before.save()

    after = Record.open(tmp_path, "other")
    assert after.missing(range(10), size=100) == [range(10)]
    assert not after.violations
    after.add(range(10), Summary(seeds=10))
    after.save()
    assert [line.split()[0] for line in after.table().splitlines()] == ["code", "one", "other"]
    assert Record.open(tmp_path, "one").violations == {3: ["twice"]}
