"""One customer's master data as a test drives and watches it: both simulated systems, orders, topics."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp
import yaml
from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi

from tests.journeys.eventually import BOUND, eventually
from tests.journeys.orders import Order, give
from tests.journeys.topic_records import DESIRED_STATE

from .topic_watch import AUDIT, RESULTS, MasterDataWatch

Json = dict[str, Any]
APIS = {
    "payment_terms": "paymentTerms",
    "tax_codes": "taxCodes",
    "accounts": "accounts",
    "cost_centers": "costCenters",
    "projects": "projects",
    "exchange_rates": "exchangeRates",
    "suppliers": "vendors",
}
ANSWERS = ("command applied", "command refused")


def api_of(entity: str) -> str:
    """Basware's name of an entity's import."""
    return APIS.get(entity) or f"lists/{entity.removeprefix('list:')}"


class MasterDataCustomer:
    """A connection of a stack that polls and imports, with the simulated systems of its two sides."""

    def __init__(
        self,
        spec: ConnectionSpec,
        *,
        stack: Stack,
        watch: MasterDataWatch,
        basware: ControlApi,
        peoplesoft: ControlApi,
    ) -> None:
        self.spec = spec
        self.id = spec.id
        self.stack = stack
        self.watch = watch
        self.basware = basware
        self.peoplesoft = peoplesoft

    @property
    def section(self) -> Json:
        """The connection's section `masterdata` as it was applied last."""
        file = self.stack.run_dir / "connections" / f"{self.id}.yaml"
        section: Json = yaml.safe_load(file.read_text())["masterdata"]
        return section

    # PeopleSoft's side

    async def change(self, **rows: Any) -> None:
        """People change master data in PeopleSoft."""
        await self.peoplesoft.post("masterdata/change", {"node": self.spec.node, **rows})

    async def reference(self) -> Json:
        """All that PeopleSoft has."""
        found: Json = await self.peoplesoft.get(f"reference/{self.spec.node}")
        return found

    async def peoplesoft_fails(self, kind: str, **order: Any) -> None:
        """Order a fault of the site's queries: query, times, skip, where, params, commit."""
        await self.peoplesoft.post("faults", {"kind": kind, "node": self.spec.node, **order})

    async def peoplesoft_recovers(self) -> None:
        """End every fault of the site."""
        await self.peoplesoft.delete("faults", node=self.spec.node)

    async def queries(self, query: str = "") -> list[Json]:
        """The queries the site ran for us, oldest first."""
        about = {"query": query} if query else {}
        found = await self.peoplesoft.get("requests", node=self.spec.node, operation="query", **about)
        return list(found["requests"])

    # Basware's side

    async def tenant(self, **settings: Any) -> None:
        """Turn switches of the Basware tenant."""
        await self.basware.post("settings", {"tenant": self.id, **settings})

    async def basware_fails(self, kind: str, operation: str, **order: Any) -> None:
        """Order a fault of Basware's API."""
        await self.basware.post("faults", {"kind": kind, "operation": operation, "tenant": self.id, **order})

    async def outcome(self, entity: str, **plan: Any) -> None:
        """What P2P will make of the next items of an entity."""
        await self.basware.post("masterdata/outcome", {"tenant": self.id, "api": api_of(entity), **plan})

    async def record(self, entity: str, code: str) -> Json:
        """One record in both layers of Basware, with how often it was posted."""
        found: Json = await self.basware.get(f"masterdata/{api_of(entity)}/{code}", tenant=self.id)
        return found

    async def posts(self, entity: str, *codes: str) -> list[int]:
        """How often each record was posted."""
        return [(await self.record(entity, code))["posts"] for code in codes]

    async def imports(self) -> Json:
        """Counts per import, the latest requests, violations."""
        found: Json = await self.basware.get("masterdata", tenant=self.id)
        return found

    async def counts(self, entity: str) -> Json:
        """Counts of one import; zeros before the first request."""
        held = (await self.imports())["apis"].get(api_of(entity))
        return held or {"records": 0, "in_p2p": 0, "requests": 0, "posted": 0, "ended": {}}

    async def pickable(self, entity: str) -> dict[str, Json]:
        """What P2P has, by external code, with content."""
        found = await self.basware.get("masterdata/p2p", tenant=self.id, api=api_of(entity), content="true")
        return {each["externalCode"]: each for each in found["records"]}

    # Our side

    async def apply(self, **sections: Mapping[str, Any] | str) -> None:
        """Apply the connection's document once more with these changes of its sections (a text replaces)."""
        file = self.stack.run_dir / "connections" / f"{self.id}.yaml"
        document = yaml.safe_load(file.read_text())
        for name, changes in sections.items():
            document[name] = changes if isinstance(changes, str) else {**document.get(name, {}), **changes}
        file.write_text(yaml.safe_dump(document, sort_keys=False))
        await self.stack.apstream("connection", "apply", str(file))

    async def order(self, action: str, record: str) -> Order:
        """Order something about an entity, or a record of one."""
        return await give(self.stack.kafka.bootstrap, self.id, action, record, ledger="masterdata")

    async def poll(self, entity: str, action: str = "run_now", *, within: float = BOUND) -> Json:
        """Order a poll; its result."""
        order = await self.order(action, entity)
        kinds = ("changes", "full") if action == "run_now" else ("full",)
        return await self.result(entity, since=order.at, kinds=kinds, within=within)

    async def result(
        self,
        entity: str,
        *,
        since: datetime | None = None,
        kinds: Sequence[str] = ("changes", "full"),
        within: float = BOUND,
    ) -> Json:
        """The last result of a poll of the entity that began after a moment."""

        async def look() -> list[Json]:
            found = [dict(each.value) for each in self.watch.of(RESULTS, self.id, subject=entity)]
            return [
                each
                for each in found
                if each["kind"] in kinds and (since is None or each["started_at"] >= since)
            ]

        what = f"a poll of {entity} of {self.id}"
        return (await eventually(look, bool, what=what, within=within))[-1]

    def results(self, entity: str) -> list[Json]:
        """All results of polls of the entity, oldest first."""
        return [dict(each.value) for each in self.watch.of(RESULTS, self.id, subject=entity)]

    async def answer(self, order: Order, *, within: float = BOUND) -> Json:
        """What the audit says became of an order."""

        async def look() -> list[Json]:
            events = [dict(each.value) for each in self.watch.of(AUDIT, self.id)]
            return [
                each
                for each in events
                if each["action"] in ANSWERS and each["detail"].get("command") == order.command_id
            ]

        found = await eventually(look, bool, what="the answer to an order", within=within)
        return found[0]

    async def loaded(self, *, within: float = BOUND) -> None:
        """The first polls of all entities are over, and Basware has been told of everything."""
        entities = self.section["entities"]
        await asyncio.gather(*(self.result(entity, within=within) for entity in entities))
        await self.settled(within=within)

    async def settled(self, *, within: float = BOUND) -> None:
        """Basware was told of all that was published until now, and gave its word on it."""
        await self.watch.caught_up()

        async def look() -> list[str]:
            return self.watch.unsettled(self.id)

        await eventually(look, lambda seen: not seen, what=f"all of {self.id} told", within=within)

    def stops(self) -> list[tuple[str, str]]:
        """What was said of the connection's flows, oldest first."""
        said = self.watch.of(DESIRED_STATE, self.id)
        return [(each.value["flow"], each.value["state"]) for each in said]

    async def metric(self, service: str, name: str, **labels: str) -> float:
        """The sum of a metric of the connection at one service; 0 where there is none."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(self.stack.endpoints.metrics[service]) as answer,
        ):
            page = await answer.text()
        wanted = {"connection": self.id, **labels}
        return sum(
            float(line.rpartition(" ")[2])
            for line in page.splitlines()
            if line.startswith(f"{name}{{")
            and all(f'{key}="{value}"' in line for key, value in wanted.items())
        )
