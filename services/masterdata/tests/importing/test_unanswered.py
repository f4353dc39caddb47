"""What Basware gives no word on: requests that cannot be asked about, and batches that fail without a reason."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest
from ap_domain.masterdata.record import ImportStep
from chassis.connections import Connection
from masterdata.importing.core.answers import LockedOut, NoAnswer, NotAllowed, RequestWord, SendAnswer
from masterdata.importing.core.pace import Pace
from masterdata.importing.core.ports import Missed, Outgoing

from .basware_fake import FakeBasware, Manners
from .process import begin
from .virtual_time import in_virtual_time, this_loop
from .world import World, chance

CONFIRMED, REFUSED = ImportStep.CONFIRMED, ImportStep.REFUSED


class CannotBeAsked(FakeBasware):
    """A request with a poisoned record cannot be asked about."""

    whole = False

    async def ask(self, connection: Connection, request_id: str) -> RequestWord | NoAnswer | LockedOut | None:
        request = self.requests.get(request_id)
        if request and any("poison" in item.content for item in request.items.values()):
            return NoAnswer(said="HTTP 500 for this request", whole=self.whole)
        return await FakeBasware.ask(self, connection, request_id)


class CannotBeListed(FakeBasware):
    """The list of requests cannot be read."""

    async def missed(
        self, connection: Connection, *, entity: str, codes: Collection[str], since: datetime, besides: str
    ) -> Mapping[str, Missed] | NoAnswer | LockedOut:
        return NoAnswer(said="the list is too long")


class Chokes(FakeBasware):
    """A request with a poisoned record fails without a word; while `away`, every call does."""

    away = False

    async def send(self, connection: Connection, *, entity: str, records: Sequence[Outgoing]) -> SendAnswer:
        if self.away or any("poison" in record.content for record in records):
            codes = tuple(record.external_code for record in records)
            self.sends.append((this_loop().time(), entity, codes))
            return NoAnswer(said="HTTP 500")
        return await FakeBasware.send(self, connection, entity=entity, records=records)

    async def missed(
        self, connection: Connection, *, entity: str, codes: Collection[str], since: datetime, besides: str
    ) -> Mapping[str, Missed] | NoAnswer | LockedOut:
        if self.away:
            return NoAnswer(said="HTTP 500")
        return await FakeBasware.missed(
            self, connection, entity=entity, codes=codes, since=since, besides=besides
        )


class Forbids(FakeBasware):
    """Takes everything but suppliers."""

    allowed = False

    async def send(self, connection: Connection, *, entity: str, records: Sequence[Outgoing]) -> SendAnswer:
        if entity == "suppliers" and not self.allowed:
            self.sends.append((this_loop().time(), entity, ()))
            return NotAllowed(said="403: no scope")
        return await FakeBasware.send(self, connection, entity=entity, records=records)


def a_world_with(basware: FakeBasware) -> World:
    world = World(random=chance(7), pace=Pace(patience=300))
    world.basware["acme"] = basware
    return world


async def passes(world: World, seconds: float) -> None:
    """The import is at work for so long."""
    until = this_loop().time() + seconds
    await world.run(begin, lambda: this_loop().time() > until, within=seconds + 60)


@pytest.mark.parametrize("whole", [False, True])
def test_what_cannot_be_asked_about_is_sent_again_after_the_patience_and_listed_in_the_end(
    whole: bool,
) -> None:
    async def main() -> None:
        basware = CannotBeAsked(random=chance(8))
        basware.whole = whole
        world = a_world_with(basware)
        world.publish("V1", "poison")
        await world.run(begin, world.quiet, within=6 * 3600)
        assert world.step("V1") is REFUSED
        assert world.words("V1")[0] == "sent 6 times without a clear word"
        assert len(basware.sends) == 6

    in_virtual_time(main())


def test_requests_that_cannot_be_asked_about_hold_up_nothing_else() -> None:
    async def main() -> None:
        basware = CannotBeAsked(random=chance(8), most=1)
        basware.whole = True
        world = a_world_with(basware)
        world.pace = Pace()
        for number in range(10):
            world.publish(f"V{number}", "poison")
        await passes(world, 600)
        for code in ("NET10", "NET20", "NET30"):
            await passes(world, 60)
            world.publish(code, "days", entity="payment_terms")
            began = this_loop().time()
            await world.run(begin, partial(world.step, code, "payment_terms"), within=200)
            assert this_loop().time() - began < 10

    in_virtual_time(main())


def test_a_lost_answer_is_settled_although_the_list_of_requests_cannot_be_read() -> None:
    async def main() -> None:
        basware = CannotBeListed(random=chance(8), manners=Manners(lost=1.0))
        world = a_world_with(basware)
        world.publish("V1", "Acme")
        await world.run(begin, lambda: len(basware.requests) == 1, within=60)
        basware.manners = basware.manners.kind()
        await world.run(begin, world.quiet, within=6 * 3600)
        assert world.step("V1") is REFUSED
        assert world.words("V1")[0] == "sent 6 times without a clear word"

    in_virtual_time(main())


def test_a_record_on_which_basware_chokes_is_found_and_refused_and_its_neighbours_go_through() -> None:
    async def main() -> None:
        basware = Chokes(random=chance(8), most=64)
        world = a_world_with(basware)
        for number in range(64):
            world.publish(f"V{number}", "poison" if number in {17, 40} else "Acme")
        began = this_loop().time()
        good = set(range(64)) - {17, 40}
        await world.run(begin, lambda: all(world.step(f"V{number}") for number in good), within=300)
        assert this_loop().time() - began < 300
        await world.run(begin, world.quiet, within=3600)
        assert {number for number in range(64) if world.step(f"V{number}") is CONFIRMED} == good
        assert world.words("V17")[0].endswith("times without a clear word")
        assert world.words("V17")[1] == "HTTP 500"
        assert any(event.record.endswith("/V17") for event in world.audits.values())
        assert len(basware.sends) < 80

    in_virtual_time(main())


def test_while_basware_answers_nothing_no_record_is_blamed() -> None:
    async def main() -> None:
        basware = Chokes(random=chance(8), most=64)
        basware.away = True
        world = a_world_with(basware)
        for number in range(64):
            world.publish(f"V{number}", "Acme")
        await passes(world, 3600)
        assert {len(codes) for _, _, codes in basware.sends} == {64}
        basware.away = False
        await world.run(begin, world.quiet, within=600)
        assert {world.step(f"V{number}") for number in range(64)} == {CONFIRMED}

    in_virtual_time(main())


def test_missing_rights_to_one_kind_of_records_rest_that_kind_only() -> None:
    async def main() -> None:
        basware = Forbids(random=chance(8))
        world = a_world_with(basware)
        world.publish("V1", "Acme")
        world.publish("6000", "Costs", entity="accounts")
        await world.run(begin, lambda: world.step("6000", "accounts") is CONFIRMED, within=120)
        await passes(world, 600)
        assert world.stops == []
        assert [entity for _, entity, _ in basware.sends].count("suppliers") == 1
        basware.allowed = True
        world.connections["acme"] = replace(world.connections["acme"], version=2)
        await world.run(begin, world.quiet, within=60)
        assert world.step("V1") is CONFIRMED

    in_virtual_time(main())
