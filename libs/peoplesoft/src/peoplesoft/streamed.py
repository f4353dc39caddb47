"""An HTTP answer that is read as it arrives, bounded in size, in silence and in time.

Only for reads: whatever ends one early is RetryLater, as the same read may be made again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import aiohttp
from yarl import URL

from peoplesoft.call import Answer, Call
from peoplesoft.errors import ProtocolError, RetryLater
from peoplesoft.gateway import broken_call, seconds_to_wait
from peoplesoft.outline import outline
from peoplesoft.query import QueryRow

_CHUNK: Final = 65_536
_HEAD: Final = 65_536
_WITHOUT_A_ROW: Final = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTimeouts:
    """Seconds: `connect` until a connection is there; `silence` without a byte, the time the query runs before its
    first byte included; `whole` of waiting for one answer. The time the caller takes over rows does not count.
    """

    connect: float = 10.0
    silence: float = 120.0
    whole: float = 900.0


class StreamedAnswer:
    """One answer. `head` is its status and up to 64 KB of its beginning, as far as it has come."""

    def __init__(
        self, response: aiohttp.ClientResponse, *, timeouts: QueryTimeouts, waited: float, call: Call
    ) -> None:
        self._response = response
        self._timeouts = timeouts
        self._waited = waited
        self._call = call
        self._head = bytearray()
        self._size = 0

    @property
    def head(self) -> Answer:
        return Answer(
            status=self._response.status,
            body=bytes(self._head),
            retry_after=seconds_to_wait(self._response.headers),
        )

    async def chunk(self) -> bytes:
        """The next bytes, empty at the end. Raises RetryLater for a broken or slow line, ProtocolError for an answer
        over the call's limit.
        """
        loop = asyncio.get_running_loop()
        left = self._timeouts.whole - self._waited
        asked_at = loop.time()
        try:
            async with asyncio.timeout(max(min(self._timeouts.silence, left), 0.0)):
                chunk = await self._response.content.read(_CHUNK)
        except (aiohttp.ClientError, OSError, ValueError) as failure:  # time-outs are OSErrors
            if isinstance(failure, TimeoutError) and left < self._timeouts.silence:
                what = f"the answer took more than {self._timeouts.whole:g} s and was given up"
                raise self._call.error(RetryLater, what, said=outline(self.head.body)) from failure
            raise broken_call(failure, None, self._call) from failure
        self._waited += loop.time() - asked_at
        self._size += len(chunk)
        if self._size > self._call.answer_limit:
            what = f"the answer is larger than {self._call.answer_limit} bytes"
            raise self._call.error(ProtocolError, what, remedy="Ask for fewer rows at a time.")
        self._head += chunk[: max(_HEAD - len(self._head), 0)]
        return chunk

    async def read_head(self) -> Answer:
        """The answer's beginning for an error's sake: whatever breaks off here is left out."""
        try:
            while len(self._head) < _HEAD and await self.chunk():
                pass
        except RetryLater:
            if not self._head:
                raise
        return self.head


@asynccontextmanager
async def streamed(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    timeouts: QueryTimeouts,
    call: Call,
) -> AsyncIterator[StreamedAnswer]:
    """Send a request and read its answer inside the block. `url` is sent as it stands. Raises RetryLater or
    ConfigurationError.
    """
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    limits = aiohttp.ClientTimeout(total=None, connect=timeouts.connect, sock_connect=timeouts.connect)
    try:
        async with asyncio.timeout(timeouts.silence):
            response = await session.request(
                method,
                URL(url, encoded=True),
                data=body,
                headers=headers,
                timeout=limits,
                allow_redirects=False,
            )
    except (aiohttp.ClientError, OSError, ValueError) as failure:
        raise broken_call(failure, None, call) from failure
    try:
        yield StreamedAnswer(response, timeouts=timeouts, waited=loop.time() - asked_at, call=call)
    finally:
        response.close()  # an answer read to its end has given its connection back before


class RowReader(Protocol):
    """What turns bytes into rows."""

    def feed(self, chunk: bytes) -> list[QueryRow]:
        """The rows that `chunk` completes."""
        ...


async def batches(
    answer: StreamedAnswer, reader: RowReader, *, first: bytes = b"", call: Call
) -> AsyncGenerator[list[QueryRow], None]:
    """The rows as they arrive, some at a time; whether that was all, the reader's `finish` says."""
    chunk = first or await answer.chunk()
    without_a_row = 0
    while chunk:
        rows = reader.feed(chunk)
        without_a_row = 0 if rows else without_a_row + len(chunk)
        if without_a_row > _WITHOUT_A_ROW:
            raise call.error(ProtocolError, f"{_WITHOUT_A_ROW} bytes came without the end of a row")
        if rows:
            yield rows
        chunk = await answer.chunk()
