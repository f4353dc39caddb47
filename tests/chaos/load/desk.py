"""One customer's people and vendors at work: every act is an operation of the history."""

import asyncio
import json
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from ap_domain.command import Action, Command, CommandedLedger
from chassis.commands import issue
from chassis.keys import shard
from devstack.errors import Refused
from devstack.program import PARTITIONS

from tests.chaos.operations import Doing, NotDone, Operations
from tests.journeys.customer import Invoice

from .away import AWAY, Held, certainly_not_done
from .customers import WRONG_PASSWORD, ChaosCustomer
from .documents import Document, Documents
from .topic_feed import Value
from .watch import Watch

__all__ = ["AWAY", "PAYMENTS", "Desk", "Order"]

Order = Mapping[str, Any]
PAYMENTS = "payments"
"""The subject of polls of payments."""


_LOOK, _ASK = 0.25, 1.0
_HEAL_TRIES = 5
_ORDER_HOLDS = timedelta(minutes=10)


class Desk:
    """A customer's invoices of this run, and the acts on them.

    Every act raises NotDone when it certainly had no effect, and whatever else happened when nobody knows.
    `commands` bounds how many `apstream` run at once: each is a process that starts.
    """

    def __init__(
        self,
        customer: ChaosCustomer,
        *,
        operations: Operations,
        watch: Watch,
        commands: asyncio.Semaphore,
        chance: random.Random,
    ) -> None:
        self.customer = customer
        self.operations = operations
        self.watch = watch
        self.chance = chance
        self.documents = Documents(customer, chance)
        self.invoices: list[Invoice] = []
        """Approved and payable, oldest first."""
        self.weather = asyncio.Lock()
        """Held while something is wrong on purpose: one thing at a time."""
        self.has_wrong_password = False
        self._commands = commands
        self._held_until = 0.0

    # Calm

    @property
    def held(self) -> bool:
        """Whether nothing may go wrong on purpose."""
        return time.monotonic() < self._held_until

    def hold(self, seconds: float) -> None:
        """Let nothing go wrong on purpose for so long; 0 ends it."""
        self._held_until = time.monotonic() + seconds

    async def patience(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> bool:
        """Wait so long, or until that holds or all is held; whether it held."""
        ends = time.monotonic() + seconds
        while not (came := until()) and not self.held and time.monotonic() < ends:
            await asyncio.sleep(_LOOK)
        return came

    # Invoices

    async def approve(
        self, document: Document, *, webhook: Order | None = None, payable: bool = True
    ) -> Invoice:
        """Basware has it, approved; its webhook goes out with these switches. The treasury leaves alone what is not
        payable.
        """
        told = {
            "number": document.get("invoiceNumber", ""),
            "company": document["companyCode"],
            "amount": str(document["grossSum"]),
        }
        with self.doing("approve", document["invoiceId"], **told):
            switches = None if webhook is None else dict(webhook)
            invoice = await self.customer.approve_document(document, webhook=switches)
        if payable:
            self.invoices.append(invoice)
        return invoice

    async def correct(self, invoice: Invoice, changes: Document) -> Invoice:
        """The clerk changes it in Basware and transfers it again under its id."""
        with self.doing("correct", invoice.id, **{name: str(changes[name])[:60] for name in changes}):
            await self.customer.retransfer(invoice, changes)
        document = {**invoice.document, **changes}
        return Invoice(id=invoice.id, number=document["invoiceNumber"], document=document)

    async def retransfer(self, invoice: Invoice) -> None:
        """The clerk transfers it again as it is."""
        with self.doing("retransfer", invoice.id):
            await self.customer.retransfer(invoice, {})

    async def notify(self, invoice: Invoice) -> None:
        """Basware tells of it once more."""
        with self.doing("webhook", invoice.id, name="one more task"):
            await self.customer.notify(invoice)

    async def forge(self, invoice: Invoice) -> None:
        """Somebody else sends a webhook about it; the detail has the status it was answered with."""
        task = {"taskId": f"forged-{self.chance.getrandbits(64):x}", "taskStatus": "New"}
        body = {**task, "taskType": "AccountingDocuments", "documentId": invoice.id}
        with self.doing("webhook", invoice.id, name="forged") as doing:
            doing.detail["status"] = await self.customer.send_webhook(json.dumps(body).encode(), spoilt=True)

    async def until_status(self, invoice: Invoice, *statuses: str, within: float = 60.0) -> str:
        """The document's status at Basware, once it is one of these; TimeoutError, and Held."""
        async with asyncio.timeout(within):
            while True:
                with suppress(Refused):
                    status = str((await self.customer.seen_by_basware(invoice))["status"])
                    if status in statuses:
                        return status
                if self.held:
                    raise Held
                await asyncio.sleep(_ASK)

    async def until_parked(self, invoice: Invoice, *, topic: str, within: float = 45.0) -> Value:
        """Its entry, once it waits for a person; TimeoutError."""

        def entry() -> Value:
            return self.watch.entry(topic, self.customer.id, invoice.id)

        if not await self.patience(within, until=lambda: entry().get("phase") == "parked"):
            raise TimeoutError(f"{invoice.number} was not parked within {within:g} s")
        return entry()

    # PeopleSoft's people

    async def vouchers(self, invoice: Invoice) -> list[Value]:
        """The live vouchers under its number."""
        return [each for each in await self.customer.vouchers(invoice) if each["ENTRY_STATUS"] != "X"]

    async def clerk(self, voucher: Value, action: str, **order: Any) -> None:
        """A clerk acts on a voucher."""
        with self.doing("clerk", f"{voucher['BUSINESS_UNIT']}/{voucher['VOUCHER_ID']}", name=action, **order):
            await self.customer.clerk(dict(voucher), action, **order)

    async def treasury(self, voucher: Value, action: str, *, kind: str = "pay", **order: Any) -> None:
        """The treasury acts on a voucher's payments."""
        keys = f"{voucher['BUSINESS_UNIT']}/{voucher['VOUCHER_ID']}"
        with self.doing(kind, keys, name=action, **order):
            body = {"node": self.customer.node, "action": action, **order}
            await self.customer.peoplesoft.post(f"payments/{keys}", body)

    async def change(self, says: str, record: str, /, **rows: Any) -> None:
        """People change master data."""
        with self.doing("master change", record, name=says):
            await self.customer.peoplesoft.post(
                "masterdata/change", {"node": self.customer.node, "setid": "SHARE", **rows}
            )

    # Our people

    async def apstream(self, *arguments: str, record: str = "") -> str:
        """A person uses the command line; what it said."""
        with self.doing("command", record, name=" ".join(arguments[:2]), arguments=list(arguments)):
            async with self._commands:
                return await self.customer.stack.apstream(*arguments)

    async def flow(self, verb: str, flow: str) -> None:
        """A person pauses or resumes a flow."""
        said = ("--reason", "chaos", "--by", "pat")
        await self.apstream("flow", verb, self.customer.id, flow, *said, record=flow)

    async def decide(self, verb: str, invoice_id: str, *, ledger: str) -> None:
        """A person decides on a parked invoice: resubmit, send-back, discard."""
        named = ("parked", verb, invoice_id, "--connection", self.customer.id, "--ledger", ledger)
        said = ("--reason", "chaos", "--by", "pat", "--yes", "--wait", "15")
        await self.apstream(*named, *said, record=invoice_id)

    async def order(self, action: Action, subject: str) -> None:
        """A person orders a poll of an entity, or of payments."""
        ledger = CommandedLedger.PAYMENTS if subject == PAYMENTS else CommandedLedger.MASTERDATA
        now = datetime.now(UTC)
        command = Command(
            command_id=str(uuid.uuid4()),
            connection_id=self.customer.id,
            ledger=ledger,
            record_id=subject,
            action=action,
            reason="chaos",
            actor="pat",
            issued_at=now,
            expires_at=now + _ORDER_HOLDS,
            expected_sequence=0,
        )
        with self.doing("command", subject, name=action):
            bootstrap = self.customer.stack.kafka.bootstrap
            await issue(command, bootstrap=bootstrap, shard=shard(self.customer.id, PARTITIONS))

    async def password(self, *, right: bool) -> None:
        """Somebody applies the connection with a wrong password, or with the right one."""
        password = {"file": str(self.customer.password_file)} if right else {"value": WRONG_PASSWORD}
        with self.doing("command", name="connection apply", password="right" if right else "wrong"):
            self.has_wrong_password = True
            async with self._commands:
                await self.customer.apply(peoplesoft={"password": password})
            self.has_wrong_password = not right

    # The vendors' faults

    @asynccontextmanager
    async def fault(
        self,
        name: str,
        *,
        record: str = "",
        basware: tuple[Order, ...] = (),
        peoplesoft: tuple[Order, ...] = (),
    ) -> AsyncIterator[None]:
        """Something is wrong at the vendors as long as the block lasts; afterwards nothing is. Held."""
        async with self.weather:
            if self.held:
                raise Held
            orders = {"basware": list(basware), "peoplesoft": list(peoplesoft)}
            with self.doing("fault", record, name=name, **orders):
                try:
                    for order in basware:
                        await self.customer.basware.post(
                            "faults", {"tenant": self.customer.tenant_id, **order}
                        )
                    for order in peoplesoft:
                        await self.customer.peoplesoft.post("faults", {"node": self.customer.node, **order})
                    yield
                finally:
                    await self.heal()

    async def until_met(self, within: float) -> None:
        """Until no ordered fault is open any more, or time is up, or all is held."""
        ends = time.monotonic() + within
        while not self.held and time.monotonic() < ends:
            with suppress(Refused):
                if not await self._open_faults():
                    return
            await asyncio.sleep(_LOOK)

    async def heal(self) -> None:
        """End every fault of both vendors. A simulator that is away has forgotten them when it is back."""
        customer = self.customer
        for _ in range(_HEAL_TRIES):
            try:
                await customer.basware.delete("faults", tenant=customer.tenant_id)
                await customer.basware.delete("outage", tenant=customer.tenant_id)
                await customer.basware.post(
                    "settings", {"tenant": customer.tenant_id, "calls_per_second": None}
                )
                await customer.peoplesoft.delete("faults", node=customer.node)
                await customer.peoplesoft.post(
                    f"settings/{customer.node}", {"latency_ms": customer.latency_ms}
                )
            except Refused:
                await asyncio.sleep(_ASK)
            else:
                return

    async def _open_faults(self) -> bool:
        basware = (await self.customer.basware.get("faults"))["faults"]
        peoplesoft = (await self.customer.peoplesoft.get("faults"))["faults"]
        return any(each["tenant"] == self.customer.tenant_id for each in basware) or any(
            each["node"] == self.customer.node for each in peoplesoft
        )

    @contextmanager
    def doing(self, kind: str, record: str = "", **detail: Any) -> Iterator[Doing]:
        """An operation of this customer. What a control API or the owner of a record refuses is NotDone."""
        with self.operations.doing(kind, connection=self.customer.id, record=record, **detail) as doing:
            try:
                yield doing
            except Refused as error:
                if certainly_not_done(error):
                    raise NotDone(str(error)) from error
                raise
