"""Which flows run, and when a refusal's stop is told to the others."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from ap_domain.desired_state import DesiredState, FlowState
from chassis.connections import Connection, ConnectionDirectory
from chassis.desired_state import DesiredStates, DesiredStateWriter
from chassis.errors import NotDurable
from chassis.ledger.clock import SystemClock
from chassis.ledger.entry import Stop
from chassis.ledger.flows import ConnectionFlows
from chassis.ledger.ports import Unknown
from chassis.producer import DurableProducer

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
RUNNING, PAUSED, STOPPED = FlowState.RUNNING, FlowState.PAUSED, FlowState.STOPPED


class Directory:
    """Connections by version; those in `broken` exist and cannot be used."""

    def __init__(self) -> None:
        self.versions = {"acme": 3}
        self.broken: set[str] = set()

    def get(self, connection_id: str) -> Connection | None:
        usable = connection_id in self.versions and connection_id not in self.broken
        return cast("Connection", object()) if usable else None

    def version(self, connection_id: str) -> int | None:
        return self.versions.get(connection_id)


class Producer:
    """Keeps what is sent, or fails."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.away = False

    async def send(self, *, topic: str, partition: int, key: bytes, value: bytes) -> None:
        if self.away:
            raise NotDurable("Kafka is away")
        self.sent.append(value)


class Bench:
    def __init__(self) -> None:
        self.directory, self.producer = Directory(), Producer()
        self.held_back: set[int] = set()
        self.states = DesiredStates(bootstrap="unused:1", connection_version=self.directory.version)
        self.flows = ConnectionFlows(
            service="voucher-poster",
            directory=cast("ConnectionDirectory", self.directory),
            states=self.states,
            writer=DesiredStateWriter(producer=cast("DurableProducer", self.producer), states=self.states),
            clock=SystemClock(),
            pauses=lambda _: self.directory.versions["acme"] in self.held_back,
        )

    def say(self, flow: str, state: FlowState, *, version: int = 1, at: datetime = AT, of: int = 3) -> None:
        self.states.take(
            DesiredState(
                connection_id="acme",
                flow=flow,
                state=state,
                version=version,
                connection_version=of,
                reason="",
                actor="somebody",
                at=at,
            )
        )


def stop(*, connection_version: int = 3, at: datetime = AT) -> Stop:
    return Stop(flow="peoplesoft", connection_version=connection_version, at=at, reason="401")


@pytest.fixture
async def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("remote", "service", "together"),
    [
        (RUNNING, RUNNING, RUNNING),
        (PAUSED, RUNNING, PAUSED),
        (RUNNING, PAUSED, PAUSED),
        (STOPPED, PAUSED, STOPPED),
        (PAUSED, STOPPED, STOPPED),
    ],
)
async def test_the_stricter_of_remote_and_service_holds(
    bench: Bench, remote: FlowState, service: FlowState, together: FlowState
) -> None:
    bench.say("peoplesoft", remote)
    bench.say("voucher-poster", service)
    assert bench.flows.state("acme", "peoplesoft") is together
    assert bench.flows.state("acme", "basware") is service


@pytest.mark.parametrize(("said", "together"), [(RUNNING, PAUSED), (PAUSED, PAUSED), (STOPPED, STOPPED)])
async def test_a_connection_that_starts_nothing_as_configured_is_paused_or_stricter(
    bench: Bench, said: FlowState, together: FlowState
) -> None:
    """As in shadow mode, whatever people say of its flows."""
    bench.held_back = {3}
    bench.say("peoplesoft", said)
    assert bench.flows.state("acme", "peoplesoft") is together
    assert bench.flows.state("acme", "basware") is PAUSED


async def test_it_runs_as_soon_as_the_connection_says_otherwise(bench: Bench) -> None:
    bench.held_back = {3}
    assert bench.flows.state("acme", "basware") is PAUSED
    bench.directory.versions["acme"] = 4
    assert bench.flows.state("acme", "basware") is RUNNING


async def test_where_nothing_is_said_of_pauses_every_connection_runs() -> None:
    bench = Bench()
    plain = ConnectionFlows(
        service="ingress-documents",
        directory=cast("ConnectionDirectory", bench.directory),
        states=bench.states,
        writer=DesiredStateWriter(producer=cast("DurableProducer", bench.producer), states=bench.states),
        clock=SystemClock(),
    )
    assert plain.state("acme", "basware") is RUNNING


async def test_also_a_connection_that_is_held_back_is_stopped_for_all_by_a_refusal(bench: Bench) -> None:
    """A rehearsal reads too, and its refused password locks the account as well."""
    bench.held_back = {3}
    await bench.flows.stop("acme", stop())
    assert len(bench.producer.sent) == 1
    assert bench.flows.state("acme", "peoplesoft") is STOPPED


async def test_a_connection_that_cannot_be_used_is_stopped_here(bench: Bench) -> None:
    assert bench.flows.state("acme", "basware") is RUNNING
    bench.directory.broken.add("acme")
    assert bench.flows.state("acme", "basware") is STOPPED
    assert bench.flows.state("nobody", "basware") is STOPPED


async def test_a_stop_is_written_once_and_holds_at_once(bench: Bench) -> None:
    for _ in range(3):
        await bench.flows.stop("acme", stop())
    assert len(bench.producer.sent) == 1
    assert bench.flows.state("acme", "peoplesoft") is STOPPED


async def test_a_stop_is_void_once_the_connection_changed(bench: Bench) -> None:
    await bench.flows.stop("acme", stop(connection_version=2))
    assert bench.producer.sent == []
    assert bench.flows.state("acme", "peoplesoft") is RUNNING


@pytest.mark.parametrize(("later", "written"), [(1, 0), (-1, 1)])
async def test_a_stop_does_not_undo_a_later_resume(bench: Bench, later: int, written: int) -> None:
    bench.say("peoplesoft", RUNNING, version=2, at=AT + timedelta(minutes=later))
    await bench.flows.stop("acme", stop())
    assert len(bench.producer.sent) == written


async def test_a_stop_that_cannot_be_written_is_unknown(bench: Bench) -> None:
    bench.producer.away = True
    with pytest.raises(Unknown, match="Kafka is away"):
        await bench.flows.stop("acme", stop())
