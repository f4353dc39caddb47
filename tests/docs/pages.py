"""The pages of this repository, and what they show as code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
OPERATIONS = ROOT / "docs" / "operations.md"
PAYMENTS = ROOT / "docs" / "payments.md"
SIMULATION = ROOT / "docs" / "decisions" / "0006-simulation.md"
PAGES = (README, *sorted((ROOT / "docs").rglob("*.md")), ROOT / "tests" / "chaos" / "README.md")
LEDGER = ROOT / "libs" / "chassis" / "src" / "chassis" / "ledger"
STREAMS = LEDGER.with_name("streams")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def spans(page: Path) -> Iterator[str]:
    """What a page shows as code: `inline`, and the lines of blocks."""
    text = page.read_text("utf-8")
    for block in re.findall(r"^```[\w ]*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    prose = re.sub(r"^```[\w ]*\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"^    (\S.*)$", prose, flags=re.MULTILINE)
    yield from (" ".join(inline.split()) for inline in re.findall(r"`([^`]+)`", prose))


def found(page: Path, pattern: str) -> set[str]:
    """Whatever matches in what a page shows as code."""
    return {match for span in spans(page) for match in re.findall(pattern, span)}
