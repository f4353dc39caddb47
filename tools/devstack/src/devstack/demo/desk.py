"""Everything the demo does from outside: as Basware's users, as PeopleSoft's clerks, as people with `apstream`."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from basware_simulator.decimal_json import dumps, loads

from devstack.connection_spec import ConnectionSpec
from devstack.control import ControlApi
from devstack.errors import Refused
from devstack.scenario import Case, ClerkInPeopleSoft, Order, Person, Remote, Retransfer
from devstack.scenario.customers import NODES
from devstack.scenario.payments import PaymentAct
from devstack.stack import Stack

Json = dict[str, Any]
_PERSONS = 2
"""Commands at once: more of them would only slow each other, and the services, down."""
_NOT_THERE: Json = {"status": "not there", "document": {}, "notifications": [], "violations": []}


class Desk:
    """Control APIs of both simulators and the command line. Everything raises Refused with the other side's words."""

    def __init__(self, *, stack: Stack, basware: ControlApi, peoplesoft: ControlApi, day: date) -> None:
        self._stack = stack
        self._basware = basware
        self._peoplesoft = peoplesoft
        self._day = day
        self._persons = asyncio.Semaphore(_PERSONS)

    async def order(self, connection: str, order: Order, *, invoice_id: str = "") -> None:
        """Carry out what is arranged for a connection (and one of its invoices)."""
        path = order.path.replace("{id}", invoice_id)
        body = {
            name: invoice_id if value == "{id}" else value  # an order names its invoice so
            for name, value in order.body.items()
        }
        if order.remote is Remote.BASWARE:
            if path.startswith("documents/"):
                await self._basware.post(f"{path}?tenant={connection}", body)
            else:
                await self._basware.post(path, {"tenant": connection, **body})
        elif path.startswith("settings/"):
            await self._peoplesoft.post(path, body)
        else:
            await self._peoplesoft.post(path, {"node": NODES[connection], **body})

    async def approve(self, case: Case) -> None:
        """Approve the invoice in Basware, which then tells of it as the case says."""
        deliveries = case.deliveries
        document = case.bill.document(invoice_id=case.invoice_id, today=self._day)
        await self._basware.post_text(
            "documents",
            dumps(
                {
                    "tenant": case.connection,
                    "document": {**document, **deliveries.unknown_fields},
                    "webhook": dict(deliveries.webhook) or None,
                    "extended": bool(deliveries.unknown_fields),
                    "at_least_bytes": deliveries.at_least_bytes,
                }
            ),
        )

    async def retransfer(self, case: Case, act: Retransfer) -> None:
        """Correct the document and transfer it again."""
        changes: Mapping[str, Any] = {}
        if act.bill is not None:
            whole = act.bill.document(invoice_id=case.invoice_id, today=self._day)
            changes = {name: value for name, value in whole.items() if name != "invoiceId"}
        await self._basware.post_text(
            f"documents/{case.invoice_id}/retransfer?tenant={case.connection}", dumps({"changes": changes})
        )

    async def clerk(self, case: Case, act: ClerkInPeopleSoft, *, voucher: str) -> None:
        """Act on a voucher (unit/number) by hand."""
        await self._peoplesoft.post(f"vouchers/{voucher}", {"node": NODES[case.connection], **act.body})

    async def person(self, case: Case, act: Person) -> str:
        """Run the command; what it said."""
        async with self._persons:
            return await self._stack.apstream(
                "parked", act.verb, case.invoice_id, "--connection", case.connection, "--yes", "--by", "demo",
                "--reason", act.reason,
            )  # fmt: skip

    async def connect(self, spec: ConnectionSpec, *, surroundings: Sequence[Order]) -> None:
        """Apply a connection while the services run; its two sites are arranged before they know of it."""

        async def prepare() -> None:
            for order in surroundings:
                await self.order(spec.id, order)

        await self._stack.add_connection(spec, prepare=prepare)

    async def masterdata(self, *arguments: str) -> str:
        """Run `apstream masterdata ...`; what it said."""
        return await self._stack.apstream("masterdata", *arguments)

    async def payments(self, *arguments: str) -> str:
        """Run `apstream payments ...`; what it said."""
        return await self._stack.apstream("payments", *arguments)

    async def reconcile(self, *arguments: str) -> str:
        """Run `apstream reconcile --output json ...`; what it found, whether or not somebody is needed."""
        return await self._stack.apstream("reconcile", "--output", "json", *arguments, succeeds=(0, 1))

    async def on_voucher(self, connection: str, voucher: str, act: PaymentAct) -> None:
        """Do something in PeopleSoft to a voucher (unit/number) or to its payments."""
        what = "vouchers" if act.of_voucher else "payments"
        await self._peoplesoft.post(f"{what}/{voucher}", {"node": NODES[connection], **act.body})

    async def pay_together(self, connection: str, vouchers: Sequence[str]) -> None:
        """Pay several vouchers (unit/number) with one payment."""
        named = [voucher.split("/") for voucher in vouchers]
        await self._peoplesoft.post("payments/together", {"node": NODES[connection], "vouchers": named})

    async def pay_cycle(self, connection: str, *, up_to: date) -> list[Json]:
        """Pay everything that is due up to a day and may be paid; the payments made."""
        body = {"node": NODES[connection], "up_to": up_to.isoformat()}
        return list((await self._peoplesoft.post("payments/cycle", body))["payments"])

    async def paid_in_peoplesoft(self, connection: str) -> dict[str, Json]:
        """The books of payments of the connection's site, by voucher (unit/number)."""
        pages = (await self._peoplesoft.get("payments", node=NODES[connection]))["vouchers"]
        return {f"{page['BUSINESS_UNIT']}/{page['VOUCHER_ID']}": page for page in pages}

    async def paid_in_basware(self, connection: str) -> dict[str, Json]:
        """What clerks see of payments, by invoice; amounts are Decimal."""
        seen: Json = loads(await self._basware.get_text("payments", tenant=connection))
        return {each["invoiceId"]: each for each in seen["payments"]}

    async def payment_response(self, case: Case) -> str:
        """The message of the last payment response that Basware was sent of an invoice."""
        path = f"documents/{case.invoice_id}/payment"
        history = (await self._basware.get(path, tenant=case.connection))["history"]
        return str(history[-1]["body"].get("responseMessage") or "") if history else ""

    async def pickable(self, connection: str, api: str) -> list[Json]:
        """What Basware's coders can pick, by the import it came with."""
        found = await self._basware.get("masterdata/p2p", tenant=connection, api=api, content="true")
        return list(found["records"])

    async def imports(self, connection: str) -> Mapping[str, Json]:
        """How much Basware was sent of each import, in how many requests."""
        return dict((await self._basware.get("masterdata", tenant=connection))["apis"])

    async def reference(self, connection: str) -> Json:
        """What the connection's PeopleSoft holds that vouchers refer to."""
        return dict(await self._peoplesoft.get(f"reference/{NODES[connection]}"))

    async def document(self, case: Case) -> Json:
        """The document with everything that happened to it in Basware; amounts are Decimal."""
        try:
            seen: Json = loads(
                await self._basware.get_text(f"documents/{case.invoice_id}", tenant=case.connection)
            )
        except Refused:
            return _NOT_THERE
        return seen

    async def vouchers(self, connection: str) -> list[Json]:
        """Every voucher of the connection's site, deleted ones too."""
        return list((await self._peoplesoft.get("vouchers", node=NODES[connection]))["vouchers"])

    async def creates(self, connection: str) -> list[Json]:
        """Every create call that the connection's site saw."""
        found = await self._peoplesoft.get(
            "requests", node=NODES[connection], operation="create", limit="10000"
        )
        return list(found["requests"])

    async def violations(self) -> list[Json]:
        """Every rule of Basware that was broken."""
        return list((await self._basware.get("violations"))["violations"])
