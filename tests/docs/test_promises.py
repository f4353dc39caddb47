"""The tables of what is promised and what is not name only what exists, and leave out nothing that holds a promise."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
CHAOS = TESTS / "chaos"
PAGE = ROOT / "docs" / "decisions" / "0005-what-is-promised.md"
NOT_SHOWN = "not shown"
PROMISED, NOT_PROMISED = "### What is promised", "### What is not promised"


def table(heading: str) -> list[list[str]]:
    """The cells of each row of the table under a heading; its first row, the names of the columns, is left out."""
    text = PAGE.read_text("utf-8").partition(f"{heading}\n")[2]
    (block,) = re.findall(r"\A\n((?:\|.*\|\n)+)", text)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in block.splitlines()[2:]]


def spans(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def named(heading: str) -> set[str]:
    return {span for row in table(heading) for cell in row for span in spans(cell)}


def keys(path: Path) -> set[str]:
    """The names under which a page of sabotages has them."""
    text = path.read_text("utf-8")
    (body,) = re.findall(r"^SABOTAGES: [^=]+= \{\n(.*?)^\}", text, flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r'^    "([^"]+)":', body, flags=re.MULTILINE))


def modules(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}


def doctored() -> Mapping[str, str]:
    """Each way to doctor evidence, with the module of the promise that it breaks."""
    found: dict[str, str] = {}
    for page in CHAOS.glob("test_checker_*.py"):
        ways = re.findall(
            r"^@DOCTORED\.breaks\((\w+)\.PROMISE.*\)\ndef (\w+)", page.read_text("utf-8"), re.MULTILINE
        )
        found |= {way: module for module, way in ways}
    return found


def written_tests(*folders: str) -> set[str]:
    return {
        name
        for folder in folders
        for page in (ROOT / folder).rglob("test_*.py")
        for name in re.findall(r"^ *(?:async )?def (test_\w+)", page.read_text("utf-8"), flags=re.MULTILINE)
    }


def alerts() -> set[str]:
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8"))
    return {rule["alert"] for group in rules["groups"] for rule in group["rules"]}


SIMULATED = keys(TESTS / "simulation" / "sabotage.py")
FOR_REAL = keys(CHAOS / "sabotaged.py")
PROMISES = modules(CHAOS / "checker" / "promises")
DOCTORED = doctored()
UNITS = written_tests("libs", "services")
KNOWN = {
    *SIMULATED,
    *FOR_REAL,
    *PROMISES,
    *DOCTORED,
    *UNITS,
    *written_tests("tests"),
    *alerts(),
    *(name for name in modules(TESTS / "simulation") if not name.startswith("test_")),
}
ELSEWHERE = r"make \w+( .*)?|apstream_\w+|apstream [a-z-]+ .*|basware\.[a-z_]+"
"""Commands, metrics and fields: test_docs.py knows them."""


@pytest.mark.parametrize("heading", [PROMISED, NOT_PROMISED])
def test_whatever_the_tables_name_exists(heading: str) -> None:
    unknown = [
        name
        for name in sorted(named(heading) - KNOWN)
        if not re.fullmatch(ELSEWHERE, name) and not ("/" in name and any(_paths(name)))
    ]
    assert unknown == []


def _paths(name: str) -> Iterator[Path]:
    yield from (folder / name for folder in (ROOT, TESTS) if (folder / name).is_file())


def test_every_promise_of_the_chaos_checker_has_its_row() -> None:
    assert {name for row in table(PROMISED) for name in spans(row[3])} & PROMISES == PROMISES


def test_every_sabotage_has_its_row() -> None:
    assert named(PROMISED) | named(NOT_PROMISED) >= SIMULATED | FOR_REAL


def test_evidence_is_doctored_against_a_promise_of_its_own_row_and_against_each() -> None:
    strange = [
        (row[0], name)
        for row in table(PROMISED)
        for name in spans(row[4])
        if name in DOCTORED and DOCTORED[name] not in spans(row[3])
    ]
    assert strange == []
    assert {*DOCTORED.values()} == PROMISES


def test_sabotages_stand_where_they_are_made() -> None:
    """Those of real processes after the word `chaos`, ways to doctor after `doctored`, the simulation's before both."""
    for row in table(PROMISED):
        simulated, _, rest = re.sub(r"chaos: |doctored: ", r"#\g<0>", row[4], count=1).partition("#")
        real, _, papers = rest.partition("doctored: ") if rest.startswith("chaos: ") else ("", "", rest)
        assert not (FOR_REAL | {*DOCTORED}) & {*spans(simulated)}, row[0]
        assert {*spans(real)} <= FOR_REAL, row[0]
        assert {*spans(papers)} <= {*DOCTORED}, row[0]


def test_what_runs_no_processes_stands_as_a_unit_test() -> None:
    for row in table(PROMISED):
        real, _, units = row[3].partition("unit: ")
        assert not {*spans(real)} & UNITS, row[0]
        assert all(name in UNITS for name in spans(units) if name.startswith("test_")), row[0]


def test_each_promise_says_how_it_is_kept_and_what_shows_it_or_that_nothing_does() -> None:
    rows = table(PROMISED)
    assert {len(row) for row in rows} == {5}
    for promise, kept, simulated, real, noticed in rows:
        assert kept, promise
        assert spans(simulated) or simulated.startswith(("not simulated", NOT_SHOWN)), promise
        assert spans(real), promise
        assert spans(noticed) or NOT_SHOWN in noticed, promise


def test_what_is_not_promised_says_what_shows_it_and_which_test() -> None:
    rows = table(NOT_PROMISED)
    assert {len(row) for row in rows} == {4}
    assert [row[0] for row in rows if not all(row) or not (spans(row[3]) or NOT_SHOWN in row[3])] == []
