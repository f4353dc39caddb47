"""Parsing XML that comes from outside: no DOCTYPE, no entities, no network, bounded depth."""

from __future__ import annotations

import re

from lxml import etree

# Atomic and possessive, so that a hostile prolog costs linear time.
_PROLOG = re.compile(
    rb"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE(?P<name>\s+[^\s>\[]*)?", re.DOTALL | re.IGNORECASE
)


class UnusableXml(ValueError):
    """The bytes are not well-formed XML, or carry a DOCTYPE."""


def doctype_of(content: bytes) -> str | None:
    """The name a leading DOCTYPE declares ("html", "Envelope", ""), or None where there is none.

    NUL bytes and a byte order mark are dropped first, so that UTF-16 and UTF-32 hide nothing.
    """
    head = content.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    match = _PROLOG.match(head)
    return (match["name"] or b"").strip().decode("latin-1").lower() if match else None


def parse_xml(content: bytes) -> etree._Element:
    """The root element of `content`, comments and processing instructions removed.

    Raises UnusableXml for anything not well-formed and for any DOCTYPE: PeopleSoft sends none, and with
    one come entity expansion and external references.
    """
    if doctype_of(content) is not None:
        raise UnusableXml("a DOCTYPE is not accepted")
    # A parser of its own for each document: lxml parsers keep state and must not be shared between threads.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, LookupError, ValueError) as failure:
        raise UnusableXml(f"not well-formed XML: {failure}") from failure
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnusableXml("a DOCTYPE is not accepted")
    return root


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace_of(element: etree._Element) -> str | None:
    """The element's namespace, None if it has none."""
    return str(element.tag)[1:].rpartition("}")[0] or None


def text_of(element: etree._Element | None) -> str:
    """All text inside the element, CDATA included, stripped; empty for None."""
    if element is None:
        return ""
    if len(element) == 0:
        return str(element.text or "").strip()
    return "".join(str(part) for part in element.itertext()).strip()
