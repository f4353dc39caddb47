"""Words on refused records, as a person reads them: without account numbers, and with what to do. Pure."""

import re
from collections.abc import Sequence

__all__ = ["remedy", "without_accounts"]

NOT_SENT = "not sent: "
UNLOOKED = "sent again unchanged"
UNANSWERED = "without a clear word"
"""How the import's own words begin or what they contain; everything else is Basware's."""

_IBAN = r"\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b"
_NUMBER = r"\b[0-9](?:[ -]?[0-9]){7,33}\b"
_ACCOUNT = re.compile(f"{_IBAN}|{_NUMBER}")


def without_accounts(text: str, *, known: Sequence[str] = ()) -> str:
    """``text`` with all that looks like an account number hidden but for 4 characters; parts of ``known`` may be shown.

    Basware names the bank account that it refuses.
    """

    def hide(found: re.Match[str]) -> str:
        return found[0] if any(found[0] in each for each in known) else f"****{found[0][-4:]}"

    return _ACCOUNT.sub(hide, text)


def remedy(words: Sequence[str], *, connection: str, entity: str, code: str) -> str:
    """What brings a refused record through."""
    again = f"`apstream masterdata resend {entity} {code} --connection {connection}`"
    if any(text.startswith(NOT_SENT) for text in words):
        return f"correct it in PeopleSoft, or masterdata.entities.{entity} of the connection: the next poll sends it"
    if any(text.startswith(UNLOOKED) for text in words):
        return "change the record in PeopleSoft, or have Basware redistribute it: sent unchanged it is not looked at"
    if any(UNANSWERED in text for text in words):
        return f"ask Basware's support why it gives no word, then {again}"
    return f"correct it in PeopleSoft (the next poll sends it), or what Basware lacks there and then {again}"
