"""What Basware is told of a payment: the whole of it each time, because what is left out is cleared there."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

__all__ = ["PaymentTold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTold:
    """The fields of a paymentResponse that PeopleSoft decides (Basware P2P OpenAPI 26.06, PaymentResponseEntity).

    Two pictures that lead to equal values need one response only. ``payment_date`` is never left out once anything was
    told: Basware would put today's date. ``paid_total`` is cumulative, in the invoice's currency. Lengths: message 250,
    check_number 25, payment_message 100, payment_number, payment_document and payment_reversal_document 250 characters.
    Terms and method are Basware's own and are echoed when it is sent.
    """

    settled: bool
    payment_block: bool
    paid_total: Decimal
    cash_discount: Decimal
    payment_date: date | None = None
    message: str = ""
    check_number: str = ""
    payment_message: str = ""
    payment_number: str = ""
    payment_document: str = ""
    payment_reversal_document: str = ""
