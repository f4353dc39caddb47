"""What the ERP made of an invoice, as Basware wants to hear it (`transferResponses`)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from basware._call import Call
from basware._fields import checked_text, encoded, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferResponse:
    """The result of a transfer.

    `external_code` is new for every response on an invoice, the same for a repeat of one. With
    `success=False` Basware keeps the message and the status only. `response_message` is shown to clerks
    in the invoice's action log. `transfer_date` is timezone-aware. Lengths are checked when it is sent.
    """

    external_code: str
    success: bool
    response_message: str
    payment_block: bool
    source_system: str | None = None
    voucher_number1: str | None = None
    voucher_number2: str | None = None
    transfer_date: datetime | None = None

    def to_json(self, call: Call) -> bytes:
        """The request body; fields without a value are left out.

        Raises `InvalidRequest` naming field and limit (P2P OpenAPI 26.06, TransferResponseEntity); nothing
        is ever shortened here.
        """
        body: dict[str, str | bool | Decimal] = {
            "externalCode": checked_text(
                self.external_code, call, field="externalCode", shortest=1, longest=36
            ),
            "success": self.success,
            "responseMessage": checked_text(
                self.response_message, call, field="responseMessage", shortest=1, longest=250
            ),
            "paymentBlock": self.payment_block,
        }
        for field, value, longest in (
            ("sourceSystem", self.source_system, 32),
            ("voucherNumber1", self.voucher_number1, 25),
            ("voucherNumber2", self.voucher_number2, 25),
        ):
            if value is not None:
                body[field] = checked_text(value, call, field=field, longest=longest)
        if self.transfer_date is not None:
            body["transferDate"] = instant(self.transfer_date, call, field="transferDate")
        return encoded(body)
