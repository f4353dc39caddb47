"""What an error of a call to PeopleSoft means to the ledger.

On a create every error but OutcomeUnknown proves that nothing was saved; a read never saves.
"""

import re

from ap_domain.response import clerk_message
from chassis.ledger.outcomes import InDoubt, Outcome, Parked, Rejected, Retry, Stopped
from chassis.ledger.words import words
from peoplesoft import (
    CollectionShape,
    ConfigurationError,
    CredentialsRefused,
    InvalidMessage,
    NeedsPerson,
    NotAuthorised,
    OutcomeUnknown,
    PeopleSoftError,
    ProtocolError,
    RetryLater,
)
from peoplesoft import Rejected as RejectedByPeopleSoft

PATIENCE = 20
"""Answers in a row that are not what the WSDL promises before a person is asked."""
_ROW = re.compile(r"\[\d+\]")


def outcome_of(
    error: PeopleSoftError,
    *,
    connection_version: int,
    attempts: int,
    request: CollectionShape | None = None,
) -> Outcome:
    """`attempts` are the failed ones of this step before this one; `request` is what the site's create takes."""
    said = words(error)
    match error:
        case OutcomeUnknown():
            return InDoubt(reason=said)
        case RejectedByPeopleSoft():
            return Rejected(reason=_clerk_words(error))
        case RetryLater():
            return Retry(reason=said, after=error.retry_after, lane=error.retry_after is not None)
        case CredentialsRefused() | NotAuthorised() | ConfigurationError():
            return Stopped(reason=said, connection_version=connection_version)
        case InvalidMessage():
            if _is_unknown(error.property_path, request):
                return Stopped(reason=said, connection_version=connection_version)
            return Rejected(reason=clerk_message(cause=words(error.what), remedy=_CORRECT), asked=False)
        case ProtocolError():
            return Retry(reason=said) if attempts + 1 < PATIENCE else Parked(reason=said)
        case NeedsPerson() | PeopleSoftError():
            return Parked(reason=said)


_CORRECT = "Correct it in Basware and transfer the invoice again."


def _is_unknown(path: str, request: CollectionShape | None) -> bool:
    """Whether the mapping makes a property that this site's message does not have: no invoice can be at fault."""
    return request is not None and request.at(_ROW.sub("", path)) is None


def _clerk_words(error: RejectedByPeopleSoft) -> str:
    """PeopleSoft's own words, and its message numbers for those who look them up."""
    told = [message for message in error.messages if not message.is_ok]
    keys = [message.key for message in told if message.key is not None]
    return clerk_message(
        cause=words("; ".join(message.text for message in told if message.text) or error.what),
        remedy=_CORRECT,
        code=" ".join(f"{number}-{within}" for number, within in keys),
    )
