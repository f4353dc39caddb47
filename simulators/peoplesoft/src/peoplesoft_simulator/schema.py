"""The XML schemas of a site's messages: what the WSDL shows is exactly what requests are checked against."""

from dataclasses import dataclass
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element as Element
from pydantic import TypeAdapter

from peoplesoft_simulator.shape import Block, Property, check_names, spelled, voucher_block
from peoplesoft_simulator.site import OPERATIONS, RESPONSES, MessageRole, Operation, Site
from peoplesoft_simulator.structure import VOUCHER_LEVEL, Kind, header_field

XSD = "http://www.w3.org/2001/XMLSchema"
MESSAGE_PARTS = ("type", "messagesetnumber", "messagenumber", "messagetext", "explaintext")
_SITE = TypeAdapter(Site)
_INTEGERS = ("messagesetnumber", "messagenumber")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteShape:
    """Everything derived once from a site: its blocks, its schemas as trees, its request validators."""

    create: Block
    stored: Block
    keys: tuple[Property, ...]
    search: tuple[Property, ...]
    schemas: dict[MessageRole, Element]
    validators: dict[Operation, etree.XMLSchema]


def site_shape(site: Site) -> SiteShape:
    """Derive the blocks and schemas of a site.

    Equal sites share one shape; what is in it is only read.

    Raises:
        SiteRefused: its description contradicts itself.
    """
    return _derived(_SITE.dump_json(site))


@lru_cache(maxsize=64)
def _derived(described: bytes) -> SiteShape:
    site = _SITE.validate_json(described)
    check_names(site)
    create, stored = voucher_block(site, stored=False), voucher_block(site, stored=True)
    keys = tuple(spelled(site, field) for field in VOUCHER_LEVEL.fields if field.key)
    search = tuple(spelled(site, header_field(name)) for name in site.search_keys)
    writer = _SchemaWriter(site)
    schemas: dict[MessageRole, Element] = {
        "create": writer.request("create", properties=create.properties, blocks=create.blocks),
        "find": writer.request("find", properties=search, blocks=()),
        "get": writer.request("get", properties=keys, blocks=()),
        "create_response": writer.create_response(keys),
        "find_response": writer.find_response(search),
        "get_response": writer.get_response(stored),
    }
    return SiteShape(
        create=create,
        stored=stored,
        keys=keys,
        search=search,
        schemas=schemas,
        validators={operation: etree.XMLSchema(schemas[operation]) for operation in OPERATIONS},
    )


def fault_schema() -> Element:
    """The fault of generated component interface services: IBResponse, which is in no namespace."""
    schema = etree.Element(f"{{{XSD}}}schema", nsmap={"xs": XSD})
    body = etree.SubElement(_declared(schema, name="IBResponse"), f"{{{XSD}}}complexType")
    response = etree.SubElement(body, f"{{{XSD}}}sequence")
    for name, of in (
        ("DefaultTitle", "xs:string"),
        ("StatusCode", "xs:int"),
        ("MessageSetID", "xs:int"),
        ("MessageID", "xs:int"),
        ("DefaultMessage", "xs:string"),
    ):
        _leaf(response, name=name, of=of, at_least=0)
    parameters = _nested(response, name="MessageParameters", at_least=0)
    etree.SubElement(
        parameters, f"{{{XSD}}}any", processContents="skip", minOccurs="0", maxOccurs="unbounded"
    )
    etree.SubElement(body, f"{{{XSD}}}attribute", name="type", type="xs:string")
    return schema


