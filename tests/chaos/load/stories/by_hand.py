"""Invoices that somebody keyed in PeopleSoft before they came: they wait for a person, who decides."""

from tests.chaos.load.desk import Desk
from tests.chaos.load.watch import INVOICES
from tests.journeys.customer import Invoice

from .story import Story


async def keyed(desk: Desk) -> None:
    document = desk.documents.plain(rows=1)
    invoice = Invoice(id=document["invoiceId"], number=document["invoiceNumber"], document=document)
    with desk.doing("clerk", invoice.id, name="key"):
        voucher = await desk.customer.key_voucher(invoice)
    await desk.approve(document)
    await desk.until_parked(invoice, topic=INVOICES)
    decision = desk.chance.choice(("resubmit", "send-back", "discard"))
    if decision == "resubmit":
        await desk.clerk(voucher, "delete")
    await desk.decide(decision, invoice.id, ledger="vouchers")


STORIES = (Story(name="keyed by hand", weight=1.5, tell=keyed),)
