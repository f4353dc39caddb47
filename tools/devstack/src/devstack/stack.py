"""A whole apstream on this machine: Kafka, both simulators, the services and their connections."""

import asyncio
import shutil
import signal
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from devstack.command import run_command
from devstack.connection_setup import register
from devstack.connection_spec import ConnectionSecrets, ConnectionSpec
from devstack.endpoints import FILE as ENDPOINTS_FILE
from devstack.endpoints import ConnectionEndpoint, Endpoints
from devstack.errors import DevstackError
from devstack.kafka import KafkaNode, Listener
from devstack.ports import free_ports
from devstack.process_identity import ProcessIdentity
from devstack.program import (
    PARTITIONS,
    Program,
    basware_simulator,
    inherited_environment,
    local_url,
    peoplesoft_simulator,
    python_module,
    service,
)
from devstack.run_state import RunState
from devstack.secret_files import SecretFiles
from devstack.supervisor import READY_WITHIN, Supervisor

KAFKA = "kafka"
SERVICES = {
    "ingress-web": "ingress.web",
    "ingress-documents": "ingress.documents",
    "voucher-poster": "voucher_poster",
}
MASTERDATA_SERVICES = {"masterdata-poll": "masterdata.poll", "masterdata-import": "masterdata.importing"}
PAYMENT_SERVICES = {"payment-poller": "payment_poller"}
_OF_ONE_RUN = ("kafka", "books", "secrets", "connections", "logs")


