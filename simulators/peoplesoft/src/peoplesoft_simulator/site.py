"""What differs between one PeopleSoft site and the next, and the switches a test may turn.

No component interface for vouchers is delivered by Oracle, so its name, the generated message names, the
property prefixes and the schema host are each site's own.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, ConfigDict

from peoplesoft_simulator.query_setup import QuerySetup

Operation = Literal["create", "find", "get"]
OPERATIONS: tuple[Operation, ...] = ("create", "find", "get")
VERBS: dict[Operation, str] = {"create": "Create", "find": "Find", "get": "Get"}
SUFFIXES: dict[Operation, str] = {"create": "C", "find": "F", "get": "G"}

MessageRole = Literal["create", "create_response", "find", "find_response", "get", "get_response"]
MESSAGE_ROLES: tuple[MessageRole, ...] = (
    "create",
    "create_response",
    "find",
    "find_response",
    "get",
    "get_response",
)
RESPONSES: dict[Operation, MessageRole] = {
    "create": "create_response",
    "find": "find_response",
    "get": "get_response",
}

SearchKey = Literal[
    "BUSINESS_UNIT", "VOUCHER_ID", "INVOICE_ID", "INVOICE_DT", "VENDOR_SETID", "VENDOR_ID", "ENTRY_STATUS"
]
SEARCH_KEYS: tuple[SearchKey, ...] = (
    "BUSINESS_UNIT",
    "VOUCHER_ID",
    "INVOICE_ID",
    "INVOICE_DT",
    "VENDOR_SETID",
    "VENDOR_ID",
    "ENTRY_STATUS",
)
"""Search keys a site may give its interface, all optional in a Find; its answer carries the same fields."""

MatchField = Literal["BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID", "INVOICE_DT", "GROSS_AMT", "VOUCHER_STYLE"]
DuplicateAction = Literal["reject", "recycle", "warn"]
EditAction = Literal["reject", "recycle"]
MatchAction = Literal["reject", "recycle", "exception"]
ReopenForm = Literal["row", "new_row"]
Authentication = Literal["either", "basic", "username_token", "both"]
STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefixes:
    """What a site writes before property and collection names, for example KEYPROP_, PROP_, COLL_."""

    __pydantic_config__ = STRICT

    key: str = ""
    prop: str = ""
    collection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One PeopleSoft database behind the gateway, with its own build of the voucher component interface.

    `message_numbers` maps a message role to its generated name (M and digits); a missing one is derived from
    the node. `collections` renames records, `renames` properties (by name, or by RECORD.NAME where records
    differ); prefixes go in front of both. `required` names what the create message demands besides keys,
    `omitted` what the interface leaves out, `lengths` other lengths than the data dictionary's, `custom` header
    properties of the site's own with their lengths. With `nesting` "payment_collection" the scheduled payment is
    a collection of its own instead of header fields. `queries` says by delivered name how the site's queries differ,
    `inquiry_root` where below /PSIGW/ the resources of the payment inquiry stand.
    """

    __pydantic_config__ = STRICT

    node: str
    ci_name: str = "AP_VOUCHER"
    namespace_host: str = "http://xmlns.oracle.com"
    message_numbers: dict[MessageRole, str] = field(default_factory=dict)
    prefixes: Prefixes = field(default_factory=Prefixes)
    collections: dict[str, str] = field(default_factory=dict)
    renames: dict[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    omitted: tuple[str, ...] = ()
    lengths: dict[str, int] = field(default_factory=dict)
    custom: dict[str, int] = field(default_factory=dict)
    search_keys: tuple[SearchKey, ...] = SEARCH_KEYS
    date_format: Literal["YYYY-MM-DD", "YYYY/MM/DD"] = "YYYY-MM-DD"
    nesting: Literal["plain", "payment_collection"] = "plain"
    authentication: Authentication = "either"
    queries: dict[str, QuerySetup] = field(default_factory=dict)
    inquiry_root: str | None = None

    @property
    def inquiry(self) -> str:
        """Where the resources of the payment inquiry stand."""
        return self.inquiry_root or f"RESTListeningConnector/{self.node}/ESettlements.v1"

    @property
    def service(self) -> str:
        """The service Oracle generates for a component interface."""
        return f"CI_{self.ci_name}"

    def alias(self, operation: Operation) -> str:
        """External alias of a service operation, which is what SOAPAction carries."""
        return f"{self.service}_{SUFFIXES[operation]}.V1"

    def root(self, operation: Operation) -> str:
        """Local name of the request's body element (two underscores on each side)."""
        return f"{VERBS[operation]}__CompIntfc__{self.ci_name}"

    def message(self, role: MessageRole) -> str:
        """Generated message name: M and digits, different on every database."""
        digest = hashlib.sha256(f"{self.node}/{role}".encode()).digest()
        derived = f"M{int.from_bytes(digest[:4]) % 900_000 + 100_000}"
        return self.message_numbers.get(role, derived)

    def namespace(self, role: MessageRole) -> str:
        """Target namespace of one message's schema."""
        return f"{self.namespace_host}/Enterprise/Tools/schemas/{self.message(role)}.V1"

    @property
    def service_namespace(self) -> str:
        """Target namespace of the WSDL itself."""
        return f"{self.namespace_host}/Enterprise/Tools/services/{self.service}.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Accounting days that may be posted to, both included, and when they may be (simulated clock).

    Period-end work opens and closes a period: it is open from `opens_at` until before `closes_at`; None is always.
    """

    __pydantic_config__ = STRICT

    begins: date
    ends: date
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None

    def takes(self, day: date, *, now: datetime) -> bool:
        """Whether a voucher may be entered now with this accounting date."""
        opened = self.opens_at is None or self.opens_at <= now
        closed = self.closes_at is not None and self.closes_at <= now
        return self.begins <= day <= self.ends and opened and not closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Switches of one site. Those a business unit may override stand in its :class:`BusinessUnit` too.

    `find_match` "begins_with" is how component search keys behave (assumption); `find_limit` cuts a Find
    silently, as PeopleSoft's search limit does (assumption). `latency_ms` is real time added to each call;
    `read_lag_seconds` hides a voucher from Find and Get for so long after its commit (simulated clock).
    `vat_edit` "amounts" also checks the header's VAT against the rates of the lines' codes. `match_edit`
    "exception" saves what does not match its purchase order with match status E. `due_date_needs_flag` recomputes
    a due date that came without DUE_DT_FLG Y. Over SOAP, the results of a query are `query_queued_polls` times not
    there yet and then come in blocks of `query_block_rows`; over REST `rest_json_flag` is the parameter that asks for
    JSON, which differs between releases. `reopen_form` is how what a voided payment carried is scheduled again:
    its row as it was, or another row (assumption: both exist).
    """

    __pydantic_config__ = STRICT

    duplicate_action: DuplicateAction = "reject"
    match_fields: tuple[MatchField, ...] = ("BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID")
    balance_action: EditAction = "reject"
    chartfield_action: EditAction = "reject"
    match_edit: MatchAction = "reject"
    vat_edit: Literal["codes", "amounts"] = "codes"
    due_date_needs_flag: bool = False
    adjustment_needs_related: bool = False
    open_periods: tuple[Period, ...] = (Period(begins=date(1990, 1, 1), ends=date(2099, 12, 31)),)
    upper_case_invoice_id: bool = False
    find_match: Literal["begins_with", "exact"] = "begins_with"
    find_limit: int = 300
    fault_http_status: Literal[200, 500] = 500
    latency_ms: int = 0
    read_lag_seconds: float = 0.0
    lock_after: int = 3
    query_queued_polls: int = 1
    query_block_rows: int = 1000
    rest_json_flag: str = "json_resp"
    rest_error_body: Literal["json", "html"] = "json"
    reopen_form: ReopenForm = "row"
