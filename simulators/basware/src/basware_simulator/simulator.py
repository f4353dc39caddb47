"""The simulator as a running thing: two listening sockets, the books under them, the sender beside them."""

import logging
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from .api import MOST_BYTES, BaswareApi
from .control import ControlApi
from .document_origin import DocumentOrigin
from .webhooks import WebhookSender
from .world import World

# Calls that a fault holds up must not hold up the end of the process.
_SHUTDOWN_SECONDS = 0.5


class Simulator:
    """Runs while it is entered. Ports of 0 are replaced by free ones; the addresses are known after entering."""

    def __init__(
        self, *, books: Path, host: str = "127.0.0.1", port: int = 0, document_port: int = 0, seed: int = 1
    ) -> None:
        self._books = books
        self._host = host
        self._port = port
        self._document_port = document_port
        self._seed = seed
        self._runners: list[web.AppRunner] = []
        self._world: World | None = None
        self._sender: WebhookSender | None = None
        self.api_url = ""
        self.document_url = ""

    async def __aenter__(self) -> Self:
        """Open the books, listen, and resume notifications.

        Raises:
            JournalError: the books are in use or unreadable.
            OSError: a port is taken.
        """
        world = World(folder=self._books, seed=self._seed)
        self._world = world
        await world.books.journal.start()
        self._sender = WebhookSender(world)
        api = web.Application(client_max_size=MOST_BYTES)
        BaswareApi(world=world, sender=self._sender).add_to(api)
        ControlApi(world=world, sender=self._sender).add_to(api)
        documents = web.Application()
        DocumentOrigin(world).add_to(documents)
        try:
            self.document_url = await self._listen(documents, self._document_port)
            world.document_origin = self.document_url
            self.api_url = await self._listen(api, self._port)
            await self._sender.start()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and sending, and make everything durable."""
        await self._close()

    async def _listen(self, app: web.Application, port: int) -> str:
        runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS, logger=logging.getLogger(__name__)
        )
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, self._host, port).start()
        return f"http://{self._host}:{runner.addresses[0][1]}"

    async def _close(self) -> None:
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()
        if self._sender is not None:
            await self._sender.stop()
        if self._world is not None:
            await self._world.books.journal.stop()
