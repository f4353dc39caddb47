"""One transaction: every record acknowledged before the commit, or nothing at all."""

import asyncio
from collections.abc import Awaitable, Sequence

from chassis.failpoints import reached
from chassis.ledger.ports import LogRecord, Refused, TransactionalLog, Unknown


class GroupRefused(Exception):
    """The log refused at least one record; the transaction was aborted and nothing of it exists."""


async def commit(log: TransactionalLog, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
    """Write all records in one transaction; their offsets.

    The clients commit what was accepted and leave out what was refused, without a word: so each send is
    awaited and a refusal aborts. Must not be cancelled; after `bound` seconds the outcome is Unknown.

    Raises GroupRefused (nothing was written), Fenced, Unknown.
    """
    try:
        async with asyncio.timeout(bound):
            return await _commit(log, records)
    except TimeoutError as late:
        raise Unknown(f"no answer to a transaction within {bound} s") from late


async def _commit(log: TransactionalLog, records: Sequence[LogRecord]) -> tuple[int, ...]:
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
    for acknowledged in sent:
        try:
            offsets.append(await acknowledged)
        except Refused as refused:
            refusals.append(str(refused))
    if refusals:
        await log.abort()
        raise GroupRefused("; ".join(refusals))
    reached("transaction written")
    await log.commit()
    reached("transaction committed")
    return tuple(offsets)
