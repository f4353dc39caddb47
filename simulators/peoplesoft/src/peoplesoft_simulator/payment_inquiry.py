"""What the payment inquiry of eSettlements shows: invoices and the days they are paid, without a single voucher id.

The resources and their fields are documented; how their JSON is nested, the words of the statuses, and which day counts
for what is not paid yet (the day it is scheduled for), are assumptions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from peoplesoft_simulator.books import Books, Voucher
from peoplesoft_simulator.payment_rows import Instalment, Payment
from peoplesoft_simulator.query import QueryRow

PAYMENTS = "esfetchpaymentinquiry"
PAYMENT_STATUS = "espaymentstatus"
INVOICE_STATUS = "esinvoicestatus"
FIELDS: Mapping[str, tuple[str, ...]] = {
    PAYMENTS: ("iStartDate", "iEndDate", "iPaymentDate"),
    PAYMENT_STATUS: ("ipInvoice",),
    INVOICE_STATUS: ("iInvoiceNo",),
}
"""The resources and what each is asked; a day may be blank."""
_CANCELLED = {"V": "VOID", "S": "STOPPED", "W": "ESCHEATED"}
_ENTRY = {"P": "POSTABLE", "R": "RECYCLED", "X": "DELETED"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class InquiryRefused(Exception):
    """The resource cannot be asked so; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What one resource is asked.

    Raises :class:`InquiryRefused` where it is made from anything but text in exactly its fields.
    """

    resource: str
    fields: Mapping[str, str]

    @classmethod
    def read(cls, resource: str, body: object) -> "Inquiry":
        """From the JSON of a request."""
        known = FIELDS[resource]
        if not isinstance(body, dict) or not all(isinstance(each, str) for each in body.values()):
            raise InquiryRefused("the body must be an object of texts")
        unknown = [name for name in body if name not in known]
        if unknown:
            raise InquiryRefused(f"there is no field {', '.join(unknown)}")
        days = [
            name for name, value in body.items() if name.endswith("Date") and value and not _is_day(value)
        ]
        if days:
            raise InquiryRefused(f"{', '.join(days)} must be a date")
        return cls(resource=resource, fields={name: str(body.get(name, "")).strip() for name in known})

    def rows(self, books: Books, node: str) -> list[QueryRow]:
        """The rows of the payment inquiry, each saying which of how many it is."""
        exact = self.fields["iPaymentDate"]
        first = date.fromisoformat(exact or self.fields["iStartDate"] or "1901-01-01")
        last = date.fromisoformat(exact or self.fields["iEndDate"] or "9999-12-31")
        found = books.payments.paid_between(node, first=first, last=last)
        return [
            {
                "oGrossAmount": row.gross,
                "oInvDate": voucher.row.text("INVOICE_DT"),
                "oInvPymntType": row.method,
                "oInvoiceID": voucher.row.text("INVOICE_ID"),
                "oOutRowNumber": f"{place} of {len(found)}",
                "oPymntStatus": payment_word(row, payment),
                "oTxnCurrencyCD": voucher.row.text("TXN_CURRENCY_CD"),
            }
            for place, (row, payment) in enumerate(found, start=1)
            for voucher in [_voucher(books, row)]
        ]

    def status(self, books: Books, node: str) -> QueryRow:
        """The answer about one invoice, blank where the site has none of that number; the last one entered counts."""
        (number,) = self.fields.values()
        found = books.search(node, {"INVOICE_ID": number}, match="exact") if number else []
        latest = max(found, key=lambda each: each.created_at, default=None)
        if self.resource == INVOICE_STATUS:
            return {"oStatus": _ENTRY.get(latest.row.text("ENTRY_STATUS"), "OTHER") if latest else ""}
        schedule = books.payments.schedule(node, *latest.keys) if latest else []
        words = [
            payment_word(each, books.payments.payment(node, each.bank, each.payment_id)) for each in schedule
        ]
        return {"opStatus": words[-1] if words else ""}


def payment_word(row: Instalment, payment: Payment | None) -> str:
    """The status of a scheduled payment in the inquiry's words."""
    if payment is not None and payment.status in _CANCELLED:
        return _CANCELLED[payment.status]
    if row.held:
        return "ON HOLD"
    words = {"open": "SCHEDULED", "selected": "SELECTED", "cancelled": "CANCELLED", "prepaid": "PREPAID"}
    return words.get(row.fate, "PAID")


def _voucher(books: Books, row: Instalment) -> Voucher:
    found = books.voucher(row.node, row.business_unit, row.voucher_id)
    if found is None:
        raise LookupError(f"scheduled payment of no voucher {row.business_unit}/{row.voucher_id}")
    return found


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text.strip()) and date.fromisoformat(text.strip()))
    except ValueError:
        return False
