"""Client of Basware's API and of its webhook signatures; usable on its own.

`BaswareClient` calls the API, `verify` and `parse_notification` receive its webhooks, and every failure is
one of the errors here, sorted by what to do next (see `basware.errors`).
"""

from basware._tokens import TokenRenewal
from basware.client import DEFAULT_SCOPES, BaswareClient
from basware.documents import FetchedDocument
from basware.errors import (
    AlreadyAcknowledged,
    AnswerTooLarge,
    BaswareError,
    CredentialsRefused,
    ErrorEntity,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ProtocolError,
    Refused,
    RetryLater,
)
from basware.limits import Limits
from basware.notification import Notification, NotificationError, TaskType, parse_notification
from basware.processing_status import ProcessingStatus
from basware.request_status import (
    ItemError,
    ItemState,
    ItemStatus,
    RequestState,
    RequestStatus,
    SystemStatus,
)
from basware.signature import SignatureEncoding, sign, verify
from basware.transfer_response import TransferResponse

__all__ = [
    "DEFAULT_SCOPES",
    "AlreadyAcknowledged",
    "AnswerTooLarge",
    "BaswareClient",
    "BaswareError",
    "CredentialsRefused",
    "ErrorEntity",
    "FetchedDocument",
    "InvalidRequest",
    "ItemError",
    "ItemState",
    "ItemStatus",
    "Limits",
    "NotFound",
    "Notification",
    "NotificationError",
    "OutcomeUnknown",
    "ProcessingStatus",
    "ProtocolError",
    "Refused",
    "RequestState",
    "RequestStatus",
    "RetryLater",
    "SignatureEncoding",
    "SystemStatus",
    "TaskType",
    "TokenRenewal",
    "TransferResponse",
    "parse_notification",
    "sign",
    "verify",
]
