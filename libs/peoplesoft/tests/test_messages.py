"""What is sent fits the site's own schema; what does not fit is named before anything is sent."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from peoplesoft.credentials import Credentials
from peoplesoft.errors import InvalidMessage
from peoplesoft.messages import build_message
from peoplesoft.names import PropertyNames
from peoplesoft.safe_xml import local_name
from peoplesoft.shape import CollectionShape, OperationShape, PropertyKind, PropertyShape
from peoplesoft.soap import with_username_token
from peoplesoft.testing.invented_sites import ALL_SITES, PLAIN_SITE, InventedSite, sample_voucher
from peoplesoft.testing.message_schema import message_body, schema_of
from peoplesoft.values import parse_date

SHAPES = {site.name: site.shape() for site in ALL_SITES}
SCHEMAS = {site.name: schema_of(site.documents(), site.namespace(0)) for site in ALL_SITES}


def _create(site: InventedSite) -> OperationShape:
    create = SHAPES[site.name].create
    assert create is not None
    return create


def _values(shape: CollectionShape, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Rows that fit `shape`, dates declared as text given as dates where the name says so."""
    needed: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for child in shape.children:
        if isinstance(child, CollectionShape):
            optional[child.name] = st.lists(_values(child, depth + 1), min_size=1, max_size=3)
        else:
            (needed if child.required else optional)[child.name] = _value(child)
    return st.fixed_dictionaries(needed, optional=optional)


def _value(shape: PropertyShape) -> st.SearchStrategy[Any]:
    if shape.kind is PropertyKind.DATE or shape.name.endswith("_DT"):
        return st.dates(min_value=date(1000, 1, 1))
    if shape.kind is PropertyKind.NUMBER:
        places = shape.fraction_digits or 0
        bound = 10 ** ((shape.total_digits or 20) - places) - 1
        return st.decimals(min_value=-bound, max_value=bound, places=places)
    text = st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
        min_size=1 if shape.required else 0,
        max_size=shape.max_length,
    )
    return (text.filter(str.strip) if shape.required else text) | st.booleans()


