"""What to do about a record that was refused, by the words on it. Pure."""

from collections.abc import Sequence

__all__ = ["remedy"]

NOT_SENT = "not sent: "
UNLOOKED = "sent again unchanged"
UNANSWERED = "without a clear word"
"""How the import's own words begin or what they contain; everything else is Basware's."""


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
