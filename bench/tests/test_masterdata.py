"""The benchmark of master data fails when its times would mean nothing, and works on a small scale."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from devstack.masterdata_counts import EntityCounts

from bench.masterdata_figures import BEGIN, END, POLL, Phase, keep
from bench.masterdata_measurement import Sizes, measure
from bench.processes import Usage
from bench.report import Machine

COUNTS = EntityCounts(complete=1, read=450, changed=401, sent=401, confirmed=401)
PHASE = Phase(
    title="first load of 450",
    read_seconds=1.5,
    seconds=4.5,
    counts=COUNTS,
    posted=401,
    requests=3,
    usage={POLL: Usage(rss_mib=100, cpu_percent=50)},
    machine_percent=40,
)


def test_a_request_too_many_is_to_be_seen() -> None:
    assert PHASE.fewest == 3
    assert replace(PHASE, posted=400).fewest == 2
    assert replace(PHASE, posted=0).fewest == 0


def test_a_phase_in_which_every_record_was_sent_once_and_confirmed_is_no_problem() -> None:
    assert PHASE.problems() == PHASE.problems(changed=401) == []


@pytest.mark.parametrize(
    ("phase", "word"),
    [
        (replace(PHASE, posted=402), "402 came to Basware"),
        (replace(PHASE, counts=replace(COUNTS, sent=402)), "402 sent"),
        (replace(PHASE, counts=replace(COUNTS, confirmed=400)), "400 were confirmed"),
        (replace(PHASE, counts=replace(COUNTS, deactivated=1)), "402 records were published"),
        (replace(PHASE, counts=replace(COUNTS, refused=1)), "1 records were refused"),
        (
            replace(PHASE, counts=replace(COUNTS, complete=0, broken=1)),
            "0 polls came to their end, 1 did not",
        ),
        (replace(PHASE, counts=replace(COUNTS, complete=2)), "2 polls"),
    ],
)
def test_what_makes_the_times_worthless_is_said(phase: Phase, word: str) -> None:
    assert any(word in problem for problem in phase.problems())


def test_what_was_published_without_a_change_is_said() -> None:
    assert "0 records changed, 401 were published" in PHASE.problems(changed=0)[0]


def test_the_page_keeps_the_figures_between_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    at = datetime(2026, 11, 22, tzinfo=UTC)
    file = keep([PHASE], machine=Machine.here(), at=at, folder=tmp_path)
    assert file.name == "2026-11-22-masterdata.json"
    shown = page.read_text()
    assert shown.startswith("before\n")
    assert shown.endswith("after\n")
    for part in ("first load of 450", "| seconds until confirmed | 4.5 |", "| 3 / 3 |", "100 / 50 %"):
        assert part in shown


@pytest.mark.timeout(600)
async def test_a_few_suppliers_go_through_all_phases(tmp_path: Path) -> None:
    told: list[str] = []
    sizes = Sizes(first_load=150, suppliers=300, share=0.1)
    phases = await measure(sizes, run_dir=tmp_path / "run", progress=told.append)
    first, growth, unchanged, changed = phases
    assert first.counts.confirmed > 140
    assert first.counts.confirmed + growth.counts.confirmed > 300
    assert (unchanged.counts.changed, unchanged.requests) == (0, 0)
    assert unchanged.counts.read >= 300
    assert changed.counts.confirmed == changed.posted > 0
    assert changed.counts.read < 100
    assert all(phase.requests >= phase.fewest for phase in phases)
    assert all(0 < phase.read_seconds <= phase.seconds for phase in phases)
    assert all(phase.usage[POLL].rss_mib > 0 for phase in phases)
