"""The duplicate check in its three settings, and what it looks at."""

import asyncio
from typing import Any

import pytest


async def _act(caller: Any, action: str, **settings: Any) -> None:
    await caller.control("POST", "settings/PSFT_EP", {"duplicate_action": action, **settings})


def _statuses(vouchers: list[dict[str, Any]]) -> list[str]:
    return [each["ENTRY_STATUS"] for each in vouchers]


async def test_reject_saves_nothing(caller: Any) -> None:
    await caller.create()
    again = await caller.create()
    assert (again.text("notification"), again.texts("type")) == ("0", ["Error"])
    assert _statuses(await caller.vouchers()) == ["P"]


async def test_recycle_saves_and_recycles_both(caller: Any) -> None:
    await _act(caller, "recycle")
    await caller.create()
    again = await caller.create()
    assert (again.text("notification"), again.texts("type")) == ("1", ["Warning"])
    assert _statuses(await caller.vouchers()) == ["R", "R"]


async def test_recycle_leaves_a_posted_voucher_alone(caller: Any) -> None:
    await _act(caller, "recycle")
    number = (await caller.create()).text("VOUCHER_ID")
    body = {"action": "set_status", "post_status_ap": "P"}
    await caller.control("POST", f"vouchers/US001/{number}", body)
    await caller.create()
    assert _statuses(await caller.vouchers()) == ["P", "R"]


async def test_warn_saves_with_a_warning(caller: Any) -> None:
    await _act(caller, "warn")
    first = await caller.create()
    again = await caller.create()
    assert first.texts("type") == []
    assert (again.text("notification"), again.texts("type")) == ("1", ["Warning"])
    assert first.text("VOUCHER_ID") in again.texts("messagetext")[0]
    assert _statuses(await caller.vouchers()) == ["P", "P"]


async def test_a_deleted_voucher_does_not_count_and_is_still_found(caller: Any) -> None:
    number = (await caller.create()).text("VOUCHER_ID")
    await caller.control("POST", f"vouchers/US001/{number}", {"action": "delete"})
    assert (await caller.create()).text("notification") == "1"
    found = await caller.call("find", {"BUSINESS_UNIT": "US001", "INVOICE_ID": "INV-1"})
    assert found.texts("ENTRY_STATUS") == ["X", "P"]


async def test_a_closed_voucher_counts(caller: Any) -> None:
    number = (await caller.create()).text("VOUCHER_ID")
    await caller.control("POST", f"vouchers/US001/{number}", {"action": "close"})
    assert (await caller.create()).text("notification") == "0"


@pytest.mark.parametrize(
    ("fields", "changes", "saved"),
    [
        (["BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID"], {"BUSINESS_UNIT": "US002"}, "1"),
        (["VENDOR_ID", "INVOICE_ID"], {"BUSINESS_UNIT": "US002"}, "0"),
        (["VENDOR_ID", "INVOICE_ID"], {"VENDOR_ID": "0000430100"}, "1"),
        (["INVOICE_ID"], {"VENDOR_ID": "0000430100"}, "0"),
        (["VENDOR_ID", "INVOICE_ID"], {"INVOICE_DT": "2026-03-02"}, "0"),
        (["VENDOR_ID", "INVOICE_ID", "INVOICE_DT"], {"INVOICE_DT": "2026-03-02"}, "1"),
        (["VENDOR_ID", "INVOICE_ID", "GROSS_AMT"], {"GROSS_AMT": "126.00", "SALETX_AMT": "26.00"}, "1"),
        (["VENDOR_ID", "INVOICE_ID", "GROSS_AMT"], {"GROSS_AMT": "125.000"}, "0"),
        (["VENDOR_ID", "INVOICE_ID", "VOUCHER_STYLE"], {"VOUCHER_STYLE": "ADJ"}, "1"),
        (["VENDOR_ID", "INVOICE_ID"], {"TXN_CURRENCY_CD": "USD"}, "0"),
        ([], {}, "1"),
    ],
)
async def test_only_the_chosen_fields_are_compared(
    caller: Any, fields: list[str], changes: dict[str, Any], saved: str
) -> None:
    await _act(caller, "reject", match_fields=fields)
    await caller.create()
    assert (await caller.create(**changes)).text("notification") == saved


async def test_a_business_unit_may_have_an_action_of_its_own(caller: Any) -> None:
    unit = {"business_unit": "US001", "duplicate_action": "warn"}
    await caller.control("POST", "business-units", {"business_units": [unit]})
    await caller.create()
    assert (await caller.create()).text("notification") == "1"


async def test_two_creates_at_once_cannot_both_miss_each_other(caller: Any) -> None:
    answers = await asyncio.gather(*(caller.create() for _ in range(8)))
    assert sorted(answer.text("notification") for answer in answers) == ["0"] * 7 + ["1"]


async def test_upper_case_sites_store_and_find_the_number_in_capitals(caller: Any) -> None:
    await caller.control("POST", "settings/PSFT_EP", {"upper_case_invoice_id": True})
    await caller.create(INVOICE_ID="abc/1")
    assert (await caller.create(INVOICE_ID="ABC/1")).text("notification") == "0"
    assert (await caller.call("find", {"INVOICE_ID": "abc/1"})).texts("INVOICE_ID") == ["ABC/1"]


_CREDITED = [
    {
        "VOUCHER_LINE_NUM": 1,
        "MERCHANDISE_AMT": "-125.00",
        "DISTRIB_LINE": [{"DISTRIB_LINE_NUM": 1, "ACCOUNT": "18620", "MERCHANDISE_AMT": "-125.00"}],
    }
]
_CREDIT = {"GROSS_AMT": "-125.00", "SALETX_AMT": None, "VOUCHER_LINE": _CREDITED}


@pytest.mark.parametrize(
    ("fields", "style", "saved"),
    [
        (["VENDOR_ID", "INVOICE_ID"], "REG", "0"),
        (["VENDOR_ID", "INVOICE_ID", "GROSS_AMT"], "REG", "1"),
        (["VENDOR_ID", "INVOICE_ID", "VOUCHER_STYLE"], "ADJ", "1"),
        (["VENDOR_ID", "INVOICE_ID", "VOUCHER_STYLE"], "REG", "0"),
    ],
)
async def test_a_credit_note_under_its_invoices_number_passes_where_gross_or_style_is_compared(
    caller: Any, fields: list[str], style: str, saved: str
) -> None:
    await _act(caller, "reject", match_fields=fields)
    number = (await caller.create()).text("VOUCHER_ID")
    credit = await caller.create(**_CREDIT, VOUCHER_STYLE=style, VOUCHER_ID_RELATED=number)
    assert credit.text("notification") == saved
    if saved == "1":
        again = await caller.create(**_CREDIT, VOUCHER_STYLE=style, VOUCHER_ID_RELATED=number)
        assert again.text("notification") == "0"


async def test_a_utility_may_repeat_its_number_where_the_date_is_compared(caller: Any) -> None:
    await _act(caller, "reject", match_fields=["VENDOR_ID", "INVOICE_ID", "INVOICE_DT"])
    months = [f"2026-0{month}-01" for month in (1, 2, 3, 3)]
    answers = [await caller.create(INVOICE_ID="METER-7", INVOICE_DT=day) for day in months]
    assert [each.text("notification") for each in answers] == ["1", "1", "1", "0"]
