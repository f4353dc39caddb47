"""What a soak says in the end: what grew, what stayed undone, and nothing where all is well."""

from dataclasses import replace

import pytest

from .soak_samples import Work, read_page
from .soak_series import FILES, RSS, TASKS, THREADS, Sample, Trend
from .soak_verdict import problems, tables, thirds

WORK = Work(at=0, undone=10, intake=2, lag=12, entries=100, bytes=50_000)
AT_REST = Work(at=600, undone=0, intake=0, lag=1, entries=400, bytes=200_000)
COURSE = [replace(WORK, at=at * 60.0, entries=100 + 50 * at, bytes=50_000 + 25_000 * at) for at in range(10)]
LEAK = Trend(
    process="voucher-poster-1",
    pid=7,
    figure=RSS,
    minutes=9,
    first=80 * 2**20,
    last=98 * 2**20,
    slope=2 * 2**20,
    allowed=2**20,
    leaks=True,
)


def test_nothing_is_said_where_all_is_flat_and_done() -> None:
    assert problems([replace(LEAK, leaks=False)], COURSE, AT_REST) == []


@pytest.mark.parametrize(
    ("at_rest", "words"),
    [
        (replace(AT_REST, undone=1), "1 entries are undone"),
        (replace(AT_REST, intake=3), "3 records undecided"),
        (replace(AT_REST, lag=60), "60 offsets behind"),
        (replace(AT_REST, lag=None), "None offsets behind"),
    ],
)
def test_what_is_undone_at_rest_is_said(at_rest: Work, words: str) -> None:
    (said,) = problems([], COURSE, at_rest)
    assert words in said


def test_a_leak_is_said_with_process_and_figures_and_the_simulators_are_left_out() -> None:
    (said,) = problems([LEAK, replace(LEAK, process="kafka")], COURSE, AT_REST)
    assert said == (
        "voucher-poster-1 (process 7): rss grows by 2.0 MiB a minute for 9 minutes, from 80.0 MiB to 98.0 MiB"
    )


def test_ledgers_that_are_not_compacted_are_said() -> None:
    grown = [replace(each, bytes=50_000 * (at + 1) ** 2) for at, each in enumerate(COURSE)]
    (said,) = problems([], grown, AT_REST)
    assert "bytes on disk" in said


def test_the_tables_show_both_thirds_of_each_process() -> None:
    samples = [
        Sample(
            at=at * 10.0, process=process, pid=1, figures={RSS: at * 2**20, FILES: 9, THREADS: 3, TASKS: 20}
        )
        for process in ("voucher-poster-1", "voucher-poster-2")
        for at in range(61)
    ]
    first, last = thirds(samples, seconds=600)["voucher-poster-2"]
    assert (first.rss, last.rss) == (10 * 2**20, 50 * 2**20)
    processes, work = tables(samples, [LEAK], COURSE, AT_REST)
    assert [*processes.columns[0].cells] == ["voucher-poster-1", "voucher-poster-2"]
    assert "10.0 -> 50.0 (+2.00)" in str(next(iter(processes.columns[2].cells)))
    assert next(iter(work.columns[3].cells)) == "0"


def test_a_page_of_metrics_tells_tasks_work_and_what_is_held() -> None:
    page = read_page(
        """
# TYPE apstream_asyncio_tasks gauge
apstream_asyncio_tasks 31.0
# TYPE apstream_ledger_entries gauge
apstream_ledger_entries{connection="a",phase="final"} 40.0
apstream_ledger_entries{connection="a",phase="waiting"} 2.0
apstream_ledger_entries{connection="b",phase="in_doubt"} 1.0
apstream_ledger_entries{connection="b",phase="parked"} 5.0
# TYPE apstream_ledger_intake_waiting gauge
apstream_ledger_intake_waiting{topic="t"} 4.0
# TYPE apstream_stream_table_keys gauge
apstream_stream_table_keys{table="x"} 100.0
"""
    )
    assert (page.tasks, page.undone, page.intake, page.entries, page.records) == (31.0, 3, 4, 48, 148)
