"""The stack that is broken on purpose: Kafka, both vendors and two replicas of each service, a proxy before each."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from devstack import Listener, Stack
from devstack.control import ControlApi
from devstack.errors import DevstackError
from devstack.ports import LOOPBACK, free_ports
from devstack.program import local_url
from devstack.stack import MASTERDATA_SERVICES, PAYMENT_SERVICES, SERVICES

from . import sabotaged
from .keeper import Keeper
from .load.customers import ChaosCustomer, make_customers, planted_secrets
from .sabotaged import SABOTAGES
from .tcp_proxy import TcpProxy

Env = Mapping[str, str]
ALL_SERVICES = {**SERVICES, **MASTERDATA_SERVICES, **PAYMENT_SERVICES}
WEB = "ingress-web"
LEDGERS = ("ingress-documents", "voucher-poster")
SABOTAGED = "tests.chaos.sabotaged"
REPLICAS = 2
SPARES = 3
"""Kafka's listeners are fixed at its start: so many more processes can join with a line to Kafka of their own."""
NODE = {
    "num.network.threads": "1",  # of each listener, and there is one a process
    "log.cleaner.backoff.ms": "1000",
    "num.recovery.threads.per.data.dir": "4",  # after a kill
}
_BOOTSTRAP, _PUBLIC_PORT = "APSTREAM_KAFKA_BOOTSTRAP", "APSTREAM_PUBLIC_PORT"