class _SchemaWriter:
    """Writes one schema per message, one after the other; types stand after the element that first uses them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._types: set[str] = set()

    def request(
        self, operation: Operation, *, properties: tuple[Property, ...], blocks: tuple[Block, ...]
    ) -> Element:
        schema = self._schema(operation)
        body = _element_of(schema, name=self._site.root(operation))
        for each in properties:
            self._property(schema, body, each, required=operation != "find" and _demanded(each))
        self._blocks(schema, body, blocks)
        return schema

    def create_response(self, keys: tuple[Property, ...]) -> Element:
        schema = self._response("create")
        body = _element_of(schema, name=f"{self._site.root('create')}Response")
        _leaf(body, name="notification", of="xs:int")
        detail = _nested(body, name="detail", at_least=0)
        component = _nested(detail, name=self._site.ci_name, at_least=0)
        for each in keys:
            self._property(schema, component, each, required=False)
        messages = _nested(component, name="messages", at_least=0, at_most="unbounded")
        for part in MESSAGE_PARTS:
            _leaf(messages, name=part, of="xs:int" if part in _INTEGERS else "xs:string", at_least=0)
        return schema

    def find_response(self, search: tuple[Property, ...]) -> Element:
        schema = self._response("find")
        body = _element_of(schema, name=f"{self._site.root('find')}Response")
        component = _nested(body, name=self._site.ci_name, at_least=0, at_most="unbounded")
        for each in search:
            self._property(schema, component, each, required=False)
        return schema

    def get_response(self, stored: Block) -> Element:
        schema = self._response("get")
        body = _element_of(schema, name=f"{self._site.root('get')}Response")
        for each in stored.properties:
            self._property(schema, body, each, required=_demanded(each))
        self._blocks(schema, body, stored.blocks)
        return schema

    def _response(self, operation: Operation) -> Element:
        return self._schema(RESPONSES[operation])

    def _schema(self, role: MessageRole) -> Element:
        self._types = set()
        namespace = self._site.namespace(role)
        schema = etree.Element(f"{{{XSD}}}schema", nsmap={"xs": XSD, "tns": namespace})
        schema.set("targetNamespace", namespace)
        schema.set("elementFormDefault", "qualified")
        return schema

    def _blocks(self, schema: Element, parent: Element, blocks: tuple[Block, ...]) -> None:
        for block in blocks:
            body = _nested(parent, name=block.tag, at_least=0, at_most="unbounded")
            for each in block.properties:
                self._property(schema, body, each, required=_demanded(each))
            self._blocks(schema, body, block.blocks)

    def _property(self, schema: Element, parent: Element, each: Property, *, required: bool) -> None:
        of = self._type(schema, each)
        _leaf(parent, name=each.tag, of=of, at_least=1 if required else 0)

    def _type(self, schema: Element, each: Property) -> str:
        field = each.field
        if field.kind is Kind.DATE and self._site.date_format == "YYYY-MM-DD":
            return "xs:date"
        name = "DATE_TypeDef" if field.kind is Kind.DATE else f"{field.name}_TypeDef"
        if name not in self._types:
            self._types.add(name)
            simple = etree.SubElement(schema, f"{{{XSD}}}simpleType", name=name)
            if field.kind is Kind.DATE:
                _restrict(simple, base="xs:string", pattern=r"[0-9]{4}/[0-9]{2}/[0-9]{2}")
            elif field.kind is Kind.CHAR:
                _restrict(simple, base="xs:string", maxLength=field.length)
            else:
                _restrict(simple, base="xs:decimal", totalDigits=field.length, fractionDigits=field.scale)
        return f"tns:{name}"


def _demanded(each: Property) -> bool:
    return each.field.key or each.required


def _restrict(simple: Element, *, base: str, **facets: str | int) -> None:
    restriction = etree.SubElement(simple, f"{{{XSD}}}restriction", base=base)
    for facet, value in facets.items():
        etree.SubElement(restriction, f"{{{XSD}}}{facet}", value=str(value))


def _element_of(parent: Element, *, name: str) -> Element:
    body = etree.SubElement(_declared(parent, name=name), f"{{{XSD}}}complexType")
    return etree.SubElement(body, f"{{{XSD}}}sequence")


def _declared(parent: Element, *, name: str) -> Element:
    return etree.SubElement(parent, f"{{{XSD}}}element", name=name)


def _nested(parent: Element, *, name: str, at_least: int, at_most: str = "1") -> Element:
    body = _element_of(parent, name=name)
    element = parent[-1]
    element.set("minOccurs", str(at_least))
    element.set("maxOccurs", at_most)
    return body


def _leaf(parent: Element, *, name: str, of: str, at_least: int = 1) -> None:
    element = etree.SubElement(parent, f"{{{XSD}}}element", name=name, type=of)
    element.set("minOccurs", str(at_least))
