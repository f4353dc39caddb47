"""Three invented sites' voucher component interfaces, as different as real sites are.

Generated, so that a test can change a name, a limit or an occurrence. No vendor's or customer's text is
in here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import quoteattr

from peoplesoft.names import PropertyNames
from peoplesoft.shape import ComponentInterfaceShape
from peoplesoft.testing.invented_fields import ALTERNATE_KEYS, HEADER, KEYS, LINE, PAYMENT, STATUS, Fields
from peoplesoft.values import DateFormat, Row, Value
from peoplesoft.wsdl import read_shape


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedSite:
    """One site: how it names, numbers, types and publishes its component interface.

    `messages` are the M-numbers of create, find and get, request then response. `collection_prefix` and
    the others go before generated names; `dates_as_text` declares dates as text of ten characters;
    `renames` says what a property or collection is called before its prefix, `payments` the collection that
    holds the payment instead of the header; `unqualified` puts everything below a message's root into no
    namespace; `separate_schemas` imports each message's schema from the gateway's inner host; `wrapped` puts a get's
    answer into an element of its own.
    """

    name: str
    ci: str
    node: str
    namespace_base: str
    messages: Sequence[str]
    aliases: Sequence[str]
    date_format: DateFormat
    key_prefix: str = ""
    property_prefix: str = ""
    collection_prefix: str = ""
    dates_as_text: bool = False
    renames: Mapping[str, str] = field(default_factory=dict)
    payments: str = ""
    unqualified: bool = False
    separate_schemas: bool = False
    wrapped: bool = False

    @property
    def names(self) -> PropertyNames:
        """The configuration that lets a client speak canonical names here."""
        return PropertyNames(self.renames)

    @property
    def wsdl_name(self) -> str:
        """The name under which the site publishes its WSDL."""
        return f"CI_{self.ci}.1"

    @property
    def wsdl_path(self) -> str:
        """The path of the WSDL on the gateway."""
        return f"/PSIGW/PeopleSoftServiceListeningConnector/{self.node}/{self.wsdl_name}.wsdl"

    def documents(self, origin: str = "http://gateway.invalid:8000") -> dict[str, bytes]:
        """The WSDL, and the schemas it imports, by absolute URL at `origin`."""
        schemas = [self._schema(index) for index in range(6)]
        documents: dict[str, bytes] = {}
        if self.separate_schemas:
            base = f"{origin}/PSIGW/PeopleSoftServiceListeningConnector"
            names = [f"{base}/{message}.V1.xsd" for message in self.messages]
            documents.update((url, schema.encode()) for url, schema in zip(names, schemas, strict=True))
            schemas = [
                f'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
                f"<xsd:import namespace={quoteattr(self.namespace(index))} schemaLocation={quoteattr(url)}/>"
                f"</xsd:schema>"
                for index, url in enumerate(names)
            ]
        documents[f"{origin}{self.wsdl_path}"] = self._wsdl("".join(schemas), origin).encode()
        return documents

    def shape(self) -> ComponentInterfaceShape:
        """The shape as our own reader sees it."""
        documents = self.documents()
        return read_shape(documents, root=next(url for url in documents if url.endswith(".wsdl")))

    def namespace(self, index: int) -> str:
        """The namespace of message `index`: 0-1 create, 2-3 find, 4-5 get."""
        return f"{self.namespace_base}/{self.messages[index]}.V1"

    def _header(self) -> Fields:
        if not self.payments:
            return {**HEADER, **PAYMENT}
        return {**HEADER, self.payments: {"PYMNT_CNT": "N3!", **PAYMENT}}

    def _prefixed(self, canonical: str, content: str | Fields) -> str:
        name = self.renames.get(canonical, canonical)
        if not isinstance(content, str):
            return self.collection_prefix + name
        return (self.key_prefix if canonical in KEYS else self.property_prefix) + name

    def _schema(self, index: int) -> str:
        verb = ("Create", "Find", "Get")[index // 2]
        root = f"{verb}__CompIntfc__{self.ci}"
        lines: Fields = {"VOUCHER_LINE": LINE}
        optional_keys: Fields = {"BUSINESS_UNIT": "C5", "VOUCHER_ID": "C8"}
        content = (
            self._elements({**KEYS, **self._header(), **lines}),
            self._created(),
            self._elements({**optional_keys, **ALTERNATE_KEYS}),
            _element(self.ci, self._elements({**KEYS, **ALTERNATE_KEYS}), most="unbounded"),
            self._elements(KEYS),
            self._got({**optional_keys, **self._header(), **STATUS, **lines}),
        )[index]
        name = root if index % 2 == 0 else f"{root}Response"
        form = "unqualified" if self.unqualified else "qualified"
        return (
            f'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" elementFormDefault="{form}"'
            f' xmlns="{self.namespace(index)}" targetNamespace="{self.namespace(index)}">'
            f'<xsd:element name="{name}" type="{name}TypeShape"/>'
            f'<xsd:complexType name="{name}TypeShape"><xsd:sequence>{content}</xsd:sequence></xsd:complexType>'
            f"</xsd:schema>"
        )

    def _created(self) -> str:
        parts = ("type", "messagesetnumber", "messagenumber", "messagetext", "explaintext")
        message = "".join(f'<xsd:element name="{part}" type="xsd:string" minOccurs="0"/>' for part in parts)
        keys = _element(self.ci, self._elements(KEYS))
        detail = _element("detail", keys + _element("messages", message, most="unbounded"))
        return f'<xsd:element name="notification" type="xsd:int"/>{detail}'

    def _got(self, fields: Fields) -> str:
        content = self._elements(fields)
        return _element(self.ci, content) if self.wrapped else content

    def _elements(self, fields: Fields) -> str:
        return "".join(
            self._field(self._prefixed(name, content), content) for name, content in fields.items()
        )

    def _field(self, name: str, content: str | Fields) -> str:
        if not isinstance(content, str):
            return _element(name, self._elements(content), most="unbounded")
        occurs = "" if content.endswith("!") else ' minOccurs="0"'
        kind, size = content[0], content[1:].rstrip("!")
        if kind == "D" and not self.dates_as_text:
            return f'<xsd:element name="{name}" type="xsd:date"{occurs}/>'
        if kind == "N":
            total, _, fraction = size.partition(".")
            facets = f'<xsd:totalDigits value="{total}"/><xsd:fractionDigits value="{fraction or 0}"/>'
            base = "decimal"
        elif kind == "D":
            facets, base = '<xsd:pattern value="[0-9]{4}/[0-9]{2}/[0-9]{2}"/>', "string"
        else:
            facets, base = f'<xsd:maxLength value="{size or 10}"/>', "string"
        limits = (
            f'<xsd:simpleType><xsd:restriction base="xsd:{base}">{facets}</xsd:restriction></xsd:simpleType>'
        )
        return f'<xsd:element name="{name}"{occurs}>{limits}</xsd:element>'

    def _wsdl(self, schemas: str, origin: str) -> str:
        prefixes = "".join(f' xmlns:m{index}="{self.namespace(index)}"' for index in range(6))
        messages, port, binding = "", "", ""
        for number, (verb, letter) in enumerate((("Create", "C"), ("Find", "F"), ("Get", "G"))):
            root, operation = f"{verb}__CompIntfc__{self.ci}", f"CI_{self.ci}_{letter}"
            request, response = self.messages[2 * number], self.messages[2 * number + 1]
            for index, element in ((2 * number, root), (2 * number + 1, f"{root}Response")):
                messages += (
                    f'<wsdl:message name="{self.messages[index]}.V1">'
                    f'<wsdl:part name="parameter" element="m{index}:{element}"/></wsdl:message>'
                )
            port += (
                f'<wsdl:operation name="{operation}"><wsdl:input message="tns:{request}.V1"/>'
                f'<wsdl:output message="tns:{response}.V1"/></wsdl:operation>'
            )
            binding += (
                f'<wsdl:operation name="{operation}"><soap:operation soapAction="{self.aliases[number]}"'
                f' style="document"/><wsdl:input><soap:body use="literal"/></wsdl:input>'
                f'<wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>'
            )
        service = f"CI_{self.ci}"
        return (
            f'<?xml version="1.0"?><wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"'
            f' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="urn:{service}"{prefixes}'
            f' name="{service}.1" targetNamespace="urn:{service}"><wsdl:types>{schemas}</wsdl:types>{messages}'
            f'<wsdl:portType name="{service}_PortType">{port}</wsdl:portType>'
            f'<wsdl:binding name="{service}_Binding" type="tns:{service}_PortType"><soap:binding style="document"'
            f' transport="http://schemas.xmlsoap.org/soap/http"/>{binding}</wsdl:binding>'
            f'<wsdl:service name="{service}"><wsdl:port name="{service}_Port" binding="tns:{service}_Binding">'
            f'<soap:address location="{origin}/PSIGW/PeopleSoftServiceListeningConnector/{self.node}"/>'
            f"</wsdl:port></wsdl:service></wsdl:definitions>"
        )


def _element(name: str, content: str, *, most: str = "1") -> str:
    return (
        f'<xsd:element name="{name}" minOccurs="0" maxOccurs="{most}">'
        f"<xsd:complexType><xsd:sequence>{content}</xsd:sequence></xsd:complexType></xsd:element>"
    )


PLAIN_SITE = InventedSite(
    name="plain names, ISO dates, inline schemas",
    ci="AP_VOUCHER",
    node="PSFT_EP",
    namespace_base="http://xmlns.oracle.com/Enterprise/Tools/schemas",
    messages=("M835922", "M835923", "M701100", "M701101", "M644328", "M644329"),
    aliases=("CI_AP_VOUCHER_C.V1", "CI_AP_VOUCHER_F.V1", "CI_AP_VOUCHER_G.V1"),
    date_format=DateFormat.ISO,
)
PREFIXED_SITE = InventedSite(
    name="prefixed names, dates as text with slashes, imported schemas, wrapped get, edited aliases",
    ci="ZZ_VCHR_IN",
    node="ZZFSPRD",
    namespace_base="http://fin.invalid:1111/Enterprise/Tools/schemas",
    messages=("M1013947", "M1013948", "M1013951", "M1013952", "M644328134", "M644328135"),
    aliases=("Create.V1", "Find.V1", "CI_ZZ_VCHR_IN_G.V2"),
    date_format=DateFormat.SLASHES,
    key_prefix="KEYPROP_",
    property_prefix="PROP_",
    collection_prefix="COLL_",
    dates_as_text=True,
    separate_schemas=True,
    wrapped=True,
)
RENAMED_SITE = InventedSite(
    name="renamed properties and collections, a payment collection, unqualified elements",
    ci="ACME_AP_IN",
    node="ACMEFS",
    namespace_base="urn:acme:erp",
    messages=("M5000001", "M5000002", "M77", "M78", "M644328200", "M644328201"),
    aliases=("ACME_AP_IN_CREATE.V3", "ACME_AP_IN_FIND.V3", "ACME_AP_IN_GET.V3"),
    date_format=DateFormat.ISO,
    collection_prefix="COLL_",
    renames={
        "INVOICE_ID": "ACME_INV_NO",
        "VENDOR_ID": "ACME_SUPPLIER",
        "GROSS_AMT": "ACME_TOTAL",
        "PYMNT_HOLD": "ACME_HOLD",
        "VOUCHER_LINE": "ACME_LINES",
        "PYMNT_VCHR_XREF": "ACME_PAYMENTS",
    },
    payments="PYMNT_VCHR_XREF",
    unqualified=True,
)
SITES = (PLAIN_SITE, PREFIXED_SITE)
"""Sites that differ by prefixes only: canonical names do without a table."""
ALL_SITES = (*SITES, RENAMED_SITE)


def sample_voucher() -> dict[str, Value | Sequence[Row] | None]:
    """A small voucher that both sites take, by canonical names."""
    amount = Decimal("112.50")
    distribution: Row = {
        "DISTRIB_LINE_NUM": 1,
        "BUSINESS_UNIT_GL": "US001",
        "ACCOUNT": "18620",
        "DEPTID": "61300",
        "MERCHANDISE_AMT": amount,
    }
    line: Row = {
        "VOUCHER_LINE_NUM": 1,
        "DESCR": "Paper & pens",
        "MERCHANDISE_AMT": amount,
        "DISTRIB_LINE": [distribution],
    }
    return {
        "BUSINESS_UNIT": "US001",
        "VOUCHER_ID": "NEXT",
        "VOUCHER_STYLE": "REG",
        "INVOICE_ID": "INV/2026-17",
        "INVOICE_DT": date(2026, 3, 9),
        "VENDOR_SETID": "SHARE",
        "VENDOR_ID": "0000430022",
        "ORIGIN": "BSW",
        "GROSS_AMT": amount,
        "TXN_CURRENCY_CD": "EUR",
        "PYMNT_HOLD": False,
        "VOUCHER_LINE": [line],
    }
