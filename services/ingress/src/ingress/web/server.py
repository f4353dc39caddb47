"""The public port: webhooks and nothing else."""

from types import TracebackType
from typing import Self

from aiohttp import web

from ingress.web.handler import PATH, WebhookHandler

IDLE_SECONDS = 30.0
"""A connection is closed when it brings no whole head of a request for so long."""
STOP_SECONDS = 10.0


class WebhookServer:
    """Serves until closed; closing lets webhooks in flight finish, for at most STOP_SECONDS."""

    def __init__(
        self, *, handler: WebhookHandler, host: str, port: int, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._host = host
        self._port = port
        app = web.Application()
        app.router.add_post(PATH, handler.receive)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            keepalive_timeout=idle_seconds,
            shutdown_timeout=STOP_SECONDS,
            # a signature covers the bytes as sent, and a small body must not unpack into a large one
            auto_decompress=False,
            max_line_size=4096,
            max_field_size=4096,
        )

    @property
    def port(self) -> int:
        """The port bound, also when 0 was asked for."""
        return self._port

    async def __aenter__(self) -> Self:
        """Raises OSError when the port is taken."""
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port, backlog=1024).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
