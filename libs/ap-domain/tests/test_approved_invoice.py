import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.approved_invoice import ApprovedInvoice, parse_document
from ap_domain.document_fault import DocumentFault

MakeDocument = Callable[..., dict[str, Any]]
MakeInvoice = Callable[..., ApprovedInvoice]


def test_the_essentials_are_typed(make_invoice: MakeInvoice) -> None:
    invoice = make_invoice()
    assert invoice.invoice_id == "138e7d94997847aebe7432e521b3dac9"
    assert invoice.waits_for_transfer
    assert invoice.gross_sum == Decimal(1160)
    assert invoice.tax_sum == Decimal(160)
    assert invoice.invoice_date == date(2026, 6, 5)
    assert invoice.batch_id == "batch-1"
    assert [row.net_total for row in invoice.coding_rows] == [600, 400]
    assert [row.tax_sum for row in invoice.coding_rows] == [96, 64]


def test_money_is_never_a_float() -> None:
    raw = b'{"invoiceId":"a","processingStatus":"New","companyCode":"c","paymentBlock":true,"grossSum":0.1}'
    assert parse_document(raw).gross_sum == Decimal("0.1")


def test_the_list_that_basware_answers_with_is_unwrapped(make_document: MakeDocument) -> None:
    document = make_document()
    bare = parse_document(json.dumps(document).encode())
    wrapped = parse_document(json.dumps({"accountingDocuments": [document]}).encode())
    assert wrapped == bare


def test_a_field_nobody_needs_may_hold_anything(make_invoice: MakeInvoice) -> None:
    invoice = make_invoice(
        date1="yesterday", numeric29="a lot", futureField={"a": [1, {"b": None}]}, clearingDate="99", text1=7
    )
    assert invoice.fields.text("text1") == "7"
    with pytest.raises(DocumentFault, match=r"date1 is 'yesterday'"):
        invoice.fields.day("date1")


def test_the_vendors_quoted_date_is_a_fault_only_where_it_is_needed(make_invoice: MakeInvoice) -> None:
    (line,) = make_invoice().fields.rows("invoiceLines")
    with pytest.raises(DocumentFault) as caught:
        line.day("date1")
    assert caught.value.field == "invoiceLines[0].date1"
    assert "2023-05-23T11:17:25.830Z" in caught.value.value


def test_rows_come_in_the_order_of_their_index_and_gaps_do_not_matter(make_invoice: MakeInvoice) -> None:
    rows = [{"rowIndex": 9, "accountCode": "c"}, {"accountCode": "d"}, {"rowIndex": 2, "accountCode": "b"}]
    assert [row.account_code for row in make_invoice(codingRows=rows).coding_rows] == ["b", "c", "d"]


@pytest.mark.parametrize("absent", [..., None])
def test_optional_fields_may_be_absent_or_null(make_invoice: MakeInvoice, absent: object) -> None:
    names = (
        "supplierCode currencyCode invoiceNumber netSum grossSum invoiceDate codingRows transferParameters"
    )
    invoice = make_invoice(**dict.fromkeys(names.split(), absent))
    assert invoice.gross_sum is None
    assert invoice.invoice_date is None
    assert invoice.coding_rows == ()
    assert invoice.batch_id is None
    assert (invoice.supplier_code, invoice.currency) == ("", "")


@pytest.mark.parametrize("name", ["invoiceId", "processingStatus", "companyCode", "paymentBlock"])
@pytest.mark.parametrize("absent", [..., None])
def test_a_document_without_what_decides_its_fate_is_a_fault(
    make_invoice: MakeInvoice, name: str, absent: object
) -> None:
    with pytest.raises(DocumentFault) as caught:
        make_invoice(**{name: absent})
    assert caught.value.field == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("grossSum", "12,50"),
        ("grossSum", True),
        ("netSum", [1]),
        ("companyCode", {"code": "BW00"}),
        ("companyCode", True),
        ("companyCode", "half \ud800 a character"),
        ("paymentBlock", "false"),
        ("codingRows", "none"),
        ("codingRows", [1]),
        ("codingRows", [{"rowIndex": 1}, {"rowIndex": "x"}]),
        ("codingRows", [{"rowIndex": 1.5}]),
        ("codingRows", [{"accountCode": ["1"]}]),
    ],
)
def test_a_broken_essential_is_named_with_its_value(
    make_invoice: MakeInvoice, name: str, value: object
) -> None:
    with pytest.raises(DocumentFault) as caught:
        make_invoice(**{name: value})
    assert caught.value.field.startswith(name)
    assert caught.value.invoice_id == "138e7d94997847aebe7432e521b3dac9"
    assert caught.value.field in str(caught.value)
    assert caught.value.value in str(caught.value)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"12",
        b'"text"',
        b"{",
        b"\xff\xfe",
        b'{"accountingDocuments":[]}',
        b'{"accountingDocuments":[{},{}]}',
        b'{"accountingDocuments":[null]}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"invoiceId":NaN}',
        b'{"invoiceId":' + b"9" * 10_000 + b"}",
        b"<html>signed out</html>",
    ],
)
def test_what_is_no_single_document_is_a_fault(raw: bytes) -> None:
    with pytest.raises(DocumentFault) as caught:
        parse_document(raw)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-05", date(2026, 6, 5)),
        ("2026-06-05T10:00:00Z", date(2026, 6, 5)),
        ("2026-06-05T23:59:59.1234567+03:00", date(2026, 6, 5)),
        ("2026-06-05 10:00", date(2026, 6, 5)),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_a_day_is_taken_as_written(
    make_invoice: MakeInvoice, text: str | None, expected: date | None
) -> None:
    assert make_invoice(invoiceDate=text).invoice_date == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "05.06.2026",
        "2026-6-5",
        "20260605",
        "2026-06-05T",
        "\u0662\u0660\u0662\u0666-06-05",
        "0",
    ],
)
def test_what_is_no_day_is_a_fault(make_invoice: MakeInvoice, text: str) -> None:
    with pytest.raises(DocumentFault, match="invoiceDate"):
        _ = make_invoice(invoiceDate=text).invoice_date
