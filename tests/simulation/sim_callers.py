"""The caller of the voucher poster over the simulated remotes: same duties as the real adapters, no HTTP."""

from datetime import date
from decimal import Decimal
from typing import Any

from ap_domain.invoice_state import DocumentRef, InvoiceState
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.posting import PostingIntent, VoucherRef
from ap_domain.response import external_code
from chassis.ledger.entry import Entry
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Done, InDoubt, Outcome, Parked, Rejected, Retry, Sighted, Stopped
from chassis.ledger.ports import Clock, Gate
from voucher_poster.core import documents
from voucher_poster.core.answers import (
    Acknowledged,
    Confirmed,
    Created,
    Linkable,
    Looked,
    NotLinkable,
    PaymentConfirmed,
    PaymentRefused,
    PaymentReported,
    Reported,
    Revisited,
    SearchedAgain,
    Verified,
)

from .sim_peoplesoft import UNIT, Voucher
from .sim_remotes import Away, NoAnswer
from .sim_sends import SPACING
from .sim_site import Site

SETTLE = 30.0

InvoiceEntry = Entry[InvoiceState]


class InvoiceCaller:
    """Caller of the voucher poster."""

    def __init__(self, site: Site, clock: Clock) -> None:
        self._site = site
        self._clock = clock
        self._exchange = site.network.exchange
        self._acts = {
            "acknowledge": self._acknowledge,
            "revisit": self._revisit,
            "look": self._look,
            "create": self._create,
            "settle": self._settle,
            "verify": self._verify,
            "report": self._report,
            "confirm": self._confirm,
            "link": self._link,
            "search_again": self._search_again,
            "report_payment": self._report_payment,
            "confirm_payment": self._confirm_payment,
        }

    async def call(self, entry: InvoiceEntry, call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        arrived = True
        gate()
        self._site.sends.began(entry.key, entry.connection_id, call)
        try:
            if call.remote == "peoplesoft" and self._site.peoplesoft.locked_out:
                return await self._refused()
            outcome = await self._acts[call.name](entry, repeat)
            refused = isinstance(outcome, Done) and isinstance(outcome.value, PaymentRefused)
            arrived = not (refused or isinstance(outcome, Parked))
        except Away:
            arrived = False
            return Retry(reason="away", effect=False)
        except NoAnswer:
            return InDoubt(reason="no answer")
        else:
            return outcome
        finally:
            self._site.sends.ended(entry.key, arrived=arrived)

    async def probe(self, connection_id: str, remote: str) -> bool:
        try:
            await self._exchange(lambda: None)
            if remote == "peoplesoft" and self._site.peoplesoft.locked_out:
                return False
        except (Away, NoAnswer):
            return False
        return True

    async def _refused(self) -> Outcome:
        """The password is wrong: said before anything is carried out."""
        await self._exchange(self._site.peoplesoft.refuse_login)
        return Stopped(reason="password refused", connection_version=self._site.version())

    async def _acknowledge(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        invoice = entry.body.invoice_id
        status = await self._exchange(lambda: self._site.basware.acknowledge(invoice))
        if status == 200 or repeat:
            return Done(value=Acknowledged(spacing=SPACING))
        return Parked(reason="another consumer acknowledged it")

    async def _look(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        content = self._site.contents[entry.body.document.revision]
        asked_at = self._clock.now()
        live, deleted = await self._find(content.natural_key)
        return Done(
            value=Looked(
                fetch_number=entry.body.document.fetch_number,
                asked_at=asked_at,
                intent=_intent(content.natural_key, f"r{content.revision}"),
                same=live,
                deleted=deleted,
                settle_seconds=SETTLE,
                adopt=self._site.adopts,
            )
        )

    async def _revisit(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        if entry.body.voucher is None:
            raise ValueError("nothing to revisit")
        known = entry.body.voucher.voucher_id
        found = await self._exchange(lambda: self._site.peoplesoft.vouchers[known].ref)
        return Done(value=Revisited(voucher=found if found.live else None))

    async def _create(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        claim, invoice = _sent(entry).natural_key.claim, entry.body.invoice_id
        made_of, peoplesoft = entry.body.document.revision, self._site.peoplesoft
        made = await self._exchange(lambda: peoplesoft.create(claim, invoice, made_of) or "no", once=True)
        if made == "no":
            return Rejected(reason="the account is not valid")
        return Done(value=Created(voucher=made.ref))

    async def _settle(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        intent = _sent(entry)
        live, deleted = await self._find(intent.natural_key)
        ours = tuple(each for each in live if each.voucher_id not in intent.known)
        if not ours and any(each.voucher_id not in intent.known for each in deleted):
            return Parked(reason="PeopleSoft shows only deleted vouchers")
        return Sighted(same=ours)

    async def _verify(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        intent = _sent(entry)
        live, _ = await self._find(intent.natural_key)
        return Done(value=Verified(same=tuple(each for each in live if each.voucher_id not in intent.known)))

    async def _search_again(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        if entry.body.late is None:
            raise ValueError("nothing to search for again")
        shown: dict[str, VoucherRef] = {}
        for intent in entry.body.late.intents:
            live, _ = await self._find(intent.natural_key)
            shown |= {each.voucher_id: each for each in live if each.voucher_id not in intent.known}
        return Done(value=SearchedAgain(due=entry.body.late.due, vouchers=tuple(shown.values())))

    async def _report(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        report, invoice = entry.body.report, entry.body.invoice_id
        if report is None:
            raise ValueError("nothing to report")
        voucher = entry.body.voucher.voucher_id if entry.body.voucher else ""
        code = _code(entry, "transfer", report.number)
        stored = await self._exchange(
            lambda: self._site.basware.respond(invoice, code, report.success, voucher) or "no"
        )
        if stored == "no":
            return Parked(reason="Basware does not take the response")
        return Done(value=Reported(request_id=code, spacing=SPACING))

    async def _confirm(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        code = entry.body.report.request_id if entry.body.report else None
        fate = await self._exchange(lambda: self._site.basware.request_status(code or ""))
        return Done(value=Confirmed()) if fate else Retry(reason="not yet", after=2.0, blame=False)

    async def _report_payment(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        invoice, payment = entry.body.invoice_id, entry.body.payment
        if payment is None or payment.report is None:
            raise ValueError("no payment to report")
        report = payment.report
        code = _code(entry, "payment", report.number)
        idle = payment.told == report.told and not self._site.ordered(invoice)
        stored = await self._exchange(
            lambda: self._site.basware.pay(invoice, code, report.told, idle=idle) or "no"
        )
        if stored == "no":
            reason = "Basware: it is not transferred"
            return Done(value=PaymentRefused(number=report.number, reason=reason, sent_before=repeat))
        return Done(value=PaymentReported(number=report.number, request_id=code, spacing=SPACING))

    async def _confirm_payment(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        payment = entry.body.payment
        if payment is None or payment.report is None:
            raise ValueError("no payment to confirm")
        number, code = payment.report.number, payment.report.request_id or ""
        fate = await self._exchange(lambda: self._site.basware.request_status(code))
        if fate is None:
            return Retry(reason="not yet", after=2.0, blame=False)
        problem = None if fate == "success" else "Basware could not"
        return Done(value=PaymentConfirmed(number=number, problem=problem, overtaken=fate == "overtaken"))

    async def _link(self, entry: InvoiceEntry, repeat: bool) -> Outcome:
        order = entry.body.link
        if order is None:
            raise ValueError("no voucher is to be linked")
        return await self._exchange(lambda: self._linkable(entry, order.voucher_id))  # type: ignore[no-any-return]

    def _linkable(self, entry: InvoiceEntry, number: str) -> Outcome:
        """As `link_step` judges, seen at one moment."""
        site, invoice, known = self._site, entry.body.invoice_id, entry.body.voucher
        voucher, content = site.peoplesoft.vouchers.get(number), site.current(invoice)
        holds = known is not None and known.voucher_id != number
        if known is not None and holds and site.peoplesoft.vouchers[known.voucher_id].live:
            return _not_linkable(number, "its own lives")
        if voucher is None or not voucher.live or voucher.key != content.natural_key.claim:
            return _not_linkable(number, "it is not this invoice's")
        document = site.basware.documents[invoice]
        return Done(
            value=Linkable(
                voucher=voucher.ref,
                intent=_intent(content.natural_key, ""),
                document=DocumentRef(
                    partition=documents.NOWHERE,
                    offset=documents.NOWHERE,
                    fetch_number=0,
                    fetched_at=self._clock.now(),
                    status=document.status,
                    revision=content.revision,
                    digest="d",
                    batch_id=str(document.batch),
                ),
                invoice_number=content.number,
                currency="USD",
                payment_block=False,
            )
        )

    async def _find(self, key: NaturalKey) -> tuple[tuple[VoucherRef, ...], tuple[VoucherRef, ...]]:
        """Live and deleted ones."""
        peoplesoft = self._site.peoplesoft
        found: Any = await self._exchange(
            lambda: (_refs(peoplesoft.under(key.claim)), _refs(peoplesoft.under(key.claim, live=False)))
        )
        return found[0], found[1]


def _refs(vouchers: tuple[Voucher, ...]) -> tuple[VoucherRef, ...]:
    return tuple(voucher.ref for voucher in vouchers)


def _intent(key: NaturalKey, digest: str) -> PostingIntent:
    return PostingIntent(
        natural_key=key,
        match=MatchFields(invoice_date=date(2026, 11, 1), gross=Decimal(100)),
        mapping_digest="m",
        request_digest=digest,
    )


def _sent(entry: InvoiceEntry) -> PostingIntent:
    if entry.body.intent is None:
        raise ValueError("started without an intent")
    return entry.body.intent


def _code(entry: InvoiceEntry, step: str, number: int) -> str:
    return external_code(
        invoice_id=entry.body.invoice_id, cycle=entry.body.cycle, step=step, report_number=number
    )


def _not_linkable(number: str, reason: str) -> Done:
    return Done(value=NotLinkable(business_unit=UNIT, voucher_id=number, reason=reason))
