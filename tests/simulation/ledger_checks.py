"""What must hold of any ledger when a run is quiet: versions, audit, replay, every input decided and readable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chassis.ledger.entry import Phase
from chassis.ledger.ports import LogRecord
from chassis.ledger.records import POSITION, read_position

from .sim_broker import written

if TYPE_CHECKING:
    from .world import World

PARTITIONS = 2


def broken_promises(world: World) -> list[str]:
    """Every promise that all ledger services make and this run broke."""
    failures = [*world.loop.failures, *_unseen_failures(world)]
    broken = [f"unexpected failure: {failure!r}" for failure in failures]
    if not world.done:
        broken.append(f"not quiet after {world.loop.time():.0f} s: {[*world.unfinished(), *dangling(world)]}")
    return broken + _versions(world) + _replay(world)


def undecided(world: World) -> list[str]:
    """Inputs that no committed position has passed, or that a record missed and is to be told of."""
    left = [
        f"{entry.key} missed {entry.missed}"
        for entry in world.entries().values()
        if entry.missed and entry.phase is not Phase.PARKED
    ]
    for partition in range(PARTITIONS):
        positions = dict(
            read_position(record)
            for record in written(world.broker.log(world.layout.ledger, partition))
            if record.kind == POSITION
        )
        for topic in world.layout.inputs:
            reached, end = positions.get(topic, 0), world.broker.high_watermark(topic, partition)
            if reached != end:
                left.append(f"{topic}/{partition} is decided up to {reached} of {end}")
    return left


def dangling(world: World) -> list[str]:
    """Partitions with records that nobody can read."""
    return [
        f"{topic}/{partition} shows only {world.broker.stable(topic, partition)} of {len(log)} offsets"
        for (topic, partition), log in world.broker.logs.items()
        if world.broker.stable(topic, partition) < len(log)
    ]


def _unseen_failures(world: World) -> list[BaseException]:
    """What tasks raised and nobody has asked for."""
    tasks = [task for process in world.alive() for task in process.tasks if task.done()]
    unseen = [each for each in tasks if not each.cancelled() and each._log_traceback]
    return [failure for task in unseen if (failure := task.exception()) is not None]


def _replay(world: World) -> list[str]:
    """Whoever reads the compacted ledger from its beginning knows what its owner holds in memory."""
    everything, broken = world.entries(), []
    for partition in range(PARTITIONS):
        log = world.broker.log(world.layout.ledger, partition)
        found, _ = world.broker.read(world.layout.ledger, partition, 0, len(log))
        replayed: dict[str, Any] = {}
        for _, record in found:
            if not record.kind:
                entry: Any = record.value
                replayed[entry.key] = entry
        history = {each.key: each for each in map(_entry, written(log)) if each is not None}
        held = [
            {entry.key: entry for entry in owner.book.entries()}
            for process in world.alive()
            if process in world.workers
            for owner in world.workers[process].owners
            if owner.partition == partition
        ]
        broken += [f"replay of partition {partition} lacks or invents something"] * (replayed != history)
        broken += [
            f"partition {partition}: its owner holds other than the ledger"
            for book in held
            if world.done and book != replayed
        ]
    return broken if everything else []


def _versions(world: World) -> list[str]:
    """Replaying the ledger shows every version once and in order; every record has its audit."""
    broken = []
    audited: set[str] = set()
    for partition in range(PARTITIONS):
        sequences: dict[str, int] = {}
        for record in written(world.broker.log(world.layout.ledger, partition)):
            if record.kind:
                continue
            entry: Any = record.value
            # What was aborted, and then released by the next commit because the abort's marker was lost, was
            # decided again: the later one wins, and the ledger alerts.
            repeated = world.broker.lost_aborts > 0 and entry.sequence == sequences.get(entry.key, 0)
            if entry.sequence != sequences.get(entry.key, 0) + 1 and not repeated:
                broken.append(f"{entry.key}: version {entry.sequence} follows {sequences.get(entry.key, 0)}")
            sequences[entry.key] = entry.sequence
        for record in written(world.broker.log(world.layout.audit, partition)):
            if not record.kind:
                event: Any = record.value
                audited.add(event.record)
    return broken + [f"{key} has no audit" for key in sorted(set(world.entries()) - audited)]


def _entry(record: LogRecord) -> Any:
    return None if record.kind else record.value
