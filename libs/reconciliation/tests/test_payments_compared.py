"""What was paid of a voucher beside what Basware was told of it."""

from decimal import Decimal
from typing import Any

import pytest
from reconciliation import ReconciliationFailed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ["PeopleSoft's payments of it cannot be read: no scheduled payment is shown"]),
        ({"LAST_UPDATE_DT": "2026-11-23T05:30:00"}, []),
        ({"ENTRY_STATUS": "R"}, []),
    ],
    ids=["for long", "of a moment ago", "cannot be paid yet"],
)
async def test_a_voucher_without_a_schedule_was_not_paid_nothing(
    world: Any, make: Any, changes: dict[str, str], words: list[str]
) -> None:
    for each in "12":
        world.add(each)
    world.basware.documents[0]["paymentResponses"] = []
    world.peoplesoft.vouchers[0] = make.voucher("1", **changes)
    del world.peoplesoft.payments[0]
    assert [each.words for each in (await world.run()).unexplained] == words


async def test_a_query_that_shows_no_payment_at_all_proves_no_agreement(world: Any) -> None:
    for each in "12345":
        world.add(each)
        world.basware.documents[-1]["paymentResponses"] = []
    world.peoplesoft.payments = []
    with pytest.raises(ReconciliationFailed, match="of 5 vouchers of US001"):
        await world.run()


async def test_payments_are_told_apart_by_the_rules_of_pictures(world: Any, make: Any) -> None:
    for each in ("part", "void", "held", "unread"):
        world.add(each)
    half = make.paid("part", "50.00")
    world.peoplesoft.payments = [
        half,
        make.paid("part", "66.00", PYMNT_CNT=Decimal(2), PYMNT_SELCT_STATUS="N", PAID_AMT=Decimal(0),
                  PYMNT_ID=None, PYMNT_ID_REF=None, PYMNT_DT=None, PYMNT_STATUS=None),
        make.paid("void", PYMNT_STATUS="V", CANCEL_ACTION="R", CANCEL_DT="2026-11-21", PYMNT_SELCT_STATUS="N"),
        make.paid("held", PYMNT_SELCT_STATUS="N", PYMNT_HOLD="Y", PYMNT_HOLD_REASON="QTY", PAID_AMT=Decimal(0),
                  PYMNT_ID=None, PYMNT_ID_REF=None, PYMNT_DT=None, PYMNT_STATUS=None),
        make.paid("unread", PAID_AMT="much"),
    ]  # fmt: skip
    world.basware.documents[2]["paymentResponses"] = []
    words = {each.invoice_id: each.words for each in (await world.run()).unexplained}
    assert words == {
        "part": "PeopleSoft has paid 50.00 EUR, Basware shows 116.00 EUR",
        "void": "PeopleSoft has paid 0.00 EUR, Basware shows 116.00 EUR",
        "held": "PeopleSoft holds the payment, Basware was told that it is not held",
        "unread": "PeopleSoft's payments of it cannot be read: voucher US001/vunread: PAID_AMT is much: "
        "must be an amount",
    }


async def test_a_payment_of_a_moment_ago_is_explained(world: Any, make: Any) -> None:
    world.add("1")
    world.basware.documents[0]["paymentResponses"] = []
    world.peoplesoft.payments = [make.paid("1", LAST_UPDATE_DT="2026-11-23T05:30:00")]
    result = await world.run()
    assert (len(result.differences), result.unexplained) == (1, ())
