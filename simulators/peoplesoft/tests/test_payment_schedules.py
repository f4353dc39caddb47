"""The instalments of a voucher: when they come, by which terms, and which one a component shows."""

from typing import Any

from .keyed_vouchers import UNIT, act, keyed, rows


async def test_terms_with_instalments_and_a_split_that_rounds(caller: Any) -> None:
    await caller.control(
        "POST", "payment-terms", {"payment_terms": [{"code": "3X", "net_days": 10, "instalments": 3}]}
    )
    number = await keyed(
        caller, "100.00", PYMNT_TERMS_CD="3X", INVOICE_DT="2026-03-01", ACCOUNTING_DT="2026-03-02"
    )
    found = await rows(caller, number)
    assert [(row["A.PYMNT_GROSS_AMT"], row["A.DUE_DT"]) for row in found] == [
        (33.33, "2026-03-11"),
        (33.33, "2026-04-10"),
        (33.34, "2026-05-10"),
    ]


async def test_a_voucher_gets_its_schedule_when_it_becomes_payable(caller: Any) -> None:
    await caller.control("POST", f"settings/{caller.site.node}", {"duplicate_action": "recycle"})
    first = (await caller.create()).text("VOUCHER_ID")
    second = (await caller.create()).text("VOUCHER_ID")
    assert [len(await rows(caller, each)) for each in (first, second)] == [1, 0]
    await caller.control("POST", f"vouchers/{UNIT}/{second}", {"action": "make_postable"})
    change = {"action": "change", "values": {"GROSS_AMT": "77.00"}}
    await caller.control("POST", f"vouchers/{UNIT}/{second}", change)
    assert [row["A.PYMNT_GROSS_AMT"] for row in await rows(caller, second)] == [77.0]


async def test_a_component_shows_the_first_scheduled_payment_that_stands(caller: Any) -> None:
    number = await keyed(caller)
    await act(caller, number, "pay", payment_id="0000004711")
    await act(caller, number, "void", form="new_row", cancel_action="H")
    read = await caller.call("get", {"BUSINESS_UNIT": UNIT, "VOUCHER_ID": number})
    names = ("PYMNT_SELCT_STATUS", "PYMNT_HOLD", "PYMNT_HOLD_REASON", "POST_STATUS_AP", "BUDGET_HDR_STATUS")
    assert [read.text(name) for name in names] == ["N", "Y", "OTH", "P", "N"]
