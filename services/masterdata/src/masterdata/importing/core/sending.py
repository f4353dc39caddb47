"""One turn of sending: some records of one entity, from where they lie to Basware's request id on each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog
from ap_domain.masterdata.record import ImportState, ImportStep, MasterRecord
from ap_domain.masterdata.standing import Standing
from chassis.connections import Connection
from chassis.errors import NotAnswered
from chassis.failpoints import reached
from chassis.ledger.ports import Clock

from masterdata.importing import metrics
from masterdata.importing.core.answers import (
    LockedOut,
    NoAnswer,
    NotAllowed,
    SendAnswer,
    Stored,
    TooLarge,
    TurnedDown,
)
from masterdata.importing.core.history import ABOUT_TO_BE_SENT, NOT_SENT, carried
from masterdata.importing.core.narrowing import Narrowing
from masterdata.importing.core.pace import Pace
from masterdata.importing.core.ports import Contents, ImportApi, Outgoing
from masterdata.importing.core.suspicion import Suspicion
from masterdata.importing.core.telling import Telling
from masterdata.importing.core.verdicts import nameless
from masterdata.importing.core.workload import EntityWork, Pick, Workload

__all__ = ["Sending"]

log = structlog.get_logger("masterdata.importing")

KAFKA_AWAY = NoAnswer(said="Kafka does not take what is to be said of records")
_OUTCOMES = {
    Stored: "stored",
    TurnedDown: "turned_down",
    TooLarge: "too_large",
    NoAnswer: "no_answer",
    NotAllowed: "not_allowed",
    LockedOut: "locked_out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """A record in hand with its content."""

    key: bytes
    offset: int
    record: MasterRecord = field(repr=False)
    history: tuple[str, ...]


class Sending:
    """Sends for one connection. Every record in hand is given back, whatever happens; a turn raises nothing but bugs.

    A crash anywhere leaves records pending or asked about: what Basware stored without our having said so is sent
    again, which overwrites it.
    """

    def __init__(
        self,
        *,
        api: ImportApi,
        contents: Contents,
        telling: Telling,
        work: Workload,
        clock: Clock,
        pace: Pace,
        may_send: Callable[[], bool],
    ) -> None:
        """`may_send` is asked right before each request: whether the shard is ours and the flow runs."""
        self._api = api
        self._contents = contents
        self._telling = telling
        self._work = work
        self._clock = clock
        self._pace = pace
        self._may_send = may_send
        self._suspicion = Suspicion(api=api, work=work, clock=clock, pace=pace)

    async def turn(
        self, connection: Connection, entity: EntityWork, picks: Sequence[Pick]
    ) -> NoAnswer | NotAllowed | LockedOut | None:
        """What kept it from sending all it could, or None."""
        try:
            offsets = [pick.offset for pick in picks]
            found = await self._contents.read(
                shard=connection.shard, offsets=offsets, most_bytes=self._pace.batch_bytes
            )
            loads = list(self._loads(entity, picks, found))
            faulty = [
                (load, tuple(NOT_SENT + problem for problem in load.record.problems))
                for load in loads
                if load.record.problems
            ]
            if faulty and not await self._refuse(faulty):
                return KAFKA_AWAY
            batch = self._cut([load for load in loads if not load.record.problems])
            if not await self._intend(batch):
                return KAFKA_AWAY
            reached("import intended")
            return await self._narrow(connection, entity.entity, batch)
        except NotAnswered as failed:
            return NoAnswer(said=str(failed), after=self._pace.kafka_rest)
        finally:
            self._work.release(picks)

    def _loads(
        self, entity: EntityWork, picks: Sequence[Pick], found: Mapping[int, MasterRecord | None]
    ) -> Iterator[_Load]:
        """The picked records that are still wanted as they were read; what is missing is waited for, and told."""
        for pick in picks:
            if pick.offset not in found:
                continue
            record, standing = found[pick.offset], self._work.standing(pick.key)
            if standing is None or not standing.pending or standing.wanted_offset != pick.offset:
                continue
            if record is not None and record.digest == standing.wanted_digest:
                entity.missing.pop(pick.key, None)
                history = carried(standing.told, digest=record.digest)
                yield _Load(key=pick.key, offset=pick.offset, record=record, history=history)
            else:
                self._miss(entity, pick)

    def _miss(self, entity: EntityWork, pick: Pick) -> None:
        """A newer version was published and compaction took this one, or somebody wrote to the topic by hand."""
        missing = self._work.miss(pick.key, seconds=self._pace.kafka_rest)
        if missing >= self._pace.missing_for:
            self._work.miss(pick.key, seconds=self._pace.blocks_for)
            connection_id = pick.key.split(b"/", 1)[0].decode()
            metrics.MISSING.labels(connection_id, entity.entity).inc()
            log.error(
                "a record's content does not lie where it was published; the next full read (run-now --full) publishes "
                "it again where a late version took its place, else change the record in PeopleSoft",
                record=pick.key.decode(),
                offset=pick.offset,
            )

    def _cut(self, loads: Sequence[_Load]) -> list[_Load]:
        """As many from the front as one request takes; suspects go without others, in batches that get smaller."""
        limits = [self._suspicion.most(load.key, load.offset) for load in loads]
        size, most = 2, len(loads)
        batch: list[_Load] = []
        for load, limit in zip(loads, limits, strict=True):
            if (limit is None) is not (limits[0] is None):
                continue
            size += len(load.record.content.encode()) + 1
            most = min(most, limit or most)
            if batch and (size > self._pace.batch_bytes or len(batch) >= most):
                break
            batch.append(load)
        return batch

    async def _narrow(
        self, connection: Connection, entity: str, batch: list[_Load]
    ) -> NoAnswer | NotAllowed | LockedOut | None:
        """Sends the batch; refused as a whole, in smaller and smaller parts until its guilty records stand alone."""
        narrowing = Narrowing(batch, code=lambda load: load.record.external_code)
        requests = 0
        while (part := narrowing.next()) is not None:
            wanted = [load for load in part if self._is_wanted(load)]
            if not wanted:
                continue
            if not self._may_send():
                return None
            if requests == self._pace.narrowing:
                return NoAnswer(
                    said="too many records are refused one by one", after=self._pace.entity_rest, whole=False
                )
            answer = await self._send(connection, entity, wanted)
            requests += 1
            match answer:
                case Stored():
                    reached("import sent")
                    narrowing.taken()
                    self._suspicion.stored(load.key for load in wanted)
                    self._hold(wanted, connection)
                    if not await self._note(entity, wanted, answer.request_id):
                        return KAFKA_AWAY
                    reached("import noted")
                case TurnedDown() | TooLarge():
                    self._hold_doubtful(answer, wanted, connection)
                    if not await self._refuse(narrowing.turned_down(wanted, answer)):
                        return KAFKA_AWAY
                case NoAnswer() if answer.whole and not answer.throttled:
                    self._hold(wanted, connection)
                    failed = {load.record.external_code: (load.key, load.offset) for load in wanted}
                    kept, words = await self._suspicion.failed(connection, entity, failed, answer)
                    done = not words or await self._refuse([(wanted[0], words)])
                    return kept if done else KAFKA_AWAY
                case _:
                    self._hold(wanted, connection)
                    return answer
        return None if await self._refuse(narrowing.believed) else KAFKA_AWAY

    async def _intend(self, batch: Sequence[_Load]) -> bool:
        """Says which version may be there from here on, whatever comes after.

        A crash or a lost answer would let the word on an earlier version stand: going back to that one later, the
        record would seem to be in place. And what Basware calls unchanged could not be told from what it refused.
        """
        states = [
            self._state(load, step=ImportStep.DUE, request_id=None, words=(ABOUT_TO_BE_SENT, *load.history))
            for load in batch
            if self._is_wanted(load) and self._is_new(load)
        ]
        return await self._telling.say([replace(state, attempts=state.attempts - 1) for state in states])

    def _is_new(self, load: _Load) -> bool:
        """Whether nobody spoke of this version yet."""
        standing = self._work.standing(load.key)
        told = standing.told if standing is not None else None
        return told is None or told.digest != load.record.digest

    async def _send(self, connection: Connection, entity: str, loads: Sequence[_Load]) -> SendAnswer:
        records = [
            Outgoing(external_code=load.record.external_code, content=load.record.content) for load in loads
        ]
        answer = await self._api.send(connection, entity=entity, records=records)
        metrics.REQUESTS.labels(connection.id, entity, _OUTCOMES[type(answer)]).inc()
        return answer

    def _is_wanted(self, load: _Load) -> bool:
        """A newer version, or a word of another owner, may have come while this one was read or narrowed."""
        standing = self._work.standing(load.key)
        return standing is not None and standing.pending and standing.wanted_digest == load.record.digest

    def _hold(self, loads: Sequence[_Load], connection: Connection) -> None:
        """What may have reached Basware is not sent again within the spacing."""
        for load in loads:
            self._work.hold(load.key, self._pace.spacing(connection.basware.record_spacing))

    def _hold_doubtful(
        self, answer: TurnedDown | TooLarge, loads: Sequence[_Load], connection: Connection
    ) -> None:
        if isinstance(answer, TurnedDown) and answer.in_part:
            self._hold(loads, connection)

    async def _note(self, entity: str, loads: Sequence[_Load], request_id: str | None) -> bool:
        """Says of each record in which request it went; without a request id it is due again, so often at most."""
        states = [
            self._state(load, step=ImportStep.SENT, request_id=request_id, words=load.history)
            for load in loads
        ]
        if request_id is None:
            states = [nameless(state, most=self._pace.most_attempts) for state in states]
        durable = await self._telling.say(states)
        if durable and request_id is not None:
            await self._telling.of_request(
                "sent", entity=entity, request_id=request_id, counts={"records": len(states)}
            )
        return durable

    async def _refuse(self, refused: Sequence[tuple[_Load, tuple[str, ...]]]) -> bool:
        return await self._telling.say(
            [
                self._state(load, step=ImportStep.REFUSED, request_id=None, words=words)
                for load, words in refused
            ]
        )

    def _state(
        self, load: _Load, *, step: ImportStep, request_id: str | None, words: tuple[str, ...]
    ) -> ImportState:
        standing = self._work.standing(load.key) or Standing()
        before, record = standing.told, load.record
        same = before is not None and before.digest == record.digest
        return ImportState(
            connection_id=record.connection_id,
            entity=record.entity,
            external_code=record.external_code,
            sequence=before.sequence + 1 if before else 1,
            step=step,
            digest=record.digest,
            source_offset=standing.wanted_offset,
            request_id=request_id,
            at=self._clock.now(),
            words=words,
            attempts=(before.attempts if same and before else 0) + 1,
        )
