"""What the pages of PeopleSoft would refuse to do with a payment."""

from typing import Any

import pytest

from .keyed_vouchers import UNIT, keyed


@pytest.mark.parametrize(
    ("before", "action", "why"),
    [
        ("delete", {"action": "pay"}, "is deleted"),
        ("recycle", {"action": "pay"}, "is recycled"),
        ("recycle", {"action": "record"}, "is recycled"),
        ("hold", {"action": "pay"}, "on hold (OTH)"),
        ("post", {"action": "pay", "amount": "100.01"}, "not part of"),
        ("post", {"action": "pay", "amount": "-1"}, "not part of"),
        ("post", {"action": "pay", "discount": "101"}, "not part of"),
        ("post", {"action": "pay", "discount": "-1"}, "not part of"),
        ("post", {"action": "split", "amounts": ["1", "2"]}, "is not 100.00"),
        ("post", {"action": "void"}, "has no payment"),
        ("post", {"action": "void", "payment_id": "0000000009"}, "has no payment 0000000009"),
        ("post", {"action": "pay", "number": 7}, "no unpaid instalment 7"),
        ("post", {"action": "reopen"}, "no cancelled instalment"),
        ("post", {"action": "mark", "codes": {"NO_SUCH": "1"}}, "neither record has NO_SUCH"),
        ("pay", {"action": "pay"}, "no unpaid instalment"),
        ("pay", {"action": "undo_escheat"}, "nothing that is escheated"),
    ],
)
async def test_what_the_pages_would_refuse_is_refused_and_changes_nothing(
    caller: Any, before: str, action: dict[str, Any], why: str
) -> None:
    number = await keyed(caller)
    await caller.control("POST", f"vouchers/{UNIT}/{number}", {"action": before})
    known = await caller.control("GET", "payments")
    async with caller.session.post(f"{caller.url}/control/payments/{UNIT}/{number}", json=action) as answer:
        assert (answer.status, why in (await answer.json())["error"]) == (409, True)
    assert await caller.control("GET", "payments") == known


async def test_no_voucher_and_no_such_act_are_refused(caller: Any) -> None:
    for path, body, status in (
        (f"{UNIT}/99999999", {"action": "pay"}, 409),
        (f"{UNIT}/99999999", {"action": "give_away"}, 400),
        (f"{UNIT}/99999999", {"action": "pay", "node": "NOWHERE"}, 404),
        ("together", {"vouchers": []}, 409),
    ):
        async with caller.session.post(f"{caller.url}/control/payments/{path}", json=body) as answer:
            assert answer.status == status
