"""XML Schema's regular expressions, judged by libxml2: they are not Python's."""

from __future__ import annotations

from functools import lru_cache
from xml.sax.saxutils import quoteattr

from lxml import etree

_SCHEMA = (
    '<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema"><s:element name="v"><s:simpleType>'
    '<s:restriction base="s:string"><s:pattern value={}/></s:restriction></s:simpleType></s:element></s:schema>'
)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(_SCHEMA.format(quoteattr(pattern))))


# libxml2 makes its built-in types at the first schema, and two threads that do it at once leave them broken for as
# long as the process lives: made here, where whoever imports is alone.
_compiled("")


def is_pattern(pattern: str) -> bool:
    """Whether `pattern` can be followed."""
    try:
        _compiled(pattern)
    except etree.LxmlError:
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    """Whether the whole of `text` fits `pattern`."""
    element = etree.Element("v")
    element.text = text
    return bool(_compiled(pattern).validate(element))
