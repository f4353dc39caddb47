"""Acts on the payment of one voucher: what the queries show after them, and what they come to."""

from typing import Any

import pytest

from .keyed_vouchers import act, keyed, rows

FREE = {"paid": "0", "open": "100.00", "held": False, "ended": False}
Acts = list[dict[str, Any]]
PAY = {"action": "pay", "reference": "CHK-1", "day": "2026-05-04"}
CASES: list[tuple[str, Acts, list[dict[str, Any]], dict[str, Any]]] = [
    ("scheduled", [], [{"A.PYMNT_SELCT_STATUS": "N", "A.PYMNT_ID": " ", "B.PYMNT_STATUS": " "}], FREE),
    (
        "planned for another day",
        [{"action": "schedule", "day": "2026-09-01", "method": "WIR"}],
        [{"A.SCHEDULED_PAY_DT": "2026-09-01", "A.PYMNT_METHOD": "WIR"}],
        FREE,
    ),
    ("selected", [{"action": "select"}], [{"A.PYMNT_SELCT_STATUS": "R"}], FREE),
    (
        "let go",
        [{"action": "select"}, {"action": "select", "selection": "N"}],
        [{"A.PYMNT_SELCT_STATUS": "N"}],
        FREE,
    ),
    (
        "paid",
        [PAY],
        [
            {
                "A.PYMNT_SELCT_STATUS": "P",
                "A.PAID_AMT": 100.0,
                "A.PYMNT_ID": "0000000001",
                "B.PYMNT_ID_REF": "CHK-1",
                "B.PYMNT_DT": "2026-05-04",
                "B.PYMNT_STATUS": "P",
                "B.CANCEL_ACTION": "N",
                "B.CANCEL_DT": "",
                "B.NETTED": "N",
            }
        ],
        {"paid": "100.00", "open": "0", "ended": True},
    ),
    (
        "a part is paid",
        [{**PAY, "amount": "30"}],
        [
            {"A.PYMNT_GROSS_AMT": 30, "A.PAID_AMT": 30},
            {"A.PYMNT_GROSS_AMT": 70.0, "A.PYMNT_SELCT_STATUS": "N"},
        ],
        {"paid": "30", "open": "70.00", "ended": False},
    ),
    (
        "discount and withholding",
        [{**PAY, "discount": "2.00", "withheld": "5.00"}],
        [{"A.PAID_AMT": 93.0, "A.PAID_AMT_GROSS": 100.0, "A.PAID_AMT_DSCNT": 2.0, "A.WTHD_AMT": 5.0}],
        {"paid": "93.00", "discount": "2.00", "withheld": "5.00", "paid_gross": "100.00", "ended": True},
    ),
    (
        "another currency",
        [{**PAY, "currency": "EUR", "rate": "0.9", "discount": "2.00"}],
        [
            {
                "A.CURRENCY_PYMNT": "EUR",
                "A.PYMNT_GROSS_AMT": 100.0,
                "A.PAID_AMT": 88.2,
                "A.PAID_AMT_DSCNT": 1.8,
            }
        ],
        {"paid": "98.00", "discount": "2.00", "other_currency": True},
    ),
    (
        "paid outside",
        [{"action": "hold"}, {"action": "record", "reference": "WIRE 7"}],
        [
            {
                "A.PYMNT_SELCT_STATUS": "E",
                "A.PYMNT_ACTION": "R",
                "A.PYMNT_METHOD": "MAN",
                "B.PYMNT_STATUS": "P",
            }
        ],
        {"paid": "100.00", "held": False, "ended": True},
    ),
    (
        "partly prepaid",
        [{"action": "prepay", "amount": "40.00"}],
        [{"A.PYMNT_SELCT_STATUS": "Y", "A.PYMNT_ACTION": "P", "A.PAID_AMT": 0}, {"A.PYMNT_GROSS_AMT": 60.0}],
        {"paid": "0", "prepaid": "40.00", "open": "60.00"},
    ),
    (
        "on hold",
        [{"action": "hold", "reason": "QTY"}],
        [{"A.PYMNT_HOLD": "Y", "A.PYMNT_HOLD_REASON": "QTY"}],
        {**FREE, "held": True},
    ),
    (
        "released",
        [{"action": "hold"}, {"action": "release"}],
        [{"A.PYMNT_HOLD": "N", "A.PYMNT_HOLD_REASON": " "}],
        FREE,
    ),
    (
        "void, the row as it was",
        [PAY, {"action": "void"}],
        [{"A.PYMNT_CNT": 1, "A.PYMNT_SELCT_STATUS": "N", "A.PAID_AMT": 0, "B.PYMNT_STATUS": " "}],
        FREE,
    ),
    (
        "stopped, another row",
        [PAY, {"action": "stop", "form": "new_row", "day": "2026-05-20"}],
        [
            {
                "A.PYMNT_SELCT_STATUS": "X",
                "B.PYMNT_STATUS": "S",
                "B.CANCEL_ACTION": "R",
                "B.CANCEL_DT": "2026-05-20",
            },
            {"A.PYMNT_CNT": 2, "A.PYMNT_SELCT_STATUS": "N", "A.PYMNT_ID": " "},
        ],
        FREE,
    ),
    (
        "void on hold",
        [PAY, {"action": "void", "cancel_action": "H", "reason": "ACC"}],
        [{"A.PYMNT_HOLD": "Y", "A.PYMNT_HOLD_REASON": "ACC"}],
        {**FREE, "held": True},
    ),
    (
        "void and closed",
        [PAY, {"action": "void", "cancel_action": "C"}],
        [{"A.PYMNT_SELCT_STATUS": "C", "B.PYMNT_STATUS": "V", "B.CANCEL_ACTION": "C"}],
        {"paid": "0", "open": "0", "cancelled": "100.00", "ended": True},
    ),
    (
        "closed and open again",
        [PAY, {"action": "void", "cancel_action": "C"}, {"action": "reopen"}],
        [{"A.PYMNT_SELCT_STATUS": "N", "A.PYMNT_ID": " "}],
        FREE,
    ),
    (
        "reissued in the row",
        [PAY, {"action": "reissue", "reference": "CHK-2"}],
        [{"A.PYMNT_ID": "0000000002", "B.PYMNT_ID_REF": "CHK-2"}],
        {"paid": "100.00", "ended": True},
    ),
    (
        "reissued in another row",
        [PAY, {"action": "reissue", "reference": "CHK-2", "form": "new_row"}],
        [
            {"A.PYMNT_SELCT_STATUS": "X", "B.PYMNT_ID_REF": "CHK-1"},
            {"B.PYMNT_ID_REF": "CHK-2", "A.PAID_AMT": 100.0},
        ],
        {"paid": "100.00", "ended": True},
    ),
    (
        "escheated",
        [PAY, {"action": "escheat"}],
        [{"A.PYMNT_ACTION": "W", "B.PYMNT_STATUS": "W", "B.CANCEL_ACTION": "W"}],
        {"paid": "100.00", "ended": True},
    ),
    (
        "escheat undone",
        [PAY, {"action": "escheat"}, {"action": "undo_escheat"}],
        [{"A.PYMNT_ACTION": "S", "B.PYMNT_STATUS": "T"}],
        {"paid": "100.00", "ended": True},
    ),
    (
        "cancelled",
        [{"action": "cancel"}],
        [{"A.PYMNT_SELCT_STATUS": "X", "A.PYMNT_ACTION": "X"}],
        {"cancelled": "100.00", "ended": True},
    ),
    (
        "cancelled and open again",
        [{"action": "cancel"}, {"action": "reopen"}],
        [{"A.PYMNT_SELCT_STATUS": "N"}],
        FREE,
    ),
    (
        "letters nobody knows",
        [PAY, {"action": "mark", "codes": {"PYMNT_SELCT_STATUS": "?", "PYMNT_STATUS": "!"}}],
        [{"A.PYMNT_SELCT_STATUS": "?", "B.PYMNT_STATUS": "!"}],
        {"paid": "100.00", "ended": True},
    ),
    (
        "instalments",
        [{"action": "split", "parts": 3}, {**PAY, "number": 2}],
        [{"A.PYMNT_GROSS_AMT": 33.33}, {"A.PAID_AMT": 33.33}, {"A.PYMNT_GROSS_AMT": 33.34}],
        {"paid": "33.33", "open": "66.67", "ended": False},
    ),
]


@pytest.mark.parametrize(
    ("acts", "shown", "summary"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
async def test_the_query_and_the_summary_show_what_was_done(
    caller: Any, acts: Acts, shown: list[dict[str, Any]], summary: dict[str, Any]
) -> None:
    number = await keyed(caller)
    for each in acts:
        await act(caller, number, **each)
    found = await rows(caller, number)
    assert [{name: row[name] for name in wanted} for row, wanted in zip(found, shown, strict=True)] == shown
    (page,) = (await caller.control("GET", f"payments?voucher_id={number}"))["vouchers"]
    assert {name: page["summary"][name] for name in summary} == summary
