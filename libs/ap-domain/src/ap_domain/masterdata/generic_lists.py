"""Basware's generic lists: which there are, and how many columns each family has (Basware P2P, import of lists)."""

import re
from dataclasses import dataclass

__all__ = ["ListFamily", "family_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFamily:
    """Columns text_1.., number_1.., dateValue_1.. of a list; `text_length` characters fit into a text."""

    texts: int
    numbers: int
    dates: int
    text_length: int = 250


_FAMILIES: tuple[tuple[str, range, ListFamily], ...] = (
    ("ACC_LIST", range(1, 11), ListFamily(texts=5, numbers=3, dates=0)),
    ("ACC_LIST", range(11, 21), ListFamily(texts=5, numbers=3, dates=0, text_length=50)),
    ("ACC_LIST", range(21, 31), ListFamily(texts=10, numbers=5, dates=5)),
    ("ACC_LIST", range(31, 36), ListFamily(texts=25, numbers=10, dates=10)),
    ("INV_LIST", range(1, 11), ListFamily(texts=5, numbers=0, dates=0)),
    ("INV_LIST", range(11, 21), ListFamily(texts=10, numbers=5, dates=5)),
    ("CUST_RESOLVER", range(1, 6), ListFamily(texts=15, numbers=15, dates=15)),
)
_KEY = re.compile(r"([A-Z_]+)_([1-9][0-9]?)")


def family_of(list_key: str) -> ListFamily:
    """The family of a list such as ACC_LIST_1. Raises ValueError for a list that Basware does not have."""
    found = _KEY.fullmatch(list_key)
    for name, numbers, family in _FAMILIES:
        if found and found[1] == name and int(found[2]) in numbers:
            return family
    raise ValueError(
        f"{list_key!r} is no list of Basware; there are ACC_LIST_1 to 35, INV_LIST_1 to 20, CUST_RESOLVER_1 to 5"
    )
