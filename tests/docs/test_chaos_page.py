"""What the page of the chaos tests says they cover is what the code has; the page of promises says the same."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHAOS = ROOT / "tests" / "chaos"
PAGE = (CHAOS / "README.md").read_text("utf-8")
COVERED, _, NOT_COVERED = PAGE.partition("## What it does not cover")


def first_cells(text: str, *, heading: str) -> list[str]:
    """The first cells of the table whose first heading that is."""
    (rows,) = re.findall(rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\|\n)+)", text, flags=re.MULTILINE)
    return [line.split("|")[1].strip() for line in rows.splitlines()]


def written(name: str) -> str:
    return (CHAOS / name).read_text("utf-8")


def test_every_family_of_faults_has_its_row() -> None:
    families = {path.stem for path in (CHAOS / "faults").glob("*.py")} - {"__init__", "fault"}
    assert {*first_cells(COVERED, heading="family")} == families


def test_every_part_exists() -> None:
    parts = [name for cell in first_cells(COVERED, heading="part") for name in re.findall(r"`([^`]+)`", cell)]
    assert [name for name in parts if not (CHAOS / name).exists()] == []


def test_rounds_and_sabotages_are_those_of_the_code() -> None:
    (rounds,) = re.findall(r"^ROUNDS = (\d+)$", written("plan.py"), flags=re.MULTILINE)
    assert f"in each of {rounds} rounds" in COVERED
    sabotages = re.findall(r'^    "([^"]+)": _', written("sabotaged.py"), flags=re.MULTILINE)
    assert sabotages
    assert [name for name in sabotages if f'"{name}"' not in COVERED] == []


def test_points_that_are_not_reached_are_told() -> None:
    (elsewhere,) = re.findall(r"^ELSEWHERE = \(([^)]*)\)", written("faults/points.py"), flags=re.MULTILINE)
    for point in re.findall(r'"([^"]+)"', elsewhere):
        assert f"`{point}`" in COVERED
        assert f"`{point}`" in NOT_COVERED


def test_the_short_chaos_is_in_make_test_if_and_only_if_the_page_says_so() -> None:
    left_out = "--ignore tests/chaos/test_short.py" in (ROOT / "Makefile").read_text("utf-8")
    assert ("not yet by `make test`" in COVERED) == left_out


def test_the_page_of_promises_says_of_real_processes_what_is_said_here() -> None:
    """Whatever it calls not shown by chaos, or not on real processes, has its row here."""
    page = (ROOT / "docs" / "decisions" / "0005-what-is-promised.md").read_text("utf-8")
    told = {
        "Pause, stop and the number of places": "pause, stop and the number of places",
        "Each time of a schedule": "each time of a schedule",
        "after both: not shown": "after both searches",
        "the second half on a real broker": "the next transaction after a broker lost markers",
        "three brokers": "three brokers",
        "discarded in doubt, offered again": "a discard in doubt offered again",
    }
    assert [words for words in told if words not in page] == []
    assert [words for words in told.values() if words not in NOT_COVERED] == []
