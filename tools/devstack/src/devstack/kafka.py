"""A real Apache Kafka for development and tests: one KRaft node on the loopback."""

import asyncio
import base64
import os
import signal
import socket
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devstack.errors import NotReady
from devstack.jvm import REPOSITORY, SHORT_LIVED, TOOLS_LOGGING, kafka_class
from devstack.ports import LOOPBACK, free_ports
from devstack.process import ManagedProcess
from devstack.process_identity import ProcessIdentity

MESSAGE_LIMIT = 10 * 1024 * 1024
"""Bytes a record batch may have; the same figure as the producers' and consumers' limit."""

_STARTED = "Kafka Server started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One more address of a node, told to its clients as another port: something that stands before it listens there.

    `name` is in capitals and digits.
    """

    name: str
    port: int
    advertised_port: int


def _unrecorded(_name: str, _identity: ProcessIdentity) -> None:
    """A node used on its own (a test's) has no state file to be written to."""


class KafkaNode:
    """One broker and controller in one JVM, with its log directory and its ports for as long as it exists.

    `stop`, `kill` and `start` may follow each other in any order; data and address stay the same.
    Topics are never created by use, every internal topic has one replica, records may have 10 MB.
    Who comes in by one of `listeners` is told only of its advertised port from then on. A `short_lived` one is up
    sooner and costs a core less in its first minute, and is slower for good: for tests, not for measurements.
    """

    def __init__(
        self,
        *,
        directory: Path,
        heap_mb: int = 512,
        short_lived: bool = False,
        settings: Mapping[str, str] | None = None,
        listeners: Sequence[Listener] = (),
        env: Mapping[str, str] | None = None,
        dies_with_parent: bool = True,
        on_start: Callable[[str, ProcessIdentity], None] = _unrecorded,
        log: Path | None = None,
    ) -> None:
        self.directory = directory.resolve()
        self.port, self._controller_port = free_ports(2)
        self._settings = dict(settings or {})
        self._listeners = tuple(listeners)
        self._configuration = self.directory / "server.properties"
        options = (f"-Xmx{heap_mb}m", *(SHORT_LIVED if short_lived else ()))
        self.process = ManagedProcess(
            name="kafka",
            argv=kafka_class("kafka.Kafka", str(self._configuration), options=options),
            env=os.environ if env is None else env,
            log=log or self.directory / "kafka.log",
            cwd=REPOSITORY,
            dies_with_parent=dies_with_parent,
            on_start=on_start,
        )

    @property
    def bootstrap(self) -> str:
        """host:port for clients."""
        return f"{LOOPBACK}:{self.port}"

    async def start(self, *, within: float = 120) -> None:
        """Format the log directory if this is the first start, start the node, wait until it serves.

        Raises NotReady with the tail of the log when it ends or is not up after so many seconds.
        """
        if not self._configuration.exists():
            await self._format()
        self.process.start()
        deadline = asyncio.get_running_loop().time() + within
        while not (_STARTED in self.process.output() and self._accepts()):
            if not self.process.running:
                raise self._not_ready(f"Kafka ended with code {self.process.exit_code}")
            if asyncio.get_running_loop().time() > deadline:
                raise self._not_ready(f"Kafka is not up after {within:g} s")
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """A clean shutdown (0.6 s when idle); killed after 20 s. Idempotent."""
        await self.process.stop(grace=20)

    async def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal; after SIGKILL the node is gone when this returns."""
        self.process.signal(number)
        if number is signal.SIGKILL:
            await self.process.ended(within=10)

    async def restart(self, *, within: float = 120) -> None:
        """Stop it cleanly if it runs, and start it on the same port and log directory."""
        await self.stop()
        await self.start(within=within)

    async def _format(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        data = self.directory / "data"
        draft = self._configuration.with_suffix(".draft")
        draft.write_text("".join(f"{key}={value}\n" for key, value in self._properties(data).items()))
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A", 1)
        formatter = await asyncio.create_subprocess_exec(
            *kafka_class(
                "kafka.tools.StorageTool",
                *("format", "-t", cluster, "-c", str(draft)),
                options=SHORT_LIVED,
                logging=TOOLS_LOGGING,
            ),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            said, _ = await asyncio.wait_for(formatter.communicate(), timeout=60)
        finally:
            if formatter.returncode is None:
                formatter.kill()
                await formatter.wait()
        if formatter.returncode != 0:
            raise NotReady(f"Kafka's log directory could not be formatted: {said.decode(errors='replace')}")
        draft.rename(self._configuration)  # its name says: formatted

    def _properties(self, data: Path) -> dict[str, str]:
        controller = f"{LOOPBACK}:{self._controller_port}"
        more = [f"{each.name}://{LOOPBACK}:{each.port}" for each in self._listeners]
        told = [f"{each.name}://{LOOPBACK}:{each.advertised_port}" for each in self._listeners]
        plain = ["PLAINTEXT", "CONTROLLER", *(each.name for each in self._listeners)]
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": ",".join([f"PLAINTEXT://{self.bootstrap}", f"CONTROLLER://{controller}", *more]),
            "advertised.listeners": ",".join([f"PLAINTEXT://{self.bootstrap}", *told]),
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in plain),
            "log.dirs": str(data),
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "4",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            # After a kill the node waits until its former self has expired: 4 s instead of 9.
            "broker.session.timeout.ms": "4000",
            "broker.heartbeat.interval.ms": "500",
            "message.max.bytes": str(MESSAGE_LIMIT),
            "replica.fetch.max.bytes": str(MESSAGE_LIMIT),
            **self._settings,
        }

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex((LOOPBACK, self.port)) == 0

    def _not_ready(self, what: str) -> NotReady:
        return NotReady(f"{what}. The end of {self.process.log}:\n{self.process.tail()}")
