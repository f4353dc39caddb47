"""What Basware, and through it the clerk, is told about an invoice."""

import uuid

MESSAGE_LIMIT = 250
"""Characters of a responseMessage (Basware P2P OpenAPI 26.06: 1 to 250)."""

_NAMESPACE = uuid.UUID("6f1b1f86-7a4e-5d43-9b0a-2f6e8c1d5a77")


def external_code(*, invoice_id: str, cycle: int, step: str, report_number: int) -> str:
    """The id of one response: the same for every repeat of a report, another one for every new report.

    Basware keeps responses by this code and never overwrites one, so a repeat after a lost answer is the
    same response. `step` is "transfer" or "payment"; `report_number` counts the reports of that step in the
    ledger.
    """
    # a separator that cannot stand in the id keeps ("a", 11) and ("a1", 1) apart
    return str(uuid.uuid5(_NAMESPACE, "\n".join((invoice_id, str(cycle), step, str(report_number)))))


def clerk_message(*, cause: str, remedy: str = "", code: str = "") -> str:
    """One message of at most 250 characters: what is wrong, what to do, and last the code for support.

    When all three do not fit, the cause is shortened (marked with "..."), then the remedy; the code goes
    first of all if even that is not enough. The full text belongs in the audit.
    """
    cause, remedy = _one_line(cause) or "The invoice could not be transferred.", _one_line(remedy)
    ending = f" [{_one_line(code)}]" if _one_line(code) else ""
    if len(ending) > MESSAGE_LIMIT // 3:
        ending = ""
    remedy = _shortened(remedy, MESSAGE_LIMIT // 2)
    middle = f" {remedy}" if remedy else ""
    return _shortened(_sentence(cause), MESSAGE_LIMIT - len(middle) - len(ending)) + middle + ending


def posted_message(*, business_unit: str, voucher_id: str, recycled: bool = False, why: str = "") -> str:
    """What is reported for a voucher that exists. A recycled one is saved but cannot be posted yet; `why` are
    PeopleSoft's words about that.
    """
    if recycled:
        reason = f": {why}" if why else ""
        return clerk_message(
            cause=f"Voucher {voucher_id} in PeopleSoft business unit {business_unit} is saved but recycled{reason}",
            remedy="Accounts payable completes it in PeopleSoft; do not send the invoice again.",
        )
    return clerk_message(cause=f"Posted as voucher {voucher_id} in PeopleSoft business unit {business_unit}")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":", "...")) else f"{text}."


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3].rstrip()}..."
