"""Ways to break the mechanism that the simulation must notice. Each is one rule taken away, as a patch.

`SABOTAGES` maps a name to a context manager and the weather in which it shows soonest; while it is active the
ledger runs without that rule. Some take back what the simulation itself once found missing.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from ap_domain.command import Action
from chassis.ledger import missed, owner, transaction, transition, worker
from chassis.ledger.entry import Phase
from chassis.ledger.events import Ended, Event, Loaded, record_key
from chassis.ledger.ports import LogRecord, Refused, TransactionalLog
from chassis.ledger.records import owner_records
from voucher_poster.core import commands, documents, late_search, looking, pictures, reporting

from . import sim_callers, sim_log
from .weather import FAIR, Weather


@contextlib.contextmanager
def without_the_fence() -> Iterator[None]:
    """A new owner takes the id over without raising its epoch: the old one can still write."""

    async def initialise(self: sim_log.SimLog) -> None:
        await self._broker.network()
        self._epoch = self._broker.transaction(self._name).epoch

    with patch.object(sim_log.SimLog, "initialise", initialise):
        yield


@contextlib.contextmanager
def without_the_owner_record() -> Iterator[None]:
    """A new owner reads what looks like the end (the last stable offset) and commits nothing first."""

    async def stable(self: sim_log.SimReader, topic: str, partition: int) -> int:
        return await self.last_stable_offset(topic, partition)

    real = transaction.commit

    async def commit(log: TransactionalLog, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
        if all(record.kind == "owner" for record in records):
            return ()
        return await real(log, records, bound=bound)

    with patch.object(sim_log.SimReader, "high_watermark", stable), patch.object(owner, "commit", commit):
        yield


@contextlib.contextmanager
def ignoring_a_refused_send() -> Iterator[None]:
    """The commit does not look at the sends: what was refused is left out and the rest counts."""

    async def commit(log: TransactionalLog, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
        await log.begin()
        sent = [await log.send(record) for record in records]
        for acknowledged in sent:
            with contextlib.suppress(Refused):
                await acknowledged
        await log.commit()
        return ()

    with patch.object(owner, "commit", commit):
        yield


@contextlib.contextmanager
def without_the_settle_time() -> Iterator[None]:
    """Doubt is looked at at once, while PeopleSoft may still be working."""
    real = transition._doubt

    def doubt(entry: Any, reason: str, *, now: datetime) -> Any:
        return replace(real(entry, reason, now=now), due=now)

    with patch.object(transition, "_doubt", doubt), patch.object(transition, "EMPTY_LOOKS", 1):
        yield


@contextlib.contextmanager
def without_the_find() -> Iterator[None]:
    """Nobody asks PeopleSoft what is there: every look finds nothing."""

    async def nothing(self: Any, key: Any) -> tuple[tuple[()], tuple[()]]:
        return (), ()

    with patch.object(sim_callers.InvoiceCaller, "_find", nothing):
        yield


@contextlib.contextmanager
def publishing_outside_the_transaction() -> Iterator[None]:
    """Ledger entries go out before the transaction, as a plain producer would send them."""
    real = transaction.commit

    async def commit(log: Any, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
        for record in records:
            if not record.kind:
                await log._broker.network()
                log._broker.publish(record)
        return await real(log, [record for record in records if record.kind] or records[:1], bound=bound)

    with patch.object(owner, "commit", commit):
        yield


@contextlib.contextmanager
def moving_the_position_first() -> Iterator[None]:
    """The position of an input is committed before what follows from it."""
    real = transaction.commit

    async def commit(log: TransactionalLog, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
        positions = [record for record in records if record.kind == "position"]
        rest = [record for record in records if record.kind != "position"]
        if positions and rest:
            await real(log, positions, bound=bound)
        return await real(log, rest or positions, bound=bound)

    with patch.object(owner, "commit", commit):
        yield


@contextlib.contextmanager
def sending_whatever_the_age() -> Iterator[None]:
    """The last check before a send is skipped: a process that slept sends what it decided long ago."""
    real = sim_callers.InvoiceCaller.call

    async def call(self: Any, entry: Any, call: Any, *, gate: Any, repeat: bool) -> Any:
        return await real(self, entry, call, gate=lambda: None, repeat=repeat)

    with patch.object(sim_callers.InvoiceCaller, "call", call):
        yield


@contextlib.contextmanager
def forgetting_the_key_of_a_parked_doubt() -> Iterator[None]:
    """A doubt that was parked gives its natural key free, although its voucher may still appear."""

    def undecided(entry: Any) -> bool:
        return entry.started is not None and entry.phase in (Phase.STARTED, Phase.IN_DOUBT)

    with patch.object(documents, "undecided", undecided):
        yield


@contextlib.contextmanager
def trusting_an_old_look() -> Iterator[None]:
    """A look that was under way when a rival was posted counts as if it had been made after."""
    real = looking.looked

    def looked(entry: Any, look: Any, *, now: datetime, others: Any) -> Any:
        return real(entry, replace(look, asked_at=now.replace(year=now.year + 1)), now=now, others=others)

    with patch.object(looking, "looked", looked):
        yield


@contextlib.contextmanager
def adopting_without_asking_whose_it_is() -> Iterator[None]:
    """A voucher found after doubt is taken for ours although another entry holds it."""
    real = looking.looked

    def looked(entry: Any, look: Any, *, now: datetime, others: Any) -> Any:
        if entry.body.doubted is not None and len(look.same) == 1:
            body = replace(entry.body, intent=look.intent)
            return reporting.posted(replace(entry, body=body), look.same[0], now=now, action="adopted")
        return real(entry, look, now=now, others=others)

    with patch.object(looking, "looked", looked):
        yield


@contextlib.contextmanager
def sending_back_without_asking() -> Iterator[None]:
    """A person's order to send an invoice back is carried out although a voucher of it may exist."""

    def send_back(entry: Any, command: Any, now: datetime) -> Any:
        again = replace(entry, phase=Phase.WAITING, due=now, attempts=0, stop=None)
        return "told", reporting.returned(again, command.reason, now=now)

    with patch.dict(commands._DO, {Action.SEND_BACK: send_back}):
        yield


