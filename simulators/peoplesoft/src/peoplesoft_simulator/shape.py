"""The component interface as one site spells it: tags, nesting and value formats on the wire."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from lxml import etree
from lxml.etree import _Element as Element

from peoplesoft_simulator.row import Row
from peoplesoft_simulator.site import Site
from peoplesoft_simulator.structure import PAYMENT, VOUCHER_LEVEL, Field, Kind, Level

HEADER = VOUCHER_LEVEL.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One field and its element name at this site."""

    field: Field
    tag: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One record and its element name at this site; a `merged` block's values belong to its parent row."""

    name: str
    tag: str
    properties: tuple[Property, ...]
    blocks: tuple["Block", ...] = ()
    merged: bool = False


class ValueRefused(ValueError):
    """A value its schema lets through cannot be taken: an impossible date, a second scheduled payment."""


class SiteRefused(ValueError):
    """A site's description names properties there are none of, or gives two the same tag."""


def spelled(site: Site, field: Field, *, record: str = HEADER) -> Property:
    """A field under the site's own name and property prefix, with the site's length."""
    qualified = f"{record}.{field.name}"
    name = site.renames.get(qualified) or site.renames.get(field.name, field.name)
    prefix = site.prefixes.key if field.key else site.prefixes.prop
    return Property(
        field=replace(field, length=site.lengths.get(field.name, field.length)),
        tag=f"{prefix}{name}",
        required=qualified in site.required or (record == HEADER and field.name in site.required),
    )


def voucher_block(site: Site, *, stored: bool) -> Block:
    """The whole component as the site spells it, with the fields PeopleSoft assigns when `stored`."""
    header = _block(site, VOUCHER_LEVEL, stored=stored)
    if site.nesting == "plain":
        return header
    count = spelled(site, Field(name="PYMNT_CNT", kind=Kind.NUMBER, length=3, key=True))
    paid = tuple(each for each in header.properties if each.field.payment)
    payment = Block(name=PAYMENT, tag=_tag(site, PAYMENT), properties=(count, *paid), merged=True)
    kept = tuple(each for each in header.properties if not each.field.payment)
    return Block(name=header.name, tag=header.tag, properties=kept, blocks=(payment, *header.blocks))


def read_row(block: Block, element: Element, *, date_format: str) -> Row:
    """The canonical row of an element that its schema has already accepted.

    Raises:
        ValueRefused: a date is none, or the payment collection has more than one row.
    """
    found = {etree.QName(child).localname: child.text or "" for child in element if len(child) == 0}
    values: dict[str, str] = {}
    rows: dict[str, tuple[Row, ...]] = {}
    for each in block.properties:
        value = canonical(each.field, found.get(each.tag, ""), date_format=date_format)
        if value:
            values[each.field.name] = value
    for below in block.blocks:
        read = tuple(
            read_row(below, child, date_format=date_format)
            for child in element
            if etree.QName(child).localname == below.tag
        )
        if not below.merged:
            rows[below.name] = read
        elif len(read) > 1:
            raise ValueRefused(f"{below.tag} holds {len(read)} rows; this component interface takes one")
        elif read:
            values.update({name: text for name, text in read[0].values.items() if name != "PYMNT_CNT"})
    return Row(values=values, rows=rows)


def write_row(block: Block, row: Row, *, into: Element, date_format: str) -> None:
    """Append a row's properties and collections, in schema order and in the namespace of `into`.

    Characters without a value are written empty and numbers as 0; a date without a value is left out.
    """
    write_values(block.properties, row.values, into=into, date_format=date_format)
    namespace = etree.QName(into).namespace
    for below in block.blocks:
        for child in (row.having(PYMNT_CNT="1"),) if below.merged else row.children(below.name):
            write_row(
                below,
                child,
                into=etree.SubElement(into, f"{{{namespace}}}{below.tag}"),
                date_format=date_format,
            )


def write_values(
    properties: Iterable[Property], values: Mapping[str, str], *, into: Element, date_format: str
) -> None:
    """Append one element per property, as :func:`write_row` does."""
    namespace = etree.QName(into).namespace
    for each in properties:
        value = values.get(each.field.name, "")
        if each.field.kind is Kind.DATE and not value:
            continue
        child = etree.SubElement(into, f"{{{namespace}}}{each.tag}")
        child.text = _on_the_wire(each.field, value, date_format=date_format)


def canonical(field: Field, text: str, *, date_format: str) -> str:
    """One value from the wire as canonical text (see :mod:`peoplesoft_simulator.row`).

    Raises:
        ValueRefused: the text has a date's form but is no calendar day.
    """
    if field.kind is Kind.CHAR:
        return text.rstrip()
    stripped = text.strip()
    if not stripped:
        return ""
    if field.kind is Kind.NUMBER:
        return f"{Decimal(stripped):f}"
    try:
        return date.fromisoformat(stripped.replace("/", "-")).isoformat()
    except ValueError as impossible:
        raise ValueRefused(f"{field.name}: {stripped} is not a date as {date_format}") from impossible


def _on_the_wire(field: Field, value: str, *, date_format: str) -> str:
    if field.kind is Kind.NUMBER:
        return value or "0"
    if field.kind is Kind.DATE and date_format == "YYYY/MM/DD":
        return value.replace("-", "/")
    return value


def _block(site: Site, level: Level, *, stored: bool) -> Block:
    shown = [field for field in _fields(site, level) if stored or not field.stored]
    properties = tuple(
        spelled(site, field, record=level.name)
        for field in shown
        if field.key or not {field.name, f"{level.name}.{field.name}"} & set(site.omitted)
    )
    tags = [each.tag for each in properties]
    twice = sorted({tag for tag in tags if tags.count(tag) > 1})
    if twice:
        raise SiteRefused(f"{level.name} of {site.node} has {', '.join(twice)} twice")
    return Block(
        name=level.name,
        tag=_tag(site, level.name),
        properties=properties,
        blocks=tuple(_block(site, child, stored=stored) for child in level.levels),
    )


def _fields(site: Site, level: Level) -> tuple[Field, ...]:
    """The level's fields, with the site's own ones at the end of the header."""
    if level.name != HEADER:
        return level.fields
    own = (Field(name=name, kind=Kind.CHAR, length=length) for name, length in site.custom.items())
    return (*level.fields, *own)


def check_names(site: Site) -> None:
    """Refuse a site that names properties the component has not.

    Raises:
        SiteRefused: naming them.
    """
    known: set[str] = set()
    levels = [VOUCHER_LEVEL]
    while levels:
        level = levels.pop()
        levels += level.levels
        for field in _fields(site, level):
            known |= {field.name, f"{level.name}.{field.name}"}
    named = {*site.renames, *site.required, *site.omitted, *site.lengths}
    if unknown := sorted(named - known):
        raise SiteRefused(f"the voucher component has no {', '.join(unknown)}")


def _tag(site: Site, record: str) -> str:
    return f"{site.prefixes.collection}{site.collections.get(record, record)}"
