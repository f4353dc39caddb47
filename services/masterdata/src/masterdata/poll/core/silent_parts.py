"""Whether the query of a part (addresses, locations, ...) has fallen silent. Supplier by supplier that looks like any
change, but an import overwrites the whole record: all of them would lose what the part gave.
"""

from collections.abc import Iterable, Mapping, Sequence

from ap_domain.masterdata import EntityPlan, SourceGroup
from ap_domain.masterdata.canonical_json import read_json

__all__ = ["SilentParts"]

FEW = 3
"""So many records of one read may lose all rows of a part that gives none for any other; more are not believed."""
_LISTS: Mapping[str, str] = {
    "addresses": "addresses",
    "contacts": "contacts",
    "bank_accounts": "paymentMeans",
}
"""Parts that are a list of Basware's vendor. Any field may be made of the others."""


class SilentParts:
    """Watches over one read which parts have given no row yet."""

    def __init__(self, entity: EntityPlan) -> None:
        self._silent = {name: part.query for name, part in entity.parts.items()}

    def met(self, groups: Iterable[SourceGroup]) -> None:
        """These records were read."""
        for group in groups if self._silent else ():
            for name, rows in group.parts.items():
                if rows:
                    self._silent.pop(name, None)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._silent)

    def taking_from(self, last: str, content: str) -> frozenset[str]:
        """The silent parts that gave something to the record as it was ``last`` published, which ``content`` lacks."""
        lost = _fields(last) - _fields(content)
        others = lost - set(_LISTS.values())
        return frozenset(
            name for name in self._silent if (_LISTS[name] in lost if name in _LISTS else others)
        )

    def among(self, parts: frozenset[str]) -> bool:
        """Whether one of these is silent still."""
        return not parts.isdisjoint(self._silent)

    def why_held(self, losing: Sequence[frozenset[str]]) -> str | None:
        """Why a person must look before so many records lose what these parts gave them; None when they may."""
        silent = [query for name, query in self._silent.items() if any(name in parts for parts in losing)]
        if not silent or len(losing) <= FEW:
            return None
        return (
            f"{' and '.join(silent)} gave no row for any record, and {len(losing)} records that were published with "
            "some were left as they were"
        )


def _fields(content: str) -> set[str]:
    return set(read_json(content)) if content else set()
