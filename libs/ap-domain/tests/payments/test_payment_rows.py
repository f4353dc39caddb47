"""A row that cannot be read says which voucher, field and value; nothing is guessed."""

from typing import Any

import pytest
from ap_domain.payments import PaymentRowFault

from .conftest import PAID, ROW, VOUCHER, Pictured


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ({"PAID_AMT": "1,50"}, "PAID_AMT", "must be an amount"),
        ({"PYMNT_GROSS_AMT": " "}, "PYMNT_GROSS_AMT", "must be an amount"),
        ({"PAID_AMT_DSCNT": "NaN"}, "PAID_AMT_DSCNT", "must be an amount"),
        ({"PYMNT_CNT": "1.5"}, "PYMNT_CNT", "must be a whole number"),
        ({"PYMNT_CNT": "-1"}, "PYMNT_CNT", "must be a whole number"),
        ({"PYMNT_DT": "15.06.2026"}, "PYMNT_DT", "must be a day"),
        ({"DUE_DT": "2026-02-30"}, "DUE_DT", "must be a day"),
        ({"PYMNT_HOLD": "1"}, "PYMNT_HOLD", "must be Y or N"),
        ({"VOUCHER_ID": "00000043"}, "VOUCHER_ID", "of another voucher"),
        ({"BUSINESS_UNIT": "US002"}, "BUSINESS_UNIT", "of another voucher"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(
    row: dict[str, Any], field: str, words: str, pictured: Pictured
) -> None:
    with pytest.raises(PaymentRowFault, match=words) as fault:
        pictured(PAID | row)
    assert fault.value.field == field
    assert "voucher US001/00000042" in str(fault.value)


@pytest.mark.parametrize(
    "field", ["PYMNT_STATUS", "CANCEL_ACTION", "PYMNT_SELCT_STATUS", "PAID_AMT", "NETTED"]
)
def test_a_query_without_a_deciding_field_proves_nothing(
    field: str, pictured: Pictured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ROW, field)
    with pytest.raises(PaymentRowFault, match="the site's query must show this field"):
        pictured({})


def test_statuses_that_a_site_does_not_show_are_blank(
    pictured: Pictured, monkeypatch: pytest.MonkeyPatch
) -> None:
    for field in ("MATCH_STATUS_VCHR", "BUDGET_HDR_STATUS", "ACCOUNTING_DT"):
        monkeypatch.delitem(VOUCHER, field)
    status = pictured({}).voucher
    assert status is not None
    assert (status.match, status.budget, status.accounting_date, status.entry) == ("", "", None, "P")


def test_a_name_that_two_records_share_is_read_by_its_alias(
    pictured: Pictured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ROW, "PYMNT_ID")
    (instalment,) = pictured({"A.PYMNT_ID": "0000001001", "B.PYMNT_ID": "0000001001"}).instalments
    assert instalment.payment_id == "0000001001"


def test_an_instalment_that_is_there_twice_with_other_content_is_a_wrong_join(pictured: Pictured) -> None:
    with pytest.raises(PaymentRowFault, match="joins more than its payment"):
        pictured(PAID, PAID | {"PYMNT_ID": "0000001002"})


def test_a_long_value_is_shortened() -> None:
    fault = PaymentRowFault(voucher="US001/1", field="PAID_AMT", value="9" * 500, rule="must be an amount")
    assert len(str(fault)) < 140


def test_the_currency_is_the_vouchers(pictured: Pictured) -> None:
    usd = {"CURRENCY_PYMNT": "USD"}
    assert pictured(PAID | usd).currency == "EUR"
    assert pictured(PAID | usd, voucher={"TXN_CURRENCY_CD": " "}).currency == "EUR"
    assert pictured({"CURRENCY_PYMNT": " "}).instalments[0].currency == "EUR"
