"""One customer's pair of systems as services use it: checked, with its secrets decrypted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from ap_domain.posting_calendar import PostingCalendar

from chassis.connections.secret import Secret

__all__ = ["BaswareSide", "ComponentInterface", "Connection", "PeopleSoftSide", "WebhookTimestamp"]


BASWARE_CONCURRENCY = 4
PEOPLESOFT_CONCURRENCY = 2
"""Calls at once unless the connection says otherwise; PeopleSoft's stay below a site's usual lock limit of 3."""
SWEEP_SECONDS = 900.0
REFUSALS_IN_A_ROW = 25
SEARCH_LIMIT = 300
"""Rows that PeopleSoft's component search shows at most unless a site changed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTimestamp:
    """Webhooks carry the time of sending in this header and are refused when it is further off than ``tolerance``."""

    header: str
    tolerance: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class BaswareSide:
    """How to reach Basware and whose invoices are meant.

    Any of ``webhook_secrets`` may sign a webhook; two writes to one record keep ``record_spacing`` apart;
    one service has at most ``concurrency`` calls at once. Documents are listed every ``sweep_every`` for what a
    webhook missed (None: never). Until ``unsigned_test_until`` a connection test needs no signature.
    """

    base_url: str
    client_id: str
    client_secret: Secret
    company_codes: tuple[str, ...]
    webhook_secrets: tuple[Secret, ...]
    record_spacing: timedelta
    concurrency: int = BASWARE_CONCURRENCY
    sweep_every: timedelta | None = timedelta(seconds=SWEEP_SECONDS)
    timestamp: WebhookTimestamp | None = None
    unsigned_test_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentInterface:
    """The site's component interface for vouchers: its name, and its WSDL's name or address at the site.

    ``names`` are PeopleSoft's field and record names to the site's where they differ; ``search_limit`` is how many
    rows its Find shows at most.
    """

    name: str
    wsdl: str
    names: Mapping[str, str] = field(default_factory=dict)
    date_format: Literal["YYYY-MM-DD", "YYYY/MM/DD"] = "YYYY-MM-DD"
    search_limit: int = SEARCH_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSoftSide:
    """How to reach PeopleSoft and what is posted where.

    ``settle_time``: after it, a create that got no answer can no longer commit. ``match``: the properties
    that make a voucher that was found the same invoice, as the site's own duplicate check has them.
    ``concurrency``: calls at once, which is also how often a password that was changed is refused.
    ``messages``: what PeopleSoft's message numbers mean at this site ("set-number" -> class), over what is known.
    ``adopt_found_vouchers``: a single open voucher that matches and was not made by us counts as the invoice's.
    ``refusals_in_a_row``: so many invoices refused one after the other stop the flow. ``calendar``: when posting is
    allowed.
    """

    base_url: str
    node: str
    operator: str
    password: Secret
    authentication: Literal["basic", "username_token", "both"]
    component_interface: ComponentInterface
    business_units: tuple[str, ...]
    settle_time: timedelta
    match: tuple[str, ...]
    concurrency: int = PEOPLESOFT_CONCURRENCY
    messages: Mapping[str, str] = field(default_factory=dict)
    adopt_found_vouchers: bool = False
    refusals_in_a_row: int = REFUSALS_IN_A_ROW
    calendar: PostingCalendar = field(default_factory=PostingCalendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """``version`` counts the applies; ``shard`` is the partition of all its work, fixed at the first apply.

    In ``shadow`` mode invoices are fetched, mapped, checked and looked up; nothing is acknowledged or posted.
    ``masterdata`` says what is polled and imported; empty, nothing is. ``payments`` says how payments are read;
    empty, none are.
    """

    id: str
    version: int
    shard: int
    stage: Literal["test", "production"]
    basware: BaswareSide
    peoplesoft: PeopleSoftSide
    mapping: Mapping[str, Any] = field(repr=False)
    masterdata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    payments: Mapping[str, Any] = field(default_factory=dict, repr=False)
    mode: Literal["live", "shadow"] = "live"
