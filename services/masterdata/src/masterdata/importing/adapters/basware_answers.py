"""What Basware's answers and errors mean to the import; words of bounded length, none with an account number."""

from collections.abc import Iterable

from ap_domain.bank_details import without_account_numbers
from basware import (
    BaswareError,
    CredentialsRefused,
    ImportRefused,
    InvalidRequest,
    ItemState,
    ItemStatus,
    NotFound,
    ProtocolError,
    Refused,
    RequestState,
    RequestStatus,
)
from chassis.ledger.words import words

from masterdata.importing.core.answers import (
    Ended,
    ItemWord,
    LockedOut,
    NoAnswer,
    NotAllowed,
    RequestWord,
    Seen,
    SendAnswer,
    TooLarge,
    TurnedDown,
)

__all__ = ["item_words", "kept_from", "of_send", "of_status", "seen_of"]

RENEWAL = "token"
"""The operation of the call that fetches a token."""
MOST_WORDS = 20
"""Findings on one record that are kept; the words of a record are part of every later word on it."""

_SEEN = {
    ItemState.SUCCESS: Seen.TAKEN,
    ItemState.NOT_PROCESSED: Seen.UNCHANGED,
    ItemState.WARNING: Seen.WARNED,
    ItemState.ERROR: Seen.REFUSED,
    ItemState.RECORD_EXPIRED: Seen.EXPIRED,
}
_ENDED = {
    RequestState.SUCCESS: Ended.WELL,
    RequestState.ACKNOWLEDGED_SUCCESS: Ended.WELL,
    RequestState.ERROR: Ended.BADLY,
    RequestState.ACKNOWLEDGED_ERROR: Ended.BADLY,
}


def of_send(error: BaswareError, *, connection_version: int) -> SendAnswer:
    """Every import is an overwrite, so whatever is not refused may be sent again."""
    if error.status == 413:
        return TooLarge(said=_said(error))
    match error:
        case CredentialsRefused() if _is_about_one_api(error):
            return NotAllowed(said=_said(error))
        case ImportRefused():
            guilty = {code: (words(said),) for code, said in error.guilty.items()}
            general = tuple(words(said) for said in error.general[:MOST_WORDS])
            return TurnedDown(
                guilty=guilty, general=general or (_said(error),), in_part=error.may_have_taken_effect
            )
        case InvalidRequest() | Refused():
            return TurnedDown(general=(_said(error),))
        case _:
            return kept_from(error, connection_version=connection_version)


def _is_about_one_api(error: CredentialsRefused) -> bool:
    """Whether a call to one API was refused for its rights: forbidden with a good token, or no token for its scopes.

    Which of the two Basware answers for a scope that a client lacks is not published.
    """
    if error.operation != RENEWAL:
        return error.status == 403
    said = " ".join(f"{each.code or ''} {each.message}" for each in error.entities).lower()
    return "scope" in said


def kept_from(error: BaswareError, *, connection_version: int) -> NoAnswer | LockedOut:
    """What a call that brought nothing means for the next one."""
    said = _said(error)
    match error:
        case CredentialsRefused():
            return LockedOut(said=said, connection_version=connection_version)
        case NotFound() | Refused() | InvalidRequest():
            return NoAnswer(said=said, whole=False)
        case ProtocolError():
            return NoAnswer(said=said)
        case _:
            return NoAnswer(
                said=said,
                after=error.retry_after,
                whole=error.status != 409,
                throttled=error.status == 429,
            )


def of_status(status: RequestStatus) -> RequestWord:
    """The word on a request, by external code."""
    items: dict[str, tuple[ItemWord, ...]] = {}
    for item in status.items:
        if item.external_code is not None:
            word = ItemWord(seen=seen_of(item), words=item_words(item))
            items[item.external_code] = (*items.get(item.external_code, ()), word)
    return RequestWord(ended=_ENDED.get(status.state, Ended.OPEN), items=items)


def seen_of(item: ItemStatus) -> Seen:
    """What a state of Basware's means; one that is not known may still change."""
    return _SEEN.get(item.state, Seen.OPEN)


def item_words(item: ItemStatus) -> tuple[str, ...]:
    """Basware's findings on one record, each with the category that says who can mend it."""
    found = (
        f"{error.message} ({error.category})" if error.category else error.message for error in item.errors
    )
    return tuple(_each_once(words(text) for text in found))[:MOST_WORDS]


def _said(error: BaswareError) -> str:
    """Without the beginning of the answer, which may repeat what was sent."""
    facts = f" (HTTP {error.status})" if error.status is not None else ""
    return words(without_account_numbers(f"{error.operation}: {error.message}{facts}"))


def _each_once(texts: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(texts)
