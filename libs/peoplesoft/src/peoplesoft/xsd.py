"""From the XML schemas of a WSDL to property trees: order, types, lengths, digits, occurrence.

zeep reads the same schemas but drops the length and digit facets, and those are what PeopleSoft cuts or
refuses by. Facets `pattern` and `whiteSpace` are not enforced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from peoplesoft.errors import ConfigurationError
from peoplesoft.patterns import is_pattern
from peoplesoft.safe_xml import local_name
from peoplesoft.shape import CollectionShape, Node, PropertyKind, PropertyShape

XSD: Final = "http://www.w3.org/2001/XMLSchema"
_MAX_DEPTH = 32
_MAX_NODES = 20_000

_INTEGER_BITS = {"byte": 8, "short": 16, "int": 32, "long": 64}
_UNSIGNED_BITS = {f"unsigned{name.capitalize()}": bits for name, bits in _INTEGER_BITS.items()}
_LOWEST = {"nonNegativeInteger": 0, "positiveInteger": 1}
_HIGHEST = {"nonPositiveInteger": 0, "negativeInteger": -1}
_WHOLE = {"integer", *_INTEGER_BITS, *_UNSIGNED_BITS, *_LOWEST, *_HIGHEST}
_FRACTIONAL = {"decimal", "double", "float"}

_Key = tuple[str | None, str]


def _tag(name: str) -> str:
    return f"{{{XSD}}}{name}"


def _built_in(name: str) -> PropertyShape:
    """The limits a built-in type brings with it; what is neither number nor date travels as text."""
    if name == "date":
        return PropertyShape(name="", namespace=None, kind=PropertyKind.DATE)
    if name in _FRACTIONAL:
        return PropertyShape(name="", namespace=None, kind=PropertyKind.NUMBER)
    if name not in _WHOLE:
        return PropertyShape(name="", namespace=None, kind=PropertyKind.CHAR)
    low, high = _LOWEST.get(name), _HIGHEST.get(name)
    if name in _INTEGER_BITS:
        low, high = -(2 ** (_INTEGER_BITS[name] - 1)), 2 ** (_INTEGER_BITS[name] - 1) - 1
    elif name in _UNSIGNED_BITS:
        low, high = 0, 2 ** _UNSIGNED_BITS[name] - 1
    return PropertyShape(
        name="",
        namespace=None,
        kind=PropertyKind.NUMBER,
        fraction_digits=0,
        minimum=None if low is None else Decimal(low),
        maximum=None if high is None else Decimal(high),
    )


class SchemaSet:
    """All `xsd:schema` elements of a WSDL and its imports; looks declarations up by qualified name."""

    def __init__(self, schemas: Iterable[etree._Element]) -> None:
        self._declared: dict[tuple[str, _Key], etree._Element] = {}
        self._nodes = 0
        for schema in schemas:
            namespace = schema.get("targetNamespace")
            for child in schema.iterchildren(_tag("*")):
                name = child.get("name")
                if name is not None:
                    self._declared.setdefault((local_name(child), (namespace, name)), child)

    def root(self, namespace: str | None, name: str) -> CollectionShape:
        """The tree under the global element {namespace}name. Raises ConfigurationError if it is no
        message root.
        """
        declaration = self._lookup("element", (namespace, name))
        node = self._node(declaration, required=True, depth=0)
        if isinstance(node, PropertyShape):
            raise ConfigurationError(f"the WSDL declares {name} as a plain value, not as a message")
        return node

    def _lookup(self, sort: str, key: _Key) -> etree._Element:
        found = self._declared.get((sort, key))
        if found is None:
            raise ConfigurationError(
                f"the WSDL refers to {sort} {{{key[0] or ''}}}{key[1]} but does not declare it"
            )
        return found

    def _node(self, element: etree._Element, *, required: bool, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise ConfigurationError(f"the WSDL nests deeper than {_MAX_DEPTH} levels or refers to itself")
        self._count()
        occurs = element
        reference = element.get("ref")
        if reference is not None:
            element = self._lookup("element", _resolve(element, reference))
        name = element.get("name") or ""
        namespace = _namespace_of_local(element)
        required = required and int(occurs.get("minOccurs", "1")) > 0
        complex_type = self._complex_type(element)
        if complex_type is not None and complex_type.find(_tag("simpleContent")) is None:
            most = occurs.get("maxOccurs", "1")
            return CollectionShape(
                name=name,
                namespace=namespace,
                required=required,
                max_rows=None if most == "unbounded" else int(most),
                children=tuple(self._children(complex_type, required=True, depth=depth + 1)),
            )
        limits = self._limits_of_content(element, complex_type)
        return replace(limits, name=name, namespace=namespace, required=required)

    def _count(self) -> None:
        """Types used in types used in types multiply: a small document can stand for a tree without end."""
        self._nodes += 1
        if self._nodes > _MAX_NODES:
            raise ConfigurationError(f"the WSDL's messages have more than {_MAX_NODES} elements")

    def _complex_type(self, element: etree._Element) -> etree._Element | None:
        inline = element.find(_tag("complexType"))
        if inline is not None:
            return inline
        key = _resolve(element, element.get("type") or "")
        return self._declared.get(("complexType", key))

    def _children(self, holder: etree._Element, *, required: bool, depth: int) -> Iterator[Node]:
        for particle in holder.iterchildren(_tag("*")):
            match local_name(particle):
                case "element":
                    yield self._node(particle, required=required, depth=depth)
                case "sequence" | "all":
                    needed = required and int(particle.get("minOccurs", "1")) > 0
                    yield from self._children(particle, required=needed, depth=depth)
                case "choice":
                    yield from self._children(particle, required=False, depth=depth)
                case "group":
                    self._count()
                    needed = required and int(particle.get("minOccurs", "1")) > 0
                    group = self._lookup("group", _resolve(particle, particle.get("ref") or ""))
                    yield from self._children(group, required=needed, depth=depth + 1)
                case "complexContent":
                    yield from self._children(particle, required=required, depth=depth)
                case "extension":
                    if depth > _MAX_DEPTH:
                        raise ConfigurationError("the WSDL's types extend themselves")
                    base = self._lookup("complexType", _resolve(particle, particle.get("base") or ""))
                    yield from self._children(base, required=required, depth=depth + 1)
                    yield from self._children(particle, required=required, depth=depth)
                case "restriction":
                    yield from self._children(particle, required=required, depth=depth)
                case _:
                    pass  # attributes and annotations carry no property

    def _limits_of_content(
        self, element: etree._Element, complex_type: etree._Element | None
    ) -> PropertyShape:
        if complex_type is not None:
            content = complex_type.find(_tag("simpleContent"))
            derived = None if content is None else next(iter(content.iterchildren(_tag("*"))), None)
            if derived is None:
                return _built_in("string")
            return self._limits(_resolve(derived, derived.get("base") or ""), depth=0)
        inline = element.find(_tag("simpleType"))
        if inline is not None:
            return self._limits_of_simple_type(inline, depth=0)
        return self._limits(_resolve(element, element.get("type") or ""), depth=0)

    def _limits(self, key: _Key, *, depth: int) -> PropertyShape:
        if key[0] == XSD:
            return _built_in(key[1])
        if not key[1]:
            return _built_in("string")
        if depth > _MAX_DEPTH:
            raise ConfigurationError(f"type {key[1]} of the WSDL is derived from itself")
        return self._limits_of_simple_type(self._lookup("simpleType", key), depth=depth)

    def _limits_of_simple_type(self, simple_type: etree._Element, *, depth: int) -> PropertyShape:
        restriction = simple_type.find(_tag("restriction"))
        if restriction is None:
            return _built_in("string")
        inline = restriction.find(_tag("simpleType"))
        if inline is not None:
            base = self._limits_of_simple_type(inline, depth=depth + 1)
        else:
            base = self._limits(_resolve(restriction, restriction.get("base") or ""), depth=depth + 1)
        return _restrict(base, restriction)


_COUNTS = {"maxLength": "max_length", "minLength": "min_length"}
_DIGITS = {"totalDigits": "total_digits", "fractionDigits": "fraction_digits"}
_BOUNDS = {
    "minInclusive": "minimum",
    "maxInclusive": "maximum",
    "minExclusive": "above",
    "maxExclusive": "below",
}


def _restrict(base: PropertyShape, restriction: etree._Element) -> PropertyShape:
    """`base` with the facets of one derivation step; a step's patterns are alternatives."""
    limits: dict[str, Any] = {}
    allowed: list[str] = []
    patterns: list[str] = []
    is_number = base.kind is PropertyKind.NUMBER
    for facet in restriction.iterchildren(_tag("*")):
        name, value = local_name(facet), facet.get("value") or ""
        match name:
            case "enumeration":
                allowed.append(value)
            case "pattern":
                patterns.append(value)
            case "length":
                limits |= {"max_length": int(value), "min_length": int(value)}
            case _ if name in _COUNTS or name in _DIGITS:
                limits[{**_COUNTS, **_DIGITS}[name]] = int(value)
            case _ if name in _BOUNDS and is_number:
                limits[_BOUNDS[name]] = Decimal(value)
            case _:
                pass  # white space, and bounds of dates
    pattern = "|".join(patterns)
    if not is_pattern(pattern):
        raise ConfigurationError(f"the WSDL has a pattern that cannot be followed: {pattern[:100]!r}")
    return replace(
        base,
        **limits,
        allowed=tuple(allowed) or base.allowed,
        patterns=(*base.patterns, pattern) if patterns else base.patterns,
    )


def _resolve(element: etree._Element, name: str) -> _Key:
    """(namespace, local name) of a prefixed name as written at `element`."""
    prefix, colon, local = name.rpartition(":")
    return element.nsmap.get(prefix if colon else None), local


def _namespace_of_local(element: etree._Element) -> str | None:
    """The namespace an element declaration's instances are in: its schema's if global or qualified, else
    none.
    """
    schema = next(iter(element.iterancestors(_tag("schema"))))
    form = element.get("form") or schema.get("elementFormDefault", "unqualified")
    parent = element.getparent()
    return schema.get("targetNamespace") if parent is schema or form == "qualified" else None
