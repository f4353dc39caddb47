"""What PeopleSoft's codes say of a voucher, wherever a component interface shows them."""

from datetime import date
from decimal import Decimal

import pytest
from peoplesoft.errors import ProtocolError
from peoplesoft.found_voucher import agrees, voucher_of
from peoplesoft.values import Record, Value

KEYS: Record = {"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000017", "ENTRY_STATUS": "P"}


def payments(*rows: Record) -> Record:
    return {**KEYS, "PYMNT_VCHR_XREF": [*rows]}


@pytest.mark.parametrize(
    ("record", "held", "reason"),
    [
        (KEYS, None, ""),
        ({**KEYS, "PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "AMT"}, True, "AMT"),
        ({**KEYS, "PYMNT_HOLD": "N", "PYMNT_HOLD_REASON": "AMT"}, False, ""),
        ({**KEYS, "PYMNT_HOLD": "y"}, True, ""),
        ({**KEYS, "PYMNT_HOLD": ""}, None, ""),
        ({**KEYS, "PYMNT_HOLD": "?"}, None, ""),
        (payments(), None, ""),
        (payments({"PYMNT_CNT": Decimal(1)}), None, ""),
        (payments({"PYMNT_HOLD": "N"}), False, ""),
        (payments({"PYMNT_HOLD": ""}, {"PYMNT_HOLD": "N"}), False, ""),
        (payments({"PYMNT_HOLD": "N"}, {"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "QTY"}), True, "QTY"),
        ({**payments({"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "OTH"}), "PYMNT_HOLD": "N"}, True, "OTH"),
        ({**KEYS, "SCHEDULE": [{"PYMNT_VCHR_XREF": [{"PYMNT_HOLD": "Y"}]}]}, True, ""),
    ],
)
def test_a_hold_is_seen_in_the_header_and_in_the_scheduled_payments(
    record: Record, held: bool | None, reason: str
) -> None:
    voucher = voucher_of(record)
    assert (voucher.payment_hold, voucher.hold_reason) == (held, reason)


@pytest.mark.parametrize(
    ("codes", "paid"),
    [
        ((), None),
        (("",), None),
        (("N",), False),
        (("P",), True),
        (("p",), True),
        (("N", "P"), True),
        (("E",), True),
        (("Y",), True),
        (("X", "R"), False),
        (("", "N"), False),
    ],
)
def test_a_voucher_is_paid_as_soon_as_money_left_for_one_payment(
    codes: tuple[str, ...], paid: bool | None
) -> None:
    rows: list[Record] = [{"PYMNT_SELCT_STATUS": code} for code in codes]
    assert voucher_of(payments(*rows)).paid is paid


@pytest.mark.parametrize(("code", "closed"), [(None, False), ("", False), ("O", False), ("C", True)])
def test_only_the_close_status_closes_a_voucher(code: str | None, closed: bool) -> None:
    voucher = voucher_of(KEYS if code is None else {**KEYS, "CLOSE_STATUS": code})
    assert voucher.closed is closed
    assert voucher.close_status == (code or "")


def test_the_other_codes_are_shown_as_they_stand() -> None:
    voucher = voucher_of({**KEYS, "POST_STATUS_AP": "U", "APPR_STATUS": "D", "VOUCHER_STYLE": "ADJ"})
    assert (voucher.post_status, voucher.approval_status, voucher.style) == ("U", "D", "ADJ")
    assert (voucher_of(KEYS).post_status, voucher_of(KEYS).approval_status) == ("", "")


@pytest.mark.parametrize(
    ("held", "wanted", "same"),
    [
        ({"INVOICE_ID": "inv-1 "}, {"INVOICE_ID": "INV-1"}, True),
        ({"INVOICE_ID": "INV-1"}, {"INVOICE_ID": "INV-10"}, False),
        ({"INVOICE_DT": "2026/03/09"}, {"INVOICE_DT": date(2026, 3, 9)}, True),
        ({"INVOICE_DT": date(2026, 3, 9)}, {"INVOICE_DT": date(2026, 3, 10)}, False),
        ({"GROSS_AMT": Decimal("112.500")}, {"GROSS_AMT": Decimal("112.5")}, True),
        ({"GROSS_AMT": Decimal("-112.5")}, {"GROSS_AMT": Decimal("112.5")}, False),
        ({}, {"GROSS_AMT": Decimal("112.5")}, True),
        ({"INVOICE_DT": ""}, {"INVOICE_DT": date(2026, 3, 9)}, False),
    ],
)
def test_only_what_is_shown_can_disagree(held: Record, wanted: dict[str, Value], same: bool) -> None:
    assert agrees(held, wanted) is same


def test_a_date_that_is_none_is_named() -> None:
    with pytest.raises(ProtocolError, match="INVOICE_DT"):
        voucher_of({**KEYS, "INVOICE_DT": "9 March"})
