"""The simulators' control APIs, as far as setting up a connection and watching an invoice need them."""

import json
from types import TracebackType
from typing import Any, Self

import aiohttp

from devstack.errors import Refused

_JSON = {"Content-Type": "application/json"}


class ControlApi:
    """JSON over HTTP to `/control/...` of one simulator. Use as `async with`.

    Every call raises Refused, with the simulator's words, unless the answer is 2xx.
    """

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
        return json.loads(await self.get_text(path, **query))

    async def get_text(self, path: str, **query: str) -> str:
        """The answer as it came: digits of amounts are not touched."""
        return await self._ask("GET", path, params=query)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return await self.post_text(path, json.dumps(body))

    async def post_text(self, path: str, body: str) -> Any:
        """Send JSON that is written already."""
        return json.loads(await self._ask("POST", path, data=body.encode(), headers=_JSON))

    async def delete(self, path: str, **query: str) -> Any:
        return json.loads(await self._ask("DELETE", path, params=query))

    async def _ask(self, method: str, path: str, **how: Any) -> str:
        if self._session is None:
            raise RuntimeError("a ControlApi is used inside `async with`")
        try:
            async with self._session.request(method, f"{self._base_url}/control/{path}", **how) as response:
                said = await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refused(
                f"{self._name}'s control API did not answer {method} /control/{path}: {error!r}; see its log"
            ) from error
        if not response.ok:
            raise Refused(
                f"{self._name}'s control API refused {method} /control/{path}: {response.status} {said[:1000]}"
            )
        return said
