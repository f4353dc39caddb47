"""One payment of several vouchers, by hand or by a pay cycle."""

from typing import Any

import pytest

from .keyed_vouchers import UNIT, act, keyed, rows


async def test_one_payment_covers_several_vouchers_and_is_taken_back_from_all(caller: Any) -> None:
    numbers = [await keyed(caller, amount) for amount in ("100.00", "50.00", "-30.00")]
    together = {"vouchers": [[UNIT, each] for each in numbers]}
    payment = (await caller.control("POST", "payments/together", together))["payment"]
    assert payment["PYMNT_ID"] == "0000000001"
    found = [row for each in numbers for row in await rows(caller, each)]
    assert [row["A.PAID_AMT"] for row in found] == [100.0, 50.0, -30.0]
    assert {(row["A.PYMNT_ID"], row["B.NETTED"]) for row in found} == {("0000000001", "Y")}
    (page,) = (await caller.control("GET", f"payments?voucher_id={numbers[0]}"))["vouchers"]
    assert page["payments"][0]["PYMNT_AMT"] == "120.00"
    await act(caller, numbers[1], "void")
    pages = (await caller.control("GET", "payments"))["vouchers"]
    assert [page["summary"]["open"] for page in pages] == ["100.00", "50.00", "-30.00"]


async def test_a_credit_note_that_takes_everything_settles_without_money(caller: Any) -> None:
    numbers = [await keyed(caller, amount) for amount in ("80.00", "-80.00")]
    await caller.control("POST", "payments/together", {"vouchers": [[UNIT, each] for each in numbers]})
    found = [row for each in numbers for row in await rows(caller, each)]
    assert [(row["A.PYMNT_SELCT_STATUS"], row["A.PAID_AMT"], row["B.NETTED"]) for row in found] == [
        ("P", 0, "Y")
    ] * 2
    summaries = [each["summary"] for each in (await caller.control("GET", "payments"))["vouchers"]]
    assert [(each["paid"], each["netted"], each["ended"]) for each in summaries] == [
        ("0", "80.00", True),
        ("0", "-80.00", True),
    ]


async def test_nothing_to_pay_is_settled_by_a_payment_of_nothing(caller: Any) -> None:
    number = await keyed(caller, "0.00")
    page = await act(caller, number, "pay")
    assert (page["summary"]["ended"], page["payments"][0]["PYMNT_AMT"]) == (True, "0.00")


async def test_a_discount_belongs_to_one_instalment(caller: Any) -> None:
    numbers = [await keyed(caller) for _ in range(2)]
    await caller.control("POST", "payments/together", {"vouchers": [[UNIT, each] for each in numbers]})
    again = {"action": "reissue", "discount": "1.00"}
    async with caller.session.post(
        f"{caller.url}/control/payments/{UNIT}/{numbers[0]}", json=again
    ) as answer:
        assert (answer.status, "carries several" in (await answer.json())["error"]) == (409, True)
    assert {row["A.PYMNT_ID"] for each in numbers for row in await rows(caller, each)} == {"0000000001"}


@pytest.mark.parametrize(
    ("order", "column", "letter"),
    [
        ({"action": "match_exception"}, "A.MATCH_STATUS_VCHR", "E"),
        ({"action": "budget_error"}, "A.BUDGET_HDR_STATUS", "E"),
        ({"action": "deny"}, "A.APPR_STATUS", "D"),
        ({"action": "recycle"}, "A.ENTRY_STATUS", "R"),
        ({"action": "delete"}, "A.ENTRY_STATUS", "X"),
        ({"action": "close"}, "A.CLOSE_STATUS", "C"),
        ({"action": "post"}, "A.POST_STATUS_AP", "P"),
        ({"action": "set_status", "budget_status": "?"}, "A.BUDGET_HDR_STATUS", "?"),
    ],
)
async def test_a_pay_cycle_pays_what_is_due_and_may_be_paid(
    caller: Any, order: dict[str, Any], column: str, letter: str
) -> None:
    due = {"INVOICE_DT": "2026-03-01", "PYMNT_TERMS_CD": "00"}
    free, stuck, held, _later = [
        await keyed(caller, **due, SCHEDULED_PAY_DT=day)
        for day in ("2026-03-02", "2026-03-02", "2026-03-02", "2026-04-02")
    ]
    await caller.control("POST", f"vouchers/{UNIT}/{stuck}", order)
    await act(caller, held, "hold")
    cycle = {"up_to": "2026-03-31", "day": "2026-04-01"}
    made = (await caller.control("POST", "payments/cycle", cycle))["payments"]
    (voucher,) = await caller.query("APS_VOUCHERS", BUSINESS_UNIT=UNIT, AFTER=free, UP_TO=stuck)
    assert voucher[column] == letter
    paid = {
        each["VOUCHER_ID"]
        for each in (await caller.control("GET", "payments"))["vouchers"]
        if each["payments"]
    }
    assert paid == {free} | ({stuck} if letter in ("P", "?") else set())
    assert {each["PYMNT_DT"] for each in made} == {"2026-04-01"}
    assert (await caller.control("POST", "payments/cycle", cycle))["payments"] == []


async def test_a_pay_cycle_by_supplier_sets_credit_notes_off(caller: Any) -> None:
    for amount in ("100.00", "-30.00"):
        await keyed(caller, amount, PYMNT_TERMS_CD="00", INVOICE_DT="2026-03-01")
    await keyed(caller, "-5.00", PYMNT_TERMS_CD="00", INVOICE_DT="2026-03-01", VENDOR_ID="0000430100")
    made = (await caller.control("POST", "payments/cycle", {"by": "supplier"}))["payments"]
    assert [(each["PYMNT_AMT"], each["NETTED"]) for each in made] == [("70.00", "Y")]
