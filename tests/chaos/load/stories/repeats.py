"""Several documents under one natural key: one voucher, unless the match rule tells them apart."""

import asyncio
from decimal import Decimal

from tests.chaos.load.customers import ORCHARD
from tests.chaos.load.desk import Desk

from .story import Story

_APART = 6.0


async def twins(desk: Desk) -> None:
    """Approved twice at once."""
    document = desk.documents.plain()
    await asyncio.gather(desk.approve(document), desk.approve(desk.documents.again(document)))


async def twin_later(desk: Desk) -> None:
    """Approved once more, perhaps while the first one is under way."""
    document = desk.documents.plain()
    await desk.approve(document)
    await desk.patience(desk.chance.uniform(0, _APART))
    await desk.approve(desk.documents.again(document))


async def number_again(desk: Desk) -> None:
    """Another invoice under the number of the first: by this connection's rule, another amount is another invoice."""
    first = desk.documents.plain(rows=1)
    await desk.approve(first)
    await desk.patience(desk.chance.uniform(0, _APART))
    other = desk.documents.plain(rows=1)
    if Decimal(other["grossSum"]) != Decimal(first["grossSum"]):
        await desk.approve(other | {"invoiceNumber": first["invoiceNumber"]})


async def credited(desk: Desk) -> None:
    """The credit note of an invoice, under its number."""
    first = desk.documents.plain()
    await desk.approve(first)
    await desk.patience(desk.chance.uniform(0, _APART))
    credit = desk.documents.plain(kind="credit_note")
    await desk.approve(credit | {"invoiceNumber": first["invoiceNumber"]})


STORIES = (
    Story(name="twins", weight=2, tell=twins, documents=2),
    Story(name="twin later", weight=2, tell=twin_later, documents=2),
    Story(name="number again", weight=4, tell=number_again, documents=2, only=ORCHARD),
    Story(name="credit note under its number", weight=3, tell=credited, documents=2, only=ORCHARD),
)
