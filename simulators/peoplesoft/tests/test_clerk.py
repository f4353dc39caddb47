"""What people at the site do by hand shows in Get, in Find and in the books."""

from typing import Any

import pytest

KEYED = {"BUSINESS_UNIT": "US001", "INVOICE_ID": "INV-1", "VENDOR_ID": "0000430022", "GROSS_AMT": "80.00"}


@pytest.mark.parametrize(
    ("order", "shown"),
    [
        ({"action": "delete"}, {"ENTRY_STATUS": "X"}),
        ({"action": "close"}, {"CLOSE_STATUS": "C"}),
        ({"action": "recycle"}, {"ENTRY_STATUS": "R"}),
        ({"action": "hold", "reason": "QTY"}, {"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "QTY"}),
        ({"action": "post"}, {"POST_STATUS_AP": "P"}),
        ({"action": "approve"}, {"APPR_STATUS": "A"}),
        ({"action": "deny"}, {"APPR_STATUS": "D"}),
        (
            {"action": "pay", "payment_id": "0000004711"},
            {"PYMNT_SELCT_STATUS": "P", "PYMNT_ID": "0000004711", "POST_STATUS_AP": "P"},
        ),
        ({"action": "change", "values": {"INVOICE_ID": "OTHER"}}, {"INVOICE_ID": "OTHER"}),
        ({"action": "set_status", "entry_status": "E"}, {"ENTRY_STATUS": "E"}),
    ],
)
async def test_an_act_shows_in_a_get(caller: Any, order: dict[str, Any], shown: dict[str, str]) -> None:
    number = (await caller.create()).text("VOUCHER_ID")
    await caller.control("POST", f"vouchers/US001/{number}", order)
    read = await caller.call("get", {"BUSINESS_UNIT": "US001", "VOUCHER_ID": number})
    assert {name: read.text(name) for name in shown} == shown
    assert read.text("ORIGIN") == "BSW"


async def test_acts_can_be_taken_back(caller: Any) -> None:
    number = (await caller.create()).text("VOUCHER_ID")
    (before,) = await caller.vouchers()
    for action in ("recycle", "make_postable", "close", "reopen", "hold", "release", "post", "unpost"):
        await caller.control("POST", f"vouchers/US001/{number}", {"action": action})
    for action in ("pay", "void_payment", "unpost"):
        await caller.control("POST", f"vouchers/US001/{number}", {"action": action})
    assert await caller.vouchers() == [before]


async def test_a_voucher_keyed_by_hand_is_of_another_origin_and_counts_as_a_duplicate(caller: Any) -> None:
    keyed = await caller.control("POST", "vouchers", {"voucher": KEYED, "operator": "JSMITH"})
    assert (keyed["ORIGIN"], keyed["OPRID"], keyed["request"]) == ("ONL", "JSMITH", 0)
    assert keyed["VOUCHER_LINE"][0]["MERCHANDISE_AMT"] == "80.00"
    found = await caller.call("find", {"INVOICE_ID": "INV-1"})
    assert found.texts("VOUCHER_ID") == [keyed["VOUCHER_ID"]]
    assert "Duplicate invoice" in (await caller.create()).texts("messagetext")[0]


async def test_a_clerk_may_override_the_duplicate_warning(caller: Any) -> None:
    await caller.create()
    async with caller.session.post(f"{caller.url}/control/vouchers", json={"voucher": KEYED}) as answer:
        assert answer.status == 409
        assert "Duplicate invoice" in (await answer.json())["error"][0]["text"]
    again = await caller.control("POST", "vouchers", {"voucher": KEYED, "override_duplicates": True})
    assert again["ENTRY_STATUS"] == "P"
    assert len(await caller.vouchers(invoice_id="INV-1")) == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("vouchers", {"voucher": {**KEYED, "GROSS_AMT": 80.0}}),
        ("vouchers", {"voucher": {**KEYED, "NO_SUCH": "1"}}),
        ("vouchers/US001/1", {"action": "change", "values": {"NO_SUCH": "1"}}),
    ],
)
async def test_what_a_voucher_has_not_cannot_be_keyed(caller: Any, path: str, body: dict[str, Any]) -> None:
    async with caller.session.post(f"{caller.url}/control/{path}", json=body) as answer:
        assert answer.status == 400
