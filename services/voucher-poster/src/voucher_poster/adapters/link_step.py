"""Whether a voucher that a person named can stand for an invoice: seen in PeopleSoft, beside the invoice in Basware."""

from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.invoice_state import InvoiceState, LinkOrder
from ap_domain.natural_key import MatchFields, NaturalKey, as_compared
from ap_domain.posting import PostingIntent
from basware import NotFound
from chassis.connections import Connection
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Outcome
from chassis.ledger.ports import Clock
from peoplesoft import FoundVoucher

from voucher_poster.adapters.document_source import DocumentSource
from voucher_poster.adapters.peoplesoft_clients import PeopleSoftSite
from voucher_poster.adapters.posting_request import PostingRequests
from voucher_poster.adapters.voucher_search import voucher_ref
from voucher_poster.core.answers import Linkable, NotLinkable

InvoiceEntry = Entry[InvoiceState]


class LinkStep:
    """Reads both systems. What it raises is as `PeopleSoftSteps` expects it."""

    def __init__(self, *, documents: DocumentSource, requests: PostingRequests, clock: Clock) -> None:
        self._documents = documents
        self._requests = requests
        self._clock = clock

    async def look(self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite) -> Outcome:
        """`Linkable`, or `NotLinkable` with the reason."""
        order = _order(entry)
        unit, number = order.business_unit, order.voucher_id
        if unit not in connection.peoplesoft.business_units:
            return not_linkable(entry, f"business unit {unit} is not one of connection {connection.id}")
        if (holds := await _holds_its_place(entry, site)) is not None:
            return not_linkable(entry, holds)
        found = await site.vouchers.get_voucher(business_unit=unit, voucher_id=number, record=entry.key)
        if found is None:
            return not_linkable(entry, "PeopleSoft does not show it")
        voucher = voucher_ref(found)
        if not voucher.live:
            return not_linkable(entry, "it is deleted in PeopleSoft")
        try:
            now = self._clock.now()
            invoice, document = await self._documents.now(
                entry.body.invoice_id, connection=connection, at=now
            )
        except NotFound:
            return not_linkable(entry, "Basware does not know the invoice")
        if invoice.company_code not in connection.basware.company_codes:
            return not_linkable(
                entry,
                f"company {invoice.company_code} of the invoice is not served by connection {connection.id}",
            )
        mapped = self._requests.natural_key(invoice, connection, today=now.date())
        why_not = _differs(found, invoice, order, _keys(entry, mapped))
        if why_not is not None:
            return not_linkable(entry, why_not)
        return Done(
            value=Linkable(
                voucher=voucher,
                intent=_intent(found, mapped),
                document=document,
                invoice_number=invoice.invoice_number or "",
                currency=invoice.currency,
                payment_block=invoice.payment_block,
            )
        )


def not_linkable(entry: InvoiceEntry, reason: str) -> Done:
    """The answer that the voucher that was named cannot stand for the invoice."""
    order = _order(entry)
    return Done(
        value=NotLinkable(
            business_unit=order.business_unit, voucher_id=order.voucher_id, reason=reason.rstrip(". ")
        )
    )


async def _holds_its_place(entry: InvoiceEntry, site: PeopleSoftSite) -> str | None:
    """Why the voucher that the invoice has cannot make room for the one that was named; None where it can.

    Only a deleted one makes room: beside any other the invoice might be paid twice.
    """
    order, known = _order(entry), entry.body.voucher
    if known is None or (known.business_unit, known.voucher_id) == (order.business_unit, order.voucher_id):
        return None
    found = await site.vouchers.get_voucher(
        business_unit=known.business_unit, voucher_id=known.voucher_id, record=entry.key
    )
    name = f"voucher {known.business_unit}/{known.voucher_id} stands for it"
    if found is None:
        return (
            f"{name}, and PeopleSoft does not show that one, not even as deleted: find out what became of it"
        )
    if voucher_ref(found).live:
        return f"{name}, and PeopleSoft shows that one as live: delete it there first, or both may be paid"
    return None


def _keys(entry: InvoiceEntry, mapped: NaturalKey | None) -> tuple[NaturalKey, ...]:
    sent = entry.body.intent.natural_key if entry.body.intent is not None else None
    return tuple(key for key in (sent, mapped) if key is not None)


def _differs(
    found: FoundVoucher, invoice: ApprovedInvoice, order: LinkOrder, keys: tuple[NaturalKey, ...]
) -> str | None:
    """Its number must be the invoice's, as Basware has it or as the connection's mapping makes it; so its unit,
    currency and supplier.
    """
    ours = invoice.invoice_number or ""
    if order.invoice_number and as_compared(order.invoice_number) != as_compared(ours):
        return f"the order is about invoice number {order.invoice_number}, and Basware shows {ours or 'none'}"
    numbers = [number for number in (ours, *(key.invoice_id for key in keys)) if number]
    if as_compared(found.invoice_id) not in map(as_compared, numbers):
        wanted = " or ".join(dict.fromkeys(numbers)) or "none"
        return f"it has invoice number {found.invoice_id or 'none'}, the invoice has {wanted}"
    units = {as_compared(key.business_unit) for key in keys}
    if units and as_compared(found.business_unit) not in units:
        return f"it is of business unit {found.business_unit}, the invoice of {' or '.join(sorted(units))}"
    if found.currency and invoice.currency and as_compared(found.currency) != as_compared(invoice.currency):
        return f"it is in {found.currency}, the invoice in {invoice.currency}, and payments are told without currency"
    suppliers = {as_compared(key.vendor_id) for key in keys}
    if suppliers and found.vendor_id and as_compared(found.vendor_id) not in suppliers:
        return f"it is of supplier {found.vendor_id}, the invoice of {' or '.join(sorted(suppliers))}"
    return None


def _intent(found: FoundVoucher, mapped: NaturalKey | None) -> PostingIntent:
    """As PeopleSoft shows it; what the component interface does not show is taken from the mapping."""
    return PostingIntent(
        natural_key=NaturalKey(
            business_unit=found.business_unit,
            vendor_setid=found.vendor_setid or (mapped.vendor_setid if mapped else ""),
            vendor_id=found.vendor_id or (mapped.vendor_id if mapped else ""),
            invoice_id=found.invoice_id,
        ),
        match=MatchFields(invoice_date=found.invoice_date, gross=found.gross, style=found.style or None),
        mapping_digest="",
        request_digest="",
    )


def _order(entry: InvoiceEntry) -> LinkOrder:
    if entry.body.link is None:
        raise ValueError(f"{entry.key} has no voucher to link")
    return entry.body.link
