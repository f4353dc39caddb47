"""What a scrape shows of the connections a process owns: what their flows should do, and their own time limits."""

from collections.abc import Callable, Collection, Iterable, Iterator

from ap_domain.desired_state import FlowState
from chassis import metrics
from chassis.connections import Connection, ConnectionDirectory
from chassis.desired_state import DesiredStates
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


Shards = Callable[[], Collection[int]]


class FlowPicture(Collector):
    """What the flows should do, computed at each scrape, of the connections whose shard this process owns then.

    `remotes` are the flows of the remotes that the service calls, beside its own.
    """

    def __init__(
        self,
        *,
        service: str,
        remotes: Iterable[str],
        shards: Shards,
        directory: ConnectionDirectory,
        states: DesiredStates,
        flows: Flows,
    ) -> None:
        self._service = service
        self._remotes = tuple(remote for remote in remotes if remote != service)
        self._shards = shards
        self._directory = directory
        self._states = states
        self._flows = flows

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry need not look at the connections to know the names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The gauges of this moment."""
        yield FLOW_STATE.of(
            ((connection.id, flow), _NUMBERS[state])
            for connection in _ours(self._directory, self._shards)
            for flow, state in self._flows_of(connection)
        )
        yield UNUSABLE.of([((), float(len(self._directory.unusable)))])

    def _flows_of(self, connection: Connection) -> Iterator[tuple[str, FlowState]]:
        """The service's own as it obeys it, the remotes' as it was said of each."""
        yield self._service, self._flows.state(connection.id, self._service)
        for remote in self._remotes:
            yield remote, self._states.state(connection.id, remote)


class ConnectionPicture(Collector):
    """The mode and the time limits of invoices, computed at each scrape like the flows."""

    def __init__(self, *, shards: Shards, directory: ConnectionDirectory) -> None:
        self._shards = shards
        self._directory = directory

    def describe(self) -> Iterable[Metric]:
        """Nothing, for the same reason."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The gauges of this moment."""
        ours = _ours(self._directory, self._shards)
        yield SHADOW.of(((each.id,), float(each.mode == "shadow")) for each in ours)
        yield SETTLE.of(((each.id,), each.peoplesoft.settle_time.total_seconds()) for each in ours)
        yield SWEEP.of(((each.id,), _sweep_seconds(each)) for each in ours)


def _ours(directory: ConnectionDirectory, shards: Shards) -> list[Connection]:
    owned = shards()
    return [connection for connection in directory.all() if connection.shard in owned]


def _sweep_seconds(connection: Connection) -> float:
    every = connection.basware.sweep_every
    return every.total_seconds() if every else 0.0
