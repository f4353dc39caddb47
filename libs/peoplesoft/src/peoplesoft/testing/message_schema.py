"""Judging a message by the site's own XML schema, with libxml2 and none of our reading of it."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

_XSD = "http://www.w3.org/2001/XMLSchema"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def message_body(message: bytes) -> etree._Element:
    """The one element in the body of a SOAP message."""
    body = etree.fromstring(message).find(f"{{{_SOAP}}}Body")
    assert body is not None and len(body) == 1, "not one message in the body"  # noqa: PT018, S101 - a test's check
    return body[0]


def schema_of(documents: Mapping[str, bytes], namespace: str) -> etree.XMLSchema:
    """The XML schema of `namespace` among a WSDL and its imports. Raises LookupError if there is none."""
    for document in documents.values():
        for schema in etree.fromstring(document).iter(f"{{{_XSD}}}schema"):
            if schema.get("targetNamespace") == namespace:
                return etree.XMLSchema(etree.fromstring(etree.tostring(schema)))
    raise LookupError(namespace)
