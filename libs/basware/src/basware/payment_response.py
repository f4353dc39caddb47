"""What became of an invoice's payment, as Basware wants to hear it (`paymentResponses`)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from basware._call import Call
from basware._fields import amount, checked_text, encoded, midnight


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentResponse:
    """The whole picture of a payment, each time: P2P clears every field that is left out.

    `external_code` is new for every response on an invoice, the same for a repeat of one. `success` must be true
    for P2P to take over anything but the message. Without `payment_date` P2P puts the current day. `paid_total` is
    all that has been paid so far, in the invoice's currency, not the latest payment alone. `payment_term_code` and
    `payment_method` overwrite those of the invoice. `response_message` is shown to clerks in the action log. An
    empty text is sent as such, None is left out. Limits are checked when it is sent.
    """

    external_code: str
    payment_block: bool
    success: bool = True
    response_message: str | None = None
    source_system: str | None = None
    payment_date: date | None = None
    payment_term_code: str | None = None
    payment_method: str | None = None
    paid_total: Decimal | None = None
    cash_discount: Decimal | None = None
    check_number: str | None = None
    payment_message: str | None = None
    payment_number: str | None = None
    payment_document: str | None = None
    payment_reversal_document: str | None = None

    def to_json(self, call: Call) -> bytes:
        """The request body; fields without a value are left out, the payment date is the beginning of its day, UTC.

        Raises `InvalidRequest` naming field and limit (P2P OpenAPI 26.06, PaymentResponseEntity); nothing is ever
        shortened or rounded here.
        """
        body: dict[str, str | bool | Decimal] = {
            "externalCode": checked_text(
                self.external_code, call, field="externalCode", shortest=1, longest=36
            ),
            "success": self.success,
            "paymentBlock": self.payment_block,
        }
        for field, value, longest in (
            ("responseMessage", self.response_message, 250),
            ("sourceSystem", self.source_system, 32),
            ("paymentTermCode", self.payment_term_code, 25),
            ("paymentMethod", self.payment_method, 25),
            ("checkNumber", self.check_number, 25),
            ("paymentMessage", self.payment_message, 100),
            ("paymentNumber", self.payment_number, 250),
            ("paymentDocument", self.payment_document, 250),
            ("paymentReversalDocument", self.payment_reversal_document, 250),
        ):
            if value is not None:
                body[field] = checked_text(value, call, field=field, longest=longest)
        for field, number in (("paidTotal", self.paid_total), ("cashDiscount", self.cash_discount)):
            if number is not None:
                body[field] = amount(number, call, field=field)
        if self.payment_date is not None:
            body["paymentDate"] = midnight(self.payment_date, call, field="paymentDate")
        return encoded(body)
