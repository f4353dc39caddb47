"""One connection's import: a loop that looks at what is to be done and starts what may start."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from ap_domain.desired_state import FlowState
from ap_domain.masterdata.entity import import_rank
from chassis.connections import Connection
from chassis.ledger.entry import Stop
from chassis.ledger.ports import Clock, Flows, Unknown

from masterdata.importing.core.answers import LockedOut, NoAnswer, NotAllowed
from masterdata.importing.core.asking import Asking
from masterdata.importing.core.pace import Pace
from masterdata.importing.core.ports import ImportApi
from masterdata.importing.core.sending import Sending
from masterdata.importing.core.workload import EntityWork, Workload

__all__ = ["BASWARE", "MASTERDATA", "ConnectionImport", "flow_state"]

BASWARE = "basware"
MASTERDATA = "masterdata"
"""The flows that the import obeys. A refused credential stops the second: invoices may need other scopes."""

Turn = Callable[[], Awaitable[NoAnswer | NotAllowed | LockedOut | None]]

_STRICTNESS = (FlowState.RUNNING, FlowState.PAUSED, FlowState.STOPPED)

log = structlog.get_logger("masterdata.importing")


def flow_state(flows: Flows, connection_id: str) -> FlowState:
    """The stricter of the two. Paused: nothing is sent, what was sent is asked about. Stopped: no call at all."""
    return max((flows.state(connection_id, flow) for flow in (BASWARE, MASTERDATA)), key=_STRICTNESS.index)


class ConnectionImport:
    """Level-triggered: what is wanted and not confirmed is sent, what was sent is asked about, again and again.

    At most `concurrency` calls at once, one until the remote has answered. It waits for nothing but its own tick and
    the end of its calls, so no connection holds up another. A question that is not answered holds up further ones, not
    what is sent: it may be about that one request.
    """

    def __init__(
        self,
        *,
        connection: Callable[[], Connection | None],
        flows: Flows,
        clock: Clock,
        api: ImportApi,
        work: Workload,
        sending: Sending,
        asking: Asking,
        pace: Pace,
        fraction: Callable[[], float],
    ) -> None:
        """`connection` gives it as it is at that moment; `fraction` random numbers from 0 to 1."""
        self._connection = connection
        self._flows = flows
        self._clock = clock
        self._api = api
        self._work = work
        self._sending = sending
        self._asking = asking
        self._pace = pace
        self._fraction = fraction
        self._calls = 0
        self._sends = 0
        self._failures = 0
        self._ask_failures = 0
        self._proven: int | None = None
        self._version: int | None = None
        self._hold_until = float("-inf")
        self._ask_from = float("-inf")
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. The first send comes after the spacing: an earlier owner may have sent just before."""
        connection = self._connection()
        spacing = self._pace.spacing(connection.basware.record_spacing) if connection else 0.0
        may_send_from = self._clock.monotonic() + spacing
        async with asyncio.TaskGroup() as calls:
            while True:
                self._wake.clear()
                self._look(calls, sends=self._clock.monotonic() >= may_send_from)
                try:
                    async with asyncio.timeout(self._pace.tick):
                        await self._wake.wait()
                except TimeoutError:
                    continue

    def _look(self, calls: asyncio.TaskGroup, *, sends: bool) -> None:
        connection = self._connection()
        if connection is None:
            return
        state = flow_state(self._flows, connection.id)
        if state is FlowState.STOPPED:
            self._proven = None
        if state is FlowState.STOPPED or self._clock.monotonic() < self._hold_until:
            return
        if self._proven != connection.version:
            self._proven = None
        if self._version != connection.version:
            self._version = connection.version
            for entity in self._work.entities():
                entity.rest_until = float("-inf")
        width = connection.basware.concurrency if self._proven is not None else 1
        self._start_asks(calls, connection, width)
        if sends and state is FlowState.RUNNING:
            self._start_sends(calls, connection, width)

    def _start_asks(self, calls: asyncio.TaskGroup, connection: Connection, width: int) -> None:
        if self._clock.monotonic() < self._ask_from:
            return
        for request_id in self._asking.due():
            if self._calls >= width:
                self._asking.put_off(request_id)
            else:
                self._start(calls, connection, partial(self._asking.turn, connection, request_id))
        if self._calls < width and (heard := self._asking.to_acknowledge()):
            self._start(calls, connection, partial(self._asking.acknowledge, connection, heard))

    def _start_sends(self, calls: asyncio.TaskGroup, connection: Connection, width: int) -> None:
        for entity in self._unblocked():
            while (
                self._calls < width
                and self._sends < self._pace.sends_at_once
                and len(tuple(self._work.requests())) + self._sends < self._pace.requests_under_way
                and self._is_worth_it(entity)
            ):
                picks = self._work.take(entity, self._api.most_records(entity.entity))
                if not picks:
                    break
                self._sends += 1
                turn = partial(self._sending.turn, connection, entity, picks)
                self._start(calls, connection, turn, sends=entity)

    def _unblocked(self) -> list[EntityWork]:
        """The entities that may be sent: none of a lower rank has anything that is not settled and came lately."""
        now, blocked_from = self._clock.monotonic(), float("inf")
        free = []
        for entity in self._work.entities():
            rank = import_rank(entity.entity)
            if rank > blocked_from:
                break
            if now >= entity.rest_until:
                free.append(entity)
            if entity.unsettled and now - entity.last_arrival < self._pace.blocks_for:
                blocked_from = rank
        return free

    def _is_worth_it(self, entity: EntityWork) -> bool:
        """A full batch at once; a smaller one when nothing more seems to come, or something has waited long."""
        most = self._api.most_records(entity.entity)
        ready = self._work.ready(entity, most)
        if ready >= most:
            return True
        if ready == 0:
            return False
        now = self._clock.monotonic()
        quiet = now - entity.last_arrival >= self._pace.gather_quiet
        return quiet or now - entity.gathering_since >= self._pace.gather_longest

    def _start(
        self,
        calls: asyncio.TaskGroup,
        connection: Connection,
        turn: Turn,
        *,
        sends: EntityWork | None = None,
    ) -> None:
        self._calls += 1
        calls.create_task(self._call(connection, turn, sends))

    async def _call(
        self,
        connection: Connection,
        turn: Turn,
        entity: EntityWork | None,
    ) -> None:
        try:
            kept = await turn()
            await self._learn(connection, kept, entity)
        except Exception:  # a bug met in one customer's records must not end the imports of all
            log.exception("an import failed by our own fault", connection=connection.id)
            self._rest(self._pace.entity_rest, entity)
        finally:
            self._calls -= 1
            self._sends -= entity is not None
            self._wake.set()

    async def _learn(
        self,
        connection: Connection,
        kept: NoAnswer | NotAllowed | LockedOut | None,
        entity: EntityWork | None,
    ) -> None:
        match kept:
            case None:
                self._failures = 0
                self._ask_failures = self._ask_failures if entity is not None else 0
                self._proven = connection.version
            case LockedOut():
                self._proven = None
                await self._stop(connection, kept)
            case NotAllowed():
                log.error(
                    "Basware gives us no rights to this kind of records; the others go on",
                    connection=connection.id,
                    entity=entity.entity if entity else "",
                    said=kept.said,
                )
                self._rest(self._pace.not_allowed_rest, entity)
            case NoAnswer():
                log.warning(
                    "Basware did not take or answer a call; it comes again",
                    connection=connection.id,
                    entity=entity.entity if entity else "",
                    said=kept.said,
                )
                if not kept.whole:
                    if entity is not None:
                        self._rest(kept.after or self._pace.entity_rest, entity)
                    return
                asked = kept.after and min(kept.after, self._pace.throttled_longest)
                if entity is None and not kept.throttled:
                    self._ask_failures += 1
                    wait = self._backoff(self._ask_failures, asked)
                    self._ask_from = max(self._ask_from, self._clock.monotonic() + wait)
                    return
                self._failures += 1
                self._rest(self._backoff(self._failures, asked), None)

    def _backoff(self, failures: int, asked: float | None) -> float:
        return self._pace.backoff.seconds(attempt=failures, fraction=self._fraction(), retry_after=asked)

    async def _stop(self, connection: Connection, locked: LockedOut) -> None:
        log.error("Basware refuses our credentials", connection=connection.id, said=locked.said)
        stop = Stop(
            flow=MASTERDATA,
            connection_version=locked.connection_version,
            at=self._clock.now(),
            reason=locked.said,
        )
        try:
            await self._flows.stop(connection.id, stop)
        except Unknown as failed:
            log.warning("the stop could not be made known", connection=connection.id, said=str(failed))
        self._rest(self._pace.kafka_rest, None)

    def _rest(self, seconds: float, entity: EntityWork | None) -> None:
        until = self._clock.monotonic() + seconds
        if entity is not None:
            entity.rest_until = max(until, entity.rest_until)
        else:
            self._hold_until = max(until, self._hold_until)
