"""The sums of a voucher: what lines and header carry, and that nothing passes that does not make up the gross."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.mapping import MappingFault, TaxMode, VoucherDraft, VoucherMapping, map_voucher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MakeInvoice = Callable[..., ApprovedInvoice]
MakeMapping = Callable[..., VoucherMapping]
TODAY = date(2026, 6, 20)


@pytest.mark.parametrize(
    ("tax", "lines", "header"),
    [
        (TaxMode.SALES_TAX_HEADER, [600, 400], {"SALETX_AMT": 160}),
        (TaxMode.VAT_HEADER, [600, 400], {"VAT_ENTRD_AMT": 160}),
        (TaxMode.GROSS_CODED, [696, 464], {}),
    ],
)
def test_each_tax_mode_makes_up_the_gross_amount(
    make_invoice: MakeInvoice,
    make_mapping: MakeMapping,
    tax: TaxMode,
    lines: list[int],
    header: dict[str, int],
) -> None:
    draft = map_voucher(make_invoice(), make_mapping(tax=str(tax)), today=TODAY)
    assert _line_amounts(draft) == lines
    assert {
        name: draft.header[name] for name in ("SALETX_AMT", "VAT_ENTRD_AMT") if name in draft.header
    } == header


def test_tax_comes_from_the_rows_when_the_header_has_none(
    make_invoice: MakeInvoice, mapping: VoucherMapping
) -> None:
    draft = map_voucher(make_invoice(taxSum1=None, taxSum2=...), mapping, today=TODAY)
    assert draft.header["SALETX_AMT"] == 160


def test_an_invoice_without_tax_sends_none(make_invoice: MakeInvoice, mapping: VoucherMapping) -> None:
    draft = map_voucher(make_invoice(taxSum1=0, grossSum=1000), mapping, today=TODAY)
    assert "SALETX_AMT" not in draft.header


def test_a_credit_note_keeps_its_sign(make_invoice: MakeInvoice, mapping: VoucherMapping) -> None:
    rows = [{"rowIndex": 1, "accountCode": "18620", "netTotal": -100.5}]
    draft = map_voucher(make_invoice(grossSum=-120.6, taxSum1=-20.1, codingRows=rows), mapping, today=TODAY)
    assert draft.header["GROSS_AMT"] == Decimal("-120.6")
    assert _line_amounts(draft) == [Decimal("-100.5")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(
    nets=st.lists(st.integers(min_value=-(10**9), max_value=10**9), min_size=1, max_size=8),
    tax=st.integers(min_value=-(10**8), max_value=10**8),
    off=st.integers(min_value=-3, max_value=3),
)
def test_only_sums_that_agree_to_the_cent_pass(
    make_invoice: MakeInvoice, mapping: VoucherMapping, nets: list[int], tax: int, off: int
) -> None:
    rows = [
        {"rowIndex": place, "accountCode": "18620", "netTotal": f"{Decimal(net) / 100}"}
        for place, net in enumerate(nets)
    ]
    gross = Decimal(sum(nets) + tax + off) / 100
    invoice = make_invoice(codingRows=rows, taxSum1=f"{Decimal(tax) / 100}", taxSum2=0, grossSum=f"{gross}")
    if off:
        with pytest.raises(MappingFault) as caught:
            map_voucher(invoice, mapping, today=TODAY)
        assert caught.value.field == "grossSum"
        return
    draft = map_voucher(invoice, mapping, today=TODAY)
    parts = [*_line_amounts(draft), draft.header.get("SALETX_AMT", Decimal(0))]
    assert sum(part for part in parts if isinstance(part, Decimal)) == draft.header["GROSS_AMT"] == gross


def test_a_mismatch_tells_the_clerk_all_the_sums(make_invoice: MakeInvoice, mapping: VoucherMapping) -> None:
    with pytest.raises(MappingFault) as caught:
        map_voucher(make_invoice(grossSum=1160.01), mapping, today=TODAY)
    assert caught.value.document == "138e7d94997847aebe7432e521b3dac9"
    assert caught.value.value == "1160.01"
    assert "1000.00 and tax 160.00 make 1160.00 EUR" in caught.value.rule


def _line_amounts(draft: VoucherDraft) -> list[Any]:
    return [line.properties["MERCHANDISE_AMT"] for line in draft.lines]
