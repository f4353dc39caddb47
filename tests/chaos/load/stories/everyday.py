"""Invoices with which nothing is wrong: plain, split, credit notes, on purchase orders, blocked."""

from decimal import Decimal
from itertools import count

from tests.chaos.load.customers import HARBOR, RECYCLED
from tests.chaos.load.desk import Desk

from .story import Story

_ORDERS = count(1)
_PRICE, _ORDERED = Decimal("250.00"), 12
_CORRECTED_WITHIN = 20.0


async def plain(desk: Desk) -> None:
    await desk.approve(desk.documents.plain())


async def split(desk: Desk) -> None:
    await desk.approve(desk.documents.split())


async def credit_note(desk: Desk) -> None:
    await desk.approve(desk.documents.plain(kind="credit_note"))


async def blocked(desk: Desk) -> None:
    """It becomes a voucher whose payment is held."""
    await desk.approve(desk.documents.plain(paymentBlock=True))


async def ordered(desk: Desk) -> None:
    """A part of an order of its own."""
    order_id = f"C{next(_ORDERS):09d}"
    schedule = {"quantity": str(_ORDERED), "unit_price": str(_PRICE), "receipt_required": False}
    line = {"line_nbr": 1, "unit_of_measure": "MO", "schedules": [schedule]}
    order = {
        "business_unit": desk.customer.business_unit,
        "po_id": order_id,
        "vendor_id": "0000430022",
        "lines": [line],
    }
    with desk.doing("master change", order_id, name="purchase order"):
        await desk.customer.reference(purchase_orders=[order])
    quantity = Decimal(desk.chance.randint(1, _ORDERED))
    await desk.approve(desk.documents.ordered(order_id, quantity=quantity, price=_PRICE))


async def recycled(desk: Desk) -> None:
    """PeopleSoft saves it as recycled; somebody there makes it postable."""
    invoice = await desk.approve(desk.documents.coded(*RECYCLED))
    await desk.until_status(invoice, "Transferred")
    await desk.patience(desk.chance.uniform(0, _CORRECTED_WITHIN))
    for voucher in await desk.vouchers(invoice):
        if voucher["ENTRY_STATUS"] == "R":
            await desk.clerk(voucher, "make_postable")


STORIES = (
    Story(name="plain", weight=30, tell=plain),
    Story(name="split coding", weight=8, tell=split),
    Story(name="credit note", weight=5, tell=credit_note),
    Story(name="blocked", weight=3, tell=blocked),
    Story(name="purchase order", weight=4, tell=ordered, only=HARBOR),
    Story(name="recycled", weight=2, tell=recycled),
)
