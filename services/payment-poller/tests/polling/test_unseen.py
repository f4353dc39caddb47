"""What a poll must not conclude from what it is not shown, and must not pass by although nothing changed."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from ap_domain.payments import ExceptionKind, PaymentStanding, supersedes
from ap_domain.poll import PollKind, PollOutcome
from payment_poller.core.handed_on import handed_on
from peoplesoft import NotAuthorised, ProtocolError, QueryRequest, RetryLater

from .site_books import PAID, UNIT, Cells, inquiry_row
from .world import CHANGES, NOON, SECTION, World, world_of

FIRST: Cells = PAID | {"PYMNT_GROSS_AMT": Decimal(60), "PAID_AMT": Decimal(60)}
SECOND: Cells = {"PYMNT_GROSS_AMT": Decimal(40)}


def hides(world: World, hidden: Callable[[Cells], bool]) -> None:
    """The query does not show these payments any more; everything changed, so that changes show it too."""
    for voucher_id, rows in list(world.site.payments.items()):
        world.site.put(voucher_id, *rows)
        world.site.payments[voucher_id] = [row for row in rows if not hidden(row)]


def unpaid(row: Cells) -> bool:
    return row["PYMNT_ID"] is None


def paid(row: Cells) -> bool:
    return not unpaid(row)


@pytest.mark.parametrize("kind", PollKind)
@pytest.mark.parametrize("hidden", [unpaid, paid])
async def test_an_instalment_that_vanishes_settles_and_unpays_nothing(
    kind: PollKind, hidden: Callable[[Cells], bool]
) -> None:
    world = await world_of(2, FIRST, SECOND)
    before = world.last("00000001")
    hides(world, hidden)
    found = await world.complete(kind)
    assert [[each.kind for each in picture.exceptions] for picture in found] == [[ExceptionKind.MISSING]] * 2
    assert not any(picture.settled for picture in found)
    assert {picture.standing for picture in found} == {
        PaymentStanding.UNKNOWN if hidden is paid else PaymentStanding.PARTIALLY_PAID
    }
    assert await world.complete() == []
    world.site.put("00000001", FIRST, SECOND)
    (back,) = await world.complete(kind)
    assert (back.standing, back.paid_total) == (before.standing, before.paid_total)


@pytest.mark.parametrize("kind", PollKind)
@pytest.mark.parametrize("hidden", [unpaid, paid])
async def test_instalments_that_vanish_everywhere_are_the_query_s_fault(
    kind: PollKind, hidden: Callable[[Cells], bool]
) -> None:
    world = await world_of(10, FIRST, SECOND)
    hides(world, hidden)
    words, published = await world.failed(kind)
    assert "query APS_VOUCHER_PAYMENTS shows less than before for 10 of 10 vouchers of US001" in words
    assert published == []


@pytest.mark.parametrize("days", [0, 3])
async def test_a_query_that_never_showed_a_payment_is_not_believed(days: int) -> None:
    world = World()
    world.site.silent.add("APS_VOUCHER_PAYMENTS")
    for number in range(1, 6):
        world.site.put(f"{number:08}", PAID)
        world.post(f"i{number}", f"{number:08}", posted_at=NOON - timedelta(days=days))
    words, published = await world.failed()
    assert "shows nothing of US001, not for 5 vouchers of ours either (00000001, " in words
    assert published == []
    world.site.silent.clear()
    assert len(await world.complete(CHANGES)) == 5


async def test_a_voucher_that_gets_no_schedule_is_an_exception_after_a_day() -> None:
    world = await world_of(1)
    world.site.put("00000009", {})
    assert world.last("00000001").exceptions == ()
    world.clock.advance(timedelta(days=1, minutes=1).total_seconds())
    (found,) = await world.complete()
    assert [each.words for each in found.exceptions] == [
        "Voucher US001/00000001 is not shown by PeopleSoft's queries, or not all of it (no scheduled payment)."
    ]


async def test_settled_vouchers_that_are_archived_are_no_exceptions_and_leave_the_watch() -> None:
    world = await world_of(10, PAID)
    for number in range(1, 4):
        del world.site.vouchers[f"{number:08}"], world.site.payments[f"{number:08}"]
    gone = await world.complete()
    assert [(each.settled, each.exceptions) for each in gone] == [(True, ())] * 3
    for number in range(4, 6):
        del world.site.vouchers[f"{number:08}"], world.site.payments[f"{number:08}"]
    assert len(await world.complete()) == 2, "those known to be gone do not count again"
    world.clock.advance(timedelta(days=11).total_seconds())
    world.site.asked.clear()
    await world.complete()
    assert world.site.asked == []


async def test_a_poll_that_runs_again_publishes_what_changed_meanwhile_as_the_newer() -> None:
    world = await world_of(1, {})
    world.site.put("00000001", FIRST, SECOND)
    await world.poll(offset=50)
    first = world.last("00000001")
    world.clock.advance(60)
    world.site.put("00000001", PAID)
    await world.poll(offset=50)
    second = world.last("00000001")
    assert (first.poll_offset, second.poll_offset, second.settled) == (50, 50, True)
    assert supersedes(second, poll_offset=first.poll_offset, observed_at=first.observed_at)
    assert not supersedes(first, poll_offset=second.poll_offset, observed_at=second.observed_at)


# What nobody was there to hear.


@pytest.mark.parametrize("kind", PollKind)
async def test_a_voucher_that_is_linked_anew_is_published_anew(kind: PollKind) -> None:
    world = await world_of(2, PAID)
    world.post("i1", None)
    await world.complete(CHANGES)
    world.post("i1", "00000001", posted_at=NOON + timedelta(hours=1))
    (again,) = await world.complete(kind)
    assert (again.voucher_id, again.settled) == ("00000001", True)
    assert await world.complete(CHANGES) == []


async def test_a_voucher_that_is_posted_anew_meanwhile_is_published_for_that() -> None:
    world = await world_of(1, PAID)
    world.post("i1", "00000001", posted_at=NOON + timedelta(hours=1))
    assert len(await world.complete(CHANGES)) == 1


# What could not be read.


async def test_what_could_not_be_read_is_read_by_the_next_poll_of_changes() -> None:
    world = await world_of(2, {})
    world.site.put("00000001", PAID)
    world.site.vouchers["again"] = dict(world.site.vouchers["00000001"])
    assert (await world.poll(CHANGES)).outcome is PollOutcome.COMPLETE
    world.site.put("00000002", {"PYMNT_HOLD": "Y"})
    await world.poll(CHANGES)  # the watermark moves on
    assert world.progress.faulty == 1
    del world.site.vouchers["again"]
    assert [each.voucher_id for each in await world.complete(CHANGES)] == ["00000001"]
    assert await world.complete(CHANGES) == []


@pytest.mark.parametrize("kind", PollKind)
async def test_one_business_unit_s_broken_rows_leave_the_others_read(kind: PollKind) -> None:
    world = await two_units()
    world.site.before_answer = fails(ProtocolError("10 rows of VOUCHER_ID"))
    words, published = await world.failed(kind)
    assert "US000: 10 rows of VOUCHER_ID" in words
    assert [each.business_unit for each in published] == [UNIT]
    world.site.before_answer = lambda _: None
    assert [each.business_unit for each in await world.complete(kind)] == ["US000"]


@pytest.mark.parametrize("error", [RetryLater("down"), NotAuthorised("no permission")])
async def test_what_is_wrong_with_peoplesoft_itself_ends_the_poll(error: Exception) -> None:
    world = await two_units()
    world.site.before_answer = fails(error)
    _, published = await world.failed()
    assert published == []


async def two_units() -> World:
    world = World()
    for unit, invoice in (("US000", "i0"), (UNIT, "i1")):
        world.site.put(f"{unit}/1", {"BUSINESS_UNIT": unit}, BUSINESS_UNIT=unit)
        world.post(invoice, f"{unit}/1", unit=unit)
    await world.complete()
    for unit in ("US000", UNIT):
        world.site.put(f"{unit}/1", PAID | {"BUSINESS_UNIT": unit}, BUSINESS_UNIT=unit)
    return world


def fails(error: Exception) -> Callable[[QueryRequest], None]:
    def fail(request: QueryRequest) -> None:
        if dict(request.prompts)["BUSINESS_UNIT"] == "US000":
            raise error

    return fail


# How far changes were read.


async def test_a_full_poll_does_not_move_the_watermark_past_changes_it_did_not_read() -> None:
    world = await world_of(2, PAID)
    world.clock.advance(timedelta(days=11).total_seconds())
    world.site.put("00000002", PAID | {"PYMNT_HOLD": "Y"})
    await world.poll(CHANGES)
    world.site.put("00000001", {})
    world.site.put("00000003", {})
    world.post("i3", "00000003")
    assert [each.voucher_id for each in await world.complete()] == ["00000003"]
    assert [each.voucher_id for each in await world.complete(CHANGES)] == ["00000001"]


async def test_changes_are_asked_for_where_a_full_poll_read_nothing() -> None:
    world = await world_of(1, PAID)
    world.clock.advance(timedelta(days=11).total_seconds())
    world.watermark = None
    await world.complete()
    world.site.put("00000001", {}, LAST_UPDATE_DT=world.clock.at.isoformat())
    assert [each.voucher_id for each in await world.complete(CHANGES)] == ["00000001"]


@pytest.mark.parametrize(
    ("before", "found", "on"),
    [
        ("2026-06-19T10:00:00", "2026-06-19T11:00:00", "2026-06-19T10:00:00"),
        ("2026-06-21T10:00:00", "2026-06-19T11:00:00", "2026-06-19T11:00:00"),
        ("2026-06-19T10:00:00", None, "2026-06-19T10:00:00"),
        (None, "2026-06-19T11:00:00", "2026-06-19T11:00:00"),
        (None, None, "2026-06-18T12:00:00"),
        ("2026-06-19T10:00:00", "2026-06-19T11:00:00+02:00", "2026-06-19T11:00:00+02:00"),
        ("yesterday", "2026-06-19T11:00:00", "2026-06-19T11:00:00"),
    ],
)
def test_the_earlier_watermark_is_handed_on(before: str | None, found: str | None, on: str) -> None:
    assert handed_on(before=before, found=found, now=NOON) == on


# The inquiry, which shows a few days at a time.


@pytest.mark.parametrize("sources", [["inquiry"], ["inquiry", "query"]])
async def test_what_the_inquiry_shows_no_more_stays_as_it_was(sources: list[str]) -> None:
    inquiry = {"root": "RESTListeningConnector/PSFT_EP/ESettlements.v1", "window_days": 4}
    world = World(SECTION | {"inquiry": inquiry, "sources": sources})
    world.site.put("00000001", PAID)
    world.post("i1", "00000001")
    world.site.paid = [inquiry_row("i1")]
    (found,) = await world.complete()
    assert found.settled
    world.site.paid = []
    world.site.put("00000001", PAID)
    for kind in (CHANGES, PollKind.FULL):
        assert await world.complete(kind) == []
