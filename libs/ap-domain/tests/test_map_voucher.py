"""An invoice as a voucher: its properties, what cannot become one, and what identifies it later."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.mapping import (
    ConfigurationFault,
    MappingFault,
    VoucherMapping,
    map_voucher,
    posting_intent,
)

MakeInvoice = Callable[..., ApprovedInvoice]
MakeMapping = Callable[..., VoucherMapping]
TODAY = date(2026, 6, 20)


def test_an_invoice_becomes_a_voucher_with_a_line_and_a_distribution_for_each_row(
    make_invoice: MakeInvoice, mapping: VoucherMapping
) -> None:
    assert map_voucher(make_invoice(), mapping, today=TODAY).properties() == {
        "BUSINESS_UNIT": "US001",
        "VOUCHER_ID": "NEXT",
        "VOUCHER_STYLE": "REG",
        "INVOICE_ID": "80000330200233",
        "INVOICE_DT": date(2026, 6, 5),
        "VENDOR_SETID": "SHARE",
        "VENDOR_ID": "0000430022",
        "ORIGIN": "BSW",
        "ACCOUNTING_DT": date(2026, 6, 8),
        "GROSS_AMT": Decimal(1160),
        "SALETX_AMT": Decimal(160),
        "TXN_CURRENCY_CD": "EUR",
        "DUE_DT": date(2026, 7, 5),
        "DESCR254_MIXED": "Pencils for the office",
        "VOUCHER_LINE": [
            {
                "VOUCHER_LINE_NUM": Decimal(1),
                "DESCR": "Box of ball-point pencils",
                "MERCHANDISE_AMT": Decimal(600),
                "DISTRIB_LINE": [
                    {
                        "DISTRIB_LINE_NUM": Decimal(1),
                        "BUSINESS_UNIT_GL": "US001",
                        "ACCOUNT": "18620",
                        "DEPTID": "61300",
                        "MERCHANDISE_AMT": Decimal(600),
                    }
                ],
            },
            {
                "VOUCHER_LINE_NUM": Decimal(2),
                "MERCHANDISE_AMT": Decimal(400),
                "DISTRIB_LINE": [
                    {
                        "DISTRIB_LINE_NUM": Decimal(1),
                        "BUSINESS_UNIT_GL": "US001",
                        "ACCOUNT": "18621",
                        "MERCHANDISE_AMT": Decimal(400),
                    }
                ],
            },
        ],
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"invoiceNumber": None}, "invoiceNumber"),
        ({"invoiceNumber": "N" * 31}, "invoiceNumber"),
        ({"invoiceNumber": "a\nb"}, "invoiceNumber"),
        ({"invoiceDate": None}, "invoiceDate"),
        ({"invoiceDate": '"2026-06-05"'}, "invoiceDate"),
        ({"voucherDate": "next week"}, "voucherDate"),
        ({"dueDate": "0"}, "dueDate"),
        ({"supplierCode": None}, "supplierCode"),
        ({"supplierCode": "SUPPLIER-99"}, "supplierCode"),
        ({"supplierCode": "12345678901"}, "supplierCode"),
        ({"currencyCode": None}, "currencyCode"),
        ({"currencyCode": "eur"}, "currencyCode"),
        ({"currencyCode": "EURO"}, "currencyCode"),
        ({"grossSum": None}, "grossSum"),
        ({"codingRows": []}, "codingRows"),
        ({"codingRows": None}, "codingRows"),
        ({"codingRows": [{"accountCode": "1"}]}, "codingRows[0].netTotal"),
        ({"codingRows": [{"netTotal": 1000}]}, "codingRows[0].accountCode"),
        ({"codingRows": [{"netTotal": 1000, "accountCode": "A" * 11}]}, "codingRows[0].accountCode"),
        (
            {"codingRows": [{"netTotal": 1000, "accountCode": "1", "costCenterCode": "C" * 11}]},
            "codingRows[0].costCenterCode",
        ),
        ({"codingRows": [{"netTotal": 1000.001, "accountCode": "1"}]}, "codingRows[0].netTotal"),
        ({"currencyCode": "JPY", "grossSum": 1160.5}, "grossSum"),
        ({"taxSum1": "16O"}, "taxSum1"),
        ({"taxSum1": 160.004}, "taxSum1"),
        ({"grossSum": "999999999999999999999999"}, "grossSum"),
    ],
)
def test_an_invoice_that_does_not_fit_is_rejected_naming_the_field(
    make_invoice: MakeInvoice, mapping: VoucherMapping, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(MappingFault) as caught:
        map_voucher(make_invoice(**changes), mapping, today=TODAY)
    assert caught.value.field == field
    assert caught.value.rule
    assert field in str(caught.value)


def test_a_company_without_business_unit_is_the_configurations_fault(
    make_invoice: MakeInvoice, mapping: VoucherMapping
) -> None:
    with pytest.raises(ConfigurationFault, match="BW77"):
        map_voucher(make_invoice(companyCode="BW77"), mapping, today=TODAY)


@pytest.mark.parametrize(
    ("code", "vendor"),
    [("430022", "0000430022"), ("ACME-1", "ACME-1"), ("0000430022", "0000430022"), ("77", "0000000099")],
)
def test_the_supplier_is_looked_up_or_filled_with_zeros(
    make_invoice: MakeInvoice, make_mapping: MakeMapping, code: str, vendor: str
) -> None:
    with_lookup = make_mapping(suppliers={"77": "0000000099"})
    draft = map_voucher(make_invoice(supplierCode=code), with_lookup, today=TODAY)
    assert draft.header["VENDOR_ID"] == draft.natural_key.vendor_id == vendor


def test_a_general_ledger_business_unit_of_its_own_is_used(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    draft = map_voucher(make_invoice(), make_mapping(gl_business_units={"BW00": "GL001"}), today=TODAY)
    assert draft.header["BUSINESS_UNIT"] == "US001"
    assert {line.distributions[0].properties["BUSINESS_UNIT_GL"] for line in draft.lines} == {"GL001"}


def test_a_payment_block_becomes_a_hold_with_a_reason(
    make_invoice: MakeInvoice, mapping: VoucherMapping
) -> None:
    blocked = map_voucher(make_invoice(paymentBlock=True), mapping, today=TODAY).header
    assert (blocked["PYMNT_HOLD"], blocked["PYMNT_HOLD_REASON"]) == ("Y", "OTH")
    assert "PYMNT_HOLD" not in map_voucher(make_invoice(), mapping, today=TODAY).header


def test_payment_terms_are_sent_only_where_they_are_mapped(
    make_invoice: MakeInvoice, make_mapping: MakeMapping, mapping: VoucherMapping
) -> None:
    assert "PYMNT_TERMS_CD" not in map_voucher(make_invoice(), mapping, today=TODAY).header
    mapped = make_mapping(payment_terms={"7D2-NT30": "00"})
    assert map_voucher(make_invoice(), mapped, today=TODAY).header["PYMNT_TERMS_CD"] == "00"
    with pytest.raises(MappingFault, match="paymentTermCode"):
        map_voucher(make_invoice(paymentTermCode="NET90"), mapped, today=TODAY)


def test_the_accounting_date_is_today_when_the_invoice_names_none(
    make_invoice: MakeInvoice, mapping: VoucherMapping
) -> None:
    assert map_voucher(make_invoice(voucherDate=None), mapping, today=TODAY).header["ACCOUNTING_DT"] == TODAY


def test_a_long_invoice_number_is_shortened_only_by_rule_and_kept_in_full(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    number = "2026/Ä-" + "0123456789" * 3
    keep_last = make_mapping(long_invoice_number="keep_last")
    draft = map_voucher(make_invoice(invoiceNumber=number), keep_last, today=TODAY)
    assert draft.header["INVOICE_ID"] == draft.natural_key.invoice_id == "0123456789" * 3
    assert draft.header["DESCR254_MIXED"] == f"Invoice number {number}. Pencils for the office"


def test_a_long_description_is_cut_and_the_cut_is_told(
    make_invoice: MakeInvoice, mapping: VoucherMapping
) -> None:
    text = "Box of\tball-point\npencils, " * 20
    rows = [{"accountCode": "1", "netTotal": 1000, "orderLineDescription": text}]
    draft = map_voucher(make_invoice(codingRows=rows), mapping, today=TODAY)
    assert draft.lines[0].properties["DESCR"] == "Box of ball-point pencils, Box"
    (cut,) = draft.shortened
    assert cut.field == "DESCR"
    assert cut.limit == 30
    assert len(cut.full_text) > 500


def test_dimensions_follow_the_mapping(make_invoice: MakeInvoice, make_mapping: MakeMapping) -> None:
    rows = [
        {"accountCode": "1", "netTotal": 1000, "dimCode1": "F1", "projectCode": "P-1", "costCenterCode": "9"}
    ]
    dimensions = {"accountCode": "ACCOUNT", "dimCode1": "FUND_CODE", "projectCode": "PROJECT_ID"}
    draft = map_voucher(make_invoice(codingRows=rows), make_mapping(dimensions=dimensions), today=TODAY)
    distribution = draft.lines[0].distributions[0].properties
    assert distribution["FUND_CODE"] == "F1"
    assert distribution["PROJECT_ID"] == "P-1"
    assert "DEPTID" not in distribution


def test_what_is_sent_follows_from_what_is_mapped_and_nothing_else(
    make_invoice: MakeInvoice, mapping: VoucherMapping
) -> None:
    first = map_voucher(make_invoice(), mapping, today=TODAY).properties()
    written_otherwise = make_invoice(grossSum=1160.0, lastUpdated="2027-01-01", text1="not mapped")
    assert map_voucher(written_otherwise, mapping, today=TODAY).properties() == first
    assert map_voucher(make_invoice(invoiceNumber="other"), mapping, today=TODAY).properties() != first


def test_the_intent_holds_what_settles_doubt(make_invoice: MakeInvoice, mapping: VoucherMapping) -> None:
    draft = map_voucher(make_invoice(), mapping, today=TODAY)
    intent = posting_intent(draft, mapping_digest="m", request_digest="r")
    assert intent.natural_key == draft.natural_key
    assert intent.match.gross == 1160
    assert intent.match.invoice_date == date(2026, 6, 5)
    assert intent.match.style == "REG"
    assert (intent.mapping_digest, intent.request_digest) == ("m", "r")
