"""Client of Basware's API and of its webhook signatures; usable on its own.

`BaswareClient` calls the API, `verify` and `parse_notification` receive its webhooks, and every failure is
one of the errors here, sorted by what to do next (see `basware.errors`).
"""

from basware._tokens import TokenRenewal
from basware.client import DEFAULT_SCOPES, BaswareClient
from basware.clients import BaswareClients
from basware.documents import FetchedDocument
from basware.errors import (
    AlreadyAcknowledged,
    AnswerTooLarge,
    BaswareError,
    CredentialsRefused,
    ErrorEntity,
    ImportRefused,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ProtocolError,
    Refused,
    RetryLater,
)
from basware.generic_lists import GENERIC_LISTS, ListColumns
from basware.imports import (
    IMPORTS,
    MASTERDATA_SCOPES,
    MOST_IMPORT_BYTES,
    ImportAccepted,
    ImportApi,
    ImportedRecord,
    import_api,
    import_scopes,
    list_api,
)
from basware.limits import Limits
from basware.notification import Notification, NotificationError, TaskType, parse_notification
from basware.payment_response import PaymentResponse
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
    "GENERIC_LISTS",
    "IMPORTS",
    "MASTERDATA_SCOPES",
    "MOST_IMPORT_BYTES",
    "AlreadyAcknowledged",
    "AnswerTooLarge",
    "BaswareClient",
    "BaswareClients",
    "BaswareError",
    "CredentialsRefused",
    "ErrorEntity",
    "FetchedDocument",
    "ImportAccepted",
    "ImportApi",
    "ImportRefused",
    "ImportedRecord",
    "InvalidRequest",
    "ItemError",
    "ItemState",
    "ItemStatus",
    "Limits",
    "ListColumns",
    "NotFound",
    "Notification",
    "NotificationError",
    "OutcomeUnknown",
    "PaymentResponse",
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
    "import_api",
    "import_scopes",
    "list_api",
    "parse_notification",
    "sign",
    "verify",
]
