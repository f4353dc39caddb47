"""What the ERP made of an invoice, as Basware wants to hear it (`transferResponses`)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from basware._call import Call


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
        body: dict[str, str | bool] = {
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
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def checked_text(value: str, call: Call, *, field: str, longest: int, shortest: int = 0) -> str:
    """`value` itself if it keeps the field's limits, else `InvalidRequest`.

    Control characters and half characters cannot be stored or sent.
    """
    limit = f"{shortest} to {longest} characters"
    if any(0xD800 <= ord(c) <= 0xDFFF or (c < " " and c not in "\t\r\n") for c in value):
        raise call.invalid(
            f"{field} holds a character that cannot be sent", field=field, limit="printable text"
        )
    if not shortest <= len(value) <= longest:
        raise call.invalid(
            f"{field} has {len(value)} characters, allowed are {limit}", field=field, limit=limit
        )
    if shortest and not value.strip():
        raise call.invalid(f"{field} is blank", field=field, limit=limit)
    return value


def instant(value: datetime, call: Call, *, field: str) -> str:
    """An instant as Basware writes them, in UTC with milliseconds; naive times are refused."""
    limit = "an instant with time zone"
    if value.tzinfo is None:
        raise call.invalid(f"{field} has no time zone", field=field, limit=limit)
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        raise call.invalid(f"{field} has no equivalent in UTC", field=field, limit=limit) from None
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
