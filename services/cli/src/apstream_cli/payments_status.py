"""How the payments of connections stand: polls, what is due next, vouchers by what became of them, exceptions."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ap_domain.payments import PaymentPlan
from ap_domain.poll import PollKind
from chassis.connections.record import ConnectionRecord
from chassis.ledger.entry import Phase
from chassis.streams.schedule import Schedule, read_schedule

from apstream_cli.flow_words import in_shadow
from apstream_cli.payments_book import SUBJECT, PaymentsBook, Watched
from apstream_cli.payments_choice import plan_of
from apstream_cli.poll_standing import PollStanding, poll_standing
from apstream_cli.refusal import Refusal
from apstream_cli.screen import ago

__all__ = ["COLUMNS", "PaymentsStatus", "statuses"]

COLUMNS = (
    "connection", "last changes", "last full", "next due",
    "vouchers", "not settled", "by standing", "to be told", "parked", "exceptions", "oldest",
)  # fmt: skip
NOT_SEEN = "not seen yet"


@dataclass(slots=True, kw_only=True)
class Counted:
    """The vouchers of one connection. ``telling``: Basware is still to be told something; ``oldest`` exception."""

    vouchers: int = 0
    unsettled: int = 0
    telling: int = 0
    parked: int = 0
    oldest: datetime | None = None
    standings: Counter[str] = field(default_factory=Counter)
    exceptions: Counter[str] = field(default_factory=Counter)

    def add(self, each: Watched) -> None:
        """One voucher more."""
        picture, payment = each.picture, each.entry.body.payment
        self.vouchers += 1
        self.unsettled += picture is None or not picture.settled
        self.standings[picture.standing if picture is not None else NOT_SEEN] += 1
        self.telling += payment is not None and payment.wanted not in {None, payment.told}
        self.parked += each.entry.phase is Phase.PARKED
        for exception in picture.exceptions if picture is not None else ():
            self.exceptions[exception.kind] += 1
            self.oldest = min(self.oldest or exception.since, exception.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsStatus:
    """One connection."""

    connection_id: str
    polls: PollStanding
    counted: Counted

    def row(self) -> tuple[str, ...]:
        """As in `COLUMNS`."""
        counted = self.counted
        return (
            self.connection_id,
            self.polls.last(PollKind.CHANGES),
            self.polls.last(PollKind.FULL),
            self.polls.following(),
            *(str(number) for number in (counted.vouchers, counted.unsettled)),
            _listed(counted.standings),
            *(str(number) for number in (counted.telling, counted.parked)),
            _listed(counted.exceptions) or "0",
            ago(counted.oldest, now=self.polls.now),
        )

    def fields(self) -> dict[str, Any]:
        """For programs."""
        counted = self.counted
        return {
            "connection": self.connection_id,
            **self.polls.fields(),
            "vouchers": counted.vouchers,
            "not_settled": counted.unsettled,
            "standings": dict(counted.standings),
            "to_be_told": counted.telling,
            "parked": counted.parked,
            "exceptions": dict(counted.exceptions),
            "oldest_exception_since": counted.oldest,
        }

    def remarks(self) -> Iterator[str]:
        """What a person should know of the last polls: everything that is not simply well."""
        return self.polls.remarks(f"{self.connection_id} {SUBJECT}")


def statuses(
    connections: Mapping[str, ConnectionRecord], book: PaymentsBook, *, now: datetime
) -> tuple[list[PaymentsStatus], list[str]]:
    """Of these connections that have a section `payments`, or vouchers although they have none; and what is wrong with
    their sections.
    """
    counted: dict[str, Counted] = {}
    for each in book.vouchers():
        counted.setdefault(each.entry.connection_id, Counted()).add(each)
    found: list[PaymentsStatus] = []
    notes: list[str] = []
    for name, record in sorted(connections.items()):
        plan: PaymentPlan | None = None
        if record.fields.get("payments"):
            try:
                plan = plan_of(record)
            except Refusal as refusal:
                notes += refusal.reasons
        elif name not in counted:
            continue
        found.append(_status(record, book, plan, counted.get(name, Counted()), now=now))
    return found, notes


def _status(
    record: ConnectionRecord,
    book: PaymentsBook,
    plan: PaymentPlan | None,
    counted: Counted,
    *,
    now: datetime,
) -> PaymentsStatus:
    schedules: dict[PollKind, Schedule] = {}
    silent = "no section payments"
    if plan is not None:
        schedules = dict(_schedules(plan))
        silent = "shadow mode" if in_shadow(record) else ""
    return PaymentsStatus(
        connection_id=record.connection_id,
        polls=poll_standing(
            record.connection_id,
            SUBJECT,
            results=book.results(record.connection_id),
            schedules=schedules,
            silent=silent,
            now=now,
        ),
        counted=counted,
    )


def _schedules(plan: PaymentPlan) -> Iterator[tuple[PollKind, Schedule]]:
    for kind, text in ((PollKind.CHANGES, plan.changes), (PollKind.FULL, plan.full)):
        if text:
            yield kind, read_schedule(text, zone=plan.time_zone.key)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number)