def _read_back(element: etree._Element, shape: CollectionShape, given_row: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for child in element:
        node = shape.child(local_name(child))
        assert node is not None
        if isinstance(node, CollectionShape):
            rows = row.setdefault(node.name, [])
            rows.append(_read_back(child, node, given_row[node.name][len(rows)]))
            continue
        text, sent = child.text or "", given_row[node.name]
        if isinstance(sent, bool):
            row[node.name] = text == "Y"
        elif isinstance(sent, date):
            row[node.name] = parse_date(text)
        else:
            row[node.name] = Decimal(text) if node.kind is PropertyKind.NUMBER else text
    return row


@pytest.mark.parametrize("site", ALL_SITES, ids=lambda site: site.name)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_is_built_validates_and_reads_back_as_what_was_given(
    site: InventedSite, data: st.DataObject
) -> None:
    create = _create(site)
    row = data.draw(_values(create.request))
    message = build_message(create, row, date_format=site.date_format)
    body = message_body(message)
    SCHEMAS[site.name].assertValid(body)
    assert _read_back(body, create.request, row) == row
    assert build_message(create, dict(reversed(row.items())), date_format=site.date_format) == message


def _with(path: str, value: Any) -> dict[str, Any]:
    voucher: dict[str, Any] = sample_voucher()
    row: Any = voucher
    *way, last = path.split("/")
    for step in way:
        row = row[step][0]
    row[last] = value
    return voucher


@pytest.mark.parametrize(
    ("path", "value", "named", "why"),
    [
        ("INVOICE_ID", "x" * 31, "INVOICE_ID", "31 characters, at most 30"),
        ("INVOICE_ID", "bell\x07", "INVOICE_ID", r"U\+0007 at position 5"),
        ("INVOICE_ID", "\ud800", "INVOICE_ID", r"U\+D800"),
        ("INVOICE_ID", 17, "INVOICE_ID", "text is needed"),
        ("INVOICE_ID", Decimal(17), "INVOICE_ID", "text is needed"),
        ("INVOICE_ID", [{}], "INVOICE_ID", "text is needed"),
        ("ORIGIN", "BSWX", "ORIGIN", "4 characters, at most 3"),
        ("INVOICE_DT", "2026-03-09", "INVOICE_DT", "a date is needed"),
        ("INVOICE_DT", datetime(2026, 3, 9, tzinfo=UTC), "INVOICE_DT", "a date is needed"),
        ("GROSS_AMT", 1.5, "GROSS_AMT", "a Decimal is needed"),
        ("GROSS_AMT", "1.5", "GROSS_AMT", "a Decimal is needed"),
        ("GROSS_AMT", True, "GROSS_AMT", "a Decimal is needed"),
        ("GROSS_AMT", Decimal("NaN"), "GROSS_AMT", "not a number that can be sent"),
        ("GROSS_AMT", Decimal("Infinity"), "GROSS_AMT", "not a number that can be sent"),
        ("GROSS_AMT", Decimal("1.2345"), "GROSS_AMT", "4 decimals, at most 3"),
        ("GROSS_AMT", Decimal("1E+23"), "GROSS_AMT", "24 digits before and 0 after"),
        ("GROSS_AMT", Decimal("1E+999999"), "GROSS_AMT", "more digits"),
        ("GROSS_AMT", Decimal("1E-999999"), "GROSS_AMT", "more digits"),
        ("VOUCHER_LINE/VOUCHER_LINE_NUM", Decimal(100000), "VOUCHER_LINE[1]/VOUCHER_LINE_NUM", "6 digits"),
        ("VOUCHER_LINE/VOUCHER_LINE_NUM", Decimal("1.5"), "VOUCHER_LINE[1]/VOUCHER_LINE_NUM", "1 decimals"),
        ("VOUCHER_LINE/DESCR", "y" * 31, "VOUCHER_LINE[1]/DESCR", "31 characters"),
        ("VOUCHER_LINE/DISTRIB_LINE/ACCOUNT", None, "VOUCHER_LINE[1]/DISTRIB_LINE[1]/ACCOUNT", "missing"),
        ("VOUCHER_LINE/DISTRIB_LINE/ACCOUNT", " ", "VOUCHER_LINE[1]/DISTRIB_LINE[1]/ACCOUNT", "blank"),
        (
            "VOUCHER_LINE/DISTRIB_LINE/NO_SUCH",
            "1",
            "VOUCHER_LINE[1]/DISTRIB_LINE[1]/NO_SUCH",
            "no such property",
        ),
        ("BUSINESS_UNIT", None, "BUSINESS_UNIT", "missing"),
        ("invoice_id", "x", "invoice_id", "no such property"),
        ("VOUCHER_LINE", "text", "VOUCHER_LINE", "rows are needed"),
        ("VOUCHER_LINE", ["text"], "VOUCHER_LINE[1]", "a row of properties"),
        ("VOUCHER_LINE", Decimal(1), "VOUCHER_LINE", "rows are needed"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_limit(
    path: str, value: Any, named: str, why: str
) -> None:
    with pytest.raises(InvalidMessage, match=why) as caught:
        build_message(_create(PLAIN_SITE), _with(path, value), record="invoice 17")
    assert caught.value.property_path == named
    assert named in str(caught.value)
    assert "invoice 17" in str(caught.value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("1.50000"), "1.500"),
        (Decimal("-0"), "0"),
        (Decimal("-0.00"), "0.00"),
        (Decimal("-12.30"), "-12.30"),
        (7, "7"),
        (Decimal("99999999999999999999999.999"), "99999999999999999999999.999"),
    ],
)
def test_amounts_are_written_plainly_and_never_rounded(value: Decimal, written: str) -> None:
    body = message_body(build_message(_create(PLAIN_SITE), _with("GROSS_AMT", value)))
    SCHEMAS[PLAIN_SITE.name].assertValid(body)
    assert body.findtext(f"{{{PLAIN_SITE.namespace(0)}}}GROSS_AMT") == written


def test_the_security_header_is_added_last_and_alone_holds_the_password() -> None:
    voucher = PropertyNames().to_site(_with("INVOICE_ID", "<soapenv:Header/>"), _create(PLAIN_SITE).request)
    message = build_message(_create(PLAIN_SITE), voucher)
    signed = with_username_token(message, Credentials(operator="APSTREAM", password="p<&>ss"))
    header, body = etree.fromstring(signed)
    assert [each.text for each in header.iter() if each.text] == ["APSTREAM", "p<&>ss"]
    assert etree.tostring(body[0]) == etree.tostring(message_body(message))
    assert b"p&lt;" not in message


def test_neither_errors_nor_repr_show_a_password() -> None:
    credentials = Credentials(operator="APSTREAM", password="pa55word")
    encoded = credentials.basic()
    assert "pa55word" not in repr(credentials)
    assert credentials.hide(f"x pa55word {encoded}") == "x *** Basic ***"
