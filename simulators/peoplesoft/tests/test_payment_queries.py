"""The queries over vouchers and payments: which vouchers a prompt for changes brings, and days of entry."""

import time
from typing import Any

import pytest

UNIT = "US001"
LONG_AGO, BEFORE, SINCE, LATER = (f"2026-0{month}-01T00:00:00.000000" for month in (1, 2, 3, 4))

VOUCHER = (
    "BUSINESS_UNIT VOUCHER_ID ENTRY_STATUS MATCH_STATUS_VCHR APPR_STATUS BUDGET_HDR_STATUS POST_STATUS_AP"
    " CLOSE_STATUS INVOICE_ID INVOICE_DT VENDOR_SETID VENDOR_ID GROSS_AMT TXN_CURRENCY_CD PYMNT_TERMS_CD"
    " ACCOUNTING_DT ORIGIN ENTERED_DT LAST_UPDATE_DT"
)
SCHEDULED = (
    "BUSINESS_UNIT VOUCHER_ID PYMNT_CNT PYMNT_SELCT_STATUS PYMNT_ACTION PYMNT_TYPE PYMNT_METHOD PYMNT_HOLD"
    " PYMNT_HOLD_REASON PYMNT_GROSS_AMT PAID_AMT PAID_AMT_GROSS PAID_AMT_DSCNT WTHD_AMT CURRENCY_PYMNT DUE_DT"
    " SCHEDULED_PAY_DT PYMNT_ID"
)
PAYMENT = "PYMNT_ID_REF PYMNT_DT PYMNT_STATUS CANCEL_ACTION CANCEL_DT NETTED"


async def invented(caller: Any, count: int = 4) -> list[str]:
    """Vouchers that were last changed long ago."""
    order = {"count": count, "seed": 1, "entered_at": f"{LONG_AGO}Z"}
    await caller.control("POST", "payments/generate", order)
    return [f"{10_000_000 + n}" for n in range(count)]


async def changed(caller: Any, name: str = "APS_VOUCHER_PAYMENTS", **prompts: str) -> list[str]:
    """The vouchers that the query brings, each once."""
    rows = await caller.query(name, **{"BUSINESS_UNIT": UNIT, "SINCE": SINCE, **prompts})
    return list(dict.fromkeys(row["A.VOUCHER_ID"] for row in rows))


async def act(caller: Any, voucher: str, **body: Any) -> None:
    await caller.control("POST", f"payments/{UNIT}/{voucher}", body)


@pytest.mark.parametrize("name", ["APS_VOUCHERS", "APS_VOUCHER_PAYMENTS"])
async def test_a_change_of_voucher_schedule_or_payment_brings_the_whole_voucher(
    caller: Any, name: str
) -> None:
    _, by_voucher, by_schedule, by_payment = await invented(caller)
    early, late = f"{LONG_AGO}Z", f"{SINCE}Z"
    await caller.control("POST", f"vouchers/{UNIT}/{by_voucher}", {"action": "deny", "last_update": late})
    await act(caller, by_schedule, action="split", parts=2, last_update=early)
    await act(caller, by_schedule, action="hold", number=2, last_update=late)
    await act(caller, by_payment, action="pay", last_update=early)
    assert await changed(caller, name) == [by_voucher, by_schedule]
    await act(caller, by_payment, action="mark", codes={"PYMNT_STATUS": "L"}, last_update=late)
    assert await changed(caller, name) == [by_voucher, by_schedule, by_payment]
    if name == "APS_VOUCHER_PAYMENTS":
        rows = await caller.query(name, BUSINESS_UNIT=UNIT, SINCE=SINCE)
        assert [row["A.LAST_UPDATE_DT"] for row in rows if row["A.VOUCHER_ID"] == by_schedule] == [
            LONG_AGO,
            SINCE,
        ]
        assert [row["A.LAST_UPDATE_DT"] for row in rows if row["A.VOUCHER_ID"] == by_payment] == [LONG_AGO]


async def test_late_rows_equal_times_and_silent_changes_are_found_as_their_times_say(caller: Any) -> None:
    late, equal, silent, far = await invented(caller)
    await act(caller, late, action="pay", last_update=f"{BEFORE}Z")
    await act(caller, equal, action="pay", last_update=f"{SINCE}Z")
    await act(caller, silent, action="pay", silently=True)
    await act(caller, far, action="touch", last_update=f"{LATER}+02:00")
    assert await changed(caller) == [equal, far]
    assert await changed(caller, SINCE="") == [late, equal, silent, far]
    assert await changed(caller, AFTER=equal) == [far]
    assert await changed(caller, UP_TO=equal) == [equal]
    assert await changed(caller, BUSINESS_UNIT="US002") == await changed(caller, BUSINESS_UNIT="") == []
    (row,) = await caller.query("APS_VOUCHERS", BUSINESS_UNIT=UNIT, AFTER=silent)
    assert row["A.LAST_UPDATE_DT"] == "2026-03-31T22:00:00.000000"


