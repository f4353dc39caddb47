"""The shape of one component interface as its site publishes it: read once, and again when it may have changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from peoplesoft.address import GatewayAddress
from peoplesoft.errors import ConfigurationError, PeopleSoftError, RetryLater
from peoplesoft.shape import ComponentInterfaceShape
from peoplesoft.wsdl import imported_locations, read_shape

_MAX_DOCUMENTS = 64


class PublishedShape:
    """`ci` is a shape already read, which stays as it is, or the name of a WSDL that `fetch` reads by URL.

    Sites regenerate their WSDLs, and what fitted yesterday is refused today. Whoever meets such an answer
    calls `doubt`; the next `load` then reads the WSDL anew, at most every `again_after` seconds. All
    parsing runs in threads; a WSDL and its imports together are at most `size_limit` bytes.
    """

    def __init__(
        self,
        ci: ComponentInterfaceShape | str,
        *,
        address: GatewayAddress,
        fetch: Callable[[str], Awaitable[bytes]],
        size_limit: int,
        again_after: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wsdl = ci if isinstance(ci, str) else ""
        self._shape = None if isinstance(ci, str) else ci
        self._address = address
        self._fetch = fetch
        self._size_limit = size_limit
        self._again_after = again_after
        self._clock = clock
        self._reading = asyncio.Lock()
        self._reads = 0
        self._failure: PeopleSoftError | None = None
        self._tried_at = 0.0
        self._doubted = False

    @property
    def current(self) -> ComponentInterfaceShape | None:
        """The shape last read, doubted or not; None before the first `load`."""
        return self._shape

    def doubt(self) -> None:
        """Say that an answer or a mapping does not fit the shape."""
        self._doubted = bool(self._wsdl)

    async def load(self, *, again: bool = False) -> ComponentInterfaceShape:
        """The shape, read from the site if there is none yet, if it is doubted, or if `again` asks for it.

        While a doubted shape cannot be read anew just now it is kept. Raises what `fetch` raises and
        ConfigurationError for a WSDL that is unusable. Callers that waited for one read share its error:
        a refused password is refused once, not once for each of them.
        """
        begun = self._reads
        async with self._reading:
            if self._failure is not None and self._reads != begun:
                raise self._failure
            if self._shape is None or (again and self._wsdl):
                return await self._read()
            if self._doubted and self._clock() - self._tried_at >= self._again_after:
                try:
                    return await self._read()
                except RetryLater:
                    self._failure = None
        return self._shape

    async def _read(self) -> ComponentInterfaceShape:
        self._tried_at, self._failure = self._clock(), None
        try:
            root = self._address.wsdl_url(self._wsdl)
            documents = await self._documents(root)
            self._shape = await asyncio.to_thread(read_shape, documents, root=root)
        except PeopleSoftError as failure:
            self._failure = failure
            raise
        finally:
            self._reads += 1
        self._doubted = False
        return self._shape

    async def _documents(self, root: str) -> dict[str, bytes]:
        """The WSDL at `root` and everything it imports, each by the location it is imported from."""
        documents: dict[str, bytes] = {}
        waiting = [root]
        while waiting:
            location = waiting.pop()
            if location in documents:
                continue
            if len(documents) == _MAX_DOCUMENTS:
                raise ConfigurationError(
                    f"the WSDL imports more than {_MAX_DOCUMENTS} documents", remote=root
                )
            documents[location] = await self._fetch(self._address.own_url(location))
            if sum(map(len, documents.values())) > self._size_limit:
                raise ConfigurationError(
                    f"the WSDL and its imports are larger than {self._size_limit} bytes", remote=root
                )
            waiting.extend(await asyncio.to_thread(imported_locations, documents[location], url=location))
        return documents
