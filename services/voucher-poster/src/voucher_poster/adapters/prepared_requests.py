"""Requests that a look made, for the create that follows it: read, mapped and built once."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

from ap_domain.invoice_state import DocumentRef
from ap_domain.mapping.voucher_draft import LINES
from peoplesoft import ComponentInterfaceShape

from voucher_poster.adapters.posting_request import PostingRequest

MOST = 128
"""Requests that are kept, the latest; a create follows its look within seconds."""
MOST_LINES = 50
"""A voucher with more is made again: memory is worth more there than the time of a rare one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """All that a request is made of: the same, the same bytes."""

    document: DocumentRef
    version: int
    """Of the connection, with its mapping."""
    day: date
    shape: ComponentInterfaceShape


class PreparedRequests:
    """Of each invoice one at most, until somebody takes it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Basis, PostingRequest]] = OrderedDict()

    def keep(self, record: str, basis: Basis, request: PostingRequest) -> None:
        """In place of what was kept of this record."""
        self._kept.pop(record, None)
        lines = request.properties.get(LINES)
        if isinstance(lines, list) and len(lines) > MOST_LINES:
            return
        self._kept[record] = (basis, request)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def take(self, record: str, basis: Basis) -> PostingRequest | None:
        """What was made of exactly this; it is not kept any longer."""
        made, request = self._kept.pop(record, (None, None))
        return request if made is not None and _same(made, basis) else None


def _same(made: Basis, basis: Basis) -> bool:
    """A WSDL that was read anew counts as another, whatever it says: shapes are large, and seldom read."""
    one = (made.document, made.version, made.day)
    return made.shape is basis.shape and one == (basis.document, basis.version, basis.day)
