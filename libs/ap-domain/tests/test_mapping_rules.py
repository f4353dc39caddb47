"""What each word of a rule does with a value, and what it says when it cannot."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.mapping import (
    MappingFault,
    VoucherMapping,
    map_voucher,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MakeInvoice = Callable[..., ApprovedInvoice]
MakeMapping = Callable[..., VoucherMapping]
TODAY = date(2026, 6, 20)


@pytest.mark.parametrize(
    ("rule", "field", "expected"),
    [
        ("text1", "MAIN", "MAIN"),
        ("text1", " MAIN ", "MAIN"),
        ("text1", "", None),
        ("text1", "  ", None),
        ("text1", None, None),
        ("text1", 7, "7"),
        ("text1", 7.50, "7.5"),
        ({"pick": "text1"}, "MAIN", "MAIN"),
        ({"value": "REMIT"}, None, "REMIT"),
        ({"pick": "text1", "default": "MAIN"}, None, "MAIN"),
        ({"pick": "text1", "default": "MAIN"}, "  ", "MAIN"),
        ({"pick": "text1", "default": "MAIN"}, "X", "X"),
        ({"pick": "text1", "when": "paymentBlock"}, "X", None),
        ({"pick": "text1", "when": "!paymentBlock"}, "X", "X"),
        ({"pick": "text1", "when": "currencyCode == 'EUR'"}, "X", "X"),
        ({"pick": "text1", "when": "grossSum > `1000.5`"}, "X", "X"),
        ({"pick": "text1", "when": "grossSum == `1160.00`"}, "X", "X"),
        ({"pick": "text1", "when": "sum(codingRows[].netTotal) < `1000`"}, "X", None),
        ({"pick": "text1", "required": True, "when": "text2"}, None, None),
        ({"pick": "text1", "upper": True}, "main", "MAIN"),
        ({"pick": "text1", "pad": {"length": 5}}, "7", "00007"),
        ({"pick": "text1", "pad": {"length": 5, "with": "X", "side": "right"}}, "7", "7XXXX"),
        ({"pick": "text1", "pad": {"length": 3}}, "12345", "12345"),
        ({"pick": "text1", "pad": {"length": 5}}, None, None),
        ({"pick": "text1", "table": "places"}, "7", "SEVEN"),
        ({"pick": "text1", "table": "places"}, 7, "SEVEN"),
        ({"pick": "text1", "table": "places"}, "none", None),
        ({"pick": "text1", "table": "places"}, None, None),
        ({"pick": "text1", "table": "places", "default": "HOME"}, None, "HOME"),
        ({"pick": "text1", "table": "others"}, "anything", "OTHER"),
        ({"pick": "paymentBlock", "table": "flags"}, None, "OPEN"),
        ("split(text1, '-')[0]", "A-B", "A"),
        ("split(text1, '-')[1]", "A", None),
        ("split(text1, '-')[1]", None, None),
        ("text9 || text1", "X", "X"),
        ("document.text1", "X", "X"),
        ("codingRows[0].accountCode", None, "18620"),
        ("to_string(numeric1)", None, None),
        ("join('-', [text1, companyCode])", "A", "A-BW00"),
        ("transferParameters[?key=='InvoiceBatchId'].value | [0]", None, "batch-1"),
        ("voucher.business_unit", None, "US001"),
        ("settings.origin", None, "BSW"),
        ("starts_with(text9, 'a')", None, "not a text"),
        ("nowhere.at.all", None, None),
    ],
)
def test_a_rule_makes_a_code_of_a_document(
    make_invoice: MakeInvoice, make_mapping: MakeMapping, rule: Any, field: object, expected: str | None
) -> None:
    tables = {
        "places": {"7": "SEVEN", "none": None},
        "others": {"*": "OTHER"},
        "flags": {"true": "HELD", "false": "OPEN"},
    }
    mapping = make_mapping(header={"VNDR_LOC": rule}, tables=tables)
    invoice = make_invoice(text1=field)
    if expected == "not a text":
        with pytest.raises(MappingFault, match="a text was expected"):
            map_voucher(invoice, mapping, today=TODAY)
        return
    assert map_voucher(invoice, mapping, today=TODAY).header.get("VNDR_LOC") == expected


@pytest.mark.parametrize(
    ("keys", "changes", "about"),
    [
        ({"header": {"VNDR_LOC": {"pick": "text1"}}}, {"text1": "ELEVENCHARS"}, "room for 10 characters"),
        (
            {"header": {"VNDR_LOC": {"pick": "text1", "upper": True}}},
            {"text1": "a\x00b"},
            "control characters",
        ),
        ({"header": {"VNDR_LOC": {"pick": "text1"}}}, {"text1": "\ud800"}, "half a character"),
        (
            {"header": {"VNDR_LOC": {"pick": "text1", "required": True}}},
            {"text1": None},
            "must not be missing",
        ),
        ({"header": {"VNDR_LOC": {"pick": "text1", "table": "t"}}}, {"text1": "Y"}, "not listed in t"),
        ({"header": {"VNDR_LOC": "text1"}}, {"text1": ["a"]}, "a text was expected"),
        ({"header": {"VNDR_LOC": "text1"}}, {"text1": {"a": 1}}, "a text was expected"),
        ({"header": {"VNDR_LOC": "text1"}}, {"text1": True}, "a text was expected"),
        (
            {"header": {"VNDR_LOC": {"pick": "text1", "when": "text1 > `5`"}}},
            {"text1": "six"},
            "cannot be worked out",
        ),
        ({"header": {"INV_RECPT_DT": "text1"}}, {"text1": "31.12.2026"}, "a date as in"),
        ({"header": {"INV_RECPT_DT": "text1"}}, {"text1": "2026-02-30"}, "no such day"),
        ({"header": {"DSCNT_AMT": "numeric1"}}, {"numeric1": 1.005}, "nothing is rounded"),
        ({"header": {"DSCNT_AMT": "numeric1"}}, {"numeric1": "many"}, "not an amount"),
        ({"header": {"ADDRESS_SEQ_NUM": "numeric1"}}, {"numeric1": 1.5}, "nothing is rounded"),
        ({"header": {"ADDRESS_SEQ_NUM": "numeric1"}}, {"numeric1": 123456}, "at most 5 digits"),
        ({"header": {"DESCR254_MIXED": "text1"}}, {"text1": "x" * 255}, "room for 254 characters"),
        (
            {"header": {"SITE": {"pick": "text1", "type": "code", "length": 2}}},
            {"text1": "abc"},
            "room for 2",
        ),
        ({"payment": {"PYMNT_MESSAGE": "text1"}}, {"text1": "x" * 71}, "room for 70 characters"),
        ({"lines": {"PO_ID": "document.text1"}}, {"text1": "P" * 11}, "room for 10 characters"),
        ({"distributions": {"FUND_CODE": "document.text1"}}, {"text1": "123456"}, "room for 5 characters"),
    ],
)
def test_a_fault_names_the_field_the_value_and_the_rule(
    make_invoice: MakeInvoice,
    make_mapping: MakeMapping,
    keys: dict[str, Any],
    changes: dict[str, object],
    about: str,
) -> None:
    mapping = make_mapping(tables={"t": {"a": "b"}}, **keys)
    with pytest.raises(MappingFault, match=about) as caught:
        map_voucher(make_invoice(**changes), mapping, today=TODAY)
    assert caught.value.document == "138e7d94997847aebe7432e521b3dac9"
    assert [caught.value.field] == list(changes)


def test_a_fault_of_a_row_names_the_row(make_invoice: MakeInvoice, make_mapping: MakeMapping) -> None:
    mapping = make_mapping(lines={"PO_ID": "text1 || document.text1"})
    rows = [
        {"accountCode": "1", "netTotal": 600},
        {"accountCode": "1", "netTotal": 400, "text1": "P" * 11},
    ]
    with pytest.raises(MappingFault) as caught:
        map_voucher(make_invoice(codingRows=rows), mapping, today=TODAY)
    assert caught.value.field == "codingRows[1].text1"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    code=st.text(st.sampled_from("0123456789abcXYZ"), min_size=1, max_size=15),
    length=st.integers(min_value=1, max_value=10),
    side=st.sampled_from(["left", "right"]),
)
def test_padding_never_loses_a_character(
    make_invoice: MakeInvoice, make_mapping: MakeMapping, code: str, length: int, side: str
) -> None:
    mapping = make_mapping(
        header={"VNDR_LOC": {"pick": "text1", "pad": {"length": length, "with": "*", "side": side}}}
    )
    invoice = make_invoice(text1=code)
    if len(code) > 10:
        with pytest.raises(MappingFault, match="text1"):
            map_voucher(invoice, mapping, today=TODAY)
        return
    padded = map_voucher(invoice, mapping, today=TODAY).header["VNDR_LOC"]
    assert isinstance(padded, str)
    assert padded.strip("*") == code
    assert len(padded) == max(len(code), length)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(
    table=st.dictionaries(
        st.sampled_from(["a", "b", "c", "*"]), st.none() | st.sampled_from(["X", "Y"]), max_size=4
    ),
    code=st.sampled_from(["a", "b", "c", "d"]),
)
def test_a_lookup_finds_the_entry_or_the_star_or_refuses(
    make_invoice: MakeInvoice, make_mapping: MakeMapping, table: dict[str, str | None], code: str
) -> None:
    mapping = make_mapping(tables={"t": table}, header={"VNDR_LOC": {"pick": "text1", "table": "t"}})
    invoice = make_invoice(text1=code)
    if not {code, "*"} & table.keys():
        with pytest.raises(MappingFault, match="not listed in t"):
            map_voucher(invoice, mapping, today=TODAY)
        return
    found = map_voucher(invoice, mapping, today=TODAY).header.get("VNDR_LOC")
    assert found == table.get(code, table.get("*"))
