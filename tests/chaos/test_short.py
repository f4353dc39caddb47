"""The short chaos: what tells most of `make chaos`, on real processes and a real broker, in three minutes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from . import plan
from .__main__ import chaos

SEED = 7


@pytest.mark.timeout(600)
async def test_nothing_is_lost_and_nothing_done_twice_whatever_breaks(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    said: list[str] = []
    result = await chaos(
        run_dir=tmp_path / "run",
        seed=SEED,
        planned=lambda chance, book: plan.short(chance, book=book),
        complete=False,
        say=said.append,
    )
    record_property("report", str(result))
    assert not result.failures, "\n".join((*said, str(result)))
    assert any(each.exempt for each in result.course.verdicts), "the window that cannot be closed was not met"
    stuck = [each for each in result.course.injected if each.recovered is None]
    assert stuck == []
