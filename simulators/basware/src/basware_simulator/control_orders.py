"""What the control API takes: the bodies of its calls. Unknown fields are refused, so a misspelt switch is noticed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from pydantic import ConfigDict

from .document_model import WAITING_FOR_TRANSFER
from .settings import SignatureEncoding, WebhookSwitches


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantOrder:
    """Make a tenant, or change its credentials and companies; its settings stay."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    company_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionOrder:
    """Subscribe on behalf of a tenant, without or with the ConnectionTest of the real call."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    tenant: str
    url: str
    secret: str = field(repr=False)
    signature_encoding: SignatureEncoding | None = None
    task_sub_type: str = WAITING_FOR_TRANSFER
    connection_test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOrder:
    """Approve a document. `webhook` holds switches for its notification alone.

    With `extended` it may have fields that the published schema does not know. With `at_least_bytes` it is
    grown by supplier's lines to that size. One that was there before anybody subscribed has a status such as
    ``Transferred``, voucher numbers in the document, no notification, and `updated` in the past.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    tenant: str
    document: dict[str, Any]
    deliver: bool = True
    status: str = WAITING_FOR_TRANSFER
    webhook: WebhookSwitches | None = None
    extended: bool = False
    at_least_bytes: int = 0
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetransferOrder:
    """Correct a document and send it to transfer again."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    changes: dict[str, Any] = field(default_factory=dict)
    deliver: bool = True
    webhook: WebhookSwitches | None = None
    extended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOrder:
    """Put a document into a status, as people in P2P can."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    status: str
    deliver: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeOrder:
    """End every token of a tenant before its time."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    tenant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOrder:
    """Move the clock forward."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    advance_seconds: float
