"""Reading a site's WSDL into a `ComponentInterfaceShape`.

zeep finds operations, SOAPActions and message elements; `xsd` reads the trees and limits. Both are
synchronous and take tens to hundreds of milliseconds: call `read_shape` in a thread. Nothing here opens a
connection or a file: every document is handed over as bytes, and what was not handed over does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urljoin

from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.settings import Settings
from zeep.wsdl import Document

from peoplesoft.errors import ConfigurationError
from peoplesoft.safe_xml import UnusableXml, parse_xml
from peoplesoft.shape import ComponentInterfaceShape, OperationShape
from peoplesoft.xsd import XSD, SchemaSet

_WSDL: Final = "http://schemas.xmlsoap.org/wsdl/"
_ROOT_ELEMENT = re.compile(r"(?P<verb>[A-Za-z]+)__CompIntfc__(?P<ci>.+)")
_BY_SUFFIX = {"C": "create", "F": "find", "G": "get"}
_FAULTY = (
    ZeepError,
    etree.LxmlError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)
"""A faulty document is met by zeep, and by us, with whatever the code runs into."""
_WANTED = frozenset(_BY_SUFFIX.values())


class _HandedOver:
    """zeep's transport: serves the documents it was given and nothing else."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        self._documents = documents

    def load(self, url: str) -> bytes:
        try:
            return self._documents[url]
        except KeyError:
            raise ConfigurationError(f"the WSDL needs {url}, which was not loaded") from None


def imported_locations(content: bytes, *, url: str) -> tuple[str, ...]:
    """Absolute locations that a WSDL or schema at `url` imports or includes. Raises ConfigurationError."""
    root = _parse(content, url=url)
    tags = (f"{{{_WSDL}}}import", f"{{{XSD}}}import", f"{{{XSD}}}include", f"{{{XSD}}}redefine")
    locations = (each.get("location") or each.get("schemaLocation") for each in root.iter(*tags))
    return tuple(dict.fromkeys(urljoin(url, location) for location in locations if location))


def read_shape(documents: Mapping[str, bytes], *, root: str) -> ComponentInterfaceShape:
    """The shape of the component interface whose WSDL is `documents[root]`.

    `documents` holds the WSDL and all it imports, by absolute URL. Blocking; raises ConfigurationError
    with the reason if the documents are unusable or describe no create, find or get.
    """
    settings = Settings(strict=True, forbid_dtd=True, forbid_entities=True, force_https=False)
    read: Any = Document
    try:
        trees = [_parse(content, url=url) for url, content in documents.items()]
        schemas = SchemaSet(schema for tree in trees for schema in tree.iter(f"{{{XSD}}}schema"))
        return _shape(read(root, _HandedOver(documents), settings=settings), schemas, root=root)
    except ConfigurationError:
        raise
    except _FAULTY as failure:
        raise ConfigurationError(f"the WSDL at {root} cannot be read: {failure!r}"[:500]) from failure


def _parse(content: bytes, *, url: str) -> etree._Element:
    try:
        return parse_xml(content)
    except UnusableXml as failure:
        raise ConfigurationError(f"the document at {url} is unusable: {failure}") from failure


def _shape(document: Any, schemas: SchemaSet, *, root: str) -> ComponentInterfaceShape:
    names: set[str] = set()
    operations: dict[str, OperationShape] = {}
    for binding in document.bindings.values():
        if type(binding).__name__ != "Soap11Binding":
            continue
        for operation in binding.all().values():
            request, response = _element(operation.input), _element(operation.output)
            if request is None or response is None:
                continue
            match = _ROOT_ELEMENT.fullmatch(request.localname)
            verb = match["verb"].lower() if match else _BY_SUFFIX.get(operation.name.rpartition("_")[2], "")
            if verb not in _WANTED:
                continue
            if verb in operations:
                raise ConfigurationError(f"the WSDL at {root} offers more than one {verb}")
            names.add(match["ci"] if match else operation.name.rpartition("_")[0].removeprefix("CI_"))
            operations[verb] = OperationShape(
                name=str(operation.name),
                soap_action=str(operation.soapaction or ""),
                request=schemas.root(request.namespace, request.localname),
                response=schemas.root(response.namespace, response.localname),
            )
    if len(names) != 1:
        raise ConfigurationError(
            f"the WSDL at {root} offers create, find or get of {len(names)} component interfaces, not of one"
        )
    service = next(iter(document.services), "")
    return ComponentInterfaceShape(name=names.pop(), service=str(service), **operations)


def _element(message: Any) -> etree.QName | None:
    body = getattr(message, "body", None)
    name = getattr(body, "qname", None)
    return name if isinstance(name, etree.QName) else None
