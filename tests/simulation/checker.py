"""The promises, checked against what the broker and the remotes hold when a run is over."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from chassis.ledger.entry import Phase
from voucher_poster.core.invoice_state import Step

from .sim_broker import written

if TYPE_CHECKING:
    from .world import World

EXCUSED = ("the log refused", "PeopleSoft already has", "has other content than voucher")
"""Reasons for which an invoice may be parked in these runs: each is what a person must decide."""


def check(world: World) -> list[str]:
    """Every promise that was broken."""
    broken = list(world.basware.violations)
    broken += [f"unexpected failure: {failure!r}" for failure in world.loop.failures]
    if not world.done:
        entries = world.entries()
        waiting = {
            invoice: f"{entries[invoice].phase} {entries[invoice].step} {entries[invoice].reason}"
            if invoice in entries
            else "no entry"
            for invoice in world.fetches
        }
        broken.append(f"not quiet after {world.loop.time():.0f} s: {waiting}")
    broken += _vouchers(world) + _outcomes(world) + _ledger(world) + _markers(world)
    return broken


def _vouchers(world: World) -> list[str]:
    made: Counter[str] = Counter()
    for vouchers in world.peoplesoft.vouchers.values():
        made.update(invoice for _, invoice in vouchers)
    broken = [f"{invoice} has {count} vouchers" for invoice, count in made.items() if count > 1]
    shared = [key for key, vouchers in world.peoplesoft.vouchers.items() if len(vouchers) > 1]
    return broken + [f"natural key {key} has more than one voucher" for key in shared]


def _outcomes(world: World) -> list[str]:
    broken = []
    for invoice, entry in world.entries().items():
        document = world.basware.documents[invoice]
        if entry.phase is Phase.PARKED and not any(excuse in entry.reason for excuse in EXCUSED):
            broken.append(f"{invoice} is parked: {entry.reason}")
        if entry.phase is not Phase.FINAL:
            continue
        voucher = entry.body.voucher
        if entry.step == Step.CONFIRMED:
            held = {number for vouchers in world.peoplesoft.vouchers.values() for number, of in vouchers if of == invoice}
            if voucher is None or held != {voucher.voucher_id}:
                broken.append(f"{invoice} is confirmed with {voucher}, PeopleSoft holds {held}")
            elif (document.status, document.voucher) != ("Transferred", voucher.voucher_id):
                broken.append(f"{invoice} is confirmed, Basware shows {document.status} {document.voucher}")
        elif entry.step == Step.RETURNED and document.status not in ("TransferFailed", "WaitingForTransfer"):
            broken.append(f"{invoice} was returned, Basware shows {document.status}")
    return broken


def _ledger(world: World) -> list[str]:
    """Replaying the ledger shows every version once, in order, and a position for every input."""
    from .world import LAYOUT, PARTITIONS  # noqa: PLC0415 - world imports this module

    broken = []
    for partition in range(PARTITIONS):
        sequences: dict[str, int] = {}
        for record in written(world.broker.log(LAYOUT.ledger, partition)):
            if record.kind:
                continue
            entry: Any = record.value
            if entry.sequence != sequences.get(entry.key, 0) + 1:
                broken.append(f"{entry.key}: version {entry.sequence} follows {sequences.get(entry.key, 0)}")
            sequences[entry.key] = entry.sequence
    audited = {
        record.value.record
        for partition in range(PARTITIONS)
        for record in written(world.broker.log(LAYOUT.audit, partition))
        if not record.kind
    }
    missing = {entry.key for entry in world.entries().values()} - audited
    return broken + [f"{key} has no audit" for key in sorted(missing)]


def _markers(world: World) -> list[str]:
    return [
        f"{topic}/{partition} shows only {world.broker.stable(topic, partition)} of {len(log)} offsets"
        for (topic, partition), log in world.broker.logs.items()
        if world.broker.stable(topic, partition) < len(log) and world.done
    ]
