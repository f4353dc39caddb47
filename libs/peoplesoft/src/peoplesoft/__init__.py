"""Client of PeopleSoft Integration Broker: component interfaces and queries; usable on its own.

`ComponentInterfaceClient` creates, finds and gets through any component interface a site publishes;
`VoucherClient` does so for AP vouchers in PeopleSoft's own field names. `QueryClient` runs queries, `QueryPages`
reads one to its end. `PaymentInquiryClient` asks the eSettlements payment inquiry. What an error proves is in
`peoplesoft.errors`.
"""

from peoplesoft.answers import CreateAnswer
from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.credentials import Authentication, Credentials
from peoplesoft.errors import (
    ConfigurationError,
    CredentialsRefused,
    InvalidMessage,
    Misfit,
    NeedsPerson,
    NotAuthorised,
    OutcomeUnknown,
    PeopleSoftError,
    ProtocolError,
    Rejected,
    RetryLater,
)
from peoplesoft.found_voucher import CreatedVoucher, FoundVoucher
from peoplesoft.gateway import Timeouts
from peoplesoft.inquiry_rows import PaymentInquiryRow
from peoplesoft.names import PropertyNames
from peoplesoft.outcomes import MessageClass, OutcomeTable, RemoteMessage
from peoplesoft.payment_inquiry import PaymentInquiryClient
from peoplesoft.query import QueryOwner, QueryRequest, QueryRow, RowSource
from peoplesoft.query_client import QueryClient, QueryRoute
from peoplesoft.query_clients import QueryClients
from peoplesoft.query_pages import KeyPage, QueryPages
from peoplesoft.shape import (
    CollectionShape,
    ComponentInterfaceShape,
    OperationShape,
    PropertyKind,
    PropertyShape,
)
from peoplesoft.stepping import SteppingSource
from peoplesoft.streamed import QueryTimeouts
from peoplesoft.values import DateFormat, Record, Row, Value
from peoplesoft.vouchers import VoucherClient

__all__ = [
    "Authentication",
    "CollectionShape",
    "ComponentInterfaceClient",
    "ComponentInterfaceShape",
    "ConfigurationError",
    "CreateAnswer",
    "CreatedVoucher",
    "Credentials",
    "CredentialsRefused",
    "DateFormat",
    "FoundVoucher",
    "InvalidMessage",
    "KeyPage",
    "MessageClass",
    "Misfit",
    "NeedsPerson",
    "NotAuthorised",
    "OperationShape",
    "OutcomeTable",
    "OutcomeUnknown",
    "PaymentInquiryClient",
    "PaymentInquiryRow",
    "PeopleSoftError",
    "PropertyKind",
    "PropertyNames",
    "PropertyShape",
    "ProtocolError",
    "QueryClient",
    "QueryClients",
    "QueryOwner",
    "QueryPages",
    "QueryRequest",
    "QueryRoute",
    "QueryRow",
    "QueryTimeouts",
    "Record",
    "Rejected",
    "RemoteMessage",
    "RetryLater",
    "Row",
    "RowSource",
    "SteppingSource",
    "Timeouts",
    "Value",
    "VoucherClient",
]
