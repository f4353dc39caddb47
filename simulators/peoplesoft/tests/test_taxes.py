"""Sales tax, use tax and VAT: codes, exemption, and amounts against codes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peoplesoft_simulator.amount_edits import tax_faults
from peoplesoft_simulator.dataset import starting_data
from peoplesoft_simulator.row import Row
from peoplesoft_simulator.site import Settings


def _lines(*rows: dict[str, str]) -> list[dict[str, Any]]:
    """Lines of 100.00 with these values."""
    coded = [{"DISTRIB_LINE_NUM": 1, "ACCOUNT": "18620", "MERCHANDISE_AMT": "100.00"}]
    return [
        {"VOUCHER_LINE_NUM": at, "MERCHANDISE_AMT": "100.00", **row, "DISTRIB_LINE": coded}
        for at, row in enumerate(rows, start=1)
    ]


@pytest.mark.parametrize(
    ("header", "lines", "words"),
    [
        ({"TAX_EXEMPT": "Y"}, [{}], "exempt from sales tax but carries 25.00"),
        ({}, [{"SUT_APPLICABILITY": "U"}], "no line is subject to sales tax"),
        ({}, [{"SUT_APPLICABILITY": "?"}], "SUT_APPLICABILITY ?"),
        ({"SALETX_AMT": "0"}, [{"TAX_CD_VAT": "V99"}], "VAT code V99 on line 1 is not valid"),
    ],
)
def test_a_tax_that_contradicts_itself_is_refused(
    editor: Any, header: dict[str, Any], lines: list[dict[str, str]], words: str
) -> None:
    errors = editor.errors(**header, VOUCHER_LINE=_lines(*lines))
    assert any(words in each for each in errors), errors


@pytest.mark.parametrize(
    ("header", "lines"),
    [
        ({"TAX_EXEMPT": "Y", "SALETX_AMT": None, "GROSS_AMT": "100.00"}, [{}]),
        ({"SALETX_AMT": None, "GROSS_AMT": "100.00"}, [{"SUT_APPLICABILITY": "U"}]),
        ({"GROSS_AMT": "225.00"}, [{"SUT_APPLICABILITY": "S"}, {"SUT_APPLICABILITY": "E"}]),
        ({"SALETX_AMT": None, "VAT_ENTRD_AMT": "25.00"}, [{"TAX_CD_VAT": "V25"}]),
    ],
)
def test_a_consistent_one_passes(editor: Any, header: dict[str, Any], lines: list[dict[str, str]]) -> None:
    assert editor.errors(**header, VOUCHER_LINE=_lines(*lines)) == []


def test_a_business_unit_has_vat_codes_of_its_own(editor: Any) -> None:
    unit = replace(editor.data.business_units["US001"], vat_codes=("V19",))
    editor.data = editor.data.with_business_units([unit])
    changes = {"SALETX_AMT": None, "GROSS_AMT": "100.00"}
    assert editor.errors(**changes, VOUCHER_LINE=_lines({"TAX_CD_VAT": "V19"})) == []
    assert "V25" in editor.errors(**changes, VOUCHER_LINE=_lines({"TAX_CD_VAT": "V25"}))[0]


@pytest.mark.parametrize(
    ("vat", "codes", "words"),
    [
        ("25.00", ["V25"], None),
        ("24.99", ["V25"], "VAT amount 24.99 was entered; the lines' VAT codes make 25.00"),
        ("32.00", ["V25", "V7"], None),
        ("25.00", [""], "no line carries a VAT code"),
        ("0", ["V0"], None),
    ],
)
def test_vat_is_compared_with_the_lines_codes_where_the_site_does(
    editor: Any, vat: str, codes: list[str], words: str | None
) -> None:
    editor.settings = Settings(vat_edit="amounts")
    gross = Decimal(vat) + 100 * len(codes)
    lines = _lines(*({"TAX_CD_VAT": code} for code in codes))
    errors = editor.errors(SALETX_AMT=None, VAT_ENTRD_AMT=vat, GROSS_AMT=f"{gross:f}", VOUCHER_LINE=lines)
    assert (not errors) if words is None else words in errors[0]


_DATA = starting_data(seed=1)


@given(
    amounts=st.lists(
        st.tuples(
            st.decimals(min_value=-9999, max_value=9999, places=2), st.sampled_from(sorted(_DATA.codes.vat))
        ),
        min_size=1,
        max_size=8,
    )
)
def test_vat_rounded_line_by_line_always_passes(amounts: list[tuple[Decimal, str]]) -> None:
    vat = sum((round(amount * _DATA.codes.vat[code] / 100, 2) for amount, code in amounts), start=Decimal(0))
    lines = tuple(
        Row(values={"MERCHANDISE_AMT": f"{amount:f}", "TAX_CD_VAT": code}) for amount, code in amounts
    )
    row = Row(values={"TXN_CURRENCY_CD": "EUR", "VAT_ENTRD_AMT": f"{vat:f}"}, rows={"VOUCHER_LINE": lines})
    unit = _DATA.business_units["EU001"]
    settings = Settings(vat_edit="amounts")
    faults = tax_faults(row, unit=unit, data=_DATA, settings=settings, day=date(2026, 3, 1))
    assert list(faults) == []
