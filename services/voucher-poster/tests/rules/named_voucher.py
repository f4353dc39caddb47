"""A voucher that a person names for an invoice, and what the look at it answers."""

from dataclasses import replace
from typing import Any

from ap_domain.command import Action, VoucherLink
from ap_domain.invoice_state import PaymentState
from ap_domain.payments import payment_told
from voucher_poster.core.answers import Linkable, NotLinkable

from .payment_side import paid
from .samples import FIRST, INTENT, InvoiceEntry, document, entry_of, order, received

NAMED = VoucherLink(business_unit="US001", voucher_id="00000042", invoice_number="80")


def linkable(status: str = "Transferred", **changes: Any) -> Linkable:
    """PeopleSoft shows the first voucher, and Basware the invoice in this status."""
    answer = Linkable(
        voucher=FIRST,
        intent=INTENT,
        document=document(0, partition=-1, offset=-1, status=status, revision="seen"),
        invoice_number="80",
        currency="EUR",
        payment_block=False,
    )
    return replace(answer, **changes)


TOLD = payment_told(paid(), before=None, transfer_block=False)
PAYMENT = PaymentState(
    poll_offset=9, digest="d", standing="paid", settled=True, wanted=TOLD, told=TOLD, reports=3
)
NO = NotLinkable(business_unit="US001", voucher_id="00000042", reason="PeopleSoft does not show it")


def ordered(entry: InvoiceEntry | None) -> InvoiceEntry:
    """The entry after the order to link the first voucher."""
    sequence = entry.sequence if entry is not None else 0
    return entry_of(received(entry, order(Action.LINK, sequence=sequence, voucher=NAMED)))
