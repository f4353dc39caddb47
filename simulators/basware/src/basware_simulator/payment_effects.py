"""What P2P makes of a payment response: fields that were left out are cleared, and the invoice may become Paid.

Assumptions, as the vendor publishes none of it: that only what was transferred can be paid, what makes an invoice Paid
and what opens it again (`PaymentSettings`), and that the cash discount told replaces that of the invoice.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from .clock import stamp
from .document_changes import changed
from .item_outcomes import ItemOutcome, ItemStatus
from .payment_held import PaymentHeld
from .records import DocumentRecord, RequestRecord
from .response_settings import PaidWhen, PaymentSettings, Untransferred
from .settings import TenantSettings

PAYMENT_RESPONSE_ENTITY = "PaymentResponse"
SHOWN = (
    "paymentDate",
    "paymentTermCode",
    "paymentBlock",
    "paymentMethod",
    "paidTotal",
    "cashDiscount",
    "checkNumber",
    "paymentMessage",
    "paymentNumber",
    "paymentDocument",
    "paymentReversalDocument",
)
_ON_THE_DOCUMENT = {
    "paymentTermCode": "paymentTermCode",
    "paymentMethod": "paymentMethod",
    "paymentBlock": "paymentBlock",
    "paymentMessage": "paymentMessage",
    "cashSum": "cashDiscount",
    # The vendor's spelling.
    "paymentRevelsalDocument": "paymentReversalDocument",
}
_TRANSFERRED, _PAID = "Transferred", "Paid"
# The same record twice within less than a second makes the older one expire in P2P.
_SPACING = timedelta(seconds=1)


def takes_payment(record: DocumentRecord, settings: TenantSettings) -> bool:
    """Whether a document may be told of its payment."""
    transferred = record.status in (_TRANSFERRED, _PAID)
    return transferred or settings.payments.untransferred is Untransferred.TAKEN


def payment_outcome(
    record: DocumentRecord, request: RequestRecord, settings: TenantSettings
) -> ItemOutcome | None:
    """What P2P finds wrong with a response when it comes to it."""
    if _overtaken(record, request):
        message = "A newer version of the record has arrived"
        return ItemOutcome(status=ItemStatus.RECORD_EXPIRED, message=message)
    if record.cycle != request.cycle:
        return ItemOutcome(message="The invoice was sent to transfer again")
    if not takes_payment(record, settings):
        return ItemOutcome(message=f"The invoice is not transferred, its status is {record.status}")
    return None


def _overtaken(record: DocumentRecord, request: RequestRecord) -> bool:
    held = record.payment
    soon_after = (
        held.newest > request.number
        and held.newest_accepted is not None
        and held.newest_accepted - request.accepted < _SPACING
    )
    return soon_after or held.taken > request.number


def payment_effect(
    record: DocumentRecord, request: RequestRecord, settings: PaymentSettings
) -> DocumentRecord:
    """The document once P2P has taken the response."""
    response, held = request.response, record.payment
    if not response["success"]:
        logged = changed(
            record,
            at=request.due,
            event="payment response logged",
            request_id=request.request_id,
            detail=response.get("responseMessage") or "",
        )
        return replace(logged, payment=replace(held, logged=held.logged + 1))
    shown = _shown(response, at=request.due)
    taken = changed(
        record,
        at=request.due,
        event="payment taken over",
        status=_status(record, shown, settings),
        request_id=request.request_id,
        changes={field: shown.get(told) for field, told in _ON_THE_DOCUMENT.items()},
        detail=f"paid {shown.get('paidTotal', 'nothing')}: {response.get('responseMessage') or 'no message'}",
    )
    held = replace(held, shown=shown, since=request.due, taken=request.number, applied=held.applied + 1)
    return replace(taken, payment=held)


def payment_refused(record: DocumentRecord) -> DocumentRecord:
    """The document once P2P has refused a response or passed it over; the same may be said again."""
    held = record.payment
    return replace(record, payment=replace(held, refused=held.refused + 1, content=""))


def payment_before(document: dict[str, Any], *, at: datetime) -> PaymentHeld:
    """What P2P holds of a payment that a document tells of when it enters the books."""
    told = [response for response in document.get("paymentResponses") or () if response["success"]]
    return PaymentHeld(shown=_shown(told[-1], at=at), since=at) if told else PaymentHeld()


def _shown(response: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    told = {name: response[name] for name in SHOWN if response.get(name) is not None}
    return {"paymentDate": stamp(at.replace(hour=0, minute=0, second=0, microsecond=0)), **told}


def _status(record: DocumentRecord, shown: dict[str, Any], settings: PaymentSettings) -> str:
    if settings.paid_when is PaidWhen.NEVER or record.status not in (_TRANSFERRED, _PAID):
        return record.status
    if _is_paid(record.document().get("grossSum"), shown, settings.paid_when):
        return _PAID
    return _TRANSFERRED if settings.reopens else record.status


def _is_paid(gross: Decimal | None, shown: dict[str, Any], paid_when: PaidWhen) -> bool:
    paid = Decimal(shown.get("paidTotal", 0))
    if paid_when is PaidWhen.FIRST_PAYMENT:
        return paid != 0
    if gross is None:
        return False
    covered = paid + Decimal(shown.get("cashDiscount", 0))
    return covered >= gross if gross >= 0 else covered <= gross
