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
    """Canonical name (INVOICE_ID) -> the site's (BSW_INV_NO), collections included; what a site calls so in
    one collection only has that collection before it: "DISTRIB_LINE.MERCHANDISE_AMT".

    What is not in the table is called as PeopleSoft does, with or without a generated prefix: the message's
    own shape decides, because one site may write KEYPROP_ in Find and PROP_ in Create.
    """

    table: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def site_name(self, canonical: str, shape: CollectionShape, *, within: str = "") -> str | None:
        """What `canonical` is called directly under `shape`, or None if it is not there. `within` is the
        canonical name of the collection that `shape` is, "" for the header.
        """
        if not self.table and shape.child(canonical) is not None:
            return canonical
        bases = (self.table.get(f"{within}.{canonical}"), self.table.get(canonical), canonical)
        candidates = (prefix + base for base in bases if base is not None for prefix in ("", *PREFIXES))
        return next((name for name in candidates if shape.child(name) is not None), None)

    def canonical(self, site_name: str, *, within: str = "") -> str:
        """The canonical name of a site's property in the collection `within`."""
        bare = unprefixed(site_name)
        if not self.table:
            return bare
        qualified = [each for each in self.table if each.startswith(f"{within}.")] if within else []
        unqualified = [each for each in self.table if "." not in each]
        for key in (*qualified, *unqualified):
            if self.table[key] in {site_name, bare}:
                return key.removeprefix(f"{within}.")
        return bare

    def to_site(self, row: Row, shape: CollectionShape, *, within: str = "") -> Row:
        """`row` with every name the shape does not know replaced by the site's; unknown ones stay and are
        refused when the message is built.
        """
        renamed: dict[str, Value | Sequence[Row] | None] = {}
        for name, value in row.items():
            site = self.site_name(name, shape, within=within) or name
            child = shape.child(site)
            if isinstance(child, CollectionShape) and isinstance(value, list | tuple):
                renamed[site] = [
                    self.to_site(each, child, within=name) if isinstance(each, Mapping) else each
                    for each in value
                ]
            else:
                renamed[site] = value
        return renamed

    def to_canonical(self, record: Record, *, within: str = "") -> Record:
        """A record read from PeopleSoft with canonical names, nested collections included."""
        renamed: Record = {}
        for site_name, value in record.items():
            name = self.canonical(site_name, within=within)
            renamed[name] = (
                [self.to_canonical(each, within=name) for each in value] if isinstance(value, list) else value
            )
        return renamed
