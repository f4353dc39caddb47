"""Documents that come again: returned and corrected, changed while they wait, transferred twice."""

from tests.chaos.load.desk import Desk
from tests.chaos.load.documents import UNKNOWN_COST_CENTER, Document

from .story import Story

_PEOPLESOFT_AWAY = {"kind": "refuse_503", "operation": "find"}


async def returned(desk: Desk) -> None:
    """An unknown cost centre: back to the clerk, who corrects it."""
    document = desk.documents.plain(rows=2)
    document["codingRows"][0] |= {"costCenterCode": UNKNOWN_COST_CENTER}
    invoice = await desk.approve(document)
    await desk.until_status(invoice, "TransferFailed")
    await desk.correct(invoice, {"codingRows": recoded(document, "61400")})


async def returned_unchanged(desk: Desk) -> None:
    """The same, but it is PeopleSoft that is corrected."""
    department = f"8{desk.chance.randint(0, 9999):04d}"
    invoice = await desk.approve(desk.documents.coded("18620", department))
    await desk.until_status(invoice, "TransferFailed", "Transferred")
    await desk.change(
        "department",
        department,
        chartfields=[
            {"field": "DEPTID", "value": department, "descr": "Entered late", "effdt": "2020-01-01"}
        ],
    )
    await desk.retransfer(invoice)


async def changed_while_waiting(desk: Desk) -> None:
    """PeopleSoft does not take it for a moment, and the clerk has second thoughts."""
    document = desk.documents.plain(rows=2)
    about = {**_PEOPLESOFT_AWAY, "invoice_id": document["invoiceNumber"], "times": 3}
    async with desk.fault("find refused", record=document["invoiceId"], peoplesoft=(about,)):
        invoice = await desk.approve(document)
        await desk.patience(desk.chance.uniform(0.2, 2))
        await desk.correct(invoice, {"codingRows": recoded(document, "35680")})
        await desk.until_met(8)


async def changed_at_once(desk: Desk) -> None:
    """The clerk has second thoughts while it is under way, wherever it is by then."""
    document = desk.documents.plain(rows=2)
    invoice = await desk.approve(document)
    await desk.patience(desk.chance.uniform(0, 4))
    await desk.correct(invoice, {"codingRows": recoded(document, "35680")})


async def transferred_again(desk: Desk) -> None:
    """Transferred once more although it is posted."""
    invoice = await desk.approve(desk.documents.plain())
    await desk.until_status(invoice, "Transferred")
    await desk.retransfer(invoice)


async def deleted_and_again(desk: Desk) -> None:
    """Somebody deletes the voucher in PeopleSoft and has it transferred again."""
    invoice = await desk.approve(desk.documents.plain(), payable=False)
    await desk.until_status(invoice, "Transferred")
    for voucher in await desk.vouchers(invoice):
        await desk.clerk(voucher, "delete")
    await desk.retransfer(invoice)


def recoded(document: Document, department: str) -> list[Document]:
    """Its rows, charged to another department."""
    return [row | {"costCenterCode": department} for row in document["codingRows"]]


STORIES = (
    Story(name="returned and corrected", weight=5, tell=returned),
    Story(name="returned, PeopleSoft corrected", weight=1.5, tell=returned_unchanged),
    Story(name="changed while it waits", weight=2, tell=changed_while_waiting),
    Story(name="changed at once", weight=1, tell=changed_at_once),
    Story(name="transferred again", weight=1.5, tell=transferred_again),
    Story(name="voucher deleted, transferred again", weight=1.5, tell=deleted_and_again),
)
