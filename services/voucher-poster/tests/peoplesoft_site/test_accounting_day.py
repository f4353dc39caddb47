"""The day of the books is that of the calendar's time zone."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from ap_domain.approved_invoice import read_document
from ap_domain.posting_calendar import read_calendar
from chassis.ledger.outcomes import NotSent

from .site_bench import Bench

MONTH_END = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)


@pytest.fixture
def undated(bench: Bench, document: dict[str, Any]) -> Bench:
    """With an invoice that names no day of its own for the books."""
    bench.documents.invoice = read_document({**document, "voucherDate": None})
    return bench


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", date(2026, 11, 30)),
        ("UTC", date(2026, 12, 1)),
        ("Europe/Helsinki", date(2026, 12, 1)),
    ],
)
async def test_an_evening_at_the_end_of_a_month_is_still_in_it(
    undated: Bench, clock: Any, zone: str, day: date
) -> None:
    clock.instant = MONTH_END
    undated.set(calendar=read_calendar({"time_zone": zone}))
    await undated.call("create", await undated.started())
    assert [each["ACCOUNTING_DT"] for each in undated.books.sent] == [day]


async def test_at_midnight_of_the_books_a_decided_create_is_not_sent(undated: Bench, clock: Any) -> None:
    undated.set(calendar=read_calendar({"time_zone": "America/New_York"}))
    clock.instant = datetime(2026, 12, 1, 4, 59, tzinfo=UTC)
    entry = await undated.started()
    clock.instant = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
    assert isinstance(await undated.call("create", entry), NotSent)
    assert undated.books.sent == []
