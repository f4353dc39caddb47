"""Continuation tokens: they come in a response header and go back in a request header, with the same query."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from .call import Call

CONTINUATION = "x-amz-meta-continuationtoken"
_REMEMBERED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    tenant: str
    query: dict[str, str]
    ids: tuple[str, ...]


class Pages:
    """What is left of lists whose first pages were read: a list is fixed when it is begun.

    The latest 1000, in memory only; how long Basware's tokens live is not published.
    """

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._rests: OrderedDict[str, _Rest] = OrderedDict()

    def resume(self, call: Call) -> tuple[str, ...]:
        """The ids still to be read, if the call carries a token; nothing otherwise.

        Raises:
            RefusalError: the token is unknown, or the query is not the one it was given for.
        """
        token = call.headers.get(CONTINUATION)
        if token is None:
            return ()
        rest = self._rests.get(token)
        if rest is None or rest.tenant != call.tenant.name:
            raise call.refuse_parameter("The continuation token is not known")
        if rest.query != dict(call.query):
            raise call.refuse_parameter("The continuation token belongs to another query")
        return rest.ids

    def remember(self, call: Call, ids: tuple[str, ...]) -> str | None:
        """Keep what is left and give the token for it; None if nothing is left."""
        if not ids:
            return None
        token = self._new_id()
        self._rests[token] = _Rest(tenant=call.tenant.name, query=dict(call.query), ids=ids)
        while len(self._rests) > _REMEMBERED:
            self._rests.popitem(last=False)
        return token
