"""One customer's payments as a test drives and watches them: the treasury, what clerks see in Basware, polls."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from basware_simulator.decimal_json import loads
from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi
from devstack.errors import Refused

from tests.journeys.customer import PAID, TRANSFERRED, Customer, Invoice, Json
from tests.journeys.eventually import BOUND, eventually
from tests.journeys.evidence import Entry
from tests.journeys.orders import Order, give
from tests.journeys.topic_records import DESIRED_STATE, INVOICES, PICTURES

from .topic_watch import RESULTS, PaymentWatch

Keys = tuple[str, str]
"""Business unit and voucher id."""


def day(ago: int) -> str:
    """A day in the past, so that nobody takes it for the day Basware puts where none is told."""
    return (datetime.now(UTC).date() - timedelta(days=ago)).isoformat()


class PaymentCustomer(Customer):
    """A connection of a stack that polls payments."""

    def __init__(
        self,
        spec: ConnectionSpec,
        *,
        stack: Stack,
        watch: PaymentWatch,
        basware: ControlApi,
        peoplesoft: ControlApi,
    ) -> None:
        super().__init__(spec, stack=stack, basware=basware, peoplesoft=peoplesoft)
        self.watch = watch

    # Invoices

    async def posted(self, *seeds: int, kind: str = "plain") -> list[Invoice]:
        """Samples approved, posted and confirmed, and read by a poll once."""
        invoices = list(await asyncio.gather(*(self.approve(seed, kind=kind) for seed in seeds)))
        await self.until_status(TRANSFERRED, *invoices)
        await self.watched(*invoices)
        return invoices

    async def watched(self, *invoices: Invoice) -> None:
        """Polls until each has a picture: from here on one poll of changes brings what changes."""
        wanted = {await self.keys(each) for each in invoices}

        async def look() -> set[Keys]:
            result = await self.poll()
            assert result["outcome"] == "complete", result["words"]
            await self.watch.caught_up()
            return wanted - self.pictured()

        await eventually(look, lambda left: not left, what=f"pictures of {self.id}")

    def pictured(self) -> set[Keys]:
        """Vouchers of which a picture was published."""
        found = self.watch.of(PICTURES, self.id)
        return {(each.value["business_unit"], each.value["voucher_id"]) for each in found}

    def pictures(self, keys: Keys) -> list[Json]:
        """What was published of a voucher, oldest first."""
        found = self.watch.of(PICTURES, self.id, business_unit=keys[0], voucher_id=keys[1])
        return [dict(each.value) for each in found]

    async def keys(self, invoice: Invoice) -> Keys:
        """The voucher of an invoice, as Basware shows it."""
        shown = await self.payment(invoice)
        number = shown["voucherNumber1"]
        assert number, f"{invoice.number} has no voucher in Basware"
        return self.spec.business_units[invoice.document["companyCode"]], number

    # PeopleSoft's side

    async def act(self, invoice: Invoice, action: str, **order: Any) -> Json:
        """The treasury acts on the payments of an invoice's voucher; its page afterwards."""
        return await self.act_on(await self.keys(invoice), action, **order)

    async def act_on(self, keys: Keys, action: str, **order: Any) -> Json:
        """The same, of a voucher."""
        path = f"payments/{keys[0]}/{keys[1]}"
        found: Json = await self.peoplesoft.post(path, {"node": self.spec.node, "action": action, **order})
        return found

    async def pay_together(self, *invoices: Invoice, **order: Any) -> None:
        """One payment over all of them."""
        vouchers = [list(await self.keys(each)) for each in invoices]
        await self.peoplesoft.post(
            "payments/together", {"node": self.spec.node, "vouchers": vouchers, **order}
        )

    async def clerk_at(self, invoice: Invoice, action: str, **order: Any) -> None:
        """A clerk acts on an invoice's voucher."""
        unit, voucher_id = await self.keys(invoice)
        await self.clerk({"BUSINESS_UNIT": unit, "VOUCHER_ID": voucher_id}, action, **order)

    async def pages(self) -> dict[Keys, Json]:
        """The books of payments by voucher."""
        found = await self.peoplesoft.get("payments", node=self.spec.node)
        assert found["next"] is None
        return {(each["BUSINESS_UNIT"], each["VOUCHER_ID"]): each for each in found["vouchers"]}

    async def page(self, invoice: Invoice) -> Json:
        """The books of one invoice's voucher."""
        return (await self.pages())[await self.keys(invoice)]

    async def queries(self) -> list[Json]:
        """The queries that the site ran for us, oldest first."""
        found = await self.peoplesoft.get("requests", node=self.spec.node, operation="query")
        return list(found["requests"])

    # Basware's side

    async def payment(self, invoice: Invoice) -> Json:
        """What a clerk sees of one invoice's payment, with the history of its responses. Amounts are exact."""
        path = f"documents/{invoice.id}/payment"
        found: Json = loads(await self.basware.get_text(path, tenant=self.tenant_id))
        return found

    async def payments(self) -> list[Json]:
        """The same of every invoice that can be paid, without histories."""
        found: Json = loads(await self.basware.get_text("payments", tenant=self.tenant_id))
        return list(found["payments"])

    # Our side

    async def order(self, action: str, record: str = "payments") -> Order:
        """Order a poll."""
        return await give(self.stack.kafka.bootstrap, self.id, action, record, ledger="payments")

    async def poll(
        self, action: str = "run_now", subject: str = "payments", *, within: float = BOUND
    ) -> Json:
        """Order a poll; its result."""
        order = await self.order(action, subject)
        kinds = ("changes", "full") if action == "run_now" else ("full",)
        return await self.result(subject, since=order.at, kinds=kinds, within=within)

    async def result(
        self,
        subject: str = "payments",
        *,
        since: datetime,
        kinds: Sequence[str] = ("changes", "full"),
        within: float = BOUND,
    ) -> Json:
        """The last result of a poll that began after a moment."""

        async def look() -> list[Json]:
            found = (dict(each.value) for each in self.watch.of(RESULTS, self.id, subject=subject))
            return [each for each in found if each["kind"] in kinds and each["started_at"] >= since]

        what = f"a poll of {subject} of {self.id}"
        return (await eventually(look, bool, what=what, within=within))[-1]

    async def read(self, action: str = "run_now") -> Json:
        """One poll that came to its end; its result."""
        result = await self.poll(action)
        assert result["outcome"] == "complete", result["words"]
        return result

    def entry(self, invoice: Invoice) -> Entry:
        """The latest version of an invoice's entry in the ledger; empty before the first."""
        versions = [
            each.value
            for each in self.watch.of(INVOICES, self.id)
            if each.value["body"]["invoice_id"] == invoice.id
        ]
        return versions[-1] if versions else {}

    async def until_parked_because(self, invoice: Invoice, words: str, *, within: float = BOUND) -> None:
        """Until it waits for a person for a reason with these words."""

        async def look() -> str:
            entry = self.entry(invoice)
            return entry["reason"] if entry and entry["phase"] == "parked" else ""

        await eventually(look, lambda seen: words in seen, what=f"parked because of {words!r}", within=within)

    def stops(self) -> list[tuple[str, str]]:
        """What was said of the connection's flows, oldest first."""
        return [(each.value["flow"], each.value["state"]) for each in self.watch.of(DESIRED_STATE, self.id)]

    async def apstream(self, *arguments: str) -> str:
        """The command line, about this connection."""
        return await self.stack.apstream(*arguments, "--connection", self.id)

    async def exceptions(self) -> dict[str, set[str]]:
        """Kinds of exceptions by invoice number, as `apstream payments exceptions` lists them."""
        found: dict[str, set[str]] = {}
        for each in _lines(await self.apstream("payments", "exceptions", "--json")):
            assert each["words"]
            assert each["remedy"]
            found.setdefault(each["number"], set()).add(each["kind"])
        return found

    async def reconciled(self, *, last: date | None = None) -> list[Json]:
        """What `apstream reconcile` of the last days tells: the run, counts and differences.

        Its exit status must say whether somebody is needed.
        """
        until = (last or datetime.now(UTC).date()).isoformat()
        asked = ("reconcile", "--from", day(30), "--to", until, "--output", "json")
        try:
            told, status = await self.apstream(*asked), 0
        except Refused as refused:
            told, status = str(refused), 1
            assert "ended with code 1 " in told, told
        lines = _lines(told)
        (run,) = (each for each in lines if each["what"] == "run")
        assert (status == 0) == (run["unexplained"] == 0)
        return lines

    async def books_agree(self) -> None:
        """`apstream reconcile` finds no difference at all, not even one that it can explain."""
        found = [each for each in await self.reconciled() if each["what"] == "difference"]
        assert not found, found

    async def unexplained(self) -> set[tuple[str, str]]:
        """Kind and invoice number (or voucher) of each difference that somebody must look at."""
        return {
            (each["kind"], each["invoice_number"] or each["voucher_id"])
            for each in await self.reconciled()
            if each["what"] == "difference" and not each["explained"]
        }


def _lines(told: str) -> list[Json]:
    return [json.loads(each) for each in told.splitlines() if each.startswith("{")]


def gross(invoice: Invoice) -> Decimal:
    """What the supplier invoiced."""
    return Decimal(invoice.document["grossSum"])


def status_of(paid: bool) -> str:
    """What Basware calls an invoice that is, or is not, paid."""
    return PAID if paid else TRANSFERRED
