"""What is sent again although nothing changed: orders of people, and what went by unnoticed."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from ap_domain.command import Command
from ap_domain.masterdata.record import ImportStep
from masterdata.importing.core.resending import REMEMBERED

from .basware_fake import CURSED
from .process import begin
from .virtual_time import in_virtual_time, this_loop
from .world import World, a_connection, a_world

CONFIRMED, REFUSED = ImportStep.CONFIRMED, ImportStep.REFUSED


@pytest.mark.parametrize(
    ("record_id", "again"),
    [("suppliers", {"V1", "V2", "V3"}), ("suppliers/V2", {"V2"}), ("suppliers?refused", {"V3"})],
)
def test_an_order_sends_again_what_it_names_and_is_answered(record_id: str, again: set[str]) -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "Acme")
        world.publish("V2", "Bolt")
        world.publish("V3", "cursed")
        await world.run(begin, world.quiet, within=120)
        basware = world.basware["acme"]
        basware.sends.clear()
        before = len(world.states)
        await world.run(begin, ordered(world, record_id), within=120)
        await world.run(begin, world.quiet, within=120)
        assert {code for _, _, codes in basware.sends for code in codes} == again
        assert {state.external_code for state in world.states[before:]} == again
        assert world.step("V3") is REFUSED
        assert world.words("V3")[0] == CURSED
        answers = [event for event in world.audits.values() if event.action.startswith("command")]
        assert [(event.action, event.detail["command"]) for event in answers] == [("command applied", "c1")]
        assert answers[0].detail["said"] == f"{len(again)} records are sent again"

    in_virtual_time(main())


def ordered(world: World, record_id: str) -> Callable[[], bool]:
    """Gives the order once the import is at work; true when it was answered."""
    given: list[Command] = []

    def answered() -> bool:
        if not given and world.importer is not None and list(world.importer.workloads()):
            given.append(world.order(record_id))
        return any(event.action.startswith("command") for event in world.audits.values())

    return answered


@pytest.mark.parametrize("record_id", ["nonsense", "suppliers/V9", "list:", "suppliers/V1?refused"])
def test_an_order_about_nothing_is_refused(record_id: str) -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "Acme")
        await world.run(begin, world.quiet, within=120)
        await world.run(begin, ordered(world, record_id), within=120)
        assert [event.action for event in world.audits.values() if event.action.startswith("command")] == [
            "command refused"
        ]

    in_virtual_time(main())


def test_an_order_given_just_before_a_crash_is_carried_out_by_the_next_owner() -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "Acme")
        await world.run(begin, world.quiet, within=120)
        await world.kill()
        world.order("suppliers")
        await world.run(begin, lambda: len(world.basware["acme"].sends) == 2, within=120)
        await world.run(begin, world.quiet, within=120)
        sends = len(world.basware["acme"].sends)
        await world.kill()
        waited = this_loop().time() + 60
        await world.run(begin, lambda: this_loop().time() > waited, within=100)
        assert len(world.basware["acme"].sends) == sends

    in_virtual_time(main())


@pytest.mark.parametrize("points", range(12))
def test_an_order_is_answered_wherever_its_owner_is_killed(points: int) -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "Acme")
        await world.run(begin, world.quiet, within=120)
        await world.kill()
        world.order("suppliers")
        world.crash_after = points
        await world.run(begin, lambda: len(world.basware["acme"].sends) == 2, within=300)
        await world.run(begin, world.quiet, within=300)
        await world.run(begin, lambda: bool(answers(world)), within=120)
        assert answers(world) == ["command applied"]

    in_virtual_time(main())


def test_an_order_whose_record_was_sent_by_itself_before_it_was_read_is_answered() -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "Acme")
        await world.run(begin, world.quiet, within=120)
        world.audits.clear()
        await world.kill()
        world.order("suppliers")
        world.no_scan_before = this_loop().time() + 60
        world.publish("V1", "Acme and sons")
        await world.run(begin, lambda: bool(answers(world)), within=300)
        assert answers(world) == ["command applied"]

    in_virtual_time(main())


def test_what_went_by_unnoticed_is_found_when_the_whole_table_is_looked_at() -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "Acme")
        await world.run(begin, world.quiet, within=120)
        listeners, world.listeners = world.listeners, []
        world.publish("V1", "changed while nobody listened")
        world.listeners = listeners
        await world.run(begin, world.quiet, within=1000)
        assert "changed" in world.basware["acme"].p2p["suppliers", "V1"]

    in_virtual_time(main())


def test_a_word_of_a_process_that_woke_up_late_makes_the_record_due_again() -> None:
    async def main() -> None:
        world = a_world()
        old = world.publish("V1", "old")
        world.publish("V1", "new")
        await world.run(begin, world.quiet, within=120)
        confirmed = world.states[-1]
        world.basware["acme"].stored["suppliers", "V1"] = (old.content, this_loop().time())
        world.basware["acme"].p2p["suppliers", "V1"] = old.content

        def woken() -> bool:
            if (
                world.importer is not None
                and list(world.importer.workloads())
                and world.states[-1] == confirmed
            ):
                late = replace(
                    confirmed,
                    step=ImportStep.SENT,
                    digest=old.digest,
                    request_id="late",
                    at=this_loop().now(),
                )
                world.said(replace(late, sequence=1))
            return len(world.basware["acme"].sends) == 2

        await world.run(begin, woken, within=120)
        await world.run(begin, world.quiet, within=120)
        assert "new" in world.basware["acme"].p2p["suppliers", "V1"]

    in_virtual_time(main())


def test_all_connections_of_a_shard_share_one_pass_over_its_orders() -> None:
    async def main() -> None:
        world = a_world()
        for number in range(20):
            world.connections[f"c{number}"] = a_connection(f"c{number}")
        world.publish("V1", "Acme")
        await world.run(begin, world.quiet, within=120)
        assert world.scans == 1

    in_virtual_time(main())


@pytest.mark.parametrize(("minutes", "answer"), [(5, "command applied"), (15, "command refused")])
def test_an_order_that_could_not_be_read_for_long_is_carried_out_or_refused(
    minutes: int, answer: str
) -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "Acme")
        await world.run(begin, world.quiet, within=120)
        await world.kill()
        world.order("suppliers")
        world.no_scan_before = this_loop().time() + minutes * 60
        await world.run(begin, lambda: bool(answers(world)), within=1000)
        assert answers(world) == [answer]

    in_virtual_time(main())


def answers(world: World) -> list[str]:
    return [event.action for event in world.audits.values() if event.action.startswith("command")]


def test_an_order_that_was_carried_out_before_it_expired_is_not_refused_afterwards() -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "Acme")
        await world.run(begin, world.quiet, within=120)
        await world.run(begin, ordered(world, "suppliers"), within=120)
        await world.run(begin, world.quiet, within=120)
        await world.kill()
        world.no_scan_before = this_loop().time() + 900
        waited = this_loop().time() + 1000
        await world.run(begin, lambda: this_loop().time() > waited, within=1100)
        assert answers(world) == ["command applied"]

    in_virtual_time(main())


def test_orders_beyond_what_is_remembered_are_refused() -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "Acme")
        await world.run(begin, world.quiet, within=120)
        for number in range(REMEMBERED + 2):
            world.order("suppliers/V1", command_id=f"c{number}")
        await world.run(begin, lambda: len(answers(world)) == REMEMBERED + 2, within=600)
        assert answers(world).count("command refused") >= 2

    in_virtual_time(main())
