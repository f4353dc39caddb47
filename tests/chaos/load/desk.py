"""One customer's people and vendors at work: every act is an operation of the history."""

import asyncio
import random
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import aiohttp
from devstack.errors import Refused

from tests.chaos.operations import Doing, NotDone, Operations
from tests.journeys.customer import Invoice

from .customers import ChaosCustomer
from .documents import Document, Documents

AWAY = (NotDone, Refused, aiohttp.ClientError, TimeoutError, OSError)
"""What a story may meet at any call: somebody is away, or says no. It ends there; the history has how far it came."""
_ANSWERED_NO = re.compile(r": 4\d\d ")


class Desk:
    """A customer's invoices of this run, and the acts on them.

    Every act raises NotDone when it certainly had no effect, and whatever else happened when nobody knows.
    """

    def __init__(self, customer: ChaosCustomer, *, operations: Operations, chance: random.Random) -> None:
        self.customer = customer
        self.operations = operations
        self.chance = chance
        self.documents = Documents(customer, chance)
        self.invoices: list[Invoice] = []
        """Approved, oldest first."""

    async def approve(
        self, document: Document, *, webhook: Mapping[str, Any] | None = None, deliver: bool = True
    ) -> Invoice:
        """Basware has it, approved; its webhook goes out with these switches."""
        told = {
            "number": document.get("invoiceNumber", ""),
            "company": document["companyCode"],
            "amount": str(document["grossSum"]),
        }
        with self.doing("approve", document["invoiceId"], **told):
            switches = None if webhook is None else dict(webhook)
            invoice = await self.customer.approve_document(document, webhook=switches, deliver=deliver)
        self.invoices.append(invoice)
        return invoice

    async def retransfer(self, invoice: Invoice, changes: Document, *, kind: str = "correct") -> None:
        """The clerk changes it in Basware and transfers it again under its id."""
        told = {name: changes[name] for name in ("invoiceNumber",) if name in changes}
        with self.doing(kind, invoice.id, **told):
            await self.customer.retransfer(invoice, changes)

    @contextmanager
    def doing(self, kind: str, record: str = "", **detail: Any) -> Iterator[Doing]:
        """An operation of this customer. A refusal of a control API or of a command is NotDone."""
        with self.operations.doing(kind, connection=self.customer.id, record=record, **detail) as doing:
            try:
                yield doing
            except Refused as error:
                if _certainly_not_done(error):
                    raise NotDone(str(error)) from error
                raise

    async def status(self, invoice: Invoice) -> str:
        """Of the document, in Basware's words."""
        return str((await self.customer.seen_by_basware(invoice))["status"])

    async def until_status(self, invoice: Invoice, *statuses: str, within: float = 60.0) -> str:
        """The status, once it is one of these; TimeoutError."""
        async with asyncio.timeout(within):
            while (status := await self.status(invoice)) not in statuses:
                await asyncio.sleep(1.0)
            return status


def _certainly_not_done(error: Refused) -> bool:
    """Nobody listened, or it was answered with a refusal; a lost answer or an error within is neither."""
    if error.__cause__ is not None:
        return isinstance(error.__cause__, aiohttp.ClientConnectorError)
    return bool(_ANSWERED_NO.search(str(error)))


NOTHING: Mapping[str, Any] = MappingProxyType({})
