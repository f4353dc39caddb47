"""What a scrape shows of the connections a process owns: what their flows should do, and their own time limits."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ap_domain.desired_state import FlowState
from chassis import metrics
from chassis.connections import Connection, ConnectionDirectory
from chassis.desired_state import DesiredStates
from chassis.ledger.owner import PartitionOwner
from chassis.ledger.ports import Flows
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

_CONNECTION = ("connection",)
FLOW_STATE = metrics.computed(
    "flow_state",
    "What the flow should do: 0 run, 1 pause, 2 stop. Shadow mode pauses the flow of the whole service.",
    ("connection", "flow"),
)
SHADOW = metrics.computed(
    "connection_shadow", "1 in shadow mode: rehearsed only, nothing is acknowledged or posted.", _CONNECTION
)
SETTLE = metrics.computed(
    "connection_settle_seconds",
    "How long after a lost answer a create may still be carried out.",
    _CONNECTION,
)
SWEEP = metrics.computed(
    "connection_sweep_seconds", "How often documents are listed for lost webhooks; 0 is never.", _CONNECTION
)
UNUSABLE = metrics.computed(
    "connections_unusable", "Connections that exist and cannot be opened here; /readyz says which and why."
)
_NUMBERS = {FlowState.RUNNING: 0.0, FlowState.PAUSED: 1.0, FlowState.STOPPED: 2.0}


class ConnectionPicture(Collector):
    """Computed at each scrape, of the connections whose shard this process owns at that moment.

    `remotes` are the flows of the remotes that the service calls, beside its own.
    """

    def __init__(
        self,
        *,
        service: str,
        remotes: Iterable[str],
        owners: Callable[[], Iterable[PartitionOwner[Any]]],
        directory: ConnectionDirectory,
        states: DesiredStates,
        flows: Flows,
    ) -> None:
        self._service = service
        self._remotes = tuple(remotes)
        self._owners = owners
        self._directory = directory
        self._states = states
        self._flows = flows

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry need not look at the connections to know the names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The gauges of this moment."""
        shards = {owner.partition for owner in self._owners()}
        ours = [connection for connection in self._directory.all() if connection.shard in shards]
        yield FLOW_STATE.of(
            ((connection.id, flow), _NUMBERS[state])
            for connection in ours
            for flow, state in self._flows_of(connection)
        )
        yield SHADOW.of(((each.id,), float(each.mode == "shadow")) for each in ours)
        yield SETTLE.of(((each.id,), each.peoplesoft.settle_time.total_seconds()) for each in ours)
        yield SWEEP.of(((each.id,), _sweep_seconds(each)) for each in ours)
        yield UNUSABLE.of([((), float(len(self._directory.unusable)))])

    def _flows_of(self, connection: Connection) -> Iterator[tuple[str, FlowState]]:
        """The service's own as it obeys it, the remotes' as it was said of each."""
        yield self._service, self._flows.state(connection.id, self._service)
        for remote in self._remotes:
            yield remote, self._states.state(connection.id, remote)


def _sweep_seconds(connection: Connection) -> float:
    every = connection.basware.sweep_every
    return every.total_seconds() if every else 0.0
