"""The simulators' control APIs, as far as setting up a connection and watching an invoice need them."""

from types import TracebackType
from typing import Any, Self

import aiohttp

from devstack.errors import Refused

Json = dict[str, Any]


class ControlApi:
    """JSON over HTTP to `/control/...` of one simulator. Use as `async with`."""

    def __init__(self, *, name: str, base_url: str) -> None:
        self._name = name
        self._base_url = base_url
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, **query: str) -> Any:
        """The decoded answer; Refused with the simulator's words unless it is 2xx."""
        return await self._ask("GET", path, params=query)

    async def post(self, path: str, body: Json) -> Any:
        return await self._ask("POST", path, json=body)

    async def _ask(self, method: str, path: str, **how: Any) -> Any:
        if self._session is None:
            raise RuntimeError("a ControlApi is used inside `async with`")
        async with self._session.request(method, f"{self._base_url}/control/{path}", **how) as response:
            if not response.ok:
                raise Refused(
                    f"{self._name}'s control API refused {method} /control/{path}: "
                    f"{response.status} {(await response.text())[:1000]}"
                )
            return await response.json()
