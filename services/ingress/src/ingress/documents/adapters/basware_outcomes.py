"""What an error of a read from Basware means to the ledger."""

from basware import (
    AlreadyAcknowledged,
    AnswerTooLarge,
    BaswareError,
    CredentialsRefused,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ProtocolError,
    Refused,
    RetryLater,
)
from chassis.ledger.outcomes import Outcome, Parked, Retry, Stopped
from chassis.ledger.words import words

from ingress.documents.core.answers import Missing

PATIENCE = 20
"""Answers in a row that are no answers of the API before a person is asked."""


def outcome_of(error: BaswareError, *, connection_version: int, attempts: int) -> Outcome | Missing:
    """`attempts` are the failed ones before this; Missing when Basware does not know the document."""
    said = words(error)
    match error:
        case RetryLater():
            return Retry(reason=said, after=error.retry_after, lane=error.status == 429)
        case CredentialsRefused():
            return Stopped(reason=said, connection_version=connection_version)
        case NotFound():
            return Missing(said=said)
        case AnswerTooLarge():
            return Parked(reason=said)
        case ProtocolError():
            return Retry(reason=said) if attempts + 1 < PATIENCE else Parked(reason=said)
        case Refused() | InvalidRequest() | AlreadyAcknowledged():
            return Parked(reason=said)
        case OutcomeUnknown() | BaswareError():
            return Retry(reason=said)
