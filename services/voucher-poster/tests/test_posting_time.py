"""Each voucher is counted once, from the fetch of its document."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ap_domain.invoice_state import InvoiceState, Step
from chassis.ledger.entry import Entry
from voucher_poster.posting_time import SECONDS, PostingTime

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
