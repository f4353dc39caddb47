"""One transaction: every record acknowledged before the commit, or nothing at all."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence

from chassis.failpoints import reached
from chassis.ledger.ports import LogReader, LogRecord, Refused, TransactionalLog, Unknown

Place = tuple[str, int]
"""Topic and partition."""


class GroupRefused(Exception):
    """The log refused at least one record; the transaction was aborted and nothing of it exists."""


async def commit(
    log: TransactionalLog, records: Sequence[LogRecord], *, bound: float, reader: LogReader | None = None
) -> tuple[int, ...]:
    """Write all records in one transaction; their offsets.

    The clients commit what was accepted and leave out what was refused, without a word: so each send is
    awaited and a refusal aborts. Must not be cancelled; after `bound` seconds the outcome is Unknown.

    A broker that crashed may have lost the marker of the transaction before. The next marker there decides about its
    records too: an abort would undo, behind the owner's back, what it holds for committed. Who goes on after a refusal
    therefore gives a `reader` to look with; if it is so the outcome is Unknown, and the next owner goes on from what
    the log says.

    Raises GroupRefused (nothing was written), Fenced, Unknown.
    """
    try:
        async with asyncio.timeout(bound):
            return await _commit(log, records, reader)
    except TimeoutError as late:
        raise Unknown(f"no answer to a transaction within {bound} s") from late


async def _commit(
    log: TransactionalLog, records: Sequence[LogRecord], reader: LogReader | None
) -> tuple[int, ...]:
    await log.begin()
    sent: list[Awaitable[int]] = []
    refusals: list[str] = []
    for record in records:
        try:
            sent.append(await log.send(record))
        except Refused as refused:
            refusals.append(f"{record.topic}: {refused}")
            break
    offsets: list[int] = []
    first: dict[Place, int] = {}
    for record, acknowledged in zip(records, sent, strict=False):
        try:
            offsets.append(await acknowledged)
        except Refused as refused:
            refusals.append(str(refused))
        else:
            first.setdefault((record.topic, record.partition), offsets[-1])
    if refusals:
        if reader is not None:
            await _nothing_dangles_below(first, reader)
        await log.abort()
        raise GroupRefused("; ".join(refusals))
    reached("transaction written")
    await log.commit()
    reached("transaction committed")
    return tuple(offsets)


async def _nothing_dangles_below(first: Mapping[Place, int], reader: LogReader) -> None:
    """Raises Unknown if a partition has records without a verdict below the first of this transaction."""
    for (topic, partition), offset in first.items():
        if await reader.last_stable_offset(topic, partition) < offset:
            raise Unknown(
                f"{topic}/{partition} lacks a marker below {offset}: to abort would undo what was committed"
            )
