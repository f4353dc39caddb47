"""The log of the simulated broker, written in transactions and read, as one process sees it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace

from chassis.ledger.ports import Fenced, LogRecord, Refused, Unknown

from .sim_broker import Broker
from .sim_ports import SimClock


class SimLog:
    """TransactionalLog."""

    def __init__(self, broker: Broker, name: str, clock: SimClock) -> None:
        self._broker = broker
        self._name = name
        self._clock = clock
        self._epoch = -1
        self._queue: deque[tuple[LogRecord, asyncio.Future[int]]] = deque()
        self._sender: asyncio.Task[None] | None = None

    async def initialise(self) -> None:
        self._epoch = await self._broker.initialise(self._name)

    async def begin(self) -> None:
        await asyncio.sleep(0)
        self._broker.alive()

    async def send(self, record: LogRecord) -> Awaitable[int]:
        """Appended in the order of the sends, as an idempotent producer does."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        if not self._queue:
            await asyncio.sleep(0)
        self._queue.append((replace(record, written_at=self._clock.now()), future))
        if self._sender is None or self._sender.done():
            self._sender = loop.create_task(self._send_all())
        return future

    async def _send_all(self) -> None:
        failed: Exception | None = None
        try:
            await self._broker.ready(self._name, self._epoch)
        except Fenced as fenced:
            failed = fenced
        while self._queue:
            record, future = self._queue.popleft()
            if future.done():
                continue
            try:
                if failed is not None:
                    raise failed
                future.set_result(self._broker.append(self._name, self._epoch, record))
            except (Fenced, Refused) as error:
                future.set_exception(error)
                future.exception()

    async def commit(self) -> None:
        await self._broker.end(self._name, self._epoch, commit=True)

    async def abort(self) -> None:
        await self._broker.end(self._name, self._epoch, commit=False)

    async def close(self) -> None:
        await asyncio.sleep(0)


class SimReader:
    """LogReader."""

    def __init__(self, broker: Broker, *, bound: float = 60.0) -> None:
        self._broker = broker
        self._bound = bound

    async def high_watermark(self, topic: str, partition: int) -> int:
        await self._broker.network()
        return self._broker.high_watermark(topic, partition)

    async def last_stable_offset(self, topic: str, partition: int) -> int:
        await self._broker.network()
        return self._broker.stable(topic, partition)

    async def read(
        self, topic: str, partition: int, *, until: int, start: int | None = None
    ) -> AsyncIterator[LogRecord]:
        at, begun = start or 0, self._broker.loop.time()
        while at < until:
            await self._broker.network()
            found, reached = self._broker.read(topic, partition, at, 50)
            for offset, record in found:
                yield at_offset(record, offset)
            if reached == at:
                if self._broker.loop.time() - begun > self._bound:
                    raise Unknown(f"{topic}/{partition} stays at {at}, not {until}")
                await self._broker.loop.rest(0.05)
            at = reached


def at_offset(record: LogRecord, offset: int) -> LogRecord:
    """A record as a reader gets it."""
    return LogRecord(
        topic=record.topic,
        partition=record.partition,
        key=record.key,
        value=record.value,
        kind=record.kind,
        offset=offset,
        headers=record.headers,
        written_at=record.written_at,
    )
