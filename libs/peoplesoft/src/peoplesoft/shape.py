"""What a site's component interface looks like: its operations and their property trees, read from its
WSDL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias


class PropertyKind(StrEnum):
    """PeopleSoft's field types as they matter on the wire."""

    CHAR = "char"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyShape:
    """One property: name and namespace (None: unqualified) as on the wire, type, limits.

    Lengths count characters; `total_digits` and `fraction_digits` count decimal digits; None means no
    limit is given. `minimum` and `maximum` are allowed themselves, `above` and `below` are not. `allowed`
    lists the values of an enumeration; each of `patterns` is matched by the whole text. `required` means
    the element must be there.
    """

    name: str
    namespace: str | None
    kind: PropertyKind
    required: bool = False
    min_length: int = 0
    max_length: int | None = None
    total_digits: int | None = None
    fraction_digits: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    allowed: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionShape:
    """A repeating nested element (a scroll level) or a message's root: its children in schema order."""

    name: str
    namespace: str | None
    children: tuple[PropertyShape | CollectionShape, ...] = field(repr=False)
    required: bool = False
    max_rows: int | None = 1
    _by_name: Mapping[str, PropertyShape | CollectionShape] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[str, PropertyShape | CollectionShape] = {}
        for child in self.children:
            by_name.setdefault(child.name, child)
        object.__setattr__(self, "_by_name", by_name)

    def child(self, name: str) -> PropertyShape | CollectionShape | None:
        """The child called `name`, the first of several, or None."""
        return self._by_name.get(name)

    def at(self, path: str) -> PropertyShape | CollectionShape | None:
        """The node at a path such as "VOUCHER_LINE/DISTRIB_LINE/ACCOUNT", or None."""
        node: PropertyShape | CollectionShape | None = self
        for name in path.split("/"):
            node = node.child(name) if isinstance(node, CollectionShape) else None
        return node

    def properties(self) -> Iterator[PropertyShape]:
        """The properties directly under this node, in schema order."""
        return (child for child in self.children if isinstance(child, PropertyShape))

    def collections(self) -> Iterator[CollectionShape]:
        """The collections directly under this node, in schema order."""
        return (child for child in self.children if isinstance(child, CollectionShape))


Node: TypeAlias = PropertyShape | CollectionShape


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationShape:
    """One service operation: its SOAPAction (the external alias) and the roots of request and response."""

    name: str
    soap_action: str
    request: CollectionShape
    response: CollectionShape


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentInterfaceShape:
    """A component interface as one site publishes it; an operation the site does not publish is None."""

    name: str
    service: str
    create: OperationShape | None = None
    find: OperationShape | None = None
    get: OperationShape | None = None
