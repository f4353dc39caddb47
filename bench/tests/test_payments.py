"""The benchmark of payments fails when its times would mean nothing, and works on a small scale."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.payments_figures import BEGIN, END, Poll, Size, keep
from bench.payments_measurement import Load, measure
from bench.payments_watch import POLL, POSTER, PaymentCounts, counts
from bench.processes import Usage
from bench.report import Machine

COMPLETE = PaymentCounts(polls=1, read=100, published=100, entries=100)
FIRST = Poll(counts=COMPLETE, requests=3, rows=200, seconds=2.0)
CHANGES = Poll(counts=replace(COMPLETE, read=5, published=5), requests=3, rows=12, seconds=1.0)
FULL = Poll(counts=replace(COMPLETE, published=0), requests=3, rows=200, seconds=1.5)
SIZE = Size(
    vouchers=100,
    load_seconds=2.5,
    first=FIRST,
    taken_seconds=4.0,
    changed=5,
    changes=CHANGES,
    confirmed_seconds=6.0,
    full=FULL,
    responses=5,
    usage={POLL: Usage(rss_mib=100, cpu_percent=50)},
    machine_percent=40,
)
PAGE = """
# TYPE apstream_polls counter
apstream_polls_total{connection="bench",subject="payments",outcome="complete"} 2.0
apstream_polls_total{connection="bench",subject="payments",outcome="failed"} 1.0
apstream_polls_total{connection="bench",subject="reconciliation",outcome="complete"} 7.0
apstream_polls_total{connection="other",subject="payments",outcome="complete"} 7.0
# TYPE apstream_ledger_calls counter
apstream_ledger_calls_total{call="confirm_payment",connection="bench",outcome="Done"} 4.0
apstream_ledger_calls_total{call="confirm_payment",connection="bench",outcome="Retry"} 9.0
apstream_ledger_calls_total{call="report_payment",connection="bench",outcome="Done"} 9.0
# TYPE apstream_ledger_entries gauge
apstream_ledger_entries{connection="bench",phase="final"} 10.0
apstream_ledger_entries{connection="bench",phase="parked"} 1.0
"""


def test_counts_are_those_of_the_connection_and_of_payments() -> None:
    found = counts([PAGE], connection="bench")
    assert found == PaymentCounts(polls=2, broken=1, confirmed=4, entries=10, parked=1)
    assert found.since(PaymentCounts(polls=1, confirmed=1, entries=5)) == replace(found, polls=1, confirmed=3)


def test_a_size_whose_payments_were_each_found_and_told_once_is_no_problem() -> None:
    assert SIZE.problems() == []
    assert SIZE.responses_a_second == 1.0


@pytest.mark.parametrize(
    ("size", "word"),
    [
        (replace(SIZE, responses=6), "Basware got 6 responses"),
        (replace(SIZE, changed=4, responses=4), "(100, 5, 0) were published"),
        (replace(SIZE, vouchers=101), "(100, 5, 0) were published"),
        (replace(SIZE, full=replace(FULL, counts=replace(COMPLETE, published=1))), "(100, 5, 1)"),
        (replace(SIZE, changes=replace(CHANGES, counts=replace(CHANGES.counts, broken=1))), "1 polls broke"),
        (replace(SIZE, changes=replace(CHANGES, counts=replace(CHANGES.counts, parked=2))), "2 parked"),
        (replace(SIZE, first=replace(FIRST, counts=replace(COMPLETE, faulty=3))), "3 faulty"),
    ],
)
def test_what_makes_the_times_worthless_is_said(size: Size, word: str) -> None:
    assert any(word in problem for problem in size.problems())


def test_the_page_keeps_the_figures_between_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    at = datetime(2026, 11, 23, tzinfo=UTC)
    file = keep([SIZE], machine=Machine.here(), at=at, folder=tmp_path)
    assert file.name == "2026-11-23-payments.json"
    shown = page.read_text()
    assert shown.startswith("before\n")
    assert shown.endswith("after\n")
    for part in ("100 open", "| changes, 1 % paid | 3 / 12 / 1.0 |", "| told and confirmed a second | 1.0 |"):
        assert part in shown


@pytest.mark.timeout(600)
async def test_a_few_vouchers_go_through_all_phases(tmp_path: Path) -> None:
    told: list[str] = []
    size = await measure(
        Load(vouchers=300, share=0.05, latency_ms=0), run_dir=tmp_path / "run", progress=told.append
    )
    assert size.changed == size.responses > 10
    assert size.first.rows > 600
    assert 100 > size.changes.rows >= 2 * size.changed
    assert size.full.requests >= size.changes.requests >= 2
    assert size.changes.seconds < size.confirmed_seconds
    assert size.usage[POLL].rss_mib > 0 < size.usage[POSTER].rss_mib
