"""What a connection's `payments` section says, checked: what is polled when, and from which source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from ap_domain.masterdata.plan import QueryOwner, QueryRoute
from ap_domain.payments.picture import InstalmentState, Proof

__all__ = ["InquiryPlan", "PaymentPlan", "PaymentPrompts", "PaymentQueries", "ReconciliationPlan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentQueries:
    """The names of the site's queries: the vouchers' own statuses, and their scheduled and made payments."""

    vouchers: str = "APS_VOUCHERS"
    payments: str = "APS_VOUCHER_PAYMENTS"
    entered: str = "APS_VOUCHERS_ENTERED"
    """Vouchers entered from one day to another, for reconciliation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPrompts:
    """The site's names of the queries' prompts; None where a query has none."""

    business_unit: str = "BUSINESS_UNIT"
    after: str = "AFTER"
    """VOUCHER_ID is greater than; blank: from the start."""
    up_to: str = "UP_TO"
    """VOUCHER_ID is not greater than; blank: no bound."""
    since: str | None = "SINCE"
    """Anything of the voucher or its payments changed not before; blank: all."""
    from_day: str = "FROM_DAY"
    to_day: str = "TO_DAY"
    """Of the query by day of entry, both included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryPlan:
    """The eSettlements payment inquiry. ``root`` is the address its resources stand under, below the connection's
    base URL; ``window`` is asked at once; ``statuses`` give the state by the inquiry's words, upper case.
    """

    root: str
    window: timedelta
    statuses: Mapping[str, InstalmentState]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationPlan:
    """When both systems are counted (cron; None only on order), over how many days back from yesterday."""

    schedule: str | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPlan:
    """One connection's payments. ``changes`` and ``full`` are cron texts, None where there is no schedule.

    ``sources`` names which are read; the first decides, the other is compared with it. What is settled is watched for
    reversal for ``watch_settled``. ``selection`` and ``payment`` are the site's own codes of PYMNT_SELCT_STATUS and
    PAYMENT_TBL.PYMNT_STATUS, laid over the delivered ones.
    """

    time_zone: ZoneInfo
    changes: str | None
    full: str | None
    sources: tuple[Proof, ...]
    query_owner: QueryOwner
    route: QueryRoute
    page_rows: int
    overlap: timedelta
    watch_settled: timedelta
    queries: PaymentQueries
    prompts: PaymentPrompts
    inquiry: InquiryPlan | None
    reconciliation: ReconciliationPlan
    selection: Mapping[str, InstalmentState] = field(default_factory=dict)
    payment: Mapping[str, InstalmentState] = field(default_factory=dict)
