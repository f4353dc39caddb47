"""What a scrape shows of the import."""

from masterdata.importing.picture import ImportPicture

from .basware_fake import FakeBasware, Manners
from .process import begin
from .virtual_time import in_virtual_time, this_loop
from .world import World, chance


def test_a_scrape_shows_what_waits_what_is_asked_about_and_what_is_refused() -> None:
    async def main() -> None:
        world = World(random=chance(1))
        world.basware["acme"] = FakeBasware(random=chance(2), manners=Manners(works_within=(20, 20)))
        world.publish("V1", "bad")
        world.publish("V2", "Acme")
        await world.run(begin, lambda: any(state.step == "sent" for state in world.states), within=60)
        world.publish("V3", "Bolt")
        for number in range(4):
            world.publish(f"A{number}", "account", entity="accounts")
        assert world.importer is not None
        picture = ImportPicture(world.importer.workloads, clock=this_loop())
        shown = {
            (family.name.removeprefix("apstream_masterdata_import_"), sample.labels["entity"]): sample.value
            for family in picture.collect()
            for sample in family.samples
        }
        assert shown["pending", "suppliers"] == 1
        assert shown["asking", "suppliers"] == 1
        assert shown["refused", "suppliers"] == 1
        assert shown["pending", "accounts"] == 4
        assert shown["oldest_pending_seconds", "accounts"] >= 0

    in_virtual_time(main())
