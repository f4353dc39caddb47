"""Whether a site's component interface can do what posting vouchers needs, and what it takes.

Everything is judged from the WSDL alone: nothing is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from peoplesoft.names import PropertyNames
from peoplesoft.shape import CollectionShape, ComponentInterfaceShape, Node, PropertyKind, PropertyShape

MUST_BE_SEARCHABLE = ("BUSINESS_UNIT", "INVOICE_ID")
_MUST_BE_SHOWN = ("BUSINESS_UNIT", "VOUCHER_ID", "INVOICE_ID", "ENTRY_STATUS")
_VOUCHER_KEYS = ("BUSINESS_UNIT", "VOUCHER_ID")


def component_of(shape: ComponentInterfaceShape) -> CollectionShape | None:
    """What a get shows of one component, wrapped into an element of its own or not; None without a get."""
    if shape.get is None:
        return None
    wrapped = shape.get.response.child(shape.name)
    return wrapped if isinstance(wrapped, CollectionShape) else shape.get.response


def interface_problems(
    shape: ComponentInterfaceShape, names: PropertyNames, *, shown: Iterable[str] = ()
) -> list[str]:
    """All that keeps this component interface from creating vouchers, finding them by invoice and showing
    what it found: without that, doubt could never be settled. Empty if nothing does.

    `shown` are further canonical properties a get must show (the match rule's).
    """
    return [
        *(
            [f"{shape.name} offers no create"]
            if shape.create is None
            else _missing(_VOUCHER_KEYS, shape.create.request, names, why="cannot be set by a create")
        ),
        *(
            [f"{shape.name} offers no find"]
            if shape.find is None
            else _missing(
                MUST_BE_SEARCHABLE,
                shape.find.request,
                names,
                why="is no search key of the component interface",
            )
        ),
        *_get_problems(shape, names, shown=shown),
    ]


def _get_problems(shape: ComponentInterfaceShape, names: PropertyNames, *, shown: Iterable[str]) -> list[str]:
    component = component_of(shape)
    if shape.get is None or component is None:
        return [f"{shape.name} offers no get"]
    return [
        *_missing(_VOUCHER_KEYS, shape.get.request, names, why="cannot be given to a get"),
        *_missing(
            tuple(dict.fromkeys((*_MUST_BE_SHOWN, *shown))), component, names, why="is not shown by a get"
        ),
    ]


def property_problems(
    request: CollectionShape, names: PropertyNames, *, lengths: Mapping[str, int | None]
) -> list[str]:
    """What a create cannot take of the properties a mapping makes, and what it requires beyond them.

    `lengths`: canonical path ("INVOICE_ID", "VOUCHER_LINE/DISTRIB_LINE/ACCOUNT") -> the most characters
    the mapping may put there; None for numbers, dates and where no limit is known.
    """
    problems: list[str] = []
    levels = {"": request}
    made: set[str] = set()
    for path, length in lengths.items():
        node: Node | None = request
        place = ""
        for name in path.split("/"):
            site_name = names.site_name(name, node) if isinstance(node, CollectionShape) else None
            node = node.child(site_name) if isinstance(node, CollectionShape) and site_name else None
            place = f"{place}/{site_name}".removeprefix("/")
            made.add(place)
            if isinstance(node, CollectionShape):
                levels[place] = node
        if node is None:
            problems.append(f"{path}: the site's create has no such property")
        elif isinstance(node, PropertyShape):
            problems.extend(f"{path}: {why}" for why in _too_tight(node, length))
    needed = [
        f"{place}/{child.name}".removeprefix("/")
        for place, level in levels.items()
        for child in level.children
        if child.required
    ]
    return problems + [
        f"{path}: the site's create requires it and the mapping does not make it"
        for path in needed
        if path not in made
    ]


def _too_tight(node: PropertyShape, length: int | None) -> Iterator[str]:
    if length is None or node.kind is not PropertyKind.CHAR:
        return
    if node.max_length is not None and length > node.max_length:
        yield f"the mapping may make {length} characters, the site takes {node.max_length}"


def _missing(wanted: Iterable[str], level: CollectionShape, names: PropertyNames, *, why: str) -> list[str]:
    return [f"{name} {why}" for name in wanted if names.site_name(name, level) is None]
