"""Credit notes by type and by sums, in both of the conventions in which their sums are written."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.mapping import MappingFault, VoucherDraft, mapping_digest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DraftOf = Callable[..., VoucherDraft]
ROW = {"accountCode": "1", "netTotal": 100, "taxSum": 19}
POSITIVE = {"grossSum": 119, "taxSum1": 19, "codingRows": [ROW]}
NEGATIVE = {"grossSum": -119, "taxSum1": -19, "codingRows": [{**ROW, "netTotal": -100, "taxSum": -19}]}
TYPES = {"credit_notes": {"types": ["CN", "CREDIT"]}}
AS_GIVEN = {"credit_notes": {"types": ["CN"], "sign": "as_given"}}
BY_STYLE = {
    "credit_notes": {"types": ["CN"], "style": "ADJ"},
    "header": {
        "VOUCHER_ID_RELATED": {"pick": "text5", "required": True, "when": "voucher.credit_note"},
    },
}


@pytest.mark.parametrize(
    ("keys", "document", "gross"),
    [
        ({}, NEGATIVE, -119),
        ({}, POSITIVE, 119),
        (TYPES, {**POSITIVE, "invoiceTypeCode": "CN"}, -119),
        (TYPES, {**NEGATIVE, "invoiceTypeCode": "CN"}, -119),
        (TYPES, {**POSITIVE, "invoiceTypeCode": "INV"}, 119),
        (TYPES, {**POSITIVE, "invoiceTypeCode": None}, 119),
        (TYPES, {**NEGATIVE, "invoiceTypeCode": "INV"}, -119),
        (AS_GIVEN, {**NEGATIVE, "invoiceTypeCode": "CN"}, -119),
        (AS_GIVEN, {**POSITIVE, "invoiceTypeCode": "INV"}, 119),
    ],
)
def test_the_sign_follows_type_and_sums(
    draft_of: DraftOf, keys: dict[str, Any], document: dict[str, Any], gross: int
) -> None:
    draft = draft_of(keys, **document)
    sign = gross // 119
    assert draft.header["GROSS_AMT"] == draft.match.gross == gross
    assert draft.header["SALETX_AMT"] == 19 * sign
    assert draft.lines[0].properties["MERCHANDISE_AMT"] == 100 * sign
    assert draft.lines[0].distributions[0].properties["MERCHANDISE_AMT"] == 100 * sign
    assert any("negated" in note for note in draft.notes) is (gross < 0 < document["grossSum"])


def test_a_credit_note_by_type_with_positive_sums_is_refused_where_signs_are_as_given(
    draft_of: DraftOf,
) -> None:
    with pytest.raises(MappingFault) as caught:
        draft_of(AS_GIVEN, **POSITIVE, invoiceTypeCode="CN")
    assert (caught.value.field, caught.value.value) == ("grossSum", "119.00")
    assert "invoiceTypeCode CN is a credit note, whose sums must be negative" in caught.value.rule


LIKE_CREDIT_NOTES = [
    {"invoiceTypeCode": code}
    for code in ("CN", "cr", "CM", "381", 381, "CREDIT", "CREDITNOTE", "PO_CREDIT", "Kreditnota")
] + [
    {"invoiceTypeName": name}
    for name in (
        "Credit note",
        "Purchase order based credit memo",
        "Hyvityslasku",
        "Kreditfaktura",
        "Rechnungsgutschrift",
        "Nota de cr\u00e9dito",
        "Nota di credito",
        "Facture d'avoir",
        "Nota de abono",
    )
]
UNLIKE_CREDIT_NOTES = [
    {"invoiceTypeCode": "RE", "invoiceTypeName": "Purchase order based invoice"},
    {"invoiceTypeName": "Credit card statement"},
    {"invoiceTypeName": "Kreditkartenabrechnung"},
    {"invoiceTypeName": "Creditor invoice"},
    {"invoiceTypeName": "Accreditation fee"},
    {"invoiceTypeName": "CN"},
    {"invoiceTypeName": {"not": "a text"}},
    {},
]


@pytest.mark.parametrize("kind", LIKE_CREDIT_NOTES, ids=str)
@pytest.mark.parametrize("keys", [{}, {"credit_notes": {"sign": "as_given"}}], ids=["default", "sign only"])
def test_what_looks_like_a_credit_note_is_not_paid_as_an_invoice_before_types_are_configured(
    draft_of: DraftOf, keys: dict[str, Any], kind: dict[str, Any]
) -> None:
    with pytest.raises(MappingFault) as caught:
        draft_of(keys, **POSITIVE, **kind)
    assert (caught.value.field, caught.value.value) == ("grossSum", "119.00")
    assert str(*kind.values()) in caught.value.rule
    assert "credit_notes.types" in caught.value.rule
    assert len(str(caught.value)) < 250
    assert draft_of(keys, **NEGATIVE, **kind).header["GROSS_AMT"] == -119


@pytest.mark.parametrize("kind", UNLIKE_CREDIT_NOTES, ids=str)
def test_other_types_are_invoices(draft_of: DraftOf, kind: dict[str, Any]) -> None:
    assert draft_of({}, **POSITIVE, **kind).header["GROSS_AMT"] == 119


@pytest.mark.parametrize("types", [[], ["KG"]])
def test_a_mapping_that_says_which_types_are_credit_notes_is_believed(
    draft_of: DraftOf, types: list[str]
) -> None:
    draft = draft_of({"credit_notes": {"types": types}}, **POSITIVE, invoiceTypeName="Credit of the month")
    assert draft.header["GROSS_AMT"] == 119


def test_a_mapping_that_says_nothing_of_types_keeps_its_digest(make_mapping: Callable[..., Any]) -> None:
    plain, types = make_mapping(), make_mapping(credit_notes={"types": ["CN"]})
    assert mapping_digest(plain) == mapping_digest(make_mapping(credit_notes={"sign": "by_type"}))
    assert (
        len({mapping_digest(each) for each in (plain, types, make_mapping(credit_notes={"types": []}))}) == 3
    )


def test_a_credit_note_may_be_an_adjustment_of_another_voucher(draft_of: DraftOf) -> None:
    draft = draft_of(BY_STYLE, **NEGATIVE, text5="00012345")
    assert draft.header["VOUCHER_STYLE"] == draft.match.style == "ADJ"
    assert draft.header["VOUCHER_ID_RELATED"] == "00012345"
    invoice = draft_of(BY_STYLE, **POSITIVE, text5="00012345")
    assert invoice.header["VOUCHER_STYLE"] == "REG"
    assert "VOUCHER_ID_RELATED" not in invoice.header
    with pytest.raises(MappingFault, match="text5"):
        draft_of(BY_STYLE, **NEGATIVE)


def test_invoices_over_nothing_are_a_setting(draft_of: DraftOf) -> None:
    rows = [{**ROW, "taxSum": 0}, {**ROW, "netTotal": -100, "taxSum": 0}]
    nothing = {"grossSum": 0, "taxSum1": 0, "codingRows": rows}
    assert draft_of({}, **nothing).header["GROSS_AMT"] == 0
    with pytest.raises(MappingFault, match="over nothing"):
        draft_of({"zero_invoices": "reject"}, **nothing)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(
    nets=st.lists(st.integers(min_value=-(10**6), max_value=10**6), min_size=1, max_size=5),
    tax=st.integers(min_value=-(10**5), max_value=10**5),
    freight=st.integers(min_value=-(10**4), max_value=10**4),
)
def test_a_credit_note_is_the_mirror_of_its_invoice(
    draft_of: DraftOf, nets: list[int], tax: int, freight: int
) -> None:
    keys = {**TYPES, "charges": {"FREIGHT_AMT": {"pick": "numeric1"}}}

    def draft(*, sign: int, kind: str) -> VoucherDraft:
        rows = [{"accountCode": "1", "netTotal": sign * net} for net in nets]
        gross = sign * (sum(nets) + tax + freight)
        sums = {"grossSum": gross, "taxSum1": sign * tax, "taxSum2": 0, "numeric1": sign * freight}
        return draft_of(keys, **sums, codingRows=rows, invoiceTypeCode=kind)

    total = sum(nets) + tax + freight
    written_positive = draft(sign=1 if total > 0 else -1, kind="CN")
    written_negative = draft(sign=-1 if total > 0 else 1, kind="CN")
    assert written_positive.properties() == written_negative.properties()
    gross = written_negative.header["GROSS_AMT"]
    assert isinstance(gross, Decimal)
    assert gross <= 0 or not total
    assert written_negative.match.gross == -abs(total)
