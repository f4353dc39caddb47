"""Basware's generic lists, which hold the dimensions: their keys, and the columns that each has room for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumns:
    """What the table behind a list can hold: columns `text_1` to `text_<texts>` and so on.

    The schema of the API takes every column in every list, so what has no room is lost or refused later, in P2P.
    `text_length` is in characters.
    """

    texts: int
    text_length: int
    numbers: int
    dates: int

    def __iter__(self) -> Iterator[str]:
        """The names of the columns, as they are written in a record."""
        for prefix, count in (("text", self.texts), ("number", self.numbers), ("dateValue", self.dates)):
            yield from (f"{prefix}_{number}" for number in range(1, count + 1))


def _family(prefix: str, first: int, last: int, columns: ListColumns) -> dict[str, ListColumns]:
    return {f"{prefix}_{number}": columns for number in range(first, last + 1)}


_SMALL = ListColumns(texts=5, text_length=250, numbers=3, dates=0)
_SHORT = ListColumns(texts=5, text_length=50, numbers=3, dates=0)
_TEXTS = ListColumns(texts=5, text_length=250, numbers=0, dates=0)
_MEDIUM = ListColumns(texts=10, text_length=250, numbers=5, dates=5)
_LARGE = ListColumns(texts=25, text_length=250, numbers=10, dates=10)
_RESOLVER = ListColumns(texts=15, text_length=250, numbers=15, dates=15)

GENERIC_LISTS: Mapping[str, ListColumns] = MappingProxyType(
    {
        **_family("ACC_LIST", 1, 10, _SMALL),
        **_family("ACC_LIST", 11, 20, _SHORT),
        **_family("ACC_LIST", 21, 30, _MEDIUM),
        **_family("ACC_LIST", 31, 35, _LARGE),
        **_family("INV_LIST", 1, 10, _TEXTS),
        **_family("INV_LIST", 11, 20, _MEDIUM),
        **_family("CUST_RESOLVER", 1, 5, _RESOLVER),
    }
)
"""The columns of every list by its key (P2P OpenAPI 26.06, /v1/lists)."""
