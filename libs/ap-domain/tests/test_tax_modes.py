"""Wherever the tax goes: lines and header make up the gross to the last digit, or the clerk hears all sums."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.mapping import MappingFault, VoucherDraft, VoucherMapping, map_voucher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MakeInvoice = Callable[..., ApprovedInvoice]
MakeMapping = Callable[..., VoucherMapping]
DraftOf = Callable[..., VoucherDraft]
TODAY = date(2026, 6, 20)
HEADER_AMOUNTS = ("SALETX_AMT", "VAT_ENTRD_AMT", "FREIGHT_AMT", "MISC_AMT")
MODES = ["sales_tax_header", "vat_header", "gross_coded", "tax_line", "use_tax", "reverse_charge", "exempt"]
TAX_LINES = {"accounts": {"*": "14500", "V7": "14507"}, "codes": {"DEPTID": "100"}}


def amounts(draft: VoucherDraft) -> list[Any]:
    return [line.properties["MERCHANDISE_AMT"] for line in draft.lines]


def assert_balanced(draft: VoucherDraft) -> None:
    parts = [*amounts(draft), *(draft.header[name] for name in HEADER_AMOUNTS if name in draft.header)]
    assert sum(parts) == draft.header["GROSS_AMT"] == draft.match.gross
    for line in draft.lines:
        codes = [part.properties["MERCHANDISE_AMT"] for part in line.distributions]
        assert sum(code for code in codes if isinstance(code, Decimal)) == line.properties["MERCHANDISE_AMT"]


def row(net: Any, tax: Any = None, **fields: Any) -> dict[str, Any]:
    gross = None if tax is None else Decimal(str(net)) + Decimal(str(tax))
    return {
        "accountCode": "1",
        "netTotal": str(net),
        "grossTotal": None if gross is None else str(gross),
        "taxSum": None if tax is None else str(tax),
        **fields,
    }


@pytest.mark.parametrize(
    ("keys", "document", "lines", "header"),
    [
        ({"tax": "sales_tax_header"}, {}, [600, 400], {"SALETX_AMT": 160}),
        ({"tax": "vat_header"}, {}, [600, 400], {"VAT_ENTRD_AMT": 160}),
        ({"tax": "gross_coded"}, {}, [696, 464], {}),
        ({"tax": "tax_line", "tax_lines": TAX_LINES}, {}, [600, 400, 160], {}),
        ({"tax": "use_tax"}, {"grossSum": 1000}, [600, 400], {}),
        ({"tax": "reverse_charge"}, {"grossSum": 1000}, [600, 400], {}),
        (
            {"tax": "exempt"},
            {"grossSum": 1000, "taxSum1": 0, "codingRows": [row(1000, 0)]},
            [1000],
            {"TAX_EXEMPT": "Y"},
        ),
        ({"tax": "exempt", "tax_by_company": {"BW00": "vat_header"}}, {}, [600, 400], {"VAT_ENTRD_AMT": 160}),
        (
            {"tax": "tax_line", "tax_lines": TAX_LINES},
            {"taxSum1": 160, "codingRows": [row(600, 42, taxCode="V7"), row(400, 118, taxCode="V19")]},
            [600, 400, 42, 118],
            {},
        ),
        (
            {"tax": "tax_line", "tax_lines": TAX_LINES},
            {"taxCode": "V7", "codingRows": [row(1000)]},
            [1000, 160],
            {},
        ),
        (
            {"tax": "vat_header", "tax_by_code": {"RC": "reverse_charge", "G": "gross_coded"}},
            {
                "grossSum": 357,
                "taxSum1": None,
                "codingRows": [
                    row(100, 19, taxCode="V19"),
                    row(100, 19, taxCode="RC"),
                    row(100, 38, taxCode="G"),
                ],
            },
            [100, 100, 138],
            {"VAT_ENTRD_AMT": 19},
        ),
    ],
)
def test_each_mode_puts_the_tax_where_it_belongs(
    draft_of: DraftOf,
    keys: dict[str, Any],
    document: dict[str, Any],
    lines: list[int],
    header: dict[str, Any],
) -> None:
    draft = draft_of(keys, **document)
    assert amounts(draft) == lines
    found = {name: draft.header[name] for name in (*HEADER_AMOUNTS, "TAX_EXEMPT") if name in draft.header}
    assert found == header
    assert_balanced(draft)


def test_a_tax_line_goes_to_the_account_of_its_code(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    mapping = make_mapping(tax="tax_line", tax_lines=TAX_LINES)
    rows = [row(600, 42, taxCode="V7"), row(400, 118, taxCode="V19")]
    draft = map_voucher(make_invoice(codingRows=rows), mapping, today=TODAY)
    assert [line.properties.get("DESCR") for line in draft.lines[2:]] == ["Tax V7", "Tax V19"]
    codes = [line.distributions[0].properties for line in draft.lines[2:]]
    assert [code["ACCOUNT"] for code in codes] == ["14507", "14500"]
    assert {code["DEPTID"] for code in codes} == {"100"}
    assert {code["BUSINESS_UNIT_GL"] for code in codes} == {"US001"}
    only = make_mapping(tax="tax_line", tax_lines={"accounts": {"V7": "14507"}})
    with pytest.raises(MappingFault, match="no account in tax_lines"):
        map_voucher(make_invoice(codingRows=rows), only, today=TODAY)


def test_line_codes_of_vat_and_use_tax(make_invoice: MakeInvoice, make_mapping: MakeMapping) -> None:
    codes = {"V19": "VATDE", "RC": "VATRC"}
    mapping = make_mapping(
        tax="vat_header",
        tax_by_code={"RC": "reverse_charge", "U": "use_tax"},
        tables={"vat_codes": codes},
    )
    rows = [row(100, 19, taxCode="V19"), row(100, taxCode="RC"), row(100, taxCode="U")]
    document = {"grossSum": 319, "taxSum1": None, "codingRows": rows}
    lines = [line.properties for line in map_voucher(make_invoice(**document), mapping, today=TODAY).lines]
    assert [line.get("TAX_CD_VAT") for line in lines] == ["VATDE", "VATRC", None]
    assert [line.get("SUT_APPLICABILITY") for line in lines] == [None, None, "U"]
    rows[0]["taxCode"] = "V20"
    with pytest.raises(MappingFault, match="not listed in vat_codes") as caught:
        map_voucher(make_invoice(**document), mapping, today=TODAY)
    assert caught.value.field == "codingRows[0].taxCode"


@pytest.mark.parametrize(
    ("keys", "document", "told"),
    [
        ({"tax": "use_tax"}, {}, ("grossSum", "1000.00 and tax 0.00 make 1000.00 EUR")),
        ({"tax": "exempt"}, {}, ("codingRows[0].taxSum", "exempt")),
        ({"tax": "exempt"}, {"codingRows": [row(1000)]}, ("taxSum1", "exempt invoice may have no tax")),
        ({"tax": "gross_coded"}, {"grossSum": 1160.01}, ("grossSum", "(grossTotal) 1160.00")),
        ({"zero_invoices": "reject"}, {"grossSum": 0}, ("grossSum", "over nothing")),
        (
            {"rounding": {"account": "9", "tolerance": "0.05"}},
            {"grossSum": 1160.06},
            ("grossSum", "make 1160.00 EUR; they must make up the gross sum within 0.05"),
        ),
        (
            {"charges": {"FREIGHT_AMT": {"pick": "numeric1"}, "MISC_AMT": {"pick": "numeric2"}}},
            {"numeric1": 10, "numeric2": "2.50"},
            ("grossSum", "1000.00, freight 10.00, other charges 2.50 and tax 160.00 make 1172.50 EUR"),
        ),
        ({"charges": {"FREIGHT_AMT": {"pick": "numeric1"}}}, {"numeric1": 0.001}, ("numeric1", "rounded")),
        ({"charges": {"FREIGHT_AMT": {"rows": "netTotal"}}}, {}, ("codingRows", "charges do not")),
        (
            {"tax": "tax_line", "tax_lines": TAX_LINES},
            {
                "grossSum": 100.01,
                "codingRows": [row(50, "0.005", taxCode="A"), row(50, "0.005", taxCode="B")],
            },
            ("taxSum", "nothing is rounded"),
        ),
    ],
)
def test_sums_that_do_not_agree_are_told_in_full(
    make_invoice: MakeInvoice,
    make_mapping: MakeMapping,
    keys: dict[str, Any],
    document: dict[str, Any],
    told: tuple[str, str],
) -> None:
    with pytest.raises(MappingFault) as caught:
        map_voucher(make_invoice(**document), make_mapping(**keys), today=TODAY)
    assert caught.value.field == told[0]
    assert told[1] in caught.value.rule


def test_freight_and_other_charges_leave_the_lines(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    mapping = make_mapping(
        charges={"FREIGHT_AMT": {"rows": "conditionType == 'FRT'"}, "MISC_AMT": {"pick": "numeric1"}}
    )
    rows = [row(900, 150), row(80, 10, conditionType="FRT"), row(20, conditionType="FRT")]
    draft = map_voucher(make_invoice(codingRows=rows, numeric1=5, grossSum=1165), mapping, today=TODAY)
    assert amounts(draft) == [900]
    assert [draft.header["FREIGHT_AMT"], draft.header["MISC_AMT"]] == [100, 5]
    assert_balanced(draft)


@pytest.mark.parametrize(
    ("currency", "gross", "tolerance", "rest"),
    [
        ("EUR", "1000.03", "0.05", "0.03"),
        ("EUR", "999.95", "0.05", "-0.05"),
        ("JPY", "1001", "1", "1"),
        ("KWD", "1000.001", "0.002", "0.001"),
    ],
)
def test_a_small_difference_becomes_a_line_where_the_connection_allows_it(
    draft_of: DraftOf, currency: str, gross: str, tolerance: str, rest: str
) -> None:
    rounding = {"account": "99000", "tolerance": tolerance, "codes": {"DEPTID": "1"}}
    draft = draft_of({"rounding": rounding}, currencyCode=currency, grossSum=gross, taxSum1=0)
    assert amounts(draft) == [600, 400, Decimal(rest)]
    assert draft.lines[2].properties["DESCR"] == "Rounding"
    codes = draft.lines[2].distributions[0].properties
    assert (codes["ACCOUNT"], codes["DEPTID"]) == ("99000", "1")
    assert any("Rounding" in note for note in draft.notes)
    assert_balanced(draft)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=250, deadline=None)
@given(data=st.data(), mode=st.sampled_from(MODES), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_whatever_the_mode_a_voucher_is_in_balance_or_rejected(
    make_invoice: MakeInvoice, make_mapping: MakeMapping, data: st.DataObject, mode: str, currency: str
) -> None:
    digits = {"EUR": 2, "JPY": 0, "KWD": 3}[currency]
    unit = Decimal(1).scaleb(-digits)
    cents = st.integers(min_value=-(10**7), max_value=10**7)
    rows = data.draw(st.lists(st.tuples(cents, cents, st.booleans(), st.booleans()), min_size=1, max_size=6))
    off = data.draw(st.sampled_from([0, 0, 0, 1, -1, 3]))
    stated = data.draw(st.booleans())
    taxed = mode != "exempt"
    documents = [
        row(net * unit, tax * unit if taxed else None, **_marks(freight=freight, reverse=reverse))
        for net, tax, freight, reverse in rows
    ]
    in_gross = mode not in ("use_tax", "reverse_charge", "exempt")
    tax_total = sum(tax for _, tax, _, reverse in rows if in_gross and not reverse) * unit
    mixed = len({reverse for *_, reverse in rows}) > 1
    gross = sum(net for net, *_ in rows) * unit + tax_total + off * unit
    header_tax = str(tax_total) if stated and not mixed and in_gross else None
    mapping = make_mapping(
        tax=mode,
        tax_by_code={"RC": "reverse_charge"},
        tax_lines={"accounts": {"*": "14500"}},
        charges={"FREIGHT_AMT": {"rows": "conditionType == 'FRT'"}},
        rounding={"account": "99000", "tolerance": str(unit)},
    )
    invoice = make_invoice(
        currencyCode=currency, grossSum=str(gross), taxSum1=header_tax, taxSum2=None, codingRows=documents
    )
    if abs(off) > 1:
        with pytest.raises(MappingFault):
            map_voucher(invoice, mapping, today=TODAY)
        return
    if all(freight for *_, freight, _ in rows) and not off and (mode != "tax_line" or not tax_total):
        with pytest.raises(MappingFault, match="charges do not"):
            map_voucher(invoice, mapping, today=TODAY)
        return
    assert_balanced(map_voucher(invoice, mapping, today=TODAY))


def _marks(*, freight: bool, reverse: bool) -> dict[str, str | None]:
    return {"conditionType": "FRT" if freight else None, "taxCode": "RC" if reverse else "V"}
