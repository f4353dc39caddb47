"""The callers of both services, over the simulated remotes: same duties as the real adapters, no HTTP."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ap_domain.document import AccountingDocument
from ap_domain.fetch_state import FetchState
from ap_domain.invoice_state import InvoiceState
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.posting import PostingIntent, VoucherRef
from chassis.ledger.entry import Entry
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Done, InDoubt, Outcome, Parked, Rejected, Retry, Sighted, Stopped
from chassis.ledger.ports import Gate
from ingress.documents.core.answers import Fetched
from voucher_poster.core.answers import (
    Acknowledged,
    Confirmed,
    Created,
    Looked,
    Reported,
    Revisited,
    Verified,
)

from .sim_loop import SimLoop
from .sim_ports import EPOCH
from .sim_remotes import Away, Basware, Network, NoAnswer, PeopleSoft

SETTLE = 30.0
SPACING = 1.0


def natural_key(invoice: str) -> NaturalKey:
    """Invoices named x~1 and x~2 map to one natural key x."""
    number = invoice.split("~", maxsplit=1)[0]
    return NaturalKey(business_unit="US001", vendor_setid="SHARE", vendor_id="1", invoice_id=number)


class InvoiceCaller:
    """Caller of the voucher poster."""

    def __init__(self, loop: SimLoop, network: Network, basware: Basware, peoplesoft: PeopleSoft) -> None:
        self._loop = loop
        self._network = network
        self._basware = basware
        self._peoplesoft = peoplesoft
        self._calling: set[str] = set()

    async def call(self, entry: Entry[InvoiceState], call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        act = {
            "acknowledge": self._acknowledge,
            "revisit": self._revisit,
            "look": self._look,
            "create": self._create,
            "settle": self._settle,
            "verify": self._verify,
            "report": self._report,
            "confirm": self._confirm,
        }[call.name]
        if entry.key in self._calling:
            self._basware.violations.append(f"two calls at once on {entry.key}")
        self._calling.add(entry.key)
        try:
            if call.remote == "peoplesoft" and self._peoplesoft.locked_out:
                return await self._refused(gate)
            return await act(entry, gate, repeat)
        except Away:
            return Retry(reason="away", effect=False)
        except NoAnswer:
            return InDoubt(reason="no answer")
        finally:
            self._calling.discard(entry.key)

    async def probe(self, connection_id: str, remote: str) -> bool:
        try:
            await self._network.exchange(lambda: None)
            if remote == "peoplesoft" and self._peoplesoft.locked_out:
                return False
        except (Away, NoAnswer):
            return False
        return True

    async def _refused(self, gate: Gate) -> Outcome:
        """The password is wrong: said before anything is carried out."""
        gate()
        await self._network.exchange(self._peoplesoft.refuse_login)
        return Stopped(reason="password refused", connection_version=1)

    async def _acknowledge(self, entry: Entry[InvoiceState], gate: Gate, repeat: bool) -> Outcome:
        invoice = entry.body.invoice_id
        gate()
        status = await self._network.exchange(lambda: self._basware.acknowledge(invoice))
        if status == 200 or repeat:
            return Done(value=Acknowledged(spacing=SPACING))
        return Parked(reason="another consumer acknowledged it")

    async def _look(self, entry: Entry[InvoiceState], gate: Gate, repeat: bool) -> Outcome:
        key, asked_at = natural_key(entry.body.invoice_id), EPOCH + timedelta(seconds=self._loop.time())
        same = await self._find(key)
        intent = PostingIntent(
            natural_key=key,
            match=MatchFields(invoice_date=date(2026, 11, 1), gross=Decimal(10)),
            mapping_digest="m",
            request_digest=f"r{entry.body.document.revision}",
        )
        return Done(
            value=Looked(
                fetch_number=entry.body.document.fetch_number,
                asked_at=asked_at,
                intent=intent,
                same=same,
                settle_seconds=SETTLE,
            )
        )

    async def _revisit(self, entry: Entry[InvoiceState], gate: Gate, repeat: bool) -> Outcome:
        if entry.body.voucher is None:
            raise ValueError("nothing to revisit")
        known = entry.body.voucher.voucher_id
        live = await self._network.exchange(lambda: self._peoplesoft.holds(known))
        return Done(value=Revisited(voucher=_voucher(known) if live else None))

    async def _create(self, entry: Entry[InvoiceState], gate: Gate, repeat: bool) -> Outcome:
        if entry.body.intent is None:
            raise ValueError("started without an intent")
        key, invoice = entry.body.intent.natural_key.claim, entry.body.invoice_id
        gate()
        made_of = entry.body.document.revision
        voucher = await self._network.exchange(lambda: self._peoplesoft.create(key, invoice, made_of) or "no")
        if voucher == "no":
            return Rejected(reason="the account is not valid")
        return Done(value=Created(voucher=_voucher(voucher)))

    async def _settle(self, entry: Entry[InvoiceState], gate: Gate, repeat: bool) -> Outcome:
        if entry.body.intent is None:
            raise ValueError("in doubt without an intent")
        return Sighted(same=await self._find(entry.body.intent.natural_key))

    async def _verify(self, entry: Entry[InvoiceState], gate: Gate, repeat: bool) -> Outcome:
        return Done(value=Verified(same=await self._find(natural_key(entry.body.invoice_id))))

    async def _report(self, entry: Entry[InvoiceState], gate: Gate, repeat: bool) -> Outcome:
        report, invoice = entry.body.report, entry.body.invoice_id
        if report is None:
            raise ValueError("nothing to report")
        voucher = entry.body.voucher.voucher_id if entry.body.voucher else ""
        code = f"{invoice}/{entry.body.cycle}/{report.number}"
        gate()
        stored = await self._network.exchange(
            lambda: self._basware.respond(invoice, code, report.success, voucher) or "no"
        )
        if stored == "no":
            return Parked(reason="Basware does not take the response")
        return Done(value=Reported(request_id=code, spacing=SPACING))

    async def _confirm(self, entry: Entry[InvoiceState], gate: Gate, repeat: bool) -> Outcome:
        code = entry.body.report.request_id if entry.body.report else None
        status = await self._network.exchange(lambda: self._basware.request_status(code or ""))
        if status == "Success":
            return Done(value=Confirmed())
        return Retry(reason="not carried out yet", after=2.0, blame=False)

    async def _find(self, key: NaturalKey) -> tuple[VoucherRef, ...]:
        found: Any = await self._network.exchange(lambda: self._peoplesoft.find(key.claim))
        return tuple(_voucher(each) for each in found)


def _voucher(number: str) -> VoucherRef:
    return VoucherRef(business_unit="US001", voucher_id=number, entry_status="P")


class FetchCaller:
    """Caller of the document fetcher: reads what Basware holds at that moment."""

    def __init__(self, network: Network, current: dict[str, AccountingDocument]) -> None:
        self._network = network
        self._current = current

    async def call(self, entry: Entry[FetchState], call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        try:
            document = await self._network.exchange(lambda: self._current[entry.body.invoice_id])
        except (Away, NoAnswer):
            return Retry(reason="away")
        return Done(value=Fetched(document=document, content=document.content_digest))

    async def probe(self, connection_id: str, remote: str) -> bool:
        return True
