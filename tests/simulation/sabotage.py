"""Ways to break the mechanism that the simulation must notice. Each is one rule taken away, as a patch.

`SABOTAGES` maps a name to a context manager and the weather in which it shows soonest; while it is active the
ledger runs without that rule. Three of them take back what the simulation itself once found missing.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from ap_domain.command import Action
from chassis.ledger import owner, transaction, transition
from chassis.ledger.entry import Phase
from chassis.ledger.ports import LogRecord, Refused, TransactionalLog
from voucher_poster.core import commands, documents, looking, reporting

from . import sim_callers, sim_ports
from .world import FAIR, Weather


@contextlib.contextmanager
def without_the_fence() -> Iterator[None]:
    """A new owner takes the id over without raising its epoch: the old one can still write."""

    async def initialise(self: sim_ports.SimLog) -> None:
        await self._broker.network()
        self._epoch = self._broker.transaction(self._name).epoch

    with patch.object(sim_ports.SimLog, "initialise", initialise):
        yield


@contextlib.contextmanager
def without_the_owner_record() -> Iterator[None]:
    """A new owner reads what looks like the end (the last stable offset) and commits nothing first."""

    async def stable(self: sim_ports.SimReader, topic: str, partition: int) -> int:
        return await self.last_stable_offset(topic, partition)

    real = transaction.commit

    async def commit(log: TransactionalLog, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
        if all(record.kind == "owner" for record in records):
            return ()
        return await real(log, records, bound=bound)

    with patch.object(sim_ports.SimReader, "high_watermark", stable), patch.object(owner, "commit", commit):
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

    async def nothing(self: Any, key: Any) -> tuple[()]:
        return ()

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """A rule taken away, the weather in which that shows soonest, and a seed in which it was seen to show."""

    without_the_rule: Callable[[], AbstractContextManager[None]]
    weather: Weather = FAIR
    seen_at: int


_RIVALS = Weather(rivals=1.0, burst=1.0, refuse=1.0, refusals=0.3, trouble=(0.5,))

SABOTAGES: dict[str, Sabotage] = {
    "skip the fence": Sabotage(without_the_rule=without_the_fence, seen_at=7),
    "skip the owner record": Sabotage(
        without_the_rule=without_the_owner_record, weather=Weather(broker=1.0, lockout=0.0), seen_at=2299
    ),
    "ignore a refused send": Sabotage(
        without_the_rule=ignoring_a_refused_send, weather=Weather(refuse=1.0), seen_at=5
    ),
    "skip the settle time": Sabotage(without_the_rule=without_the_settle_time, seen_at=20),
    "skip Find": Sabotage(without_the_rule=without_the_find, seen_at=0),
    "publish outside the transaction": Sabotage(
        without_the_rule=publishing_outside_the_transaction, seen_at=0
    ),
    "move the input position first": Sabotage(
        without_the_rule=moving_the_position_first, weather=Weather(kill=1.0), seen_at=100
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
            trouble=(0.0,),
            aim=1.0,
            aim_at="transaction.py",
            aim_freezes=1.0,
            freezes=(50.0, 55.0),
        ),
        seen_at=302,
    ),
    "forget the key of a parked doubt": Sabotage(
        without_the_rule=forgetting_the_key_of_a_parked_doubt, weather=_RIVALS, seen_at=7
    ),
    "trust a look older than a rival's voucher": Sabotage(
        without_the_rule=trusting_an_old_look, weather=Weather(rivals=1.0, burst=1.0), seen_at=13
    ),
    "adopt without asking whose it is": Sabotage(
        without_the_rule=adopting_without_asking_whose_it_is, weather=Weather(trouble=(0.5,)), seen_at=85
    ),
    "send back without asking PeopleSoft": Sabotage(without_the_rule=sending_back_without_asking, seen_at=20),
}
