"""Vouchers on purchase orders: references, coding from the order, and matching."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peoplesoft_simulator.dataset import CANCELLED_ORDER, DEMO_ORDER, starting_data
from peoplesoft_simulator.purchase_orders import PoPlace
from peoplesoft_simulator.row import Row
from peoplesoft_simulator.site import Settings
from peoplesoft_simulator.voucher_defaults import with_defaults

PAPER = PoPlace(business_unit="US001", po_id=DEMO_ORDER, line_nbr=1, sched_nbr=1)


def _on_order(quantity: str = "10", amount: str = "100.00", **changes: Any) -> dict[str, Any]:
    line = {
        "VOUCHER_LINE_NUM": 1,
        "MERCHANDISE_AMT": amount,
        "QTY_VCHR": quantity,
        "PO_ID": DEMO_ORDER,
        "LINE_NBR": 1,
        **changes,
    }
    kept = {name: value for name, value in line.items() if value is not None}
    return {"SALETX_AMT": None, "GROSS_AMT": amount, "VOUCHER_LINE": [kept]}


def test_a_line_without_coding_takes_the_orders(editor: Any) -> None:
    edited = editor(**_on_order(amount="100.01"))
    assert edited.errors == ()
    (line,) = edited.row.children("VOUCHER_LINE")
    coded = [(each.text("ACCOUNT"), each.text("MERCHANDISE_AMT")) for each in line.children("DISTRIB_LINE")]
    assert coded == [("18620", "60.01"), ("18200", "40.00")]
    assert (line.text("BUSINESS_UNIT_PO"), line.text("SCHED_NBR"), line.text("UNIT_OF_MEASURE")) == (
        "US001",
        "1",
        "BX",
    )
    assert edited.row.text("MATCH_STATUS_VCHR") == "M"


def test_a_line_with_coding_keeps_it(editor: Any) -> None:
    own = [{"DISTRIB_LINE_NUM": 1, "ACCOUNT": "28520", "MERCHANDISE_AMT": "100.00"}]
    edited = editor(**_on_order(DISTRIB_LINE=own))
    (line,) = edited.row.children("VOUCHER_LINE")
    assert [each.text("ACCOUNT") for each in line.children("DISTRIB_LINE")] == ["28520"]
    assert edited.errors == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"PO_ID": "NOSUCH"}, "Purchase order NOSUCH does not exist in US001 (line 1)"),
        ({"BUSINESS_UNIT_PO": "EU001"}, "does not exist in EU001"),
        ({"PO_ID": CANCELLED_ORDER}, "is not dispatched (status X)"),
        ({"LINE_NBR": 9}, "has no line 9"),
        ({"LINE_NBR": None}, "has no line (none given)"),
        ({"SCHED_NBR": 4}, "has no schedule 4"),
        ({"UNIT_OF_MEASURE": "EA"}, "Unit of measure EA is not BX"),
        ({"RECEIVER_ID": "0000000999"}, "Receipt 0000000999 line 1 is not of purchase order"),
        ({"QTY_VCHR": None}, "needs a quantity"),
        ({"QTY_VCHR": "60.0001"}, "quantity 60.0001 vouchered"),
        ({"QTY_VCHR": "-1"}, "more returned"),
        ({"UNIT_PRICE": "10.00001"}, "price 10.00001 of voucher line 1 is above 10"),
    ],
)
def test_what_does_not_fit_the_order_is_refused(editor: Any, changes: dict[str, Any], words: str) -> None:
    errors = editor.errors(**_on_order(**changes))
    assert any(words in each for each in errors), errors


def test_an_order_of_another_supplier_is_refused(editor: Any) -> None:
    errors = editor.errors(**_on_order(), VENDOR_ID="0000430100")
    assert any("is of supplier 0000430022, not 0000430100" in each for each in errors)


def test_what_was_vouchered_before_counts(editor: Any) -> None:
    editor.vouchered = {PAPER: Decimal(55)}
    assert editor.errors(**_on_order("5", RECEIVER_ID="0000000501")) == []
    (error,) = editor.errors(**_on_order("6"))
    assert "quantity 61 vouchered" in error
    assert editor.errors(**_on_order("-55", "-100.00")) == []
    assert "more returned" in editor.errors(**_on_order("-56", "-100.00"))[0]


def test_without_receipts_what_was_ordered_counts(editor: Any) -> None:
    assert editor.errors(**_on_order("12", LINE_NBR=2, UNIT_PRICE="250.00")) == []
    assert "exceeds 12" in editor.errors(**_on_order("13", LINE_NBR=2))[0]


def test_nothing_is_matched_that_need_not_be(editor: Any) -> None:
    edited = editor(**_on_order("999", UNIT_PRICE="999"), MATCH_ACTION="N")
    assert edited.errors == ()
    assert edited.row.text("MATCH_STATUS_VCHR") == "N"


@pytest.mark.parametrize(
    ("match_edit", "saved", "entry_status", "match_status"),
    [("reject", "0", [], []), ("recycle", "1", ["R"], ["E"]), ("exception", "1", ["P"], ["E"])],
)
async def test_a_match_exception_does_what_the_site_is_set_to(
    caller: Any, match_edit: str, saved: str, entry_status: list[str], match_status: list[str]
) -> None:
    await caller.control("POST", "settings/PSFT_EP", {"match_edit": match_edit})
    answer = await caller.create(**_on_order("61"))
    assert answer.text("notification") == saved
    assert "Match exception" in answer.texts("messagetext")[0]
    kept = await caller.vouchers()
    assert [each["ENTRY_STATUS"] for each in kept] == entry_status
    assert [each["MATCH_STATUS_VCHR"] for each in kept] == match_status


async def test_a_receipt_makes_room_and_a_deleted_voucher_gives_it_back(caller: Any) -> None:
    first = (await caller.create(**_on_order("60"))).text("VOUCHER_ID")
    refused = await caller.create(INVOICE_ID="B", **_on_order("1"))
    assert "quantity 61 vouchered" in refused.texts("messagetext")[0]
    await caller.control("POST", f"vouchers/US001/{first}", {"action": "delete"})
    assert (await caller.create(INVOICE_ID="B", **_on_order("60"))).text("notification") == "1"

    orders = (await caller.control("GET", "reference/PSFT_EP"))["purchase_orders"]
    (order,) = [each for each in orders if each["po_id"] == DEMO_ORDER]
    order["lines"][0]["schedules"][0]["receipts"].append({"receiver_id": "R2", "quantity": "5"})
    await caller.control("POST", "purchase-orders", {"purchase_orders": [order]})
    assert (await caller.create(INVOICE_ID="C", **_on_order("5"))).text("notification") == "1"
    assert (await caller.create(INVOICE_ID="D", **_on_order("1"))).text("notification") == "0"


_DATA = starting_data(seed=1)


@given(amount=st.decimals(min_value=-99999, max_value=99999, places=2))
def test_the_orders_coding_always_adds_up_to_the_line(amount: Decimal) -> None:
    keys = {"VOUCHER_LINE_NUM": "1", "PO_ID": DEMO_ORDER, "LINE_NBR": "1"}
    line = Row(values={**keys, "MERCHANDISE_AMT": f"{amount:f}"})
    row = Row(values={"BUSINESS_UNIT": "US001"}, rows={"VOUCHER_LINE": (line,)})
    unit = _DATA.business_units["US001"]
    today = _DATA.suppliers[("SHARE", "0000430022")].locations[0].effdt
    filled = with_defaults(row, unit=unit, data=_DATA, settings=Settings(), today=today)
    (coded,) = filled.children("VOUCHER_LINE")
    parts = [each.amount("MERCHANDISE_AMT") for each in coded.children("DISTRIB_LINE")]
    assert sum(parts, Decimal(0)) == amount
