"""A stack with two replicas of each service, and which of them owns a connection."""

import asyncio
import signal
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from ap_domain.command import Action, Command, CommandedLedger
from chassis.commands import issue
from chassis.keys import shard
from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi
from devstack.errors import NotReady
from devstack.ports import free_ports
from devstack.program import PARTITIONS, local_url
from devstack.stack import MASTERDATA_SERVICES, PAYMENT_SERVICES, SERVICES
from prometheus_client.parser import text_string_to_metric_families

ALL_SERVICES = {**SERVICES, **MASTERDATA_SERVICES, **PAYMENT_SERVICES}
WEB = "ingress-web"
COST_CENTERS = "cost_centers"
_NEVER = "0 0 1 1 *"
"""Each year: what is polled during a measurement is ordered, and the first reading is made at once."""
_LOOK_SECONDS = 0.1
_OWNED_WITHIN = 60.0


def customer(number: int) -> ConnectionSpec:
    """A connection with all its flows and little to wait for: what is measured is not its patience."""
    return ConnectionSpec(
        id=f"recovery-{number}",
        node=f"RECOVERY{number}",
        basware={"record_spacing_seconds": 1.1},
        peoplesoft={"settle_seconds": 3},
        masterdata={
            "time_zone": "UTC",
            "companies": {"SHARE": ["BW00"]},
            "entities": {COST_CENTERS: {"changes": _NEVER, "full": _NEVER}},
        },
        payments={"changes": _NEVER, "full": _NEVER, "reconciliation": {"schedule": None}},
    )


def replicas(service: str) -> tuple[str, str]:
    """The names of a service's two processes."""
    return service, f"{service}-2"


class Replicated:
    """A running stack with two processes of each service. Use `replicated`."""

    def __init__(
        self,
        stack: Stack,
        *,
        specs: Sequence[ConnectionSpec],
        basware: ControlApi,
        peoplesoft: ControlApi,
        session: aiohttp.ClientSession,
        spare_url: str,
    ) -> None:
        self.stack = stack
        self.specs = tuple(specs)
        self.basware = basware
        self.peoplesoft = peoplesoft
        self.spare_url = spare_url
        """The public address of the second ingress."""
        self._session = session

    async def owner(self, service: str, connection: str) -> str:
        """The name of the one replica that owns the connection; NotReady when there is none after a minute."""
        until = time.monotonic() + _OWNED_WITHIN
        while True:
            found = [name for name in replicas(service) if await self._owns(name, connection)]
            if len(found) == 1:
                return found[0]
            if time.monotonic() > until:
                raise NotReady(f"{connection} is owned by {found or 'no'} replica of {service}")
            await asyncio.sleep(_LOOK_SECONDS)

    async def kill(self, name: str) -> datetime:
        """SIGKILL; when it was gone."""
        self.stack.kill(name, signal.SIGKILL)
        await self.stack.wait_ended(name)
        return datetime.now(UTC)

    async def order_poll(self, spec: ConnectionSpec, ledger: CommandedLedger, subject: str) -> None:
        """Order a reading of what changed."""
        now = datetime.now(UTC)
        command = Command(
            command_id=str(uuid.uuid4()),
            connection_id=spec.id,
            ledger=ledger,
            record_id=subject,
            action=Action.RUN_NOW,
            reason="benchmark",
            actor="bench",
            issued_at=now,
            expires_at=now + timedelta(minutes=10),
            expected_sequence=0,
        )
        await issue(command, bootstrap=self.stack.kafka.bootstrap, shard=shard(spec.id, PARTITIONS))

    async def rename_cost_center(self, spec: ConnectionSpec, words: str) -> None:
        """Somebody changes master data in PeopleSoft, and a reading is ordered."""
        change = {"field": "DEPTID", "value": "10000", "descr": words}
        await self.peoplesoft.post("masterdata/change", {"node": spec.node, "chartfields": [change]})
        await self.order_poll(spec, CommandedLedger.MASTERDATA, COST_CENTERS)

    async def _owns(self, name: str, connection: str) -> bool:
        try:
            async with self._session.get(self.stack.endpoints.metrics[name]) as answer:
                page = await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return False
        return connection in owned(page)


def owned(page: str) -> set[str]:
    """The connections that the process of this page of metrics owns. Pure."""
    return {
        sample.labels["connection"]
        for family in text_string_to_metric_families(page)
        if family.name == "apstream_flow_state"
        for sample in family.samples
    }


@asynccontextmanager
async def replicated(
    *, connections: int, latency_ms: int, run_dir: Path, progress: Callable[[str], None]
) -> AsyncIterator["Replicated"]:
    """Everything running twice, with so many customers; a PeopleSoft call takes so long at least."""
    specs = [customer(number) for number in range(1, connections + 1)]
    async with (
        Stack(run_dir=run_dir, connections=specs, services=ALL_SERVICES, progress=progress) as stack,
        ControlApi(name="Basware", base_url=stack.basware_url) as basware,
        ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url) as peoplesoft,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
    ):
        for spec in specs:
            await peoplesoft.post(f"settings/{spec.node}", {"latency_ms": latency_ms})
        progress("starting the second replicas")
        (port,) = free_ports(1)
        for service in ALL_SERVICES:
            env = {"APSTREAM_PUBLIC_PORT": str(port)} if service == WEB else {}
            await stack.add_replica(replicas(service)[1], of=service, env=env)
        yield Replicated(
            stack,
            specs=specs,
            basware=basware,
            peoplesoft=peoplesoft,
            session=session,
            spare_url=local_url(port),
        )
