"""One customer as a test drives and watches it: both simulated systems, through their control APIs."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import aiohttp
import yaml
from basware_simulator.decimal_json import dumps, loads
from basware_simulator.settings import SignatureEncoding
from basware_simulator.webhooks import SIGNATURE_HEADER, signature
from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi

from .eventually import BOUND, eventually

Json = dict[str, Any]
TRANSFERRED, PAID, FAILED = "Transferred", "Paid", "TransferFailed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice approved in Basware, as it was then."""

    id: str
    number: str
    document: Json


class Customer:
    """A connection of a stack, with the simulated systems of its two sides."""

    def __init__(
        self, spec: ConnectionSpec, *, stack: Stack, basware: ControlApi, peoplesoft: ControlApi
    ) -> None:
        self.spec = spec
        self.id = spec.id
        self.tenant_id = spec.tenant_id
        self.stack = stack
        self.basware = basware
        self.peoplesoft = peoplesoft
        self.died_with_peoplesoft: set[int] = set()

    async def sample(self, seed: int = 1, **like: str) -> Json:
        """A document as a coder would have it ready; the same arguments give the same one, digit by digit."""
        asked = {"seed": str(seed), "company": self.spec.company_codes[0], **like}
        sample: Json = loads(await self.basware.get_text("sample", **asked))
        return sample

    async def approve(self, seed: int = 1, *, webhook: Json | None = None, **like: str) -> Invoice:
        """Approve a sample; Basware sends its webhook, with these switches if any are given."""
        return await self.approve_document(await self.sample(seed, **like), webhook=webhook)

    async def approve_document(
        self, document: Json, *, webhook: Json | None = None, deliver: bool = True, **more: Any
    ) -> Invoice:
        """Approve this very document; `more` goes into the order: status, extended, at_least_bytes."""
        order = {
            "tenant": self.tenant_id,
            "document": document,
            "webhook": webhook,
            "deliver": deliver,
            **more,
        }
        await self.basware.post_text("documents", dumps(order))
        return Invoice(id=document["invoiceId"], number=document.get("invoiceNumber", ""), document=document)

    async def retransfer(self, invoice: Invoice, changes: Json, *, deliver: bool = True) -> None:
        """Correct it in Basware and send it to transfer again, under the same id."""
        order = {"changes": changes, "deliver": deliver}
        await self.basware.post_text(self._path(invoice, "/retransfer"), dumps(order))

    async def set_status(self, invoice: Invoice, status: str) -> None:
        """Take it back in Basware; no webhook tells."""
        await self.basware.post(self._path(invoice, "/status"), {"status": status})

    async def acknowledged_by_another(self, invoice: Invoice) -> None:
        """Another consumer of the tenant takes it."""
        await self.basware.post(self._path(invoice, "/acknowledge"), {})

    async def outcome(self, invoice: Invoice, **plan: Any) -> None:
        """What Basware will make of the next responses to it."""
        await self.basware.post(self._path(invoice, "/outcome"), plan)

    async def notify(self, invoice: Invoice) -> None:
        """One more webhook about the document, a task of its own."""
        await self.basware.post(self._path(invoice, "/notify"), {})

    async def send_webhook(
        self,
        body: bytes,
        *,
        spoilt: bool = False,
        secret: str | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> int:
        """A signed webhook of this very body, as Basware would send it; the status it was answered with.

        A spoilt one had a blank added after it was signed. `secret` is another one than the subscription's.
        """
        endpoint = self.stack.endpoints.connections[self.id]
        if secret is None:
            secret = await asyncio.to_thread(self.webhook_secret)
        signed = {SIGNATURE_HEADER: signature(body=body, secret=secret, encoding=SignatureEncoding.HEX)}
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                endpoint.webhook, data=body + b" " * spoilt, headers={**signed, **headers}
            ) as answer,
        ):
            return answer.status

    def webhook_secret(self) -> str:
        """What Basware signs with."""
        return Path(self.stack.endpoints.connections[self.id].secret_file).read_text()

    async def seen_by_basware(self, invoice: Invoice) -> Json:
        """Document, status, history, responses, notifications and violations from Basware's books."""
        seen: Json = await self.basware.get(f"documents/{invoice.id}", tenant=self.tenant_id)
        return seen

    async def vouchers(self, invoice: Invoice) -> list[Json]:
        """All vouchers under the invoice's number in PeopleSoft's books, deleted ones too."""
        found = await self.peoplesoft.get("vouchers", node=self.spec.node, invoice_id=invoice.number)
        return list(found["vouchers"])

    async def key_voucher(self, invoice: Invoice, **values: str) -> Json:
        """A clerk keys the invoice by hand; the voucher."""
        voucher = {
            "BUSINESS_UNIT": self.spec.business_units[invoice.document["companyCode"]],
            "VENDOR_SETID": "SHARE",
            "VENDOR_ID": invoice.document["supplierCode"].zfill(10),
            "INVOICE_ID": invoice.number,
            "INVOICE_DT": invoice.document["invoiceDate"][:10],
            "GROSS_AMT": str(invoice.document["grossSum"]),
            "TXN_CURRENCY_CD": invoice.document["currencyCode"],
            **values,
        }
        keyed: Json = await self.peoplesoft.post("vouchers", {"node": self.spec.node, "voucher": voucher})
        return keyed

    async def clerk(self, voucher: Json, action: str, **order: Any) -> None:
        """A clerk acts on a voucher: delete, close, hold, pay."""
        path = f"vouchers/{voucher['BUSINESS_UNIT']}/{voucher['VOUCHER_ID']}"
        await self.peoplesoft.post(path, {"node": self.spec.node, "action": action, **order})

    async def reference(self, **rows: Any) -> None:
        """Add to the site's reference data."""
        await self.peoplesoft.post("reference", {"node": self.spec.node, **rows})

    async def calls(self, operation: str = "create", invoice: Invoice | None = None) -> list[Json]:
        """The calls PeopleSoft got from this customer, oldest first; of every operation if it is empty."""
        about = {"invoice_id": invoice.number} if invoice else {}
        if operation:
            about["operation"] = operation
        found = await self.peoplesoft.get("requests", node=self.spec.node, **about)
        return list(found["requests"])

    async def forget_unanswered_calls(self) -> None:
        """PeopleSoft was killed: what it was working on will never be answered."""
        self.died_with_peoplesoft |= {each["request"] for each in await self.calls("") if not each["outcome"]}

    async def operator(self) -> Json:
        """The operator's record at the site: failures, refused logins, most calls at once."""
        sites = (await self.peoplesoft.get("sites"))["sites"]
        (site,) = [each for each in sites if each["node"] == self.spec.node]
        (operator,) = [each for each in site["operators"] if each["operator"] == self.spec.operator]
        return dict(operator)

    async def peoplesoft_fails(self, kind: str, **order: Any) -> None:
        """Order a fault of the site: operation, invoice_id, times, params."""
        await self.peoplesoft.post("faults", {"kind": kind, "node": self.spec.node, **order})

    async def peoplesoft_recovers(self) -> None:
        """End every fault of the site."""
        await self.peoplesoft.delete("faults", node=self.spec.node)

    async def basware_fails(self, kind: str, operation: str, **order: Any) -> None:
        """Order a fault of Basware's API."""
        await self.basware.post(
            "faults", {"kind": kind, "operation": operation, "tenant": self.tenant_id, **order}
        )

    async def site(self, **settings: Any) -> None:
        """Turn switches of the PeopleSoft site."""
        await self.peoplesoft.post(f"settings/{self.spec.node}", settings)

    async def tenant(self, **settings: Any) -> None:
        """Turn switches of the Basware tenant."""
        await self.basware.post("settings", {"tenant": self.tenant_id, **settings})

    async def apply(self, **sections: Mapping[str, Any] | str) -> None:
        """Apply the connection's document once more with these changes of its sections (a text replaces)."""
        file = self.stack.run_dir / "connections" / f"{self.id}.yaml"
        document = yaml.safe_load(file.read_text())
        for name, changes in sections.items():
            document[name] = changes if isinstance(changes, str) else {**document.get(name, {}), **changes}
        file.write_text(yaml.safe_dump(document, sort_keys=False))
        await self.stack.apstream("connection", "apply", str(file))

    async def parked(self, verb: str, invoice: Invoice, *, reason: str) -> str:
        """What `apstream parked resubmit`, `send-back` or `discard` said; Refused if it was refused."""
        named = (invoice.id, "--connection", self.id)
        return await self.stack.apstream("parked", verb, *named, "--reason", reason, "--by", "pat", "--yes")

    async def until_status(self, status: str, *invoices: Invoice, within: float = BOUND) -> None:
        """Until Basware has all of them in this status."""

        async def look() -> Sequence[str]:
            return [seen["status"] for seen in await asyncio.gather(*(map(self.seen_by_basware, invoices)))]

        await eventually(
            look,
            lambda seen: set(seen) == {status},
            what=f"all of {[invoice.number for invoice in invoices]} {status} at Basware",
            within=within,
        )

    def _path(self, invoice: Invoice, what: str) -> str:
        return f"documents/{invoice.id}{what}?tenant={self.tenant_id}"
