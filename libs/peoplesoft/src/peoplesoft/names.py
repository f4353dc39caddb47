"""PeopleSoft's own field names against what a site calls them in its component interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from peoplesoft.shape import CollectionShape
from peoplesoft.values import Record, Row, Value

PREFIXES = ("KEYPROP_", "PROP_", "COLL_")
"""What some generated component interfaces put before a property, a key or a collection."""


def unprefixed(name: str) -> str:
    """`name` without a generated prefix."""
    for prefix in PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


@dataclass(frozen=True, slots=True)
class PropertyNames:
    """Canonical name (INVOICE_ID) -> the site's (BSW_INV_NO). What is not in the table is called as
    PeopleSoft does, with or without a generated prefix: the message's own shape decides, because one site
    may write KEYPROP_ in Find and PROP_ in Create.
    """

    table: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def site_name(self, canonical: str, shape: CollectionShape) -> str | None:
        """What `canonical` is called directly under `shape`, or None if it is not there."""
        base = self.table.get(canonical, canonical)
        candidates = (base, *(prefix + base for prefix in PREFIXES))
        return next((name for name in candidates if shape.child(name) is not None), None)

    def canonical(self, site_name: str) -> str:
        """The canonical name of a site's property."""
        for canonical, name in self.table.items():
            if site_name == name or unprefixed(site_name) == name:
                return canonical
        return unprefixed(site_name)

    def to_site(self, row: Row, shape: CollectionShape) -> Row:
        """`row` with every name the shape does not know replaced by the site's; unknown ones stay and are
        refused when the message is built.
        """
        renamed: dict[str, Value | Sequence[Row] | None] = {}
        for name, value in row.items():
            site = self.site_name(name, shape) or name
            child = shape.child(site)
            if isinstance(child, CollectionShape) and isinstance(value, list | tuple):
                renamed[site] = [
                    self.to_site(each, child) if isinstance(each, Mapping) else each for each in value
                ]
            else:
                renamed[site] = value
        return renamed

    def to_canonical(self, record: Record) -> Record:
        """A record read from PeopleSoft with canonical names, nested collections included."""
        return {
            self.canonical(name): [self.to_canonical(each) for each in value]
            if isinstance(value, list)
            else value
            for name, value in record.items()
        }
