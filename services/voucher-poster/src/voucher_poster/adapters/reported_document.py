"""What a document itself says about a response: the last word where the request's own status is lost."""

from collections.abc import Mapping

from voucher_poster.adapters.confirmation import Word

TRANSFERS = "transferResponses"
PAYMENTS = "paymentResponses"
SOURCE_SYSTEM = "PeopleSoft"
"""What Basware shows as the origin of a response."""

_TAKEN = ("Transferred", "Paid")
_FAILED = "TransferFailed"
_OPEN = ("WaitingForTransfer", "TransferInProgress")


def has_response(content: Mapping[str, object], external_code: str, *, kind: str = TRANSFERS) -> bool:
    """Whether Basware holds a response of this kind and code (it keeps the latest 100 of each kind)."""
    responses = content.get(kind)
    if not isinstance(responses, list):
        return False
    return any(isinstance(each, dict) and each.get("externalCode") == external_code for each in responses)


def transfer_in_document(
    content: Mapping[str, object], *, success: bool, voucher_number: str | None, external_code: str
) -> Word | None:
    """What became of a transfer as the document's status shows; None while it is open."""
    status = content.get("processingStatus")
    if status in _OPEN:
        return None
    if not success:
        if status == _FAILED:
            return Word()
        return Word(problem=f"the invoice is {status}, although its transfer was reported as failed")
    told = content.get("voucherNumber1")
    if status in _TAKEN and (told == voucher_number or has_response(content, external_code)):
        return Word()
    return Word(
        problem=f"the invoice is {status} with voucher {told or 'none'}, reported was {voucher_number}"
    )


def offered_again(content: Mapping[str, object], external_code: str) -> bool:
    """Whether the invoice was corrected and offered again after it had been returned by this response."""
    return content.get("processingStatus") == "WaitingForTransfer" and has_response(content, external_code)
