"""What P2P makes of a transfer response: the invoice is transferred, or its transfer has failed."""

from .document_changes import changed
from .item_outcomes import ItemOutcome
from .records import DocumentRecord, RequestRecord

TRANSFER_RESPONSE_ENTITY = "TransferResponse"


def transfer_outcome(record: DocumentRecord, request: RequestRecord) -> ItemOutcome | None:
    """What P2P finds wrong with a response when it comes to it."""
    if record.status in ("Transferred", "Paid"):
        return ItemOutcome(message="The invoice is already transferred")
    if record.cycle != request.cycle:
        return ItemOutcome(message="The invoice was sent to transfer again")
    return None


def transfer_effect(record: DocumentRecord, request: RequestRecord) -> DocumentRecord:
    """The document once P2P has taken the response."""
    response = request.response
    if not response["success"]:
        # The vendor saves only message and status then; voucher numbers and payment block are ignored.
        return changed(
            record,
            at=request.due,
            event="transfer failed",
            status="TransferFailed",
            request_id=request.request_id,
            detail=response["responseMessage"],
        )
    return changed(
        record,
        at=request.due,
        event="transferred",
        status="Transferred",
        request_id=request.request_id,
        detail=response["responseMessage"],
        changes={
            "voucherNumber1": response.get("voucherNumber1"),
            "voucherNumber2": response.get("voucherNumber2"),
            "paymentBlock": response["paymentBlock"],
        },
    )
