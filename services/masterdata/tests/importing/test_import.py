"""What the import does with Basware, one behaviour at a time, in virtual time."""

from dataclasses import replace

import pytest
from ap_domain.desired_state import FlowState
from ap_domain.masterdata.record import ImportStep
from masterdata.importing.core.pace import Pace

from .basware_fake import BAD, CURSED, FakeBasware
from .process import begin
from .virtual_time import in_virtual_time, this_loop
from .world import World, a_connection, a_world, chance

CONFIRMED, REFUSED = ImportStep.CONFIRMED, ImportStep.REFUSED


def test_records_are_imported_in_full_batches_and_confirmed() -> None:
    async def main() -> None:
        world = a_world()
        for number in range(12):
            world.publish(f"V{number}", "Acme")
        await world.run(begin, lambda: world.quiet() and all_acknowledged(world), within=120)
        assert {world.step(f"V{number}") for number in range(12)} == {CONFIRMED}
        assert sorted(len(codes) for _, _, codes in world.basware["acme"].sends) == [2, 5, 5]
        assert sorted(event.action for event in world.audits.values()) == ["sent"] * 3 + ["settled"] * 3

    in_virtual_time(main())


def all_acknowledged(world: World) -> bool:
    return all(request.acknowledged for request in world.basware["acme"].requests.values())


def test_only_the_newest_version_is_sent_and_unchanged_ones_are_not() -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "old")
        world.publish("V1", "new")
        await world.run(begin, world.quiet, within=120)
        world.publish("V1", "new")
        await world.run(begin, world.quiet, within=120)
        assert len(world.basware["acme"].sends) == 1
        assert "new" in world.basware["acme"].p2p["suppliers", "V1"]

    in_virtual_time(main())


def test_a_refused_record_is_listed_with_basware_s_words_and_tried_again_when_it_changes() -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "cursed")
        world.publish("V2", "Acme")
        await world.run(begin, world.quiet, within=120)
        assert (world.step("V1"), world.words("V1")) == (REFUSED, (CURSED,))
        assert world.step("V2") is CONFIRMED
        refusals = [event for event in world.audits.values() if event.action == "refused"]
        assert [event.detail["said"] for event in refusals] == [CURSED]
        world.publish("V1", "corrected")
        await world.run(begin, world.quiet, within=120)
        assert world.step("V1") is CONFIRMED

    in_virtual_time(main())


def test_what_breaks_a_rule_of_ours_is_never_sent() -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "", problems=("name: 300 characters, Basware takes 250",))
        await world.run(begin, world.quiet, within=60)
        assert world.step("V1") is REFUSED
        assert world.words("V1") == ("not sent: name: 300 characters, Basware takes 250",)
        assert world.basware["acme"].sends == []

    in_virtual_time(main())


@pytest.mark.parametrize("names", ["guilty", "nobody", "all"])
def test_the_guilty_are_found_and_the_rest_goes_through(names: str) -> None:
    async def main() -> None:
        world = a_world(names=names)
        world.basware["acme"].most = 64
        for number in range(64):
            world.publish(f"V{number}", "bad" if number in {13, 40} else "Acme")
        await world.run(begin, world.quiet, within=300)
        refused = {number for number in range(64) if world.step(f"V{number}") is REFUSED}
        assert refused == {13, 40}
        assert world.words("V13") == (BAD,)
        assert len(world.basware["acme"].sends) <= 28
        assert not world.basware["acme"].too_soon

    in_virtual_time(main())


def test_a_batch_in_which_every_record_is_refused_by_name_is_believed_after_its_eighths() -> None:
    async def main() -> None:
        world = a_world(names="all")
        world.basware["acme"].most = 64
        for number in range(64):
            world.publish(f"V{number}", "bad")
        await world.run(begin, world.quiet, within=300)
        assert {world.step(f"V{number}") for number in range(64)} == {REFUSED}
        assert len(world.basware["acme"].sends) == 15

    in_virtual_time(main())


def test_a_batch_that_is_too_large_goes_in_halves() -> None:
    async def main() -> None:
        world = a_world(most_bytes=200)
        for number in range(5):
            world.publish(f"V{number}", "x" * 50)
        await world.run(begin, world.quiet, within=120)
        assert {world.step(f"V{number}") for number in range(5)} == {CONFIRMED}

    in_virtual_time(main())


def test_what_suppliers_refer_to_is_confirmed_before_suppliers_are_sent() -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "Acme")
        world.publish("NET30", "30 days", entity="payment_terms")
        world.publish("BAD", "cursed", entity="payment_terms")
        await world.run(begin, world.quiet, within=120)
        order = [entity for _, entity, _ in world.basware["acme"].sends]
        assert order == ["payment_terms", "suppliers"]
        confirmed = next(
            at for at in (s.at for s in world.states if s.external_code == "NET30" and s.step is CONFIRMED)
        )
        sent = next(s.at for s in world.states if s.external_code == "V1")
        assert confirmed <= sent

    in_virtual_time(main())


def test_what_hangs_holds_back_what_refers_to_it_for_ten_minutes_at_most() -> None:
    async def main() -> None:
        world = a_world(works_within=(5000, 5000))
        world.publish("NET30", "30 days", entity="payment_terms")
        world.publish("V1", "Acme")
        began = this_loop().time()
        await world.run(begin, lambda: len(world.basware["acme"].sends) == 2, within=700)
        assert 590 < this_loop().time() - began < 660

    in_virtual_time(main())


