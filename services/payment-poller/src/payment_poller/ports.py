"""What a poll of payments needs of the world: PeopleSoft to read, and a place to publish."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from ap_domain.payments import PaymentPicture
from ap_domain.payments.inquiry import InquiryRow
from ap_domain.payments.payment_row import QueryRow
from ap_domain.payments.plan import PaymentPlan
from ap_domain.reconciliation import Reconciliation
from chassis.connections import Connection

__all__ = ["Publisher", "Reading", "Reconciling", "Source", "SourceFailed", "VoucherRows"]


class SourceFailed(Exception):
    """The source could not be read to its end. ``stops``: it refuses us as such, and asking again would do harm.
    ``of_rows``: it answers, but its rows of this business unit break a rule; those of others may not.
    """

    def __init__(self, words: str, *, stops: bool = False, of_rows: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.stops = stops
        self.of_rows = of_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRows:
    """What two queries show of one voucher: its own row (more than one is a fault of the query), and its scheduled and
    made payments. Either may be missing.
    """

    voucher_id: str
    voucher: tuple[QueryRow, ...]
    payments: tuple[QueryRow, ...]


class Reading(Protocol):
    """One poll's access to one PeopleSoft. What it raises is SourceFailed; only a read that ends was complete."""

    def vouchers(
        self, business_unit: str, *, after: str = "", up_to: str = "", since: str | None = None
    ) -> AsyncGenerator[Sequence[VoucherRows], None]:
        """Vouchers after ``after`` up to and with ``up_to`` (blank: no bound), ascending, page by page; with ``since``
        those of which anything changed at or after it.
        """
        ...

    async def shows_payments(self, business_unit: str) -> bool:
        """Whether the query of payments shows anything at all of the business unit."""
        ...

    async def inquiry(self, first: date, last: date) -> Sequence[InquiryRow]:
        """What the payment inquiry shows for these days, both included."""
        ...


class Source(Protocol):
    """PeopleSoft by the document of a connection."""

    def open(self, connection: Connection, plan: PaymentPlan, *, stepped: Callable[[], None]) -> Reading:
        """For one poll; ``stepped`` is called for each answer that is asked for. Raises SourceFailed."""
        ...


class Reconciling(Protocol):
    """Counts both systems and our ledger afresh."""

    async def reconcile(
        self,
        connection: Connection,
        plan: PaymentPlan,
        *,
        first_day: date,
        last_day: date,
        stepped: Callable[[], None],
    ) -> Reconciliation:
        """Over the vouchers entered from one day to the other, both included. ``stepped`` is called as it gets on.
        Raises SourceFailed: never half a result.
        """
        ...


class Publisher(Protocol):
    """Puts pictures on `peoplesoft.payments` at the shard of their connection."""

    async def publish(self, pictures: Sequence[PaymentPicture], *, shard: int) -> None:
        """Returns once all are durable. Raises NotDurable: some may be there; none, if the shard is not ours."""
        ...
