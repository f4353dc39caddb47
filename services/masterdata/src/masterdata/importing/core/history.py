"""What the words on a record keep of how earlier sends of the same version came out.

Basware calls a record that it gets again unchanged NotProcessed, whatever became of it the first time (P2P FAQ):
what that means, only the history of the version can tell.
"""

from datetime import datetime, timedelta

from ap_domain.masterdata.record import ImportState, ImportStep

__all__ = [
    "ABOUT_TO_BE_SENT",
    "NOT_SENT",
    "carried",
    "kept",
    "may_have_been_sent",
    "refused_before",
    "unheard_since",
]

NOT_SENT = "not sent: "
"""Begins our own words on a record that breaks a rule of Basware's: it never went out."""
ABOUT_TO_BE_SENT = "about to be sent"
"""Said before each send of another version; alone it means that nobody knows whether that was done."""
FIRST_SEND = 2
"""The number of the word on the very first send of a record; `ABOUT_TO_BE_SENT` goes before it."""
LOOK_BACK = timedelta(days=1)
"""How far back a refusal of a version is looked for to which a record has returned."""
_REFUSED = "refused before: "
_CONFIRMED = "confirmed before"
_MAYBE = "may have been sent since "


def may_have_been_sent(since: datetime) -> str:
    """The word on a version whose send since then came to nothing that is known."""
    return _MAYBE + since.isoformat()


def carried(told: ImportState | None, *, digest: str) -> tuple[str, ...]:
    """What goes with the next send of this version."""
    if told is None or told.digest != digest:
        return ()
    match told.step:
        case ImportStep.CONFIRMED:
            return (_CONFIRMED,)
        case ImportStep.REFUSED:
            return tuple(_REFUSED + text for text in told.words if not text.startswith(NOT_SENT))
        case _:
            unknown = told.step is ImportStep.SENT or ABOUT_TO_BE_SENT in told.words
            return kept(told) or ((may_have_been_sent(told.at),) if unknown else ())


def kept(told: ImportState) -> tuple[str, ...]:
    """What the words keep already."""
    return tuple(text for text in told.words if text == _CONFIRMED or text.startswith((_REFUSED, _MAYBE)))


def refused_before(told: ImportState) -> tuple[str, ...]:
    """Basware's words on this version when it was sent before; empty when it was not refused then."""
    return tuple(text.removeprefix(_REFUSED) for text in told.words if text.startswith(_REFUSED))


def unheard_since(told: ImportState) -> datetime | None:
    """Since when an earlier send of this version, of which nothing is known, may have come to something.

    None where there was none, or its end is known. A record that has been through other versions may be back at one
    that was refused, without any of the others having reached Basware.
    """
    found = next((text for text in told.words if text.startswith(_MAYBE)), None)
    if found is not None:
        return datetime.fromisoformat(found.removeprefix(_MAYBE))
    if kept(told) or told.sequence <= FIRST_SEND:
        return None
    return told.at - LOOK_BACK
