"""A batch that brings no clear word: is the remote not well, or is there a record in it that the remote chokes on?"""

from collections.abc import Iterable, Mapping

from chassis.connections import Connection
from chassis.ledger.ports import Clock

from masterdata.importing.core.answers import LockedOut, NoAnswer
from masterdata.importing.core.doubts import Doubt, Doubts
from masterdata.importing.core.pace import Pace
from masterdata.importing.core.ports import ImportApi
from masterdata.importing.core.workload import NO_REQUEST, Workload

__all__ = ["Suspicion"]


class Suspicion:
    """Of one connection. From the third failure on the remote is asked something else.

    If that is answered, the batch goes in halves from then on; a record that fails again and again by itself, over the
    whole patience and while others are stored, is to be refused. If it is not, nobody is to blame.
    """

    def __init__(self, *, api: ImportApi, work: Workload, clock: Clock, pace: Pace) -> None:
        self._api = api
        self._work = work
        self._clock = clock
        self._pace = pace
        self._doubts = Doubts()
        self._stored_at = float("-inf")

    def most(self, key: bytes, offset: int) -> int | None:
        """How many records a batch with this version may have; None for no suspect. Suspects go without others."""
        doubt = self._doubts.of(key, offset)
        return doubt.most if doubt is not None and doubt.suspect else None

    def stored(self, keys: Iterable[bytes]) -> None:
        """The remote took a batch of these."""
        self._stored_at = self._clock.monotonic()
        for key in keys:
            self._doubts.forget(key)

    async def failed(
        self, connection: Connection, entity: str, batch: Mapping[str, tuple[bytes, int]], answer: NoAnswer
    ) -> tuple[NoAnswer | LockedOut, tuple[str, ...]]:
        """What a failed batch, keys and offsets by external code, means for the next calls.

        With words: they are what its only record is to be refused with.
        """
        places = list(batch.values())
        if not self._doubts.failed(places, now=self._clock.monotonic()):
            return answer, ()
        other = await self._api.missed(
            connection,
            entity=entity,
            codes=batch.keys(),
            since=self._clock.now() - self._pace.clocks_differ,
            besides=NO_REQUEST,
        )
        if isinstance(other, LockedOut):
            return other, ()
        if isinstance(other, NoAnswer):
            return answer, ()
        self._doubts.narrow(places)
        words = self._blamed(*places[0], answer) if len(places) == 1 else ()
        return NoAnswer(said=answer.said, after=self._pace.suspect_rest, whole=False), words

    def _blamed(self, key: bytes, offset: int, answer: NoAnswer) -> tuple[str, ...]:
        doubt = self._doubts.of(key, offset)
        if doubt is None or doubt.alone == 0:
            return ()
        self._work.hold(key, self._pace.repeat.seconds(attempt=doubt.alone, fraction=1.0))
        lasted = self._clock.monotonic() - doubt.since
        often = doubt.alone >= self._pace.most_attempts
        if not often or lasted < self._pace.patience or not self._others_go(doubt):
            return ()
        self._doubts.forget(key)
        return (f"sent by itself {doubt.alone} times without a clear word", answer.said)

    def _others_go(self, doubt: Doubt) -> bool:
        """Whether others were stored lately; where there are none, nothing speaks for the record either."""
        if self._stored_at >= max(doubt.since, self._clock.monotonic() - self._pace.patience):
            return True
        pending = (key for work in self._work.entities() for key in work.pending)
        return all(self._doubts.suspects(key) for key in pending)
