"""A scripted stand-in for the API: it answers what a test tells it to, byte by byte, and remembers what came.

It knows nothing of Basware's rules: for behaviour use a simulator, for one exact bad answer use this.
"""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """A request as it arrived; `target` is path and query as sent, header names are in lower case."""

    origin: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """One answer. `cut` sends only so many bytes of the body, `raw` replaces the whole answer, `drop` closes
    without one, `reset` breaks the connection, `hang` never answers, `stall` sends what there is and then no
    more, `drip` sends it byte by byte with so many seconds between; `delay` is the seconds before all that."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    raw: bytes | None = None
    drop: bool = False
    reset: bool = False
    hang: bool = False
    stall: bool = False
    drip: float = 0.0
    delay: float = 0.0

    @classmethod
    def of_json(cls, content: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Self:
        """An answer with a JSON body."""
        return cls(status=status, body=json.dumps(content).encode(), headers=headers or {})

    def delayed(self, seconds: float) -> Self:
        """The same answer, so many seconds later."""
        return replace(self, delay=seconds)

    def to_bytes(self) -> bytes:
        """The answer as it goes over the wire."""
        if self.raw is not None:
            return self.raw
        headers = {"Content-Length": str(len(self.body)), "Connection": "close", **self.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} Scripted\r\n{head}\r\n".encode() + self.body[: self.cut]


class StubApi:
    """An API on one loopback port and a document store on another; use it as an async context manager.

    `script` queues answers for a method and path; the last one repeats. Unscripted token requests are
    answered with token-1, token-2 and so on, anything else with 404.
    """

    def __init__(self) -> None:
        self.requests: list[SeenRequest] = []
        self.tokens_given = 0
        self._answers: dict[tuple[str, str, str], list[Canned]] = {}
        self._servers: dict[str, asyncio.Server] = {}
        self._closing = asyncio.Event()
        self._arrival = asyncio.Condition()

    async def __aenter__(self) -> Self:
        for origin in ("api", "storage"):
            self._servers[origin] = await asyncio.start_server(partial(self._serve, origin), "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        for server in self._servers.values():
            server.close()
            await server.wait_closed()

    def url(self, origin: str = "api") -> str:
        """The base URL of the API, or of the document store (`storage`)."""
        return f"http://127.0.0.1:{self._servers[origin].sockets[0].getsockname()[1]}"

    def script(self, method: str, path: str, *answers: Canned, origin: str = "api") -> None:
        """Answers for requests to this path, in this order."""
        self._answers[origin, method, path] = list(answers)

    def seen(self, method: str, path: str, *, origin: str = "api") -> list[SeenRequest]:
        """The requests that came to this path."""
        return [r for r in self.requests if (r.origin, r.method, r.path) == (origin, method, path)]

    async def arrived(self, count: int, *, within: float = 5.0) -> None:
        """Waits until so many requests have come in all, for at most so many seconds."""
        async with asyncio.timeout(within), self._arrival:
            await self._arrival.wait_for(lambda: len(self.requests) >= count)

    async def _serve(self, origin: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(origin, reader)
            async with self._arrival:
                self.requests.append(request)
                self._arrival.notify_all()
            answer = self._next_answer(request)
            await self._pause(answer.delay)
            if answer.hang:
                await self._closing.wait()
            elif answer.reset:
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            elif not answer.drop:
                await self._send(answer, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _send(self, answer: Canned, writer: asyncio.StreamWriter) -> None:
        content = answer.to_bytes()
        for part in _bytes_of(content) if answer.drip else [content]:
            writer.write(part)
            await writer.drain()
            await self._pause(answer.drip)
        if answer.stall:
            await self._closing.wait()

    async def _pause(self, seconds: float) -> None:
        """Waits, unless the test is over."""
        if seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), seconds)

    def _next_answer(self, request: SeenRequest) -> Canned:
        queue = self._answers.get((request.origin, request.method, request.path))
        if queue:
            return queue.pop(0) if len(queue) > 1 else queue[0]
        if request.path == "/v1/tokens":
            self.tokens_given += 1
            return Canned.of_json(
                {"access_token": f"token-{self.tokens_given}", "expires_in": 3600, "token_type": "Bearer"}
            )
        return Canned(status=404)


def _bytes_of(content: bytes) -> Iterator[bytes]:
    for at in range(len(content)):
        yield content[at : at + 1]


async def _read(origin: str, reader: asyncio.StreamReader) -> SeenRequest:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return SeenRequest(origin=origin, method=method, target=target, headers=headers, body=body)
