"""Requests that Basware has stored: asked about until each of their records is settled, then acknowledged."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ap_domain.masterdata.record import ImportState, ImportStep
from chassis.connections import Connection
from chassis.failpoints import reached
from chassis.ledger.ports import Clock

from masterdata.importing.core.answers import LockedOut, NoAnswer, RequestWord, Seen
from masterdata.importing.core.history import unheard_since
from masterdata.importing.core.pace import Pace
from masterdata.importing.core.ports import ImportApi, Missed
from masterdata.importing.core.telling import Telling
from masterdata.importing.core.verdicts import Verdict, judge, unproven
from masterdata.importing.core.workload import NO_REQUEST, Workload

__all__ = ["Asking"]


@dataclass(slots=True, kw_only=True)
class _Ask:
    """When a request is asked about next, and what was learned so far."""

    due: float
    wait: float
    busy: bool = False
    counts: Counter[str] = field(default_factory=Counter)


class Asking:
    """Asks for one connection. What is awaited stands in the workload, so it survives this process."""

    def __init__(self, *, api: ImportApi, telling: Telling, work: Workload, clock: Clock, pace: Pace) -> None:
        self._api = api
        self._telling = telling
        self._work = work
        self._clock = clock
        self._pace = pace
        self._asks: dict[str, _Ask] = {}
        self._heard: dict[str, int] = {}
        self._heard_due: float | None = None

    def due(self) -> list[str]:
        """Requests to ask about at this moment, each marked as being asked until its turn ends."""
        now = self._clock.monotonic()
        under_way = self._work.requests()
        for request_id in self._asks.keys() - set(under_way):
            if not self._asks[request_id].busy:
                del self._asks[request_id]
        due = []
        for request_id in under_way:
            ask = self._asks.get(request_id)
            if ask is None:
                ask = self._asks[request_id] = _Ask(due=now + self._pace.first_ask, wait=self._pace.first_ask)
            if not ask.busy and ask.due <= now:
                ask.busy = True
                due.append(request_id)
        return due

    def put_off(self, request_id: str) -> None:
        """A request that was due cannot be asked about just then."""
        self._asks[request_id].busy = False

    async def turn(self, connection: Connection, request_id: str) -> NoAnswer | LockedOut | None:
        """Asks about one request that was due. What kept it from an answer, or None."""
        ask = self._asks[request_id]
        try:
            return await self._ask(connection, request_id, ask)
        finally:
            ask.busy = False
            ask.wait = min(ask.wait * 2, self._pace.longest_ask)
            ask.due = self._clock.monotonic() + ask.wait

    def to_acknowledge(self) -> list[str]:
        """Requests that are settled and whose acknowledgement is due."""
        if self._heard_due is None or self._clock.monotonic() < self._heard_due:
            return []
        self._heard_due = self._clock.monotonic() + self._pace.acknowledge_after
        return list(self._heard)[: self._pace.acknowledge_at_once]

    async def acknowledge(
        self, connection: Connection, request_ids: Sequence[str]
    ) -> NoAnswer | LockedOut | None:
        """It only tidies Basware's list: after a few failures, or a crash, it is left alone."""
        answer = await self._api.acknowledge(connection, request_ids)
        for request_id in request_ids:
            tries = self._heard.get(request_id, 0) + 1
            if answer is None or tries >= self._pace.acknowledge_tries:
                self._heard.pop(request_id, None)
            else:
                self._heard[request_id] = tries
        if not self._heard:
            self._heard_due = None
        return answer

    async def _ask(self, connection: Connection, request_id: str, ask: _Ask) -> NoAnswer | LockedOut | None:
        answer = await self._api.ask(connection, request_id) if request_id != NO_REQUEST else None
        if isinstance(answer, LockedOut):
            return answer
        word = answer if isinstance(answer, RequestWord) else None
        missed = await self._missed(connection, request_id, word)
        if isinstance(missed, LockedOut):
            return missed
        kept = next((each for each in (answer, missed) if isinstance(each, NoAnswer)), None)
        settled = self._settled(request_id, word, None if isinstance(missed, NoAnswer) else missed)
        if not settled:
            return kept
        reached("import answered")
        durable = await self._telling.say(settled)
        reached("import settled")
        ask.counts.update(state.step.value for state in settled)
        if durable and not self._work.keys_of(request_id) and request_id != NO_REQUEST:
            self._hear(request_id)
            await self._telling.of_request(
                "settled", entity=settled[0].entity, request_id=request_id, counts=ask.counts
            )
        return kept

    def _awaited(self, request_id: str) -> list[ImportState]:
        found = (self._work.standing(key) for key in self._work.keys_of(request_id))
        return [
            standing.told
            for standing in found
            if standing and standing.told and standing.told.step is ImportStep.SENT
        ]

    async def _missed(
        self, connection: Connection, request_id: str, word: RequestWord | None
    ) -> Mapping[str, Missed] | NoAnswer | LockedOut:
        """Words of requests whose answer was lost, on records that Basware now only calls unchanged."""
        doubtful = [told for told in self._awaited(request_id) if word is not None and unproven(word, told)]
        if not doubtful:
            return {}
        return await self._api.missed(
            connection,
            entity=doubtful[0].entity,
            codes={told.external_code for told in doubtful},
            since=min(unheard_since(told) or told.at for told in doubtful) - self._pace.clocks_differ,
            besides=request_id,
        )

    def _settled(
        self, request_id: str, word: RequestWord | None, missed: Mapping[str, Missed] | None
    ) -> list[ImportState]:
        """`missed` is None when it could not be asked: what depends on it waits, but not beyond the patience."""
        now = self._clock.now()
        settled = []
        for told in self._awaited(request_id):
            waited = (now - told.at).total_seconds()
            verdict = judge(
                word, told, waited=waited, patience=self._pace.patience, most=self._pace.most_attempts
            )
            if missed is None and word is not None and unproven(word, told):
                if waited < self._pace.patience:
                    continue
                verdict = judge(
                    None, told, waited=waited, patience=self._pace.patience, most=self._pace.most_attempts
                )
            other = missed.get(told.external_code) if missed is not None else None
            if other is not None and other.seen is Seen.OPEN and waited < self._pace.patience:
                continue
            if other is not None and other.seen is Seen.REFUSED:
                verdict = Verdict(step=ImportStep.REFUSED, words=other.words)
            if verdict is not None:
                settled.append(verdict.after(told, at=now))
        return settled

    def _hear(self, request_id: str) -> None:
        self._heard.setdefault(request_id, 0)
        if self._heard_due is None:
            self._heard_due = self._clock.monotonic() + self._pace.acknowledge_after
