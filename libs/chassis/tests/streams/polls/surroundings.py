"""What a process that polls goes by: its customers' connections, and which flows run."""

from dataclasses import dataclass, field
from typing import Any

from ap_domain.desired_state import FlowState
from chassis.connections import Connection
from chassis.ledger.entry import Stop

from .memory_broker import SHARD


@dataclass
class Connections:
    """What of the directory polls use; connections are only ids, versions and shards to them."""

    versions: dict[str, int]

    def get(self, connection_id: str) -> Connection | None:
        version = self.version(connection_id)
        if version is None:
            return None
        nothing: Any = None
        return Connection(
            id=connection_id,
            version=version,
            shard=SHARD,
            stage="test",
            basware=nothing,
            peoplesoft=nothing,
            mapping={},
        )

    def version(self, connection_id: str) -> int | None:
        return self.versions.get(connection_id)

    def all(self) -> tuple[Connection, ...]:
        return tuple(each for each in map(self.get, self.versions) if each is not None)


@dataclass
class States:
    """Flows."""

    said: dict[str, FlowState] = field(default_factory=dict)

    def state(self, connection_id: str, flow: str) -> FlowState:
        return self.said.get(flow, FlowState.RUNNING)

    async def stop(self, connection_id: str, stop: Stop) -> None:
        raise AssertionError("polls stop no flow")
