"""The public port: webhooks and nothing else."""

import asyncio
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from ingress.web import metrics
from ingress.web.handler import PATH, WebhookHandler
from ingress.web.refusals import COUNTED, RETRY_AFTER, count

IDLE_SECONDS = 30.0
"""A connection is closed when it brings no whole head of a request for so long, however steadily it drips."""
STOP_SECONDS = 10.0
UNREAD_SECONDS = 1.0
"""How long the rest of a refused body is read and thrown away, so that the sender sees the answer."""
LONGEST_LINE = 4096
"""Bytes of the request line, and of one header."""
MOST_HEADERS = 64

_OTHER_REFUSALS = {400: "malformed", 404: "path", 405: "method", 417: "expectation", 500: "fault"}
_BUSY = (
    "HTTP/1.1 503 Service Unavailable\r\n"
    f"Retry-After: {RETRY_AFTER}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
).encode()


class WebhookServer:
    """Serves until closed; closing lets webhooks in flight finish, for at most STOP_SECONDS.

    Bounded: `connections` open at once (one more is answered 503 and closed unread), the head of a request in bytes,
    headers and time.
    """

    def __init__(
        self,
        *,
        handler: WebhookHandler,
        host: str,
        port: int,
        connections: int,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._host = host
        self._port = port
        self._connections = connections
        app = web.Application()
        app.router.add_post(PATH, handler.receive)
        self._runner = web.AppRunner(
            app,
            access_log_class=_RefusalCount,
            keepalive_timeout=idle_seconds,
            shutdown_timeout=STOP_SECONDS,
            lingering_time=UNREAD_SECONDS,
            auto_decompress=False,
            max_line_size=LONGEST_LINE,
            max_field_size=LONGEST_LINE,
            max_headers=MOST_HEADERS,
        )

    @property
    def port(self) -> int:
        """The port bound, also when 0 was asked for."""
        return self._port

    async def __aenter__(self) -> Self:
        """Raises OSError when the port is taken."""
        await self._runner.setup()
        site = _BoundedSite(self._runner, host=self._host, port=self._port, connections=self._connections)
        await site.start()
        self._port = site.port
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()


class _BoundedSite(web.BaseSite):
    """A TCP port that lets in so many connections at once."""

    __slots__ = ("_connections", "_host", "port")

    def __init__(self, runner: web.AppRunner, *, host: str, port: int, connections: int) -> None:
        super().__init__(runner)
        self._host = host
        self._connections = connections
        self.port = port

    @property
    def name(self) -> str:
        return f"http://{self._host}:{self.port}"

    async def start(self) -> None:
        await super().start()
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(self._protocol, self._host, self.port, backlog=1024)
        self._server = listening
        self.port = listening.sockets[0].getsockname()[1]

    def _protocol(self) -> asyncio.BaseProtocol:
        server = self._runner.server
        if server is None or len(server.connections) >= self._connections:
            return _Busy()
        return server()


class _Busy(asyncio.Protocol):
    """Answers without reading."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        count(metrics.UNKNOWN, "connections")
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(_BUSY)
        transport.close()


class _RefusalCount(AbstractAccessLogger):
    """Counts what was refused before it came to the handler: no HTTP, another path, another method."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        if response.status >= 400 and COUNTED not in response:
            count(metrics.UNKNOWN, _OTHER_REFUSALS.get(response.status, "other"))
