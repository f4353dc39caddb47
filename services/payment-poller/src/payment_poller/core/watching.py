"""Which voucher an entry of the ledger `peoplesoft.vouchers` has watched."""

from ap_domain.invoice_state import InvoiceState
from ap_domain.payments import WatchedVoucher
from chassis.ledger.entry import Entry

__all__ = ["watched"]


def watched(entry: Entry[InvoiceState]) -> WatchedVoucher | None:
    """The voucher that stands for the entry's invoice, posted, adopted or linked; None while there is none.

    Number, date and gross are known of vouchers we posted, as PeopleSoft was given them.
    """
    body = entry.body
    if body.voucher is None:
        return None
    intent = body.intent
    return WatchedVoucher(
        connection_id=entry.connection_id,
        invoice_id=body.invoice_id,
        business_unit=body.voucher.business_unit,
        voucher_id=body.voucher.voucher_id,
        since=body.posted_at,
        invoice_number=intent.natural_key.invoice_id if intent else "",
        invoice_date=intent.match.invoice_date if intent else None,
        gross=intent.match.gross if intent else None,
        currency=body.currency,
    )
