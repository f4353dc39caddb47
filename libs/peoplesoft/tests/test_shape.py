"""A site's WSDL is read as it is: names, order, limits, nesting; an unusable one is refused with its reason."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from peoplesoft.errors import ConfigurationError
from peoplesoft.shape import CollectionShape, PropertyKind, PropertyShape
from peoplesoft.testing.invented_sites import ALL_SITES, PLAIN_SITE, PREFIXED_SITE, InventedSite
from peoplesoft.wsdl import imported_locations, read_shape
from peoplesoft.xsd import XSD, SchemaSet


@pytest.mark.parametrize("site", ALL_SITES, ids=lambda site: site.name)
def test_names_aliases_and_namespaces_come_from_the_site(site: InventedSite) -> None:
    shape = site.shape()
    assert (shape.name, shape.service) == (site.ci, f"CI_{site.ci}")
    operations = (shape.create, shape.find, shape.get)
    assert [each.soap_action for each in operations if each] == list(site.aliases)
    roots = [root for each in operations if each for root in (each.request, each.response)]
    assert [root.namespace for root in roots] == [site.namespace(index) for index in range(6)]
    assert roots[0].name == f"Create__CompIntfc__{site.ci}"
    assert roots[1].name == f"Create__CompIntfc__{site.ci}Response"


def test_limits_and_nesting_are_read_in_schema_order() -> None:
    create = PLAIN_SITE.shape().create
    assert create is not None
    names = [child.name for child in create.request.children]
    assert names[:3] == ["BUSINESS_UNIT", "VOUCHER_ID", "VOUCHER_STYLE"]
    assert names[-1] == "VOUCHER_LINE"
    account = create.request.at("VOUCHER_LINE/DISTRIB_LINE/ACCOUNT")
    amount = create.request.at("GROSS_AMT")
    lines = create.request.at("VOUCHER_LINE")
    assert isinstance(account, PropertyShape)
    assert (account.kind, account.max_length, account.required) == (PropertyKind.CHAR, 10, True)
    assert isinstance(amount, PropertyShape)
    assert (amount.kind, amount.total_digits, amount.fraction_digits) == (PropertyKind.NUMBER, 26, 3)
    assert isinstance(lines, CollectionShape)
    assert (lines.required, lines.max_rows) == (False, None)
    assert create.request.at("VOUCHER_LINE/NOWHERE/ACCOUNT") is None


def test_generated_prefixes_are_kept() -> None:
    create = PREFIXED_SITE.shape().create
    assert create is not None
    assert create.request.at("COLL_VOUCHER_LINE/COLL_DISTRIB_LINE/PROP_ACCOUNT") is not None
    assert create.request.at("KEYPROP_VOUCHER_ID") is not None


def _schema(content: str) -> SchemaSet:
    text = f'<s:schema xmlns:s="{XSD}" xmlns="urn:t" targetNamespace="urn:t">{content}</s:schema>'
    return SchemaSet([etree.fromstring(text)])


def test_named_types_groups_extensions_and_references_are_followed() -> None:
    schemas = _schema("""
      <s:simpleType name="Code"><s:restriction base="s:string"><s:maxLength value="8"/></s:restriction></s:simpleType>
      <s:simpleType name="Short"><s:restriction base="Code"><s:length value="3"/></s:restriction></s:simpleType>
      <s:simpleType name="Flag"><s:restriction base="s:string">
        <s:enumeration value="Y"/><s:enumeration value="N"/></s:restriction></s:simpleType>
      <s:group name="Extra"><s:sequence><s:element name="G" type="s:short"/></s:sequence></s:group>
      <s:complexType name="Base"><s:sequence><s:element name="A" type="Code"/></s:sequence></s:complexType>
      <s:element name="R" type="Flag"/>
      <s:element name="Root"><s:complexType><s:complexContent><s:extension base="Base"><s:sequence>
        <s:element name="B" type="Short" minOccurs="0"/><s:element ref="R"/><s:group ref="Extra"/>
        <s:choice><s:element name="C1" type="s:date"/><s:element name="C2" type="s:positiveInteger"/></s:choice>
        <s:element name="D"><s:complexType><s:simpleContent><s:extension base="Code"/></s:simpleContent>
        </s:complexType></s:element>
      </s:sequence></s:extension></s:complexContent></s:complexType></s:element>""")
    root = schemas.root("urn:t", "Root")
    by_name = {child.name: child for child in root.properties()}
    assert [child.name for child in root.children] == ["A", "B", "R", "G", "C1", "C2", "D"]
    assert by_name["A"].max_length == 8
    assert (by_name["B"].min_length, by_name["B"].max_length, by_name["B"].required) == (3, 3, False)
    assert (by_name["R"].allowed, by_name["R"].namespace) == (("Y", "N"), "urn:t")
    assert (by_name["G"].minimum, by_name["G"].maximum) == (Decimal(-32768), Decimal(32767))
    assert (by_name["C1"].kind, by_name["C1"].required) == (PropertyKind.DATE, False)
    assert by_name["C2"].minimum == 1
    assert by_name["D"].max_length == 8
    assert by_name["A"].namespace is None  # locals are unqualified unless the schema says otherwise


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('<s:element name="Root" type="s:string"/>', "plain value"),
        ('<s:element name="Other" type="s:string"/>', "does not declare"),
        (
            (
                '<s:element name="Root"><s:complexType><s:sequence><s:element name="A" type="Gone"/></s:sequence>'
                "</s:complexType></s:element>"
            ),
            "does not declare",
        ),
        (
            (
                '<s:element name="Root"><s:complexType><s:sequence><s:element ref="Root"/></s:sequence>'
                "</s:complexType></s:element>"
            ),
            "refers to itself",
        ),
        (
            (
                '<s:complexType name="T"><s:complexContent><s:extension base="T"/></s:complexContent></s:complexType>'
                '<s:element name="Root" type="T"/>'
            ),
            "extend themselves",
        ),
        (
            (
                '<s:simpleType name="T"><s:restriction base="T"/></s:simpleType><s:element name="Root"><s:complexType>'
                '<s:sequence><s:element name="A" type="T"/></s:sequence></s:complexType></s:element>'
            ),
            "derived from itself",
        ),
    ],
)
def test_a_schema_that_cannot_be_followed_is_a_configuration_error(content: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        _schema(content).root("urn:t", "Root")


URL = "http://gateway.invalid/x.wsdl"
BOMB = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
EXTERNAL = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
EMPTY_WSDL = b'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>'


@pytest.mark.parametrize(
    "document",
    [b"", b"<html><body>Sign on</body></html>", b"{}", BOMB, EXTERNAL, EMPTY_WSDL, b"<a><b></a>"],
)
def test_an_unusable_wsdl_is_a_configuration_error(document: bytes) -> None:
    with pytest.raises(ConfigurationError):
        read_shape({URL: document}, root=URL)


def test_a_wsdl_with_two_component_interfaces_or_an_operation_twice_is_refused() -> None:
    wsdl = PLAIN_SITE.documents()
    url = next(iter(wsdl))
    twisted = wsdl[url].replace(b"Find__CompIntfc__AP_VOUCHER", b"Find__CompIntfc__AP_OTHER")
    with pytest.raises(ConfigurationError, match="2 component interfaces"):
        read_shape({url: twisted}, root=url)


def test_a_schema_that_was_not_handed_over_is_never_fetched() -> None:
    documents = PREFIXED_SITE.documents()
    root = next(url for url in documents if url.endswith(".wsdl"))
    assert set(imported_locations(documents[root], url=root)) == set(documents) - {root}
    with pytest.raises(ConfigurationError):
        read_shape({root: documents[root]}, root=root)


@pytest.mark.filterwarnings("ignore::UserWarning:zeep")
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_damage_to_a_wsdl_is_anything_but_a_configuration_error(data: st.DataObject) -> None:
    wsdl = PLAIN_SITE.documents()
    (url,) = wsdl
    start = data.draw(st.integers(0, len(wsdl[url])))
    length = data.draw(st.integers(0, 40))
    inserted = data.draw(
        st.binary(max_size=8) | st.sampled_from([b"", b'"', b"<", b"-1", b"xsd:", b" ref='x'"])
    )
    with contextlib.suppress(ConfigurationError):
        read_shape({url: wsdl[url][:start] + inserted + wsdl[url][start + length :]}, root=url)


def test_types_that_multiply_are_bounded() -> None:
    level = "".join(
        f'<s:complexType name="T{n}"><s:sequence>'
        + "".join(f'<s:element name="E{m}" type="T{n + 1}"/>' for m in range(8))
        + "</s:sequence></s:complexType>"
        for n in range(12)
    )
    end = '<s:complexType name="T12"><s:sequence/></s:complexType><s:element name="Root" type="T0"/>'
    with pytest.raises(ConfigurationError, match="more than 20000 elements"):
        _schema(level + end).root("urn:t", "Root")


def test_patterns_and_open_bounds_are_read_step_by_step() -> None:
    root = _schema("""
      <s:simpleType name="Code"><s:restriction base="s:string">
        <s:pattern value="[A-Z]+"/></s:restriction></s:simpleType>
      <s:simpleType name="Short"><s:restriction base="Code"><s:pattern value="..?"/><s:pattern value="X*"/>
        <s:whiteSpace value="preserve"/></s:restriction></s:simpleType>
      <s:simpleType name="Rate"><s:restriction base="s:decimal"><s:minExclusive value="0"/><s:maxExclusive value="1"/>
        </s:restriction></s:simpleType>
      <s:element name="Root"><s:complexType><s:sequence><s:element name="A" type="Short"/>
        <s:element name="B" type="Rate"/></s:sequence></s:complexType></s:element>""").root("urn:t", "Root")
    code, rate = root.properties()
    assert code.patterns == ("[A-Z]+", "..?|X*")
    assert (rate.above, rate.below, rate.minimum, rate.maximum) == (Decimal(0), Decimal(1), None, None)
    with pytest.raises(ConfigurationError, match="pattern"):
        _schema("""<s:element name="Root"><s:complexType><s:sequence><s:element name="A"><s:simpleType>
            <s:restriction base="s:string"><s:pattern value="[A-"/></s:restriction></s:simpleType></s:element>
            </s:sequence></s:complexType></s:element>""").root("urn:t", "Root")
