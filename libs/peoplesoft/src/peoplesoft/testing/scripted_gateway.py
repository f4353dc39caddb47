"""A gateway that follows a script, byte by byte, on a free port of 127.0.0.1: for the answers no server
would give.

It knows nothing of PeopleSoft; for behaviour use a simulator.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to do with one request, after reading it whole.

    `drop` closes without an answer, `silent` never answers (until the caller goes away); `missing` holds
    back that many of the last bytes and closes, or with `stalled` waits until the caller goes away; `reset`
    ends with a TCP reset instead of a close. `raw` is sent as it stands, in place of status, headers and
    body. With `piece` that many bytes go out at a time, `pause` seconds apart.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] | None = None
    drop: bool = False
    silent: bool = False
    missing: int = 0
    stalled: bool = False
    reset: bool = False
    raw: bytes | None = None
    piece: int = 0
    pause: float = 0.0

    def sent(self) -> bytes:
        """All that goes over the line."""
        if self.raw is not None:
            return self.raw
        if self.drop or self.silent:
            return b""
        head = [
            f"HTTP/1.1 {self.status} Scripted",
            f"Content-Length: {len(self.body)}",
            "Connection: close",
            *(f"{name}: {value}" for name, value in (self.headers or {}).items()),
        ]
        whole = "\r\n".join([*head, "", ""]).encode() + self.body
        return whole[: len(whole) - self.missing]


class ScriptedGateway:
    """An async context manager. `documents` are served to every GET by path, with `get_status`; each POST
    takes the next reply, as does a GET where there are no documents. With a `tls` context it speaks TLS.
    """

    def __init__(
        self, *, documents: Mapping[str, bytes] | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.documents = dict(documents or {})
        self.get_status = 200
        self.replies: deque[Reply] = deque()
        self.seen: list[SeenRequest] = []
        self.arrived = asyncio.Event()
        self._tls = tls
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None  # noqa: S101 - entered before it is left
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """The base URL."""
        assert self._server is not None  # noqa: S101 - only asked for while serving
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"{'http' if self._tls is None else 'https'}://{host}:{port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await self._request(reader)
            self.seen.append(request)
            self.arrived.set()
            reply = self._reply(request)
            await _write(reply, reader, writer)
            if reply.silent or reply.stalled:
                await reader.read()
            if reply.reset:
                writer.transport.abort()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the caller went away: that is its test
        finally:
            writer.close()

    def _reply(self, request: SeenRequest) -> Reply:
        if request.method == "GET" and (self.documents or not self.replies):
            document = self.documents.get(request.path)
            return Reply(status=404) if document is None else Reply(body=document, status=self.get_status)
        return self.replies.popleft() if self.replies else Reply(status=500, body=b"nothing scripted")

    async def _request(self, reader: asyncio.StreamReader) -> SeenRequest:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return SeenRequest(method=method, path=path, headers=headers, body=body)


async def _write(reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    sent = reply.sent()
    piece = reply.piece or max(len(sent), 1)
    for start in range(0, len(sent), piece):
        writer.write(sent[start : start + piece])
        await writer.drain()
        with suppress(TimeoutError):
            if reply.pause and not await asyncio.wait_for(reader.read(1), reply.pause):
                return  # the caller went away
