"""Continuation tokens: they come in a response header and go back in a request header, with the same query."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from .call import Call

CONTINUATION = "x-amz-meta-continuationtoken"
_REMEMBERED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is left of a list: its ids from a place on. The ids are shared by all pages of the list."""

    ids: tuple[str, ...]
    start: int = 0

    def __iter__(self) -> Iterator[str]:
        """The ids that are left."""
        return islice(self.ids, self.start, None)

    def after(self, count: int) -> "Window":
        """What is left after so many more."""
        return Window(ids=self.ids, start=self.start + count)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    tenant: str
    address: str
    query: dict[str, str]
    window: Window


class Pages:
    """What is left of lists whose first pages were read: a list is fixed when it is begun.

    The latest 1000, in memory only; how long Basware's tokens live is not published.
    """

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._rests: OrderedDict[str, _Rest] = OrderedDict()

    def resume(self, call: Call) -> Window | None:
        """What is still to be read, if the call carries a token; None otherwise.

        Raises:
            RefusalError: the token is unknown, or the query is not the one it was given for.
        """
        token = call.headers.get(CONTINUATION)
        if token is None:
            return None
        rest = self._rests.get(token)
        if rest is None or rest.tenant != call.tenant.name:
            raise call.refuse_parameter("The continuation token is not known")
        if (rest.address, rest.query) != (call.address, dict(call.query)):
            raise call.refuse_parameter("The continuation token belongs to another query")
        return rest.window

    def remember(self, call: Call, window: Window) -> str | None:
        """Keep what is left and give the token for it; None if nothing is left."""
        if window.start >= len(window.ids):
            return None
        token = self._new_id()
        self._rests[token] = _Rest(
            tenant=call.tenant.name, address=call.address, query=dict(call.query), window=window
        )
        while len(self._rests) > _REMEMBERED:
            self._rests.popitem(last=False)
        return token