async def test_a_site_may_bring_only_the_rows_that_changed_or_every_business_unit(caller: Any) -> None:
    first, *_ = await invented(caller)
    await act(caller, first, action="split", parts=3, last_update=f"{BEFORE}Z")
    await act(caller, first, action="pay", number=2, last_update=f"{SINCE}Z")
    assert len(await caller.query("APS_VOUCHER_PAYMENTS", BUSINESS_UNIT=UNIT, SINCE=SINCE)) == 3
    queries = {
        "APS_VOUCHER_PAYMENTS": {"since_by": "row", "without": ["setid"], "prompts": {"since": "FROM"}}
    }
    await caller.control("POST", "sites", {"node": "PSFT_EP", "queries": queries})
    names = ["AFTER", "UP_TO", "FROM"]
    prompts = {
        "prompt_psqueryname": ",".join(["APS_VOUCHER_PAYMENTS"] * 3),
        "prompt_uniquepromptname": ",".join(names),
        "prompt_fieldvalue": f",,{SINCE.replace(':', '%3A')}",
    }
    rows = await caller.query("APS_VOUCHER_PAYMENTS", raw_prompts=prompts)
    assert [(row["A.VOUCHER_ID"], row["A.PYMNT_CNT"]) for row in rows] == [(first, 2)]


async def test_vouchers_are_found_by_the_days_they_were_entered(caller: Any) -> None:
    for day, first in (("2026-03-01", 100), ("2026-03-02", 200), ("2026-03-03", 300)):
        order = {"count": 2, "first_voucher": first, "entered_at": f"{day}T23:59:00Z", "prefix": day}
        await caller.control("POST", "payments/generate", order)

    async def entered(**prompts: str) -> list[str]:
        rows = await caller.query("APS_VOUCHERS_ENTERED", BUSINESS_UNIT=UNIT, **prompts)
        return [row["A.VOUCHER_ID"][-3:] for row in rows]

    assert await entered(FROM_DAY="2026-03-02", TO_DAY="2026-03-02") == ["200", "201"]
    assert await entered(FROM_DAY="2026-03-02", AFTER="00000200") == ["201", "300", "301"]
    assert await entered(TO_DAY="2026-03-01", UP_TO="00000100") == ["100"]
    assert len(await entered()) == 6
    (row, *_) = await caller.query("APS_VOUCHERS_ENTERED", BUSINESS_UNIT=UNIT)
    (same, *_) = await caller.query("APS_VOUCHERS", BUSINESS_UNIT=UNIT)
    assert row == same
    assert row["A.ENTERED_DT"] == "2026-03-01"
    refused = await caller.query_raw("APS_VOUCHERS_ENTERED", BUSINESS_UNIT=UNIT, FROM_DAY="yesterday")
    assert (refused.status, b"not a date" in refused.raw) == (400, True)
    assert (await caller.query_raw("APS_VOUCHERS", BUSINESS_UNIT=UNIT, FROM_DAY="2026-03-01")).status == 400


async def test_the_columns_come_in_the_order_of_the_delivered_query(caller: Any) -> None:
    await invented(caller, 1)
    (row,) = await caller.query("APS_VOUCHERS", BUSINESS_UNIT=UNIT)
    assert list(row)[1:] == [f"A.{name}" for name in VOUCHER.split()]
    (row,) = await caller.query("APS_VOUCHER_PAYMENTS", BUSINESS_UNIT=UNIT)
    paid_by = [f"B.{name}" for name in PAYMENT.split()]
    assert list(row)[1:] == [*(f"A.{name}" for name in SCHEDULED.split()), *paid_by, "A.LAST_UPDATE_DT"]
    blank = {name: row[name] for name in row if name.startswith("B.") or name == "A.PYMNT_ID"}
    assert blank == {
        "A.PYMNT_ID": " ",
        "B.PYMNT_ID_REF": " ",
        "B.PYMNT_DT": "",
        "B.PYMNT_STATUS": " ",
        "B.CANCEL_ACTION": " ",
        "B.CANCEL_DT": "",
        "B.NETTED": " ",
    }


async def test_a_query_sees_the_books_as_they_stood_and_holds_nobody_up(caller: Any) -> None:
    first, *_ = await invented(caller, 50)
    instance = (await caller.execute("APS_VOUCHER_PAYMENTS", BUSINESS_UNIT=UNIT)).text("QueryInstance")
    await act(caller, first, action="pay")
    answers = [await caller.results(instance) for _ in range(2)]
    assert answers[1].texts("status") == ["finalBlockRetrieved"]
    assert b"<A.PYMNT_SELCT_STATUS><![CDATA[P]]>" not in answers[1].raw


async def test_a_later_page_of_many_changes_costs_what_has_changed(caller: Any) -> None:
    """Each changed voucher is looked up by its key on later pages too, and not searched for among all of them."""
    count = 4000
    order = {"count": count, "seed": 1, "entered_at": f"{LATER}Z"}
    await caller.control("POST", "payments/generate", order)
    begin = time.monotonic()
    whole = await changed(caller)
    first = time.monotonic() - begin
    begin = time.monotonic()
    rest = await changed(caller, AFTER=whole[0])
    assert (len(whole), rest) == (count, whole[1:])
    assert time.monotonic() - begin < 3 * first + 0.2
