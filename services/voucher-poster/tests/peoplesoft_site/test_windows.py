"""Outside the posting windows invoices wait, visibly."""

from datetime import UTC, datetime
from typing import Any

import peoplesoft
import pytest
from ap_domain.approved_invoice import read_document
from ap_domain.invoice_state import Step
from ap_domain.posting_calendar import read_calendar
from chassis.ledger.entry import Phase
from chassis.ledger.outcomes import Done, Rejected, Retry

from .site_bench import Bench, MakeEntry

OFFICE = {"time_zone": "Europe/Helsinki", "windows": [{"begins": "08:00", "ends": "18:00"}]}
FROZEN = {"freezes": [{"begins": "2026-11-20", "ends": "2026-11-30", "reason": "month end"}]}


async def test_a_look_outside_the_windows_waits_with_the_reason_and_the_instant(
    bench: Bench, clock: Any, make_entry: MakeEntry
) -> None:
    clock.instant = datetime(2026, 11, 20, 17, tzinfo=UTC)  # a Friday, 19:00 in Helsinki
    bench.set(calendar=read_calendar(OFFICE))
    assert await bench.call("look", make_entry(Step.POST)) == Retry(
        reason="outside the posting windows: posting in US001 opens 2026-11-23 08:00 EET",
        after=(2 * 24 + 13) * 3600.0,
        blame=False,
        asked=False,
    )
    assert bench.books.asked == []


async def test_in_a_freeze_it_says_why_and_until_when(bench: Bench, make_entry: MakeEntry) -> None:
    bench.set(calendar=read_calendar(FROZEN))
    waits = await bench.call("look", make_entry(Step.POST))
    assert isinstance(waits, Retry)
    assert waits.reason == (
        "posting is frozen until 2026-11-30 (month end): posting in US001 opens 2026-12-01 00:00 UTC"
    )


async def test_without_an_opening_in_sight_it_asks_again_within_the_hour(
    bench: Bench, make_entry: MakeEntry
) -> None:
    windows = [{"begins": "08:00", "ends": "18:00", "business_units": ["FRA01"]}]
    bench.set(calendar=read_calendar({"windows": windows}))
    assert await bench.call("look", make_entry(Step.POST)) == Retry(
        reason="no posting window covers US001; no opening is in sight",
        after=3600.0,
        blame=False,
        asked=False,
    )


async def test_inside_a_window_it_looks(bench: Bench, clock: Any) -> None:
    clock.instant = datetime(2026, 11, 20, 9, tzinfo=UTC)
    bench.set(calendar=read_calendar(OFFICE))
    assert (await bench.looked()).same == ()
    assert len(bench.books.asked) == 1


async def test_what_is_at_fault_goes_back_without_waiting_for_the_window(
    bench: Bench, document: dict[str, Any], make_entry: MakeEntry
) -> None:
    bench.set(calendar=read_calendar(FROZEN))
    bench.documents.invoice = read_document({**document, "grossSum": 1161})
    assert isinstance(await bench.call("look", make_entry(Step.POST)), Rejected)


@pytest.mark.parametrize("name", ["settle", "verify"])
async def test_doubt_is_settled_also_outside_the_windows(bench: Bench, name: str) -> None:
    entry = await bench.started(Phase.IN_DOUBT)
    bench.set(calendar=read_calendar(FROZEN))
    outcome = await bench.call(name, entry)
    assert not isinstance(outcome, Retry)


async def test_a_create_that_was_decided_inside_is_sent(bench: Bench) -> None:
    entry = await bench.started()
    bench.set(calendar=read_calendar(FROZEN))
    assert isinstance(await bench.call("create", entry), Done)


async def test_a_site_that_is_away_is_no_matter_of_the_window(bench: Bench, make_entry: MakeEntry) -> None:
    bench.books.failure = peoplesoft.RetryLater("away")
    outcome = await bench.call("look", make_entry(Step.POST))
    assert isinstance(outcome, Retry)
    assert outcome.blame
