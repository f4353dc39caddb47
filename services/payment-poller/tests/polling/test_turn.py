"""What a poll of payments reads, publishes and concludes."""

from datetime import timedelta
from decimal import Decimal

from ap_domain.payments import PaymentStanding
from ap_domain.poll import PollKind

from .site_books import PAID, UNIT
from .world import CHANGES, World, world_of


async def test_a_voucher_is_published_once_and_again_when_it_changed() -> None:
    world = await world_of(1, {})
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
    world = await world_of(2, {})
    for number in range(3, 60):
        world.site.put(f"{number:08}", PAID)
    world.site.put("00000002", PAID)
    assert [each.voucher_id for each in await world.complete(CHANGES)] == ["00000002"]
    assert world.progress.read == 1


async def test_what_was_posted_since_is_read_at_the_next_poll_of_changes_however_old() -> None:
    world = await world_of(1, {})
    world.site.put("00000009", {}, LAST_UPDATE_DT="2020-01-01T00:00:00")
    world.site.payments["00000009"][0]["LAST_UPDATE_DT"] = "2020-01-01T00:00:00"
    world.post("i9", "00000009")
    assert [each.voucher_id for each in await world.complete(CHANGES)] == ["00000009"]


async def test_changes_are_asked_for_once_a_unit_whatever_number_is_open() -> None:
    world = await world_of(200, {})
    world.site.asked.clear()
    world.site.put("00000007", PAID)
    await world.complete(CHANGES)
    assert len(world.site.asked) <= 5
    assert all(prompts["SINCE"] for _, prompts in world.site.asked)


async def test_a_full_poll_pages_and_leaves_out_what_is_settled_for_long() -> None:
    world = await world_of(50, {})
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
