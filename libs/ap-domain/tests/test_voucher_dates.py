"""Accounting day by policy and calendar, invoice dates that are not believed, terms, discounts and rates."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.mapping import ConfigurationFault, MappingFault, VoucherDraft, VoucherMapping, map_voucher

DraftOf = Callable[..., VoucherDraft]
MakeInvoice = Callable[..., ApprovedInvoice]
MakeMapping = Callable[..., VoucherMapping]
PERIODS = [
    {"begins": "2026-07-01", "ends": "2026-07-31"},
    {"begins": date(2026, 5, 1), "ends": date(2026, 5, 31)},
]


def calendar(policy: str) -> dict[str, Any]:
    return {"accounting_dates": {"US001": policy}, "open_periods": {"*": PERIODS}}


@pytest.mark.parametrize(
    ("policy", "wanted", "expected"),
    [
        ("as_given", "2026-06-08", "2026-06-08"),
        ("next_open_day", "2026-05-01", "2026-05-01"),
        ("next_open_day", "2026-05-31", "2026-05-31"),
        ("next_open_day", "2026-06-08", "2026-07-01"),
        ("next_open_day", "2025-01-01", "2026-05-01"),
        ("next_open_day", None, "2026-07-01"),
        ("next_open_day", "2026-08-01", MappingFault),
        ("reject", "2026-05-31", "2026-05-31"),
        ("reject", "2026-06-08", MappingFault),
        ("reject", None, MappingFault),
    ],
)
def test_the_accounting_day_follows_the_policy(
    draft_of: DraftOf, policy: str, wanted: str | None, expected: Any
) -> None:
    if expected is MappingFault:
        with pytest.raises(MappingFault, match="no open period of US001") as caught:
            draft_of(calendar(policy), voucherDate=wanted)
        assert caught.value.field == "voucherDate"
        return
    draft = draft_of(calendar(policy), voucherDate=wanted)
    assert draft.header["ACCOUNTING_DT"] == date.fromisoformat(expected)
    moved = expected != wanted
    assert any("was moved to" in note for note in draft.notes) is moved


def test_a_calendar_that_has_run_out_stops_the_flow(
    make_invoice: MakeInvoice, make_mapping: MakeMapping
) -> None:
    mapping = make_mapping(**calendar("next_open_day"))
    with pytest.raises(ConfigurationFault, match="US001 has no open day from 2026-08-02 on"):
        map_voucher(make_invoice(voucherDate="2026-08-02"), mapping, today=date(2026, 8, 3))


def test_a_period_of_the_unit_itself_comes_before_the_one_for_all(draft_of: DraftOf) -> None:
    own = {"US001": [{"begins": "2026-06-15", "ends": "2026-06-30"}], "*": PERIODS}
    keys = {**calendar("next_open_day"), "open_periods": own}
    assert draft_of(keys, voucherDate="2026-06-08").header["ACCOUNTING_DT"] == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        ("2026-07-21", True),
        ("2026-07-22", False),
        ("2022-06-20", True),
        ("2022-06-19", False),
        ("2062-06-05", False),
    ],
)
def test_an_invoice_date_out_of_this_world_is_rejected(draft_of: DraftOf, given: str, accepted: bool) -> None:
    keys = {"invoice_date_limits": {"days_ahead": 31, "years_back": 4}}
    assert draft_of({}, invoiceDate=given).header["INVOICE_DT"] == date.fromisoformat(given)
    if accepted:
        assert draft_of(keys, invoiceDate=given).match.invoice_date == date.fromisoformat(given)
        return
    with pytest.raises(MappingFault) as caught:
        draft_of(keys, invoiceDate=given)
    assert (caught.value.field, caught.value.value) == ("invoiceDate", given)


def test_a_leap_day_has_years_before_it(make_invoice: MakeInvoice, make_mapping: MakeMapping) -> None:
    mapping = make_mapping(invoice_date_limits={"years_back": 1})
    draft = map_voucher(make_invoice(invoiceDate="2027-03-01"), mapping, today=date(2028, 2, 29))
    assert draft.header["INVOICE_DT"] == date(2027, 3, 1)


def test_terms_dates_are_sent_where_asked_for(draft_of: DraftOf) -> None:
    fields = {"baseLineDate": "2026-06-01", "cashDate": "2026-06-15", "cashSum": 23.2}
    assert not {"DUE_DT_FLG", "TERMS_BASIS_DT", "DSCNT_AMT"} & draft_of({}, **fields).header.keys()
    asked = {"send": ["due_date_flag", "basis_date", "cash_discount"]}
    header = draft_of(asked, **fields).header
    assert header["DUE_DT_FLG"] == "Y"
    assert header["TERMS_BASIS_DT"] == date(2026, 6, 1)
    assert header["DSCNT_DUE_DT"] == date(2026, 6, 15)
    assert header["DSCNT_AMT"] == Decimal("23.2")
    assert "DUE_DT_FLG" not in draft_of(asked, dueDate=None).header


def test_a_discount_in_per_cent_is_worked_out_and_said(draft_of: DraftOf) -> None:
    asked = {"send": ["cash_discount"]}
    draft = draft_of(asked, cashPercent=2.125)
    assert draft.header["DSCNT_AMT"] == Decimal("24.65")
    assert draft.notes == ("DSCNT_AMT 24.65 is 2.125 % of the gross amount, rounded half up",)
    assert draft_of({}, cashPercent=2.125).notes == ()
    credit = {"grossSum": 119, "taxSum1": 0, "codingRows": [{"accountCode": "1", "netTotal": 119}]}
    keys = {**asked, "credit_notes": {"types": ["CN"]}}
    assert draft_of(keys, **credit, cashSum=3, invoiceTypeCode="CN").header["DSCNT_AMT"] == -3


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ({"currencyCodeCompany": "USD", "exchangeRateCompany": 1.0834, "grossSumCompany": 1256.74}, "1.0834"),
        ({"currencyCodeCompany": "USD", "exchangeRateCompany": 1.0834}, "1.0834"),
        ({"exchangeRateCompany": 1.0834}, "1.0834"),
        ({"currencyCodeCompany": "EUR", "exchangeRateCompany": 1}, None),
        ({}, None),
    ],
)
def test_baswares_rate_is_sent_flagged_where_the_connection_says_so(
    draft_of: DraftOf, changes: dict[str, Any], sent: str | None
) -> None:
    assert "RATE_MULT" not in draft_of({}, **changes).header
    header = draft_of({"rates": "basware"}, **changes).header
    found = [header.get(name) for name in ("RT_TYPE", "RATE_MULT", "RATE_DIV", "CUR_RT_SOURCE")]
    assert found == ([None] * 4 if sent is None else ["CRRNT", Decimal(sent), 1, "U"])


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"currencyCodeCompany": "USD"}, "must not be missing"),
        ({"currencyCodeCompany": "USD", "exchangeRateCompany": 0}, "more than zero"),
        ({"currencyCodeCompany": "USD", "exchangeRateCompany": -1.1}, "more than zero"),
        ({"currencyCodeCompany": "USD", "exchangeRateCompany": 1.123456789}, "nothing is rounded"),
        (
            {"currencyCodeCompany": "USD", "exchangeRateCompany": 0.923, "grossSumCompany": 1256.74},
            "does not turn grossSum 1160 into grossSumCompany 1256.74",
        ),
    ],
)
def test_a_rate_that_cannot_be_right_is_rejected(
    draft_of: DraftOf, changes: dict[str, Any], about: str
) -> None:
    with pytest.raises(MappingFault, match=about) as caught:
        draft_of({"rates": "basware"}, **changes)
    assert caught.value.field == "exchangeRateCompany"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("keep_last", "0123456789" * 3),
        ("keep_first", "2026/Ä-01234567890123456789012"),
        ("digest", "2026/Ä-01234567890123~"),
    ],
)
def test_a_long_number_is_made_to_fit_by_rule_and_kept_in_full(
    draft_of: DraftOf, rule: str, expected: str
) -> None:
    number = "2026/Ä-" + "0123456789" * 3
    draft = draft_of({"long_invoice_number": rule}, invoiceNumber=number)
    made = draft.natural_key.invoice_id
    assert made.startswith(expected)
    assert len(made) == 30
    assert str(draft.header["DESCR254_MIXED"]).startswith(f"Invoice number {number}. ")
    other = draft_of({"long_invoice_number": rule}, invoiceNumber=number[:2] + "x" + number[3:])
    assert (other.natural_key.invoice_id != made) is (rule != "keep_last")


def test_an_older_site_has_shorter_numbers(draft_of: DraftOf) -> None:
    keys = {"invoice_number_length": 22}
    assert draft_of(keys, invoiceNumber="N" * 22).natural_key.invoice_id == "N" * 22
    with pytest.raises(MappingFault, match="room for 22 characters"):
        draft_of(keys, invoiceNumber="N" * 23)
