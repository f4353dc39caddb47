"""What the books hold: one frozen value per thing, replaced as a whole when it changes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from .decimal_json import loads
from .item_outcomes import ItemOutcome, OutcomePlan
from .payment_held import PaymentHeld
from .settings import SignatureEncoding, TenantSettings, WebhookSwitches
from .typed import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One customer of the simulated Basware. An empty tuple of company codes means any company."""

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    company_codes: tuple[str, ...] = ()
    settings: TenantSettings = field(default_factory=TenantSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token that was issued; `jti` is its id inside the token."""

    jti: str
    tenant: str
    scopes: tuple[str, ...]
    expires: datetime
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Where a tenant wants notifications. One per task type, subtype and address (assumption)."""

    tenant: str
    task_type: str
    task_sub_type: str
    url: str
    secret: str = field(repr=False)
    updated: datetime
    encoding: SignatureEncoding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """Something that happened to a document, and the status it left the document in."""

    at: datetime
    event: str
    status: str
    request_id: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """An accounting document.

    Args:
        content: the whole document as JSON text, digits as they were put; status and responses included.
        cycle: counts its transfers; a retransfer keeps the id and begins another cycle.
        acknowledged: whether it was acknowledged in this cycle.
        last_write: when a customer's call last changed it.
        response_digests: external code to digest of every response ever stored; codes may not be used again.
        extended: whether it may have fields that the published schema does not know.
        deleted: whether it is gone for everybody but the control API.
        plan: what P2P makes of the next responses.
        payment: what P2P holds of its payment.
    """

    tenant: str
    invoice_id: str
    content: str
    status: str
    company_code: str
    mode: str
    rows: int
    updated: datetime
    cycle: int = 1
    acknowledged: bool = False
    last_write: datetime | None = None
    history: tuple[HistoryEntry, ...] = ()
    response_digests: dict[str, str] = field(default_factory=dict)
    extended: bool = False
    deleted: bool = False
    plan: OutcomePlan | None = None
    payment: PaymentHeld = field(default_factory=PaymentHeld)

    def document(self) -> dict[str, Any]:
        """The document parsed, digits kept."""
        document: dict[str, Any] = loads(self.content)
        return document


class Processing(StrEnum):
    """Status of a request, of its system, as the vendor names them."""

    IN_PROGRESS = "InProgress"
    SUCCESS = "Success"
    ERROR = "Error"
    ACKNOWLEDGED_SUCCESS = "AcknowledgedSuccess"
    ACKNOWLEDGED_ERROR = "AcknowledgedError"


def after_acknowledgement(status: Processing) -> Processing:
    """What a request that has ended becomes when it is acknowledged.

    Raises:
        KeyError: it has not ended, or is acknowledged already.
    """
    ended = {
        Processing.SUCCESS: Processing.ACKNOWLEDGED_SUCCESS,
        Processing.ERROR: Processing.ACKNOWLEDGED_ERROR,
    }
    return ended[status]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """A response that the API stored and P2P processes later.

    Args:
        response: the body as it was posted.
        number: order of acceptance.
        due: when P2P is done with it; `visible` from when the request status can be asked for.
        repeats: the request whose outcome this one shares, because it posted the same response once more.
        planned: the outcome it will meet; None leaves it to the rules.
        outcome: how its item ended, unless it is an unremarkable success.
    """

    tenant: str
    request_id: str
    number: int
    entity_type: str
    invoice_id: str
    cycle: int
    external_code: str
    response: JsonObject
    accepted: datetime
    due: datetime
    visible: datetime
    updated: datetime
    status: Processing = Processing.IN_PROGRESS
    repeats: str | None = None
    planned: ItemOutcome | None = None
    outcome: ItemOutcome | None = None


class TaskStatus(StrEnum):
    """Status of a notification, as the vendor names them."""

    NEW = "New"
    COMPLETED = "Completed"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One POST of a notification: the HTTP status it got, or why it got none."""

    at: datetime
    status: int | None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """A notification for one subscription, with every attempt to deliver it."""

    tenant: str
    task_id: str
    task_type: str
    task_sub_type: str
    document_id: str
    url: str
    created: datetime
    expires: datetime
    switches: WebhookSwitches
    status: TaskStatus = TaskStatus.NEW
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule of Basware's that a customer's calls broke, although the call may have been answered 200.

    It is about an invoice, or about an import (`api`), whose records the detail names.
    """

    number: int
    at: datetime
    tenant: str
    invoice_id: str
    rule: str
    detail: str
    api: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOffset:
    """How far the simulated clock is ahead."""

    seconds: float