@contextlib.contextmanager
def ignoring_a_revoked_partition() -> Iterator[None]:
    """What was taken away is not given up: the old owner goes on beside the new one until a write tells it."""

    async def revoked(self: Any) -> None:
        for owned in (self._owners, self._tasks, self._ready, self._paused, self._stuck):
            owned.clear()

    with patch.object(worker.LedgerWorker, "revoked", revoked):
        yield


@contextlib.contextmanager
def loading_before_the_fence() -> Iterator[None]:
    """A new owner reads first and shuts the old one out seconds later: what that produced in between is not known."""

    async def load(self: Any) -> dict[str, int]:
        ledger, positions = self._layout.ledger, {}
        until = await self._reader.last_stable_offset(ledger, self.partition)
        async for record in self._reader.read(ledger, self.partition, until=until):
            self._read(record, positions)
        await asyncio.sleep(4)
        await self._log.initialise()
        records = owner_records(self._layout, self.partition, instance=self._instance, now=self._clock.now())
        await transaction.commit(self._log, records, bound=self._policy.commit_bound)
        for entry in self._book.entries():
            if entry.phase is Phase.STARTED:
                self._inbox.put(Loaded(key=entry.key))
        self._work.set()
        return positions

    with patch.object(owner.PartitionOwner, "load", load):
        yield


@contextlib.contextmanager
def acting_before_it_is_durable() -> Iterator[None]:
    """An outcome is visible and acted on before it is committed: death in between forgets what was done."""

    async def write(self: Any, group: Sequence[Event], draft: Any) -> None:
        begun = self._clock.monotonic()
        for entry in draft.entries.values():
            self._book.show(entry)
        for event in group:
            key = record_key(event)
            if key is not None:
                self._calls.committed(key, begun=begun, outcome=isinstance(event, Ended))
        if draft.records:
            await transaction.commit(self._log, draft.records, bound=self._policy.commit_bound)

    with patch.object(owner.PartitionOwner, "_write", write):
        yield


@contextlib.contextmanager
def without_the_spacing() -> Iterator[None]:
    """Basware's record is written again at once."""

    def writable(body: Any, *, now: datetime) -> datetime:
        return now

    with patch.object(documents, "writable", writable):
        yield


@contextlib.contextmanager
def an_older_picture_wins() -> Iterator[None]:
    """Of two pictures of a voucher's payment the one that comes later counts, whichever poll saw it."""

    def supersedes(picture: Any, *, poll_offset: int, observed_at: Any) -> bool:
        return True

    with patch.object(pictures, "supersedes", supersedes):
        yield


