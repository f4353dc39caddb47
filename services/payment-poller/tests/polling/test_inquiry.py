"""The payment inquiry as a source: alone, and beside the query."""

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ap_domain.payments import PaymentStanding, Proof
from ap_domain.poll import PollKind, PollOutcome
from payment_poller.inquiring import windows
from peoplesoft import NotAuthorised, PeopleSoftError, RetryLater

from .site_books import PAID, inquiry_row
from .world import CHANGES, NOON, SECTION, World

INQUIRY: dict[str, Any] = {
    "inquiry": {"root": "RESTListeningConnector/PSFT_EP/ESettlements.v1", "window_days": 4}
}


def world(*sources: str) -> World:
    """Two vouchers, read by these sources."""
    made = World(SECTION | INQUIRY | {"sources": list(sources)})
    for number in (1, 2):
        made.site.put(f"0000000{number}", {})
        made.post(f"i{number}", f"0000000{number}")
    return made


@pytest.mark.parametrize("kind", PollKind)
async def test_alone_it_closes_exactly_the_invoice_it_shows(kind: PollKind) -> None:
    alone = world("inquiry")
    alone.site.paid = [inquiry_row("i1"), inquiry_row("stranger")]
    (found,) = await alone.complete(kind)
    assert (found.invoice_id, found.proof, found.settled) == ("i1", Proof.INQUIRY, True)
    assert alone.site.asked == []
    assert await alone.complete(kind) == []


@pytest.mark.parametrize(
    "shown",
    [
        [inquiry_row("i1", gross="99")],
        [replace(inquiry_row("i1"), currency="USD")],
        [replace(inquiry_row("i1"), invoice_date=date(2026, 6, 2))],
        [replace(inquiry_row("i1"), invoice_date=None)],
        [inquiry_row("i1"), inquiry_row("i1", "Void")],
    ],
)
async def test_what_could_be_another_invoice_s_closes_nothing(shown: list[Any]) -> None:
    alone = world("inquiry")
    alone.site.paid = shown
    assert await alone.complete() == []


async def test_a_row_that_could_be_of_two_vouchers_is_told() -> None:
    alone = world("inquiry")
    alone.site.paid = [inquiry_row("i1"), inquiry_row("i1", "Void")]
    polled = await alone.poll()
    assert polled.outcome is PollOutcome.COMPLETE
    assert "1 invoices cannot be told in the payment inquiry" in polled.words


async def test_beside_the_query_it_is_compared() -> None:
    both = world("query", "inquiry")
    both.site.put("00000002", PAID)
    both.site.paid = [inquiry_row("i1"), inquiry_row("i2")]
    await both.complete()
    assert both.last("00000001").standing is PaymentStanding.SCHEDULED
    assert both.last("00000001").disagreements == ("the payment inquiry says Paid, the query scheduled",)
    assert both.last("00000002").disagreements == ()


async def test_what_it_calls_paid_is_read_again_by_the_query() -> None:
    both = world("query", "inquiry")
    await both.complete()
    both.site.put("00000002", {"PYMNT_HOLD": "Y"})
    await both.complete(CHANGES)
    both.site.paid = [inquiry_row("i1")]
    (found,) = await both.complete(CHANGES)
    assert found.voucher_id == "00000001"
    assert found.disagreements


@pytest.mark.parametrize("error", [RetryLater("down"), NotAuthorised("no permission")])
async def test_its_failure_ends_no_poll_that_only_compares_with_it(error: PeopleSoftError) -> None:
    both = world("query", "inquiry")
    both.site.inquiry_fails = error
    polled = await both.poll()
    assert polled.outcome is PollOutcome.COMPLETE
    assert f"nothing was compared with the payment inquiry: {error.what}" in polled.words
    assert len(both.published()) == 2
    assert both.flows.stops == []


async def test_its_failure_ends_the_poll_that_rests_on_it() -> None:
    alone = world("inquiry")
    alone.site.inquiry_fails = NotAuthorised("no permission")
    words, _ = await alone.failed()
    assert "no permission" in words
    assert [stop.flow for stop in alone.flows.stops] == ["payments"]


def test_windows_cover_the_days_without_a_gap() -> None:
    plan = world("query", "inquiry").plan
    last = windows(plan, CHANGES, now=NOON)
    assert list(last) == [(date(2026, 6, 17), date(2026, 6, 20)), (date(2026, 6, 21), date(2026, 6, 21))]
    whole = list(windows(plan, PollKind.FULL, now=NOON))
    assert (whole[0][0], whole[-1][1]) == (date(2026, 6, 11), date(2026, 6, 21))
    assert all((second[0] - first[1]).days == 1 for first, second in itertools.pairwise(whole))
    assert list(windows(World().plan, PollKind.FULL, now=NOON)) == []
