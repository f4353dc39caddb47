"""All suppliers of a site by (SetID, VENDOR_ID): those that were entered, and those invented when looked at."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from heapq import merge

from peoplesoft_simulator.invented_suppliers import InventedSuppliers
from peoplesoft_simulator.suppliers import Supplier

SupplierKey = tuple[str, str]


class SupplierBook(Mapping[SupplierKey, Supplier]):
    """Immutable. An entered supplier hides the invented one of its id; a removed one stays away until entered."""

    def __init__(
        self,
        entered: Mapping[SupplierKey, Supplier] | None = None,
        *,
        invented: tuple[InventedSuppliers, ...] = (),
        removed: frozenset[SupplierKey] = frozenset(),
    ) -> None:
        self.entered = dict(entered or {})
        self.invented = invented
        self.removed = removed

    def __getitem__(self, key: SupplierKey) -> Supplier:
        if key in self.entered:
            return self.entered[key]
        place = None if key in self.removed else self._place(key)
        if place is None:
            raise KeyError(key)
        group, index = place
        return group.supplier(index)

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, tuple) or len(key) != 2:
            return False
        return key in self.entered or (key not in self.removed and self._place((key[0], key[1])) is not None)

    def __len__(self) -> int:
        hidden = sum(self._place(key) is not None for key in self.entered.keys() | self.removed)
        return len(self.entered) + sum(each.count for each in self.invented) - hidden

    def __iter__(self) -> Iterator[SupplierKey]:
        yield from self.entered
        for group in self.invented:
            for vendor_id in self._shown(group, group.between(after="", up_to="")):
                yield (group.setid, vendor_id)

    def having(self, suppliers: Iterable[Supplier]) -> "SupplierBook":
        """The book with these entered or replaced."""
        added = {(each.setid, each.vendor_id): each for each in suppliers}
        removed = self.removed - added.keys() if added else self.removed
        return SupplierBook({**self.entered, **added}, invented=self.invented, removed=removed)

    def without(self, keys: Iterable[SupplierKey]) -> "SupplierBook":
        """The book without these; what it does not hold is overlooked."""
        gone = set(keys)
        kept = {key: each for key, each in self.entered.items() if key not in gone}
        hidden = self.removed | {key for key in gone if self._place(key) is not None}
        return SupplierBook(kept, invented=self.invented, removed=frozenset(hidden))

    def inventing(self, group: InventedSuppliers) -> "SupplierBook":
        """The book with this group of invented suppliers in place of its SetID's former one."""
        others = tuple(each for each in self.invented if each.setid != group.setid)
        removed = frozenset(key for key in self.removed if key[0] != group.setid)
        return SupplierBook(self.entered, invented=(*others, group), removed=removed)

    def between(
        self, *, setid: str | None, after: str = "", up_to: str = "", saved_since: datetime | None = None
    ) -> Iterator[Supplier]:
        """Suppliers of a SetID (None: of all) with ids greater than `after` and not greater than `up_to`.

        Sorted by id, then SetID, as text; empty means no bound. `saved_since` passes over invented suppliers saved
        before it, without looking at them one by one.
        """
        groups = [
            each
            for each in self.invented
            if setid in (None, each.setid) and (saved_since is None or each.changed_at >= saved_since)
        ]
        entered = (
            key
            for key in self._sorted
            if setid in (None, key[1]) and key[0] > after and (not up_to or key[0] <= up_to)
        )
        invented = (
            (
                (vendor_id, group.setid)
                for vendor_id in self._shown(group, group.between(after=after, up_to=up_to))
            )
            for group in groups
        )
        for vendor_id, owner in merge(entered, *invented):
            yield self[owner, vendor_id]

    @cached_property
    def _sorted(self) -> list[tuple[str, str]]:
        return sorted((vendor_id, setid) for setid, vendor_id in self.entered)

    def _shown(self, group: InventedSuppliers, places: range) -> Iterator[str]:
        for index in places:
            vendor_id = group.vendor_id(index)
            key = (group.setid, vendor_id)
            if key not in self.entered and key not in self.removed:
                yield vendor_id

    def _place(self, key: SupplierKey) -> tuple[InventedSuppliers, int] | None:
        for group in self.invented:
            index = group.index(key[1]) if group.setid == key[0] else None
            if index is not None:
                return group, index
        return None