class Stack:
    """One run of everything in a run directory of its own; several stacks may run side by side.

    `start` returns when all is ready; `stop` ends every process. Data of the previous run in the directory
    are removed at the start, so logs can be read after a stop. `services=()` leaves Kafka and the simulators.
    `env` holds environment variables per process name, for example `APSTREAM_KILL_AT` of one service.
    `services` maps names of processes to modules; several names may have one module. `short_lived`,
    `kafka_settings` and `kafka_listeners` are the node's.
    The processes die with the caller unless `dies_with_parent` is False (`RunState.stop` ends them then).
    Names of processes: kafka, basware, peoplesoft and those of the services.
    """

    def __init__(
        self,
        *,
        run_dir: Path,
        seed: int = 1,
        connections: Sequence[ConnectionSpec] = (),
        services: Mapping[str, str] = SERVICES,
        env: Mapping[str, Mapping[str, str]] | None = None,
        short_lived: bool = False,
        kafka_settings: Mapping[str, str] | None = None,
        kafka_listeners: Sequence[Listener] = (),
        dies_with_parent: bool = True,
        starter: ProcessIdentity | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.run_dir = run_dir.resolve()
        self._specs = tuple(connections)
        self._services = services
        self._overrides = env or {}
        self._short_lived = short_lived
        self._kafka_settings = kafka_settings
        self._kafka_listeners = kafka_listeners
        self._dies_with_parent = dies_with_parent
        self._starter = starter
        self._progress = progress
        self._secrets = SecretFiles(self.run_dir / "secrets")
        self._connections: dict[str, ConnectionEndpoint] = {}
        self._supervisor: Supervisor | None = None
        self._kafka: KafkaNode | None = None

        basware_port, document_port, peoplesoft_port, self._ingress_port = free_ports(4)
        books = self.run_dir / "books"
        self._basware = basware_simulator(
            port=basware_port, document_port=document_port, books=books / "basware", seed=seed
        )
        self._peoplesoft = peoplesoft_simulator(port=peoplesoft_port, books=books / "peoplesoft", seed=seed)
        self.basware_url = local_url(basware_port)
        self.peoplesoft_url = local_url(peoplesoft_port)
        self.ingress_url = local_url(self._ingress_port)

    @property
    def kafka(self) -> KafkaNode:
        if self._kafka is None:
            raise DevstackError("this stack is not up; await start() first")
        return self._kafka

    @property
    def processes(self) -> Supervisor:
        """The processes beside Kafka, by name."""
        if self._supervisor is None:
            raise DevstackError("this stack is not up; await start() first")
        return self._supervisor

    @property
    def endpoints(self) -> Endpoints:
        """Every address, as `<run dir>/endpoints.json` has them."""
        programs = self.processes.programs
        return Endpoints(
            kafka=self.kafka.bootstrap,
            ingress=self.ingress_url,
            basware=self.basware_url,
            peoplesoft=self.peoplesoft_url,
            console=None,
            metrics={name: program.metrics_url for name, program in programs.items() if program.metrics_url},
            connections=dict(self._connections),
        )

    async def start(self) -> None:
        """Bring everything up. If anything fails, or this is cancelled, everything is ended again."""
        self._supervisor = Supervisor(
            run_dir=self.run_dir,
            state=RunState.create(self.run_dir, starter=self._starter),
            env=inherited_environment(),
            overrides=self._overrides,
            dies_with_parent=self._dies_with_parent,
        )
        try:
            self._clear_previous_run()
            await self._bring_up(self._supervisor)
        except BaseException:
            await asyncio.shield(asyncio.ensure_future(self.stop()))
            raise

    async def stop(self) -> None:
        """End all processes, Kafka last, and give the run directory free. Idempotent."""
        if self._supervisor is None:
            return
        try:
            await self._supervisor.stop()
        finally:
            if self._kafka is not None:
                await self._kafka.stop()
            await self._supervisor.state.stop()
            (self.run_dir / ENDPOINTS_FILE).unlink(missing_ok=True)
            self._supervisor = self._kafka = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def add_connection(
        self, spec: ConnectionSpec, *, prepare: Callable[[], Awaitable[None]] | None = None
    ) -> ConnectionEndpoint:
        """Register a connection with both simulators, apply it, and tell endpoints.json of it.

        Services that run take it up moments later; Basware repeats a webhook that is refused before that. `prepare`
        is awaited in between, when the simulators know the connection and the services do not.
        """
        secrets = ConnectionSecrets.make(spec.id, self._secrets, tenant=spec.tenant_id)
        endpoint = ConnectionEndpoint(
            webhook=f"{self.ingress_url}/webhooks/{spec.id}", secret_file=str(secrets.webhook)
        )
        await register(
            spec,
            secrets=secrets,
            webhook=endpoint.webhook,
            basware_url=self.basware_url,
            peoplesoft_url=self.peoplesoft_url,
        )
        if prepare is not None:
            await prepare()
        file = self.run_dir / "connections" / f"{spec.id}.yaml"
        spec.write(
            file,
            basware_url=self.basware_url,
            peoplesoft_url=self.peoplesoft_url,
            secrets=secrets,
        )
        await self.apstream("connection", "apply", str(file))
        self._connections[spec.id] = endpoint
        self.endpoints.write(self.run_dir)
        return endpoint

    async def apstream(self, *arguments: str, succeeds: Collection[int] = (0,)) -> str:
        """Run the `apstream` command against this stack; its output, or Refused with its words unless it ends with one
        of the exit codes that count as success.
        """
        env = {**self.processes.env, **self._settings()}
        return await run_command(python_module("apstream_cli", *arguments), env=env, succeeds=succeeds)

    def add_process(self, program: Program) -> None:
        """Start one more process; it is stopped with the others."""
        self.processes.start(program)

    async def add_replica(self, name: str, *, of: str, env: Mapping[str, str] | None = None) -> None:
        """Start one more process of a service beside the one named `of`, and wait until it is ready."""
        self.processes.start(self._service(name, module=self._services[of], env=env or {}))
        await self.wait_ready(name)

    async def restart(self, name: str, *, env: Mapping[str, str] | None = None) -> None:
        """Stop a process if it runs, start it again at the same address, wait until it is ready.

        `env`, if given, replaces the environment overrides it was started with.
        """
        if name == KAFKA:
            await self.kafka.restart()
            return
        await self.processes.restart(name, env=env)
        await self.wait_ready(name)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process."""
        if name == KAFKA:
            self.kafka.process.signal(number)
        else:
            self.processes.kill(name, number)

    async def wait_ready(self, name: str, *, within: float = READY_WITHIN) -> None:
        """Return when a process is ready; NotReady with the tail of its log otherwise."""
        await self.processes.wait_ready(name, within=within)

    async def wait_ended(self, name: str, *, within: float = READY_WITHIN) -> None:
        """Return when a process has ended by itself; DevstackError if it still runs after so many seconds."""
        process = self.kafka.process if name == KAFKA else self.processes[name]
        if not await process.ended(within=within):
            raise DevstackError(f"{name} still runs after {within:g} s")

    async def _bring_up(self, supervisor: Supervisor) -> None:
        self._secrets.make_keys()
        self._progress("starting Kafka and the simulators")
        for simulator in (self._basware, self._peoplesoft):
            supervisor.start(simulator)
        self._kafka = KafkaNode(
            directory=self.run_dir / "kafka",
            short_lived=self._short_lived,
            settings=self._kafka_settings,
            listeners=self._kafka_listeners,
            env=supervisor.env,
            dies_with_parent=self._dies_with_parent,
            on_start=supervisor.state.record,
            log=supervisor.log(KAFKA),
        )
        await self._kafka_and_simulators_up(self._kafka)
        if self._services:
            self._progress("making the topics")
            await self.apstream("topics", "apply")
        self.endpoints.write(self.run_dir)
        for spec in self._specs:
            self._progress(f"applying connection {spec.id}")
            await self.add_connection(spec)
        if self._services:
            self._progress("starting the services")
        for name, module in self._services.items():
            supervisor.start(self._service(name, module=module, env={}))
        for name in self._services:
            await self.wait_ready(name)
        self.endpoints.write(self.run_dir)

    async def _kafka_and_simulators_up(self, kafka: KafkaNode) -> None:
        # A task group, because the first failure must end the others' work before everything is stopped:
        # a Kafka that is still being formatted would start after that.
        try:
            async with asyncio.TaskGroup() as starting:
                starting.create_task(kafka.start())
                starting.create_task(self.wait_ready(self._basware.name))
                starting.create_task(self.wait_ready(self._peoplesoft.name))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None

    def _service(self, name: str, *, module: str, env: Mapping[str, str]) -> Program:
        (admin_port,) = free_ports(1)
        public = {"APSTREAM_PUBLIC_HOST": "127.0.0.1", "APSTREAM_PUBLIC_PORT": str(self._ingress_port)}
        settings = {**self._settings(), **(public if module == "ingress.web" else {}), **env}
        return service(name=name, module=module, admin_port=admin_port, env=settings)

    def _settings(self) -> dict[str, str]:
        return {
            "APSTREAM_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "APSTREAM_PARTITIONS": str(PARTITIONS),
            "APSTREAM_KEYS_FILE": str(self._secrets.keys_file),
        }

    def _clear_previous_run(self) -> None:
        for name in _OF_ONE_RUN:
            shutil.rmtree(self.run_dir / name, ignore_errors=True)
        (self.run_dir / ENDPOINTS_FILE).unlink(missing_ok=True)
