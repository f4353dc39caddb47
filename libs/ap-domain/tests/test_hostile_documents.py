"""Whatever a document holds: it becomes a voucher or a fault that names a field, and nothing else is raised."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.approved_invoice import parse_document
from ap_domain.document_fault import DocumentFault
from ap_domain.mapping import (
    ConfigurationFault,
    MappingFault,
    VoucherDraft,
    VoucherMapping,
    map_voucher,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MakeDocument = Callable[..., dict[str, Any]]

anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(), max_size=40),
        st.sampled_from(["2026-06-05", "1E+400", "0", "-0.00", "\ud800", "\x00", "EUR", "9" * 50]),
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["netTotal", "rowIndex", "a"]), inner)
    ),
    max_leaves=6,
)
header_fields = st.sampled_from(
    [
        "invoiceId",
        "invoiceNumber",
        "companyCode",
        "supplierCode",
        "currencyCode",
        "grossSum",
        "netSum",
        "taxSum1",
        "taxSum2",
        "invoiceDate",
        "dueDate",
        "voucherDate",
        "paymentBlock",
        "paymentTermCode",
        "description",
        "codingRows",
        "transferParameters",
    ]
)
row_fields = st.sampled_from(
    ["rowIndex", "accountCode", "costCenterCode", "netTotal", "taxSum", "orderLineDescription"]
)

HEADER_AMOUNTS = ("SALETX_AMT", "VAT_ENTRD_AMT", "FREIGHT_AMT", "MISC_AMT")
EVERY_HEADER_FIELD = [
    *("grossSum", "taxSum1", "taxCode", "invoiceTypeCode", "text1", "text5", "numeric1", "dueDate"),
    *("exchangeRateCompany", "currencyCodeCompany", "grossSumCompany", "cashSum", "cashPercent", "cashDate"),
    *("paymentBlock", "paymentMethod", "paymentMessage", "baseLineDate", "supplierCode", "invoiceNumber"),
    *("invoiceImageURL", "invoiceImageToken", "voucherDate", "invoiceDate", "codingRows", "currencyCode"),
]
EVERY_ROW_FIELD = [
    *("taxCode", "conditionType", "orderNumber", "orderLineNumber", "matchedQuantity", "matchingType"),
    *(
        "orderedNetPrice",
        "orderLineUOM",
        "goodsReceiptNumber",
        "netTotal",
        "grossTotal",
        "taxSum",
        "dimCode1",
    ),
]


@pytest.fixture
def full(make_mapping: Callable[..., VoucherMapping]) -> VoucherMapping:
    return make_mapping(
        tax="vat_header",
        tax_by_code={"RC": "reverse_charge", "G": "gross_coded", "TL": "tax_line", "a": "use_tax"},
        tax_lines={"accounts": {"*": "145000"}},
        charges={"FREIGHT_AMT": {"rows": "conditionType"}, "MISC_AMT": {"pick": "numeric1"}},
        rounding={"account": "1", "tolerance": "5"},
        credit_notes={"types": ["CN"], "style": "ADJ"},
        purchase_orders="match_again",
        group_lines_by=["orderNumber", "dimCode1"],
        accounting_dates={"*": "reject"},
        open_periods={"*": [{"begins": "2026-01-01", "ends": "2026-12-31"}]},
        invoice_date_limits={"days_ahead": 1, "years_back": 1},
        long_invoice_number="digest",
        rates="basware",
        supplier_scheme={"location_in_code": True},
        send=["due_date_flag", "basis_date", "cash_discount", "payment_message"],
        payment_collection="PYMNT_VCHR_XREF",
        tables={"vat_codes": {"*": "VAT"}, "payment_methods": {"*": "EFT"}},
        header={
            "VOUCHER_ID_RELATED": {"pick": "text5", "required": True, "when": "voucher.credit_note"},
            "PACKSLIP_NO": "join('-', [text1, split(supplierCode, '-')[0]])",
            "ADDRESS_SEQ_NUM": "max(codingRows[].orderLineNumber)",
            "VCHR_SRC": {
                "pick": "to_string(text1)",
                "when": "text1 > text5 || sum(codingRows[].netTotal) > `1`",
            },
            "SITE_LINK": {"pick": "invoiceImageURL", "type": "code", "length": 250},
            "SITE_SUM": {"pick": "abs(numeric1) || to_number(text1)", "type": "amount", "length": 9},
            "DESCR254_MIXED": {"pick": "text1 || description", "transliterate": True, "shorten": True},
        },
        lines={"INV_ITEM_ID": {"pick": "dimCode1", "upper": True, "pad": {"length": 5}}},
    )


def _kinds(value: object) -> set[type]:
    """Of everything a voucher says."""
    if isinstance(value, dict):
        return {kind for each in value.values() for kind in _kinds(each)}
    if isinstance(value, list):
        return {kind for each in value for kind in _kinds(each)}
    return {type(value)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    changes=st.dictionaries(header_fields, anything, max_size=3),
    row_changes=st.dictionaries(row_fields, anything, max_size=2),
)
def test_a_document_is_mapped_or_at_fault(
    make_document: MakeDocument, mapping: VoucherMapping, changes: dict[str, Any], row_changes: dict[str, Any]
) -> None:
    document = make_document()
    document["codingRows"][0].update(row_changes)
    document.update(changes)
    outcome = _outcome(json.dumps(document).encode(), mapping)
    if isinstance(outcome, DocumentFault | MappingFault):
        assert outcome.field
        assert outcome.rule
        return
    if isinstance(outcome, ConfigurationFault):
        assert "business_units" in str(outcome)
        return
    draft = outcome
    amounts = [line.properties["MERCHANDISE_AMT"] for line in draft.lines]
    tax = draft.header.get("SALETX_AMT", Decimal(0))
    assert sum(part for part in [*amounts, tax] if isinstance(part, Decimal)) == draft.header["GROSS_AMT"]
    assert _kinds(draft.properties()) <= {str, Decimal, date}
    assert draft.natural_key.claim.isascii()
    assert all(value.isprintable() for value in draft.header.values() if isinstance(value, str))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=250, deadline=None)
@given(
    changes=st.dictionaries(st.sampled_from(EVERY_HEADER_FIELD), anything, max_size=3),
    row_changes=st.dictionaries(st.sampled_from(EVERY_ROW_FIELD), anything, max_size=3),
)
def test_so_it_is_with_every_setting_in_use(
    make_document: MakeDocument, full: VoucherMapping, changes: dict[str, Any], row_changes: dict[str, Any]
) -> None:
    document = make_document(invoiceTypeCode="INV", text5="00000001", currencyCodeCompany="EUR")
    document["codingRows"][0].update(row_changes)
    document.update(changes)
    outcome = _outcome(json.dumps(document).encode(), full)
    if isinstance(outcome, ConfigurationFault):
        assert "business_units" in str(outcome)
        return
    if isinstance(outcome, DocumentFault | MappingFault):
        assert outcome.field
        assert outcome.rule
        return
    parts = [line.properties["MERCHANDISE_AMT"] for line in outcome.lines]
    parts += [outcome.header[name] for name in HEADER_AMOUNTS if name in outcome.header]
    assert sum(part for part in parts if isinstance(part, Decimal)) == outcome.header["GROSS_AMT"]
    assert _kinds(outcome.properties()) <= {str, Decimal, date}


def _outcome(
    raw: bytes, mapping: VoucherMapping
) -> VoucherDraft | DocumentFault | MappingFault | ConfigurationFault:
    try:
        return map_voucher(parse_document(raw), mapping, today=date(2026, 6, 20))
    except (DocumentFault, MappingFault, ConfigurationFault) as fault:
        return fault
