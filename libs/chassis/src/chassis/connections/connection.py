"""One customer's pair of systems as services use it: checked, with its secrets decrypted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from chassis.connections.secret import Secret

__all__ = ["BaswareSide", "ComponentInterface", "Connection", "PeopleSoftSide"]


BASWARE_CONCURRENCY = 4
PEOPLESOFT_CONCURRENCY = 2
"""Calls at once unless the connection says otherwise; PeopleSoft's stay below a site's usual lock limit of 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaswareSide:
    """How to reach Basware and whose invoices are meant.

    Any of ``webhook_secrets`` may sign a webhook; two writes to one record keep ``record_spacing`` apart;
    one service has at most ``concurrency`` calls at once.
    """

    base_url: str
    client_id: str
    client_secret: Secret
    company_codes: tuple[str, ...]
    webhook_secrets: tuple[Secret, ...]
    record_spacing: timedelta
    concurrency: int = BASWARE_CONCURRENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentInterface:
    """The site's component interface for vouchers: its name, and its WSDL's name or address at the site."""

    name: str
    wsdl: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSoftSide:
    """How to reach PeopleSoft and what is posted where.

    ``settle_time``: after it, a create that got no answer can no longer commit. ``match``: the properties
    that make a voucher that was found the same invoice, as the site's own duplicate check has them.
    ``concurrency``: calls at once, which is also how often a password that was changed is refused.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """``version`` counts the applies; ``shard`` is the partition of all its work, fixed at the first apply."""

    id: str
    version: int
    shard: int
    stage: Literal["test", "production"]
    basware: BaswareSide
    peoplesoft: PeopleSoftSide
    mapping: Mapping[str, Any] = field(repr=False)
