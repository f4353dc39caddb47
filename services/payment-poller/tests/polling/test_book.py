"""The index of watched vouchers is that of the tables, whatever shards come and go; what a scrape shows of it."""

from collections.abc import Sequence
from datetime import timedelta

from ap_domain.reconciliation import Reconciliation
from chassis.errors import NotAnswered
from payment_poller.differences import Differences
from payment_poller.metrics import VoucherPicture

from .site_books import PAID, UNIT
from .test_reconciling import reconciliation
from .world import NOON, SHARD, World


def scraped(world: World, differences: Differences | None = None) -> dict[tuple[str, ...], float]:
    picture = VoucherPicture(
        world.book, differences or Differences(owned=frozenset, read=nothing), now=world.clock.now
    )
    return {
        (family.name.removeprefix("apstream_"), *sample.labels.values()): sample.value
        for family in picture.collect()
        for sample in family.samples
        if sample.value
    }


async def nothing(_: int) -> Sequence[Reconciliation]:
    return ()


async def test_it_is_read_anew_where_a_shard_comes_back() -> None:
    world = World()
    world.post("i1", "00000001")
    watching = await world.book.of(shard=SHARD, connection_id="acme")
    assert watching.units == (UNIT,)
    world.streams.revoke(SHARD)
    assert (await world.book.of(shard=SHARD, connection_id="acme")).units == ()
    world.post("i1", "00000002")
    world.streams.own(SHARD)
    watching = await world.book.of(shard=SHARD, connection_id="acme")
    assert watching.untold() == {UNIT: {"00000002"}}


async def test_what_is_taken_in_before_a_shard_is_ours_again_is_read_though_nobody_looked_in_between() -> (
    None
):
    """Given up and taken over within a second: what is caught up with then is not visible, and not gone either."""
    world = World()
    world.post("i1", "00000001")
    world.post("i2", "00000002")
    await world.book.of(shard=SHARD, connection_id="acme")
    world.streams.revoke(SHARD)
    world.post("i1", "00000001")
    world.streams.own(SHARD)
    watching = await world.book.of(shard=SHARD, connection_id="acme")
    assert watching.untold() == {UNIT: {"00000001", "00000002"}}


async def test_what_another_process_wrote_meanwhile_is_read_though_nobody_looked_in_between() -> None:
    """It took the records in and committed them: here only the recovered tables say so."""
    world = World()
    world.post("i1", "00000001")
    await world.book.of(shard=SHARD, connection_id="acme")
    world.streams.revoke(SHARD)
    world.post("i1", "00000002")
    other = world.streams.another()
    other.own(SHARD)
    other.revoke(SHARD)
    world.streams.own(SHARD)
    watching = await world.book.of(shard=SHARD, connection_id="acme")
    assert watching.untold() == {UNIT: {"00000002"}}


async def test_many_vouchers_are_read_without_holding_others_up() -> None:
    world = World()
    for number in range(1050):
        world.post(f"i{number}", f"{number:08}")
    watching = await world.book.of(shard=SHARD, connection_id="acme")
    assert len(watching.owners) == 1050


async def test_a_scrape_shows_standings_and_exceptions_with_their_age() -> None:
    world = World()
    world.site.put("00000001", PAID)
    world.site.put("00000002", {}, ENTRY_STATUS="R")
    for number in (1, 2, 3):
        world.post(f"i{number}", f"0000000{number}")
    world.post("i4", "00000002")
    await world.poll()
    world.post("i5", "00000005")
    world.clock.advance(timedelta(days=2).total_seconds())
    assert scraped(world) == {
        ("payments_vouchers_watched", "acme"): 4,
        ("payments_vouchers_shared", "acme"): 1,
        ("payments_vouchers", "acme", "paid"): 1,
        ("payments_vouchers", "acme", "scheduled"): 1,
        ("payments_vouchers", "acme", "unknown"): 1,
        ("payments_vouchers", "acme", "not_read"): 1,
        ("payments_vouchers_settled", "acme"): 1,
        ("payments_exceptions", "acme", "recycled"): 1,
        ("payments_exceptions", "acme", "missing"): 1,
        ("payments_exception_oldest_seconds", "acme", "recycled"): 172_800,
        ("payments_exception_oldest_seconds", "acme", "missing"): 172_800,
    }


async def test_a_scrape_shows_the_last_reconciliation_also_after_a_restart() -> None:
    world, tries = World(), 0

    async def read(shard: int) -> Sequence[Reconciliation]:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise NotAnswered("Kafka is away")
        return (reconciliation(2), reconciliation(1, run_at=NOON - timedelta(days=1)))

    differences = Differences(owned=world.streams.owned, read=read)
    for _ in range(3):
        await differences.look()
    assert tries == 2
    world.clock.advance(60)
    assert scraped(world, differences) == {
        ("reconciliation_differences", "acme", "amount", "no"): 2,
        ("reconciliation_differences", "acme", "not_posted", "yes"): 1,
        ("reconciliation_age_seconds", "acme"): 60,
    }
    world.streams.revoke(SHARD)
    assert scraped(world, differences) == {}
