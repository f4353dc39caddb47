"""The admin port: /metrics for Prometheus, /livez and /readyz for whoever supervises the process."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

from chassis import metrics

__all__ = ["AdminServer", "Check"]

Check = Callable[[], str | None]
"""Returns None when all is well, else what is wrong, in words an operator can act on. Must not block."""


TASKS = metrics.gauge(
    "asyncio_tasks", "Tasks of the process's main event loop at this scrape; at rest it must not grow."
)


class AdminServer:
    """``/livez`` and ``/readyz`` answer 200 or 503 with every named check and its reason, as JSON."""

    def __init__(self, *, host: str, port: int, registry: CollectorRegistry = REGISTRY) -> None:
        self._host = host
        self._port = port
        self._registry = registry
        self._live: dict[str, Check] = {}
        self._ready: dict[str, Check] = {}
        self._runner: web.AppRunner | None = None

    def live_when(self, name: str, check: Check) -> None:
        """The process should be restarted when ``check`` fails."""
        self._live[name] = check

    def ready_when(self, name: str, check: Check) -> None:
        """The process should get no traffic while ``check`` fails."""
        self._ready[name] = check

    @property
    def port(self) -> int:
        """The port bound, also when 0 was asked for."""
        return self._port

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stops serving."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _metrics(self, _: web.Request) -> web.Response:
        TASKS.set(len(asyncio.all_tasks()))
        return web.Response(
            body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    async def _livez(self, _: web.Request) -> web.Response:
        return _answer(self._live)

    async def _readyz(self, _: web.Request) -> web.Response:
        return _answer(self._ready)


def _answer(checks: dict[str, Check]) -> web.Response:
    wrong = {name: reason for name, check in checks.items() if (reason := check()) is not None}
    said = {name: wrong.get(name, "ok") for name in checks}
    return web.json_response(said, status=503 if wrong else 200)
