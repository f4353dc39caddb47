"""What a document itself says about a response: the last word where the request's own status is lost."""

from collections.abc import Mapping

from voucher_poster.core.answers import Confirmed

_TAKEN = ("Transferred", "Paid")
_FAILED = "TransferFailed"
_OPEN = ("WaitingForTransfer", "TransferInProgress")


def has_response(content: Mapping[str, object], external_code: str) -> bool:
    """Whether Basware holds a transferResponse of this code."""
    responses = content.get("transferResponses")
    if not isinstance(responses, list):
        return False
    return any(isinstance(each, dict) and each.get("externalCode") == external_code for each in responses)


def outcome_in_document(
    content: Mapping[str, object], *, success: bool, voucher_number: str | None, external_code: str
) -> Confirmed | None:
    """Confirmed as its status shows, with a problem where it shows something else; None while it is open."""
    status = content.get("processingStatus")
    if status in _OPEN:
        return None
    if not success:
        if status == _FAILED:
            return Confirmed()
        return Confirmed(problem=f"the invoice is {status}, although its transfer was reported as failed")
    told = content.get("voucherNumber1")
    if status in _TAKEN and (told == voucher_number or has_response(content, external_code)):
        return Confirmed()
    return Confirmed(
        problem=f"the invoice is {status} with voucher {told or 'none'}, reported was {voucher_number}"
    )
