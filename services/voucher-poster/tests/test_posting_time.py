"""Each voucher, and each confirmation, is counted once, from the fetch of its document."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ap_domain.invoice_state import InvoiceState, Step
from chassis.ledger.entry import Entry, Phase
from voucher_poster import posting_time
from voucher_poster.posting_time import CONFIRMED, SECONDS, ConfirmingTime, PostingTime

MakeEntry = Callable[..., Entry[InvoiceState]]
POSTED = datetime(2026, 11, 22, 12, tzinfo=UTC) + timedelta(seconds=3)


def _count_and_sum() -> tuple[float, float]:
    samples = {sample.name: sample.value for sample in SECONDS.labels(connection="acme")._child_samples()}
    return samples["_count"], samples["_sum"]


def test_a_voucher_is_counted_once_however_often_its_report_is_tried(make_entry: MakeEntry) -> None:
    count, seconds = _count_and_sum()
    times = PostingTime()
    times.committed(make_entry(Step.POST))
    posted = make_entry(Step.REPORT, body={"posted_at": POSTED}, since=POSTED)
    times.committed(posted)
    times.committed(posted)
    times.committed(make_entry(Step.CONFIRMED, body={"posted_at": POSTED}))
    assert _count_and_sum() == (count + 1, seconds + 3.0)


FETCHED = POSTED - timedelta(seconds=3)


def _confirmed() -> tuple[float, float]:
    samples = {sample.name: sample.value for sample in CONFIRMED.labels(connection="acme")._child_samples()}
    return samples["_count"], samples["_sum"]


@pytest.fixture
def seen(make_entry: MakeEntry) -> Callable[..., tuple[float, float]]:
    """What is counted of an invoice that goes through these entries."""

    def go(*steps: tuple[Step, dict[str, object]]) -> tuple[float, float]:
        count, seconds = _confirmed()
        times = ConfirmingTime()
        for step, changes in steps:
            times.committed(make_entry(step, **changes))
        after = _confirmed()
        return after[0] - count, after[1] - seconds

    return go


AT_LAST = {"phase": Phase.FINAL, "since": FETCHED + timedelta(seconds=9)}


def test_a_confirmation_is_counted_once_from_the_fetch(seen: Callable[..., tuple[float, float]]) -> None:
    asked: tuple[Step, dict[str, object]] = (Step.CONFIRM, {})
    assert seen((Step.REPORT, {}), asked, asked, (Step.CONFIRMED, AT_LAST), (Step.CONFIRMED, AT_LAST)) == (
        1,
        9,
    )


def test_it_counts_from_the_fetch_acted_on_also_when_a_newer_one_waited(
    seen: Callable[..., tuple[float, float]], make_entry: MakeEntry
) -> None:
    document = make_entry(Step.CONFIRM).body.document
    newer = replace(document, fetch_number=2, fetched_at=FETCHED + timedelta(seconds=8))
    waits = (Step.CONFIRM, {"body": {"newer": newer}})
    assert seen(waits, (Step.CONFIRMED, {**AT_LAST, "body": {"document": newer}})) == (1, 9)


@pytest.mark.parametrize(
    "steps",
    [
        [(Step.CONFIRM, {}), (Step.RETURNED, AT_LAST)],
        [(Step.CONFIRM, {}), (Step.REPORT, {"phase": Phase.PARKED}), (Step.CONFIRMED, AT_LAST)],
        [(Step.CONFIRMED, AT_LAST)],
    ],
    ids=["sent back", "parked meanwhile", "asked by another process"],
)
def test_what_was_not_seen_to_be_confirmed_is_left_out(
    seen: Callable[..., tuple[float, float]], steps: list[tuple[Step, dict[str, object]]]
) -> None:
    assert seen(*steps) == (0, 0)


def test_only_so_many_are_remembered(make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting_time, "REMEMBERED", 2)
    times, (count, _) = ConfirmingTime(), _confirmed()
    for number in range(3):
        times.committed(make_entry(Step.CONFIRM, key=f"acme/{number}"))
    for number in range(3):
        times.committed(make_entry(Step.CONFIRMED, key=f"acme/{number}", **AT_LAST))
    assert _confirmed()[0] == count + 2