class ChaosStack:
    """One whole apstream with two replicas of each service; every replica reaches Kafka over a line of its own.

    Replicas are named after their service, `voucher-poster-1` and `-2`; `services` says which there are. Whatever
    ends is started again by the keeper, as an orchestrator would do it, unless it is held. Connections reach both
    vendors over one line each; Basware's webhooks reach both replicas of ingress web in turn.
    `sabotage` names a rule that the two ledger services run without (sabotaged.py).
    """

    def __init__(
        self,
        *,
        run_dir: Path,
        seed: int = 1,
        sabotage: str | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.run_dir = run_dir.resolve()
        self.commit = self.run_dir / "commit"
        """While it is missing, the next replica of a ledger that hears of its commit makes it and stands still."""
        self.services = {
            service: tuple(f"{service}-{number}" for number in range(1, REPLICAS + 1))
            for service in ALL_SERVICES
        }
        self.customers: tuple[ChaosCustomer, ...] = ()
        self.secrets: tuple[str, ...] = ()
        """The texts that must appear nowhere: passwords, client secrets, webhook secrets, keys, bank accounts."""
        self._sabotage = sabotage
        if sabotage is not None and sabotage not in SABOTAGES:
            raise DevstackError(f"no sabotage {sabotage!r}; there are: {', '.join(SABOTAGES)}")
        self._open = AsyncExitStack()

        names = [name for replicas in self.services.values() for name in replicas]
        self._spares = [f"SPARE{number}" for number in range(1, SPARES + 1)]
        listeners: list[Listener] = []
        self.kafka_lines: dict[str, TcpProxy] = {}
        """A replica's line to Kafka."""
        for name in (*names, *self._spares):
            own, advertised = free_ports(2)
            listeners.append(Listener(name=f"L{len(listeners)}", port=own, advertised_port=advertised))
            self.kafka_lines[name] = TcpProxy(name=f"{name} to Kafka", port=advertised, targets=[own])
        web_ports = dict(zip(self.services[WEB], free_ports(REPLICAS), strict=True))
        self._env: dict[str, dict[str, str]] = {
            name: self._own_env(service, name, web_ports)
            for service, of in self.services.items()
            for name in of
        }
        self.stack = Stack(
            run_dir=run_dir,
            seed=seed,
            services={name: self._module(service) for service, of in self.services.items() for name in of},
            env=self._env,
            short_lived=True,
            kafka_settings=NODE,
            kafka_listeners=listeners,
            progress=progress,
        )
        to_basware, to_peoplesoft = free_ports(2)
        self.basware_line = self._line("Basware", to_basware, _port(self.stack.basware_url))
        self.peoplesoft_line = self._line("PeopleSoft", to_peoplesoft, _port(self.stack.peoplesoft_url))
        self._webhooks = TcpProxy(
            name="webhooks", port=_port(self.stack.ingress_url), targets=list(web_ports.values())
        )
        self.basware = ControlApi(name="Basware", base_url=self.stack.basware_url)
        self.peoplesoft = ControlApi(name="PeopleSoft", base_url=self.stack.peoplesoft_url)
        self.keeper = Keeper(self.stack, env=self._env)

    @property
    def lines(self) -> tuple[TcpProxy, ...]:
        """Every line that can be broken."""
        return (*self.kafka_lines.values(), self.basware_line, self.peoplesoft_line)

    def service_of(self, name: str) -> str:
        """The service a replica belongs to."""
        return next(service for service in self.services if name.startswith(f"{service}-"))

    async def __aenter__(self) -> Self:
        self.run_dir.mkdir(parents=True, exist_ok=True)
        self.commit.touch()
        async with AsyncExitStack() as opened:
            for line in (*self.lines, self._webhooks):
                await line.start()
                opened.push_async_callback(line.stop)
            await opened.enter_async_context(self.stack)
            await opened.enter_async_context(self.basware)
            await opened.enter_async_context(self.peoplesoft)
            await opened.enter_async_context(self.keeper)
            self.customers = await make_customers(
                self.stack,
                basware=self.basware,
                peoplesoft=self.peoplesoft,
                basware_url=local_url(self.basware_line.port),
                peoplesoft_url=local_url(self.peoplesoft_line.port),
            )
            self.secrets = await planted_secrets(self.stack, self.customers)
            self._open = opened.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a replica, a simulator or Kafka; after SIGKILL it is gone when this returns."""
        process = self.stack.kafka.process if name == "kafka" else self.stack.processes[name]
        process.signal(number)
        if number is signal.SIGKILL:
            await process.ended(within=10)

    async def replica_restart(self, name: str, env: Env | None = None) -> None:
        """Ask a replica to end if it runs, and start it with these settings beside its own; it keeps them."""
        self.arm(name, env)
        await self.keeper.restart(name)

    def arm(self, name: str, env: Env | None) -> None:
        """The settings beside its own with which a replica is started from now on."""
        self.keeper.env[name] = {**self._env[name], **(env or {})}

    async def wait_ready(self, name: str, *, within: float = 60.0) -> None:
        """Return when a process is ready; NotReady with the end of its log otherwise."""
        await self.stack.wait_ready(name, within=within)

    async def all_ready(self, *, within: float = 90.0) -> None:
        """Return when every replica that is kept is ready."""
        async with asyncio.timeout(within):
            while not all(await asyncio.gather(*map(self.keeper.ready, self.keeper.kept))):
                await asyncio.sleep(0.2)

    @asynccontextmanager
    async def one_more(self, service: str, env: Env | None = None) -> AsyncIterator[str]:
        """One more process of a service, over a spare line; its name. It is asked to leave in the end."""
        spare = self._spares.pop()
        name = f"{service}-{spare.lower()}"
        try:
            await self._join(name, service=service, spare=spare, env=env or {})
            yield name
        finally:
            await self.keeper.dismiss(name)
            self._spares.append(spare)

    async def _join(self, name: str, *, service: str, spare: str, env: Env) -> None:
        (web_port,) = free_ports(1)
        own = {**self._own_env(service, spare, {spare: web_port}), **env}
        await self.keeper.admit(name, of=self.services[service][0], env=own)

    def _own_env(self, service: str, line: str, web_ports: Mapping[str, int]) -> dict[str, str]:
        """The settings a replica of a service has beside those all have."""
        own = {_BOOTSTRAP: f"{LOOPBACK}:{self.kafka_lines[line].port}"}
        if service == WEB:
            own[_PUBLIC_PORT] = str(web_ports[line])
        if service in LEDGERS:
            own["APSTREAM_FREEZE_AT"] = f"transaction committed:{self.commit}"
        if self._module(service) == SABOTAGED and self._sabotage is not None:
            own |= {sabotaged.SERVICE: ALL_SERVICES[service], sabotaged.SABOTAGE: self._sabotage}
        return own

    def _module(self, service: str) -> str:
        return SABOTAGED if self._sabotage and service in LEDGERS else ALL_SERVICES[service]

    def _line(self, name: str, port: int, target: int) -> TcpProxy:
        return TcpProxy(name=f"services to {name}", port=port, targets=[target])


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port
