"""A picture that comes late is published over, and a voucher is told for the invoice it stands for."""

from dataclasses import replace

import pytest
from ap_domain.poll import PollKind

from .site_books import PAID
from .world import CHANGES, SHARD, World, world_of


async def later(world: World) -> None:
    """The second voucher changes, so that what changed before is behind the watermark."""
    world.site.put("00000002", {"PYMNT_HOLD": "Y"})
    assert len(await world.complete(CHANGES)) == 1


@pytest.mark.parametrize("kind", PollKind)
@pytest.mark.parametrize("same_poll", [False, True], ids=["an older poll", "an earlier run of the same poll"])
async def test_a_picture_that_came_late_is_published_over(kind: PollKind, same_poll: bool) -> None:
    world = await world_of(2, {})
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
    world = await world_of(2, {})
    world.site.put("00000001", PAID)
    await world.complete()
    world.late(replace(world.last("00000002"), poll_offset=0))
    held = [world.held("00000001"), world.held("00000002")]
    for again in range(6):
        world.streams.revoke(SHARD)
        world.streams.own(SHARD, again=again)
        assert [world.held("00000001"), world.held("00000002")] == held


async def test_an_invoice_that_gets_another_voucher_is_watched_by_that_one() -> None:
    world = await world_of(1, {})
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
    world = await world_of(1, {})
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
