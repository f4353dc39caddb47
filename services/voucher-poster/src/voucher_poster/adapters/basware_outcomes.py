"""What an error of a call to Basware means to the ledger. Every call made there is harmless to repeat."""

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

PATIENCE = 20
"""Answers in a row that are no answers of the API before a person is asked."""


def outcome_of(error: BaswareError, *, connection_version: int, attempts: int) -> Outcome:
    """`attempts` are the failed ones of this step before this one."""
    said = words(error)
    match error:
        case RetryLater():
            return Retry(
                reason=said,
                after=error.retry_after,
                lane=error.status == 429,
                effect=error.may_have_taken_effect,
            )
        case CredentialsRefused():
            return Stopped(reason=said, connection_version=connection_version)
        case AnswerTooLarge():
            return Parked(reason=said)
        case ProtocolError():
            again = Retry(reason=said, effect=error.may_have_taken_effect)
            return again if attempts + 1 < PATIENCE else Parked(reason=said)
        case InvalidRequest():
            return Parked(reason=said, asked=False)
        case NotFound() | Refused() | AlreadyAcknowledged():
            return Parked(reason=said)
        case OutcomeUnknown() | BaswareError():
            return Retry(reason=said, effect=error.may_have_taken_effect)
