"""What rules, sections and the default mapping make of a voucher together."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.mapping import (
    ConfigurationFault,
    MappingFault,
    VoucherDraft,
    VoucherMapping,
    map_voucher,
    mapping_digest,
)

MakeInvoice = Callable[..., ApprovedInvoice]
MakeMapping = Callable[..., VoucherMapping]
TODAY = date(2026, 6, 20)


def test_types_follow_the_property(make_invoice: MakeInvoice, make_mapping: MakeMapping) -> None:
    mapping = make_mapping(
        header={
            "INV_RECPT_DT": "date1",
            "DSCNT_AMT": "numeric1",
            "ADDRESS_SEQ_NUM": "text1",
            "PACKSLIP_NO": "numeric2",
            "SITE_DAY": {"pick": "date1", "type": "date"},
            "SITE_TEXT": {"pick": "text2", "type": "description", "length": 5, "shorten": True},
            "SITE_SUM": {"pick": "numeric1", "type": "amount", "length": 9},
        }
    )
    invoice = make_invoice(
        date1="2026-06-09T00:00:00Z", numeric1=12.5, numeric2=70, text1="2", text2="Zürich and more"
    )
    header = map_voucher(invoice, mapping, today=TODAY).header
    assert header["INV_RECPT_DT"] == header["SITE_DAY"] == date(2026, 6, 9)
    assert header["DSCNT_AMT"] == header["SITE_SUM"] == Decimal("12.5")
    assert header["ADDRESS_SEQ_NUM"] == Decimal(2)
    assert header["PACKSLIP_NO"] == "70"
    assert header["SITE_TEXT"] == "Züric"


def test_null_takes_a_property_out_and_a_rule_replaces_the_default(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    mapping = make_mapping(header={"ORIGIN": None, "DUE_DT": "baseLineDate"}, lines={"DESCR": None})
    draft = map_voucher(make_invoice(baseLineDate="2026-06-01"), mapping, today=TODAY)
    assert "ORIGIN" not in draft.header
    assert draft.header["DUE_DT"] == date(2026, 6, 1)
    assert "DESCR" not in draft.lines[0].properties


def test_a_mapping_that_extends_nothing_sends_what_it_names_and_the_sums(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    mapping = make_mapping(
        extends="none",
        header={
            "BUSINESS_UNIT": {"value": "US001"},
            "VENDOR_SETID": {"value": "SHARE"},
            "VENDOR_ID": {"pick": "supplierCode", "pad": {"length": 10}},
            "INVOICE_ID": "invoiceNumber",
            "INVOICE_DT": "invoiceDate",
            "VOUCHER_STYLE": {"value": "REG"},
            "TXN_CURRENCY_CD": "currencyCode",
        },
        payment={"PYMNT_HOLD": {"value": "Y", "when": "paymentBlock"}},
        distributions={"ACCOUNT": {"pick": "accountCode", "required": True}},
    )
    draft = map_voucher(make_invoice(), mapping, today=TODAY)
    assert set(draft.header) == {
        "BUSINESS_UNIT",
        "VENDOR_SETID",
        "VENDOR_ID",
        "INVOICE_ID",
        "INVOICE_DT",
        "VOUCHER_STYLE",
        "TXN_CURRENCY_CD",
        "GROSS_AMT",
        "SALETX_AMT",
    }
    assert draft.natural_key.vendor_id == "0000430022"
    assert set(draft.lines[0].distributions[0].properties) == {
        "DISTRIB_LINE_NUM",
        "ACCOUNT",
        "MERCHANDISE_AMT",
    }


def test_the_natural_key_is_what_the_rules_made(make_invoice: MakeInvoice, make_mapping: MakeMapping) -> None:
    mapping = make_mapping(
        header={
            "BUSINESS_UNIT": {"pick": "text1", "upper": True},
            "INVOICE_ID": "referenceNumber",
            "VENDOR_ID": {"pick": "text2", "pad": {"length": 10}},
            "INVOICE_DT": "date1",
        }
    )
    invoice = make_invoice(text1="eu001", referenceNumber="RF-1", text2="99", date1="2026-01-02")
    draft = map_voucher(invoice, mapping, today=TODAY)
    key = draft.natural_key
    assert (key.business_unit, key.vendor_id, key.invoice_id) == ("EU001", "0000000099", "RF-1")
    assert draft.match.invoice_date == date(2026, 1, 2)
    with pytest.raises(MappingFault, match="referenceNumber"):
        map_voucher(make_invoice(text1="eu001", text2="99", date1="2026-01-02"), mapping, today=TODAY)


def test_transliteration_and_shortening_are_asked_for_and_audited(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    text = "Übergröße № 5, Ελλάδα"
    rule = {"pick": "description", "transliterate": True, "shorten": True}
    mapping = make_mapping(header={"DESCR254_MIXED": rule})
    draft = map_voucher(make_invoice(description=text), mapping, today=TODAY)
    written = draft.header["DESCR254_MIXED"]
    assert isinstance(written, str)
    assert written.isascii()
    assert draft.transliterated[0].full_text == text
    long = map_voucher(make_invoice(description="ß" * 200), mapping, today=TODAY)
    assert long.header["DESCR254_MIXED"] == "s" * 254
    assert [note.split(" was ")[1].split(" ")[0] for note in long.notes] == ["shortened", "transliterated;"]
    plain = map_voucher(make_invoice(description=text), make_mapping(), today=TODAY)
    assert plain.header["DESCR254_MIXED"] == text
    assert plain.notes == ()


def test_the_image_link_is_sent_only_where_asked_and_never_with_its_token(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    link, token = "https://p2p.example/i/7", "secret-token"
    rule = {"pick": "invoiceImageURL", "type": "code", "length": 250}
    asked = make_mapping(header={"SITE_LINK": rule, "DESCR254_MIXED": "not_null(document.*) | null"})
    invoice = make_invoice(invoiceImageURL=link, invoiceImageToken=token)
    assert map_voucher(invoice, asked, today=TODAY).header["SITE_LINK"] == link
    with_token = make_invoice(invoiceImageURL=f"{link}?t={token}", invoiceImageToken=token)
    assert "SITE_LINK" not in map_voucher(with_token, asked, today=TODAY).header
    assert token not in str(map_voucher(with_token, make_mapping(), today=TODAY).properties())


def test_payment_properties_may_have_a_collection_of_their_own(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    keys: dict[str, Any] = {
        "tables": {"payment_methods": {"Bank": "EFT"}},
        "send": ["payment_message"],
        "payment_collection": "PYMNT_VCHR_XREF",
    }
    invoice = make_invoice(paymentBlock=True, paymentMethod="Bank", paymentMessage="Invoice 7")
    draft = map_voucher(invoice, make_mapping(**keys), today=TODAY)
    assert draft.properties()["PYMNT_VCHR_XREF"] == [
        {
            "PYMNT_CNT": Decimal(1),
            "PYMNT_HOLD": "Y",
            "PYMNT_HOLD_REASON": "OTH",
            "PYMNT_METHOD": "EFT",
            "PYMNT_MESSAGE": "Invoice 7",
        }
    ]
    assert "PYMNT_HOLD" not in draft.header
    assert draft.payment_hold
    del keys["payment_collection"]
    flat = map_voucher(invoice, make_mapping(**keys), today=TODAY)
    assert flat.header["PYMNT_METHOD"] == "EFT"
    assert flat.payment_hold
    assert "PYMNT_VCHR_XREF" not in flat.properties()
    assert not map_voucher(make_invoice(), make_mapping(), today=TODAY).payment_hold


def test_the_reason_of_a_hold_may_come_from_basware(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    reasons = {"goods": "GDS", "amount": "AMT", "*": "OTH"}
    rule = {"pick": "text3", "table": "reasons", "default": "ACC", "when": "paymentBlock"}
    mapping = make_mapping(tables={"reasons": reasons}, payment={"PYMNT_HOLD_REASON": rule})

    def reason(text: str | None) -> object:
        invoice = make_invoice(paymentBlock=True, text3=text)
        return map_voucher(invoice, mapping, today=TODAY).header["PYMNT_HOLD_REASON"]

    assert [reason(text) for text in ("goods", "price", None)] == ["GDS", "OTH", "ACC"]


def test_a_block_cannot_be_lost_by_a_rule(make_invoice: MakeInvoice, make_mapping: MakeMapping) -> None:
    mapping = make_mapping(payment={"PYMNT_HOLD": {"value": "Y", "when": "text1"}})
    with pytest.raises(ConfigurationFault, match="no hold is asked for"):
        map_voucher(make_invoice(paymentBlock=True), mapping, today=TODAY)
    assert map_voucher(make_invoice(text1="x"), mapping, today=TODAY).payment_hold


def test_what_is_written_out_as_the_default_says_has_the_digest_of_the_default(
    make_mapping: MakeMapping,
) -> None:
    same = make_mapping(tax="sales_tax_header", header={"INVOICE_ID": {"pick": "voucher.invoice_id"}})
    assert mapping_digest(same) == mapping_digest(make_mapping())
    for key, value in (
        ("header", {"VNDR_LOC": "text1"}),
        ("header", {"ORIGIN": None}),
        ("tables", {"a": {"b": "c"}}),
        ("rounding", {"account": "1", "tolerance": "0.01"}),
        ("open_periods", {"*": [{"begins": "2026-01-01", "ends": "2026-01-31"}]}),
        ("credit_notes", {"types": ["CN"]}),
        ("group_lines_by", ["orderNumber"]),
        ("supplier_scheme", {"zeros": "as_is"}),
        ("send", ["basis_date"]),
    ):
        assert mapping_digest(make_mapping(**{key: value})) != mapping_digest(make_mapping()), key


def test_every_property_of_the_default_mapping_can_be_made(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    draft = _everything(make_invoice, make_mapping)
    made = {*draft.header, *draft.lines[0].properties, *draft.lines[0].distributions[0].properties}
    mapping = make_mapping()
    rules = {*mapping.header, *mapping.payment, *mapping.lines, *mapping.distributions}
    assert rules - made == {"TAX_EXEMPT", "SUT_APPLICABILITY"}


def _everything(make_invoice: MakeInvoice, make_mapping: MakeMapping) -> VoucherDraft:
    mapping = make_mapping(
        tax="vat_header",
        rates="basware",
        purchase_orders="match_again",
        payment_terms={"7D2-NT30": "00"},
        voucher_source="XML",
        control_group="GRP1",
        approval_flag="A",
        supplier_scheme={"location_in_code": True},
        send=["due_date_flag", "basis_date", "cash_discount", "payment_message"],
        tables={
            "payment_methods": {"*": "EFT"},
            "handling_codes": {"*": "RE"},
            "remit_addresses": {"*": "2"},
            "vat_codes": {"V16": "VAT16"},
        },
    )
    row = {
        "accountCode": "1",
        "costCenterCode": "2",
        "netTotal": 1000,
        "taxCode": "V16",
        "orderNumber": "0000000012",
        "orderLineNumber": "3",
        "orderLineDescription": "Pencils",
        "goodsReceiptNumber": "0000000034",
        "goodsReceiptItemNumber": "1",
        "matchedQuantity": 10,
        "orderedNetPrice": 100,
        "orderLineUOM": "EA",
    }
    invoice = make_invoice(
        codingRows=[row],
        supplierCode="430022-MAIN",
        paymentBlock=True,
        paymentMethod="B",
        paymentMessage="Thanks",
        baseLineDate="2026-06-01",
        cashDate="2026-06-15",
        cashSum=20,
        currencyCodeCompany="USD",
        exchangeRateCompany=1.1,
        grossSumCompany=1276,
    )
    return map_voucher(invoice, mapping, today=TODAY)