@contextlib.contextmanager
def without_the_last_search() -> Iterator[None]:
    """Nobody looks again for a create that counted as not happened."""

    def ordered(entry: Any, *, now: datetime) -> None:
        return None

    with patch.object(late_search, "ordered", ordered):
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """A rule taken away, the weather in which that shows soonest, and a seed in which it was seen to show."""

    without_the_rule: Callable[[], AbstractContextManager[None]]
    weather: Weather = FAIR
    seen_at: int


@contextlib.contextmanager
def forgetting_what_a_refusal_missed() -> Iterator[None]:
    """A parked entry remembers what it missed, and nobody reads that again."""
    with patch.object(missed.MissedInputs, "look_at", lambda self, entry: None):
        yield


_LEAVING = Weather(terminate=1.0, terminations=(2, 3, 4), trouble=(0.3, 0.6), freeze=0.0, refuse=0.0)
_RIVALS = Weather(rivals=1.0, burst=1.0, refuse=1.0, refusals=0.3, trouble=(0.5,))

SABOTAGES: dict[str, Sabotage] = {
    "skip the fence": Sabotage(without_the_rule=without_the_fence, seen_at=5),
    "skip the owner record": Sabotage(
        without_the_rule=without_the_owner_record,
        weather=Weather(broker=1.0, kill=1.0, lockout=0.0, markers=(0.5, 2.0)),
        seen_at=27,
    ),
    "ignore a refused send": Sabotage(
        without_the_rule=ignoring_a_refused_send, weather=Weather(refuse=1.0), seen_at=0
    ),
    "skip the settle time": Sabotage(without_the_rule=without_the_settle_time, seen_at=3),
    "skip Find": Sabotage(without_the_rule=without_the_find, seen_at=0),
    "publish outside the transaction": Sabotage(
        without_the_rule=publishing_outside_the_transaction, seen_at=0
    ),
    "move the input position first": Sabotage(
        without_the_rule=moving_the_position_first, weather=Weather(kill=1.0), seen_at=112
    ),
    "skip the last check before a send": Sabotage(
        without_the_rule=sending_whatever_the_age,
        weather=Weather(
            kill=0.0,
            freeze=0.0,
            terminate=0.0,
            broker=0.0,
            outage=0.0,
            lockout=0.0,
            payments=0.0,
            foreign=0.0,
            recall=0.0,
            flows=0.0,
            versions=0.0,
            clocks=0.0,
            trouble=(0.0,),
            aim=1.0,
            aim_at="transaction.py",
            aim_freezes=1.0,
            freezes=(50.0, 55.0),
        ),
        seen_at=688,
    ),
    "forget the key of a parked doubt": Sabotage(
        without_the_rule=forgetting_the_key_of_a_parked_doubt, weather=_RIVALS, seen_at=72
    ),
    "trust a look older than a rival's voucher": Sabotage(
        without_the_rule=trusting_an_old_look, weather=Weather(rivals=1.0, burst=1.0), seen_at=12
    ),
    "adopt without asking whose it is": Sabotage(
        without_the_rule=adopting_without_asking_whose_it_is, weather=Weather(trouble=(0.5,)), seen_at=35
    ),
    "send back without asking PeopleSoft": Sabotage(without_the_rule=sending_back_without_asking, seen_at=41),
    "ignore a revoked partition": Sabotage(
        without_the_rule=ignoring_a_revoked_partition, weather=_LEAVING, seen_at=1
    ),
    "load before the fence": Sabotage(
        without_the_rule=loading_before_the_fence,
        weather=Weather(freeze=1.0, freezes=(7.0, 8.0, 9.0, 10.0, 11.0), aim_freezes=1.0, refuse=0.0),
        seen_at=1,
    ),
    "act before it is durable": Sabotage(
        without_the_rule=acting_before_it_is_durable, weather=Weather(refuse=0.0, kill=1.0), seen_at=91
    ),
    "skip the spacing": Sabotage(without_the_rule=without_the_spacing, seen_at=2),
    "an older picture wins": Sabotage(
        without_the_rule=an_older_picture_wins, weather=Weather(payments=1.0), seen_at=0
    ),
    "skip the last search": Sabotage(
        without_the_rule=without_the_last_search, weather=Weather(latest=70.0, trouble=(0.6,)), seen_at=260
    ),
    "forget what a refusal missed": Sabotage(
        without_the_rule=forgetting_what_a_refusal_missed,
        weather=Weather(
            refuse=1.0, refusals=0.5, kill=0.0, payments=1.0, recall=1.0, aim=1.0, aim_freezes=0.05
        ),
        seen_at=375,
    ),
}
