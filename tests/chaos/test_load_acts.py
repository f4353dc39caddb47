"""The load against both simulators alone: all it orders is understood, and it survives that nobody answers."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from basware_simulator import Simulator
from devstack import ConnectionSpec, Stack
from devstack.connection_setup import register
from devstack.connection_spec import ConnectionSecrets
from devstack.control import ControlApi
from devstack.endpoints import ConnectionEndpoint
from devstack.secret_files import SecretFiles
from peoplesoft_simulator.server import simulator

from tests.chaos.load import Load, make_customers, master_data, planted_secrets, treasury, weather
from tests.chaos.load.customers import ChaosCustomer
from tests.chaos.load.desk import Desk
from tests.chaos.load.stories import ALL, Story
from tests.chaos.load.stories.doubt import LOST
from tests.chaos.load.traffic import until_somebody_is_away
from tests.chaos.load.watch import Watch
from tests.chaos.operations import Operations, Outcome

NOWHERE = "127.0.0.1:1"


class VendorsAlone(Stack):
    """Both simulators with the connections, and nothing of ours."""

    def __init__(self, run_dir: Path, *, basware_url: str, peoplesoft_url: str) -> None:
        super().__init__(run_dir=run_dir)
        self.basware_url, self.peoplesoft_url = basware_url, peoplesoft_url
        self.commands: list[tuple[str, ...]] = []
        self._files = SecretFiles(self.run_dir / "secrets")
        self._files.make_keys()

    @property
    def kafka(self) -> Any:
        return SimpleNamespace(bootstrap=NOWHERE)

    @property
    def endpoints(self) -> Any:
        return SimpleNamespace(connections=self._connections)

    async def add_connection(
        self, spec: ConnectionSpec, *, prepare: Callable[[], Awaitable[None]] | None = None
    ) -> ConnectionEndpoint:
        secrets = ConnectionSecrets.make(spec.id, self._files, tenant=spec.tenant_id)
        urls = {"basware_url": self.basware_url, "peoplesoft_url": self.peoplesoft_url}
        webhook = f"http://{NOWHERE}/webhooks/{spec.id}"
        await register(spec, secrets=secrets, webhook=webhook, **urls)
        if prepare is not None:
            await prepare()
        spec.write(self.run_dir / "connections" / f"{spec.id}.yaml", secrets=secrets, **urls)
        endpoint = ConnectionEndpoint(webhook=webhook, secret_file=str(secrets.webhook))
        self._connections[spec.id] = endpoint
        return endpoint

    async def apstream(self, *arguments: str, succeeds: Any = (0,)) -> str:
        self.commands.append(arguments)
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendors:
    """What the load needs of a stack."""

    stack: VendorsAlone
    customers: tuple[ChaosCustomer, ...]
    basware: ControlApi
    peoplesoft: ControlApi
    run_dir: Path
    simulators: AsyncExitStack


@pytest.fixture
async def vendors(tmp_path: Path) -> AsyncIterator[Vendors]:
    """Both simulators, with the connections of a chaos run."""
    async with AsyncExitStack() as simulators, AsyncExitStack() as opened:
        peoplesoft_url = await simulators.enter_async_context(
            simulator(books=tmp_path / "peoplesoft", seed=7)
        )
        basware_simulator = await simulators.enter_async_context(Simulator(books=tmp_path / "basware"))
        stack = VendorsAlone(
            tmp_path / "run", basware_url=basware_simulator.api_url, peoplesoft_url=peoplesoft_url
        )
        basware = await opened.enter_async_context(ControlApi(name="Basware", base_url=stack.basware_url))
        peoplesoft = await opened.enter_async_context(
            ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url)
        )
        yield Vendors(
            stack=stack,
            customers=await make_customers(stack, basware=basware, peoplesoft=peoplesoft),
            basware=basware,
            peoplesoft=peoplesoft,
            run_dir=stack.run_dir,
            simulators=simulators,
        )


@pytest.fixture
def desks(vendors: Vendors) -> list[Desk]:
    """One for each customer."""
    return [
        Desk(
            customer,
            operations=Operations(vendors.run_dir / f"{customer.id}.jsonl"),
            watch=Watch(NOWHERE),
            commands=asyncio.Semaphore(1),
            chance=random.Random(customer.id),  # noqa: S311 - reproducible on purpose
        )
        for customer in vendors.customers
    ]


async def test_the_customers_differ_and_their_secrets_are_known(vendors: Vendors) -> None:
    assert len({customer.spec.node for customer in vendors.customers}) >= 3
    assert [customer.id for customer in vendors.customers if customer.latency_ms] == ["quarry"]
    planted = await planted_secrets(vendors.stack, vendors.customers)
    for customer in vendors.customers:
        assert {customer.webhook_secret(), customer.password_file.read_text()} <= set(planted)
        assert (await vendors.peoplesoft.get(f"settings/{customer.node}"))["duplicate_action"] == "warn"
    assert all(len(each) >= 16 for each in planted)


async def test_every_story_is_begun_as_the_vendors_understand_it(desks: list[Desk]) -> None:
    """Nothing is refused. Without our services nothing becomes of it, and the hold ends the waiting."""

    async def told(desk: Desk, stories: list[Story]) -> None:
        for story in stories:
            before = desk.operations.counts["approve", Outcome.OK]
            telling = asyncio.create_task(until_somebody_is_away(partial(story.tell, desk)))
            async with asyncio.timeout(30):
                while not telling.done() and desk.operations.counts["approve", Outcome.OK] == before:
                    await asyncio.sleep(0.02)
                desk.hold(60)
                await telling
            desk.hold(0)

    for_all = [each for each in ALL if not each.only]
    await asyncio.gather(
        *(
            told(
                desk,
                [*for_all[place :: len(desks)], *(each for each in ALL if each.only == desk.customer.id)],
            )
            for place, desk in enumerate(desks)
        )
    )
    kinds = sum((desk.operations.counts for desk in desks), Counter())
    assert not [each for each in kinds if each[1] is Outcome.FAILED], kinds
    assert kinds["approve", Outcome.OK] >= len(ALL)


async def test_every_fault_is_one_that_the_vendors_know_and_is_gone_afterwards(desks: list[Desk]) -> None:
    desk = desks[0]
    for each in weather.ALL:
        async with desk.fault(each.name, basware=each.basware, peoplesoft=each.peoplesoft):
            orders = await desk.customer.basware.get("faults"), await desk.customer.peoplesoft.get("faults")
            assert sum(len(known["faults"]) for known in orders) == 1, each.name
    for kind, params in LOST.items():
        order = {"kind": kind, "operation": "create", "params": params}
        async with desk.fault(kind, peoplesoft=(order,)):
            pass
    for sort, _ in weather.SORTS[1:]:
        waiting = asyncio.create_task(sort(desk))
        await asyncio.wait([waiting], timeout=0.2)
        desk.hold(60)
        await waiting
        desk.hold(0)
    for remote in (desk.customer.basware, desk.customer.peoplesoft):
        assert (await remote.get("faults"))["faults"] == []
    assert (await desk.customer.basware.get("outage"))["outages"] == []
    settings = await desk.customer.peoplesoft.get(f"settings/{desk.customer.node}")
    assert settings["latency_ms"] == desk.customer.latency_ms
    assert not desk.has_wrong_password
    counts = desk.operations.counts
    assert {outcome for kind, outcome in counts if kind in ("fault", "command")} == {Outcome.OK}


async def test_payments_and_master_data_are_changed_as_peoplesoft_allows(desks: list[Desk]) -> None:
    desk = desks[0]
    for sort, _ in master_data.SORTS:
        telling = asyncio.ensure_future(sort(desk))
        await asyncio.wait([telling], timeout=0.1)
        desk.hold(60)  # no patience
        await telling
        desk.hold(0)
    desk.hold(60)
    for act, _ in treasury.SORTS:
        document = desk.documents.plain(rows=1)
        invoice = await desk.approve(document)
        voucher = await desk.customer.key_voucher(invoice)
        await act(desk, voucher)
    kinds = desk.operations.counts
    assert {outcome for kind, outcome in kinds if kind in ("pay", "void", "master change")} == {Outcome.OK}
    assert kinds["master change", Outcome.OK] >= len(master_data.SORTS)
    assert kinds["pay", Outcome.OK] >= len(treasury.SORTS)


async def test_the_load_goes_on_while_everybody_is_away(vendors: Vendors) -> None:
    load = Load(vendors, seed=1, per_second=100)
    await vendors.simulators.aclose()
    running = asyncio.create_task(load.run())
    async with asyncio.timeout(10):
        while load.operations.counts["approve", Outcome.FAILED] < 20:
            assert not running.done(), running
            await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert load.operations.counts["approve", Outcome.OK] == 0


def test_what_is_at_rest_and_what_is_not() -> None:
    watch = Watch(NOWHERE)
    entry = {"connection_id": "harbor", "phase": "final", "step": "confirmed", "reason": ""}
    told = {"connection_id": "harbor", "digest": "1", "step": "confirmed"}

    def say(topic: str, **fields: Any) -> list[str]:
        base = told if "master" in topic else entry
        watch.take_in(topic, fields.pop("key", "harbor/1"), {**base, "body": {"invoice_id": "1"}, **fields})
        return watch.moving("harbor")

    assert say("peoplesoft.vouchers") == []
    assert say("peoplesoft.vouchers", phase="parked", reason="look") == []
    assert "in_doubt" in say("peoplesoft.vouchers", phase="in_doubt")[0]
    assert say("peoplesoft.vouchers") == []
    assert "nothing was told" in say("peoplesoft.master-data")[0]
    assert "sent" in say("masterdata.imports", step="sent")[0]
    assert say("masterdata.imports", step="refused") == []
    assert say("peoplesoft.master-data", digest="2") != []
    assert watch.moving("quarry") == []