def test_what_gets_no_word_is_sent_again_and_in_the_end_listed() -> None:
    async def main() -> None:
        world = a_world(forgets=1.0)
        world.pace = Pace(patience=60)
        world.publish("V1", "Acme")
        await world.run(begin, world.quiet, within=3600)
        assert world.step("V1") is REFUSED
        assert world.words("V1")[0] == "sent 6 times without a clear word"
        assert len(world.basware["acme"].sends) == 6

    in_virtual_time(main())


def test_a_request_without_a_name_is_repeated_and_in_the_end_listed() -> None:
    async def main() -> None:
        world = a_world(nameless=1.0)
        world.publish("V1", "Acme")
        await world.run(begin, world.quiet, within=3600)
        assert world.step("V1") is REFUSED
        assert len(world.basware["acme"].sends) == 6
        assert not world.basware["acme"].too_soon

    in_virtual_time(main())


def test_a_refusal_behind_a_lost_answer_is_found_although_basware_calls_the_repeat_unchanged() -> None:
    async def main() -> None:
        world = a_world(lost=1.0, works_within=(100, 120))
        basware = world.basware["acme"]
        world.publish("V1", "cursed")
        await world.run(begin, lambda: len(basware.requests) == 1, within=60)
        basware.manners = basware.manners.kind()
        basware.manners.works_within = (1, 2)
        await world.run(begin, world.quiet, within=900)
        assert (world.step("V1"), world.words("V1")) == (REFUSED, (CURSED,))

    in_virtual_time(main())


@pytest.mark.parametrize("flow", ["basware", "masterdata"])
def test_a_stopped_flow_calls_nobody_and_a_paused_one_only_asks(flow: str) -> None:
    async def main() -> None:
        world = a_world(works_within=(50, 60))
        basware = world.basware["acme"]
        world.publish("V1", "Acme")
        await world.run(begin, lambda: bool(world.states), within=60)
        world.flows["acme", flow] = FlowState.PAUSED
        world.publish("V2", "Acme")
        await world.run(begin, lambda: world.step("V1") is CONFIRMED, within=300)
        assert len(basware.sends) == 1
        world.flows["acme", flow] = FlowState.STOPPED
        waited = this_loop().time() + 100
        await world.run(begin, lambda: this_loop().time() > waited, within=200)
        assert len(basware.sends) == 1
        world.flows["acme", flow] = FlowState.RUNNING
        await world.run(begin, world.quiet, within=300)
        assert world.step("V2") is CONFIRMED

    in_virtual_time(main())


def test_refused_credentials_stop_the_flow_after_one_call() -> None:
    async def main() -> None:
        world = a_world(locked_out=True)
        for number in range(30):
            world.publish(f"V{number}", "Acme")
        await world.run(begin, lambda: bool(world.stops), within=60)
        waited = this_loop().time() + 60
        await world.run(begin, lambda: this_loop().time() > waited, within=100)
        assert len(world.basware["acme"].sends) == 1
        assert [(connection, stop.flow) for connection, stop in world.stops] == [("acme", "masterdata")]

    in_virtual_time(main())


def test_a_throttled_connection_is_left_alone_as_long_as_asked() -> None:
    async def main() -> None:
        world = a_world(throttled=1.0)
        basware = world.basware["acme"]
        world.publish("V1", "Acme")
        await world.run(begin, lambda: bool(basware.sends), within=60)
        waited = this_loop().time() + 18
        await world.run(begin, lambda: this_loop().time() > waited, within=100)
        assert len(basware.sends) == 1
        basware.manners = basware.manners.kind()
        await world.run(begin, world.quiet, within=300)

    in_virtual_time(main())


def test_a_connection_that_hangs_holds_up_no_other() -> None:
    async def main() -> None:
        world = a_world(latency=(9000, 9000))
        world.connections["other"] = a_connection("other")
        world.basware["other"] = FakeBasware(random=chance(9))
        world.publish("V1", "Acme")
        world.publish("V1", "Acme", connection_id="other")
        await world.run(begin, lambda: ("suppliers", "V1") in world.basware["other"].p2p, within=100)

    in_virtual_time(main())


def test_missing_content_waits_for_the_newer_version_and_is_told_after_a_minute() -> None:
    async def main() -> None:
        world = a_world()
        world.publish("V1", "compacted away")
        world.records[0] = None
        waited = this_loop().time() + 90
        await world.run(begin, lambda: this_loop().time() > waited, within=100)
        assert world.basware["acme"].sends == []
        world.publish("V1", "newer")
        await world.run(begin, world.quiet, within=60)
        assert world.step("V1") is CONFIRMED

    in_virtual_time(main())


def test_a_connection_in_shadow_mode_is_never_called() -> None:
    async def main() -> None:
        world = a_world(works_within=(50, 60))
        live = world.connections["acme"]
        world.publish("V1", "Acme")
        await world.run(begin, lambda: world.step("V1") is ImportStep.SENT, within=60)
        world.connections["acme"] = replace(live, version=2, mode="shadow")
        world.publish("V2", "Acme")
        waited = this_loop().time() + 300
        await world.run(begin, lambda: this_loop().time() > waited, within=400)
        assert (world.step("V1"), len(world.basware["acme"].sends)) == (ImportStep.SENT, 1)
        world.connections["acme"] = replace(live, version=3)
        await world.run(begin, world.quiet, within=300)
        assert {world.step("V1"), world.step("V2")} == {CONFIRMED}

    in_virtual_time(main())
