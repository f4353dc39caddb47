"""What the header edits refuse beyond the basics: addresses, groups, discounts, rates, periods, adjustments."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from peoplesoft_simulator.site import Period, Settings


def test_the_usual_voucher_passes(editor: Any) -> None:
    assert editor.errors() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"REMIT_ADDR_SEQ_NUM": 7}, "REMIT_ADDR_SEQ_NUM 7 is not an address of supplier 0000430022"),
        ({"ADDRESS_SEQ_NUM": 2}, "ADDRESS_SEQ_NUM 2"),
        ({"REMIT_VENDOR": "0000999999"}, "Supplier 0000999999 does not exist in SetID SHARE"),
        ({"REMIT_VENDOR": "0000430100", "REMIT_ADDR_SEQ_NUM": 2}, "not an address of supplier 0000430100"),
        ({"GRP_AP_ID": "NOWHERE"}, "Control group NOWHERE does not exist in US001"),
        ({"GRP_AP_ID": "CLOSED"}, "Control group CLOSED of US001 is closed"),
        ({"DSCNT_DUE_DT": "2026-02-28"}, "is before invoice date 2026-03-01"),
        ({"DSCNT_DUE_DT": "2026-05-01", "DUE_DT": "2026-04-01"}, "is after due date 2026-04-01"),
        ({"DSCNT_AMT": "126.00"}, "Discount 126.00 is not part of gross amount 125.00"),
        ({"DSCNT_AMT": "-2.00"}, "Discount -2.00"),
        ({"DSCNT_AMT": "2.005"}, "DSCNT_AMT 2.005 has more decimals"),
        ({"RT_TYPE": "MINE"}, "RT_TYPE MINE"),
        ({"RATE_MULT": "1.1"}, "make no exchange rate"),
        ({"RATE_MULT": "-1", "RATE_DIV": "1"}, "RATE_MULT -1 and RATE_DIV 1"),
        ({"RATE_MULT": "1.1", "RATE_DIV": "1", "TXN_CURRENCY_CD": "USD"}, "base currency of US001"),
        ({"CUR_RT_SOURCE": "X"}, "CUR_RT_SOURCE X"),
        ({"PYMNT_METHOD": "GOLD"}, "PYMNT_METHOD GOLD"),
        ({"PYMNT_HANDLING_CD": "ZZ"}, "PYMNT_HANDLING_CD ZZ"),
        ({"MATCH_ACTION": "E"}, "MATCH_ACTION E"),
    ],
)
def test_a_wrong_header_is_refused(editor: Any, changes: dict[str, Any], words: str) -> None:
    errors = editor.errors(**changes)
    assert any(words in each for each in errors), errors


@pytest.mark.parametrize(
    "changes",
    [
        {"REMIT_ADDR_SEQ_NUM": 1, "ADDRESS_SEQ_NUM": 1},
        {"REMIT_VENDOR": "0000430100", "REMIT_ADDR_SEQ_NUM": 1},
        {"GRP_AP_ID": "OPEN"},
        {"DSCNT_DUE_DT": "2026-03-10", "DSCNT_AMT": "2.50"},
        {"RT_TYPE": "CRRNT", "RATE_MULT": "1.08250000", "RATE_DIV": "1", "CUR_RT_SOURCE": "U"},
        {"RATE_MULT": "1", "RATE_DIV": "1", "TXN_CURRENCY_CD": "USD"},
        {"PYMNT_METHOD": "WIR", "PYMNT_HANDLING_CD": "RE"},
    ],
)
def test_a_right_one_passes(editor: Any, changes: dict[str, Any]) -> None:
    assert editor.errors(**changes) == []


@pytest.mark.parametrize(
    ("needs_flag", "flag", "due"),
    [
        (False, None, "2026-06-30"),
        (True, None, "2026-03-31"),
        (True, "N", "2026-03-31"),
        (True, "Y", "2026-06-30"),
    ],
)
def test_a_due_date_may_need_its_flag_or_follows_from_the_terms(
    editor: Any, *, needs_flag: bool, flag: str | None, due: str
) -> None:
    editor.settings = Settings(due_date_needs_flag=needs_flag)
    assert editor(DUE_DT="2026-06-30", DUE_DT_FLG=flag).row.text("DUE_DT") == due


def test_terms_count_from_the_basis_date(editor: Any) -> None:
    row = editor(TERMS_BASIS_DT="2026-03-10").row
    assert (row.text("DUE_DT"), row.text("SCHEDULED_PAY_DT")) == ("2026-04-09", "2026-04-09")


def test_periods_open_and_close_as_the_clock_goes_on(editor: Any) -> None:
    opens, closes = datetime(2026, 4, 2, 8, tzinfo=UTC), datetime(2026, 4, 5, 18, tzinfo=UTC)
    march = Period(begins=date(2026, 3, 1), ends=date(2026, 3, 31), opens_at=opens, closes_at=closes)
    editor.settings = Settings(open_periods=(march,))

    def refused(now: datetime) -> bool:
        editor.now = now
        errors = editor.errors(ACCOUNTING_DT="2026-03-31")
        return any("2026-03-31 is not in an open period of US001" in each for each in errors)

    second = timedelta(seconds=1)
    assert [refused(at) for at in (opens - second, opens, closes - second, closes)] == [
        True,
        False,
        False,
        True,
    ]


def test_a_business_unit_has_periods_and_gl_units_of_its_own(editor: Any) -> None:
    unit = editor.data.business_units["US001"]
    april = Period(begins=date(2026, 4, 1), ends=date(2026, 4, 30))
    own = replace(unit, open_periods=(april,), gl_units=("US001",))
    editor.data = editor.data.with_business_units([own])
    assert "2026-03-15 is not in an open period" in editor.errors()[0]
    assert editor.errors(BUSINESS_UNIT="US002", VOUCHER_LINE=_coded("US001")) == []
    (wrong,) = editor.errors(ACCOUNTING_DT="2026-04-01", VOUCHER_LINE=_coded("US002"))
    assert "GL business unit US002 is not open to vouchers of US001 (line 1, distribution 1)" in wrong


def test_an_adjustment_must_name_its_voucher_where_the_site_wants_it(editor: Any) -> None:
    assert editor.errors(VOUCHER_STYLE="ADJ") == []
    editor.settings = Settings(adjustment_needs_related=True)
    assert "must name its related voucher" in editor.errors(VOUCHER_STYLE="ADJ")[0]


async def test_a_related_voucher_lives_and_is_of_the_same_supplier(caller: Any) -> None:
    number = (await caller.create()).text("VOUCHER_ID")
    adjusting = {"VOUCHER_STYLE": "ADJ", "VOUCHER_ID_RELATED": number}
    other = await caller.create(INVOICE_ID="B", VENDOR_ID="0000430100", **adjusting)
    assert "is of supplier 0000430022, not 0000430100" in other.texts("messagetext")[0]
    assert (await caller.create(INVOICE_ID="C", **adjusting)).text("notification") == "1"
    await caller.control("POST", f"vouchers/US001/{number}", {"action": "delete"})
    assert "is deleted" in (await caller.create(INVOICE_ID="D", **adjusting)).texts("messagetext")[0]


def _coded(gl_unit: str) -> list[dict[str, Any]]:
    coded = {
        "DISTRIB_LINE_NUM": 1,
        "BUSINESS_UNIT_GL": gl_unit,
        "ACCOUNT": "18620",
        "MERCHANDISE_AMT": "100.00",
    }
    return [{"VOUCHER_LINE_NUM": 1, "MERCHANDISE_AMT": "100.00", "DISTRIB_LINE": [coded]}]
