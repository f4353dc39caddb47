"""What a poll of payments reads, publishes and concludes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from ap_domain.payments import ExceptionKind, PaymentStanding
from ap_domain.poll import PollKind, PollOutcome
from peoplesoft import ConfigurationError, CredentialsRefused, NotAuthorised, PeopleSoftError, RetryLater

from .world import PAID, SECTION, SHARD, UNIT, World, refused

CHANGES = PollKind.CHANGES


async def world_of(count: int, *payments: dict[str, object], **section: object) -> World:
    """So many vouchers 00000001, ..., each of an invoice of its own, read once."""
    world = World(SECTION | section)
    for number in range(1, count + 1):
        world.site.put(f"{number:08}", *(payments or ({},)))
        world.post(f"i{number}", f"{number:08}")
    assert len(await world.complete()) == count
    return world


async def later(world: World) -> None:
    """The second voucher changes, so that what changed before is behind the watermark."""
    world.site.put("00000002", {"PYMNT_HOLD": "Y"})
    assert len(await world.complete(CHANGES)) == 1


async def test_a_voucher_is_published_once_and_again_when_it_changed() -> None:
    world = await world_of(1)
    assert world.last("00000001").standing is PaymentStanding.SCHEDULED
    for kind in (PollKind.FULL, CHANGES):
        assert await world.complete(kind) == []
    world.site.put("00000001", PAID)
    (paid,) = await world.complete(CHANGES)
    assert (paid.standing, paid.settled, paid.paid_total) == (PaymentStanding.PAID, True, Decimal(100))
    assert paid.invoice_id == "i1"
    assert paid.poll_offset == world.polls
    assert await world.complete() == []
    assert (world.progress.read, world.progress.changed) == (1, 0)


async def test_vouchers_of_others_are_read_past() -> None:
    world = await world_of(2)
    for number in range(3, 60):
        world.site.put(f"{number:08}", PAID)
    world.site.put("00000002", PAID)
    assert [each.voucher_id for each in await world.complete(CHANGES)] == ["00000002"]
    assert world.progress.read == 1


async def test_what_was_posted_since_is_read_at_the_next_poll_of_changes_however_old() -> None:
    world = await world_of(1)
    world.site.put("00000009", {}, LAST_UPDATE_DT="2020-01-01T00:00:00")
    world.site.payments["00000009"][0]["LAST_UPDATE_DT"] = "2020-01-01T00:00:00"
    world.post("i9", "00000009")
    assert [each.voucher_id for each in await world.complete(CHANGES)] == ["00000009"]


async def test_changes_are_asked_for_once_a_unit_whatever_number_is_open() -> None:
    world = await world_of(200)
    world.site.asked.clear()
    world.site.put("00000007", PAID)
    await world.complete(CHANGES)
    assert len(world.site.asked) <= 5
    assert all(prompts["SINCE"] for _, prompts in world.site.asked)


async def test_a_full_poll_pages_and_leaves_out_what_is_settled_for_long() -> None:
    world = await world_of(50)
    for number in range(1, 41):
        world.site.put(f"{number:08}", PAID)
    await world.complete()
    world.clock.advance(timedelta(days=11).total_seconds())
    world.site.asked.clear()
    await world.complete()
    assert world.progress.read == 10
    assert {prompts["AFTER"] for _, prompts in world.site.asked} >= {"00000040"}
    assert all(prompts["AFTER"] >= "00000040" for _, prompts in world.site.asked)


async def test_a_reversal_is_found_while_what_is_settled_is_watched_and_by_changes_ever_after() -> None:
    world = await world_of(2, PAID)
    world.clock.advance(timedelta(days=9).total_seconds())
    world.site.put("00000001", {})
    (reopened,) = await world.complete()
    assert reopened.standing is PaymentStanding.REOPENED
    assert reopened.paid_total == 0
    world.clock.advance(timedelta(days=90).total_seconds())
    world.site.put("00000002", {})
    assert [each.voucher_id for each in await world.complete(CHANGES)] == ["00000002"]


@pytest.mark.parametrize("part", ["vouchers", "payments"])
async def test_a_query_that_chooses_rows_instead_of_whole_vouchers_unpays_nothing(part: str) -> None:
    world = await world_of(1, PAID)
    world.site.blind = True
    table = world.site.vouchers["00000001"] if part == "vouchers" else world.site.payments["00000001"][0]
    table["LAST_UPDATE_DT"] = "2026-06-03T08:00:00"
    assert await world.complete(CHANGES) == []
    world.site.payments["00000001"][0] |= {"PAID_AMT": Decimal(90), "LAST_UPDATE_DT": "2026-06-03T09:00:00"}
    (changed,) = await world.complete(CHANGES)
    assert changed.paid_total == 90


@pytest.mark.parametrize("changed", [0, 1])
async def test_one_instalment_shown_without_the_other_is_not_taken_for_all(changed: int) -> None:
    half = PAID | {"PYMNT_GROSS_AMT": Decimal(50), "PAID_AMT": Decimal(50)}
    world = await world_of(1, half, half)
    world.site.blind = True
    world.site.vouchers["00000001"]["LAST_UPDATE_DT"] = "2026-06-03T08:00:00"
    row = world.site.payments["00000001"][changed]
    row |= {"PYMNT_ID_REF": "4712", "LAST_UPDATE_DT": "2026-06-03T08:00:00"}
    (found,) = await world.complete(CHANGES)
    assert found.paid_total == 100
    assert [each.reference for each in found.instalments].count("4712") == 1


async def test_two_business_units_may_have_the_same_voucher_ids() -> None:
    world = World()
    world.site.put("00000001", PAID)
    world.post("i1", "00000001")
    other = {"BUSINESS_UNIT": "US002"}
    world.site.put("other", {**other, "VOUCHER_ID": "00000001"}, **other, VOUCHER_ID="00000001")
    world.post("i2", "00000001", unit="US002")
    await world.complete()
    assert {(key, each.invoice_id, each.settled) for key, each in world.latest().items()} == {
        ((UNIT, "00000001"), "i1", True),
        (("US002", "00000001"), "i2", False),
    }


async def test_a_query_that_mixes_business_units_is_refused() -> None:
    world = World()
    world.site.put("00000001", {}, BUSINESS_UNIT="US001")
    world.post("i1", "00000001")
    world.site.shown = lambda row: row | {"BUSINESS_UNIT": "US009"}
    words, published = await world.failed()
    assert "was asked for business unit US001 and shows US009" in words
    assert published == []


async def test_a_new_voucher_that_is_not_shown_yet_is_an_exception_only_after_a_full_read() -> None:
    world = await world_of(5)
    world.post("i9", "00000009")
    assert await world.complete(CHANGES) == []
    (missing,) = await world.complete()
    assert [each.kind for each in missing.exceptions] == [ExceptionKind.MISSING]


# What is not shown.


async def test_a_few_vouchers_that_are_not_shown_any_more_are_exceptions_after_a_full_read() -> None:
    world = await world_of(5, PAID)
    world.site.put("00000001", {})
    await world.complete()
    del world.site.vouchers["00000001"], world.site.payments["00000001"]
    assert await world.complete(CHANGES) == []
    (gone,) = await world.complete()
    assert [each.kind for each in gone.exceptions] == [ExceptionKind.MISSING]
    assert not gone.settled
    assert await world.complete() == []
    world.site.put("00000001", {})
    (back,) = await world.complete(CHANGES)
    assert back.exceptions == ()


@pytest.mark.parametrize(("count", "gone", "believed"), [(10, 3, True), (10, 4, False), (20, 4, True)])
async def test_many_that_are_not_shown_any_more_prove_nothing(count: int, gone: int, believed: bool) -> None:
    world = await world_of(count)
    for number in range(1, gone + 1):
        world.site.vouchers.pop(f"{number:08}")
        world.site.payments.pop(f"{number:08}")
    world.site.put(f"{count:08}", PAID)
    if believed:
        assert len(await world.complete()) == gone + 1
        return
    mark = world.watermark
    words, published = await world.failed()
    assert f"does not show {gone} of {count} watched vouchers of US001" in words
    assert [each.voucher_id for each in published] == [f"{count:08}"], "what it does show is published"
    assert world.watermark == mark


async def test_vouchers_that_are_missing_already_do_not_count_again() -> None:
    world = await world_of(10)
    for number in range(1, 7):
        world.site.vouchers.pop(f"{number:08}")
        world.site.payments.pop(f"{number:08}")
        if number % 3 == 0:
            assert len(await world.complete()) == 3


@pytest.mark.parametrize("kind", PollKind)
@pytest.mark.parametrize("count", [1, 3, 30])
async def test_a_silent_query_of_payments_unpays_nothing(kind: PollKind, count: int) -> None:
    world = await world_of(count, PAID)
    for number in range(1, count + 1):
        world.site.put(f"{number:08}", PAID)
    world.site.silent.add("APS_VOUCHER_PAYMENTS")
    words, published = await world.failed(kind)
    assert f"query APS_VOUCHER_PAYMENTS shows no payments for {count} of {count} vouchers" in words
    assert published == []
    world.site.silent.clear()
    assert await world.complete(kind) == []


async def test_a_single_voucher_without_its_payments_is_believed_where_others_have_some() -> None:
    world = await world_of(10)
    world.site.put("00000001")
    (found,) = await world.complete(CHANGES)
    assert found.standing is PaymentStanding.NOT_SCHEDULED


async def test_of_a_deleted_voucher_the_payments_go_with_it() -> None:
    world = await world_of(1)
    world.site.put("00000001", ENTRY_STATUS="X")
    (found,) = await world.complete(CHANGES)
    assert [each.kind for each in found.exceptions] == [ExceptionKind.DELETED]


# What is wrong with the rows.


async def test_one_bad_row_costs_its_voucher_alone() -> None:
    world = await world_of(5)
    for number in range(1, 6):
        world.site.put(f"{number:08}", PAID if number != 2 else PAID | {"PAID_AMT": "much"})
    polled = await world.poll()
    assert polled.outcome is PollOutcome.COMPLETE
    assert "voucher US001/00000002: PAID_AMT is much" in polled.words
    assert world.progress.faulty == 1
    assert {each.voucher_id for each in world.latest().values() if each.settled} == {
        "00000001",
        "00000003",
        "00000004",
        "00000005",
    }


async def test_bad_rows_everywhere_are_the_query_s_fault() -> None:
    world = await world_of(8)
    for number in range(1, 9):
        world.site.put(f"{number:08}", {})
        del world.site.payments[f"{number:08}"][0]["PYMNT_STATUS"]
    words, published = await world.failed()
    assert "8 of 8 vouchers could not be read, so the query is suspected" in words
    assert "PYMNT_STATUS" in words
    assert published == []


async def test_a_query_that_shows_a_voucher_twice_is_no_picture_of_it() -> None:
    world = await world_of(1)
    world.site.vouchers["again"] = dict(world.site.vouchers["00000001"])
    polled = await world.poll()
    assert "the query shows it 2 times" in polled.words
    assert world.progress.faulty == 1


async def test_a_bug_that_one_voucher_meets_leaves_the_others_read() -> None:
    world = await world_of(3)
    for number in range(1, 4):
        world.site.put(f"{number:08}", PAID)
    world.site.vouchers["00000002"]["GROSS_AMT"] = object()
    polled = await world.poll()
    assert polled.outcome is PollOutcome.COMPLETE
    assert "voucher US001/00000002 could not be read by our own fault" in polled.words
    assert len([each for each in world.latest().values() if each.settled]) == 2


# What PeopleSoft answers.


@pytest.mark.parametrize(
    ("error", "stops"),
    [
        (CredentialsRefused("refused"), True),
        (NotAuthorised("no permission"), True),
        (RetryLater("down"), False),
        (ConfigurationError("no such query"), False),
    ],
)
async def test_what_peoplesoft_refuses_ends_the_poll_in_its_words(
    error: PeopleSoftError, stops: bool
) -> None:
    world = await world_of(1)
    world.site.before_answer = refused(error)
    words, _ = await world.failed()
    assert error.what in words
    assert "What to do" in words
    assert [stop.flow for stop in world.flows.stops] == (["payments"] if stops else [])


async def test_a_poll_that_broke_off_is_taken_up_by_the_next() -> None:
    world = await world_of(30)
    for number in range(1, 31):
        world.site.put(f"{number:08}", PAID)
    world.publisher.durable = 7
    words, published = await world.failed(CHANGES)
    assert "Kafka is away" in words
    world.publisher.durable = None
    again = await world.complete(CHANGES)
    assert {each.voucher_id for each in (*published, *again)} == {f"{number:08}" for number in range(1, 31)}
    assert len(published) + len(again) == 30


async def test_nothing_is_published_for_a_shard_that_was_lost() -> None:
    world = await world_of(1)
    world.site.put("00000001", PAID)
    world.site.before_answer = lambda _: world.streams.revoke(SHARD)
    await world.poll()
    assert len(world.published()) == 1


# Late pictures, invoices that change their voucher.


@pytest.mark.parametrize("kind", PollKind)
@pytest.mark.parametrize("same_poll", [False, True], ids=["an older poll", "an earlier run of the same poll"])
async def test_a_picture_that_came_late_is_published_over(kind: PollKind, same_poll: bool) -> None:
    world = await world_of(2)
    old = world.last("00000001")
    world.clock.advance(60)
    world.site.put("00000001", PAID)
    await world.poll(offset=old.poll_offset if same_poll else None)
    await later(world)
    world.late(old)
    assert not world.last("00000001").settled
    assert [each.voucher_id for each in await world.complete(kind)] == ["00000001"]
    assert world.last("00000001").settled
    assert await world.complete(kind) == []


async def test_pictures_taken_in_again_lead_to_the_same_table() -> None:
    world = await world_of(2)
    world.site.put("00000001", PAID)
    await world.complete()
    world.late(replace(world.last("00000002"), poll_offset=0))
    held = [world.held("00000001"), world.held("00000002")]
    for again in range(6):
        world.streams.revoke(SHARD)
        world.streams.own(SHARD, again=again)
        assert [world.held("00000001"), world.held("00000002")] == held


async def test_an_invoice_that_gets_another_voucher_is_watched_by_that_one() -> None:
    world = await world_of(1)
    world.post("i1", "00000002")
    world.site.put("00000002", PAID)
    world.site.put("00000001", PAID)
    assert [each.voucher_id for each in await world.complete(CHANGES)] == ["00000002"]
    world.post("i1", None)
    world.site.put("00000002", {})
    assert await world.complete() == []


async def test_a_voucher_that_is_linked_to_another_invoice_is_published_for_that_one() -> None:
    world = await world_of(2, PAID)
    await later(world)
    world.post("i1", None)
    world.post("i9", "00000001")
    (found,) = await world.complete(CHANGES)
    assert (found.voucher_id, found.invoice_id) == ("00000001", "i9")


async def test_a_voucher_that_two_invoices_claim_is_told_and_stays_with_the_first() -> None:
    world = await world_of(1)
    world.post("i0", "00000001")
    world.site.put("00000001", PAID)
    polled = await world.poll()
    assert "1 vouchers stand for several invoices (US001/00000001)" in polled.words
    assert world.last("00000001").invoice_id == "i1"
    assert await world.complete() == []


async def test_the_ledger_s_own_records_watch_nothing() -> None:
    world = World()
    world.streams.feed("peoplesoft.vouchers", SHARD, b"\x00owner/voucher-poster", b"{}", kind="owner")
    world.streams.feed("peoplesoft.vouchers", SHARD, b"\x00position/x", b"{}", kind="position")
    assert world.streams.set_aside == []
    assert await world.complete() == []
