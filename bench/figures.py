"""What a run comes down to."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.books import Books, Times
from bench.load import Sent
from bench.processes import Usage
from bench.scenario import Scenario

STEPS = (
    "notified",
    "published",
    "received",
    "acknowledged",
    "started",
    "posted",
    "reported",
    "confirmed",
)
"""The audit's words, in the order in which an invoice takes the steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Seconds: the median, the time that 99 of 100 stay below or meet, and the longest."""

    p50: float
    p99: float
    longest: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """By nearest rank, so each is a time that was measured. ValueError if there is none."""
        ordered = sorted(values)
        if not ordered:
            raise ValueError("nothing was measured")
        return cls(p50=_rank(ordered, 0.5), p99=_rank(ordered, 0.99), longest=ordered[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One run of a scenario.

    Args:
        answer: webhook sent -> answered 200.
        voucher: webhook sent -> voucher committed in PeopleSoft's books.
        confirmed: webhook sent -> our decision that Basware has carried out the report.
        steps: webhook sent -> decision of each step, for those who look for what takes the time.
        vouchers_a_second: between the first and the last voucher.
        machine_percent: how busy all cores were together while invoices came in.
    """

    scenario: Scenario
    answer: Spread
    voucher: Spread
    confirmed: Spread
    steps: Mapping[str, Spread]
    vouchers_a_second: float
    machine_percent: float
    usage: Mapping[str, Usage]


def figures(
    scenario: Scenario,
    *,
    sent: Sequence[Sent],
    books: Books,
    steps: Mapping[str, Times],
    usage: Mapping[str, Usage],
    machine_percent: float,
) -> Figures:
    """Of a run in which every invoice was confirmed."""
    posted = books.posted_at()
    vouchers = [posted[each.invoice.node, each.invoice.number] for each in sent]
    spreads = {
        step: Spread.of((steps[each.invoice.id][step] - each.at).total_seconds() for each in sent)
        for step in STEPS
    }
    lasted = (max(vouchers) - min(vouchers)).total_seconds()
    return Figures(
        scenario=scenario,
        answer=Spread.of(each.answered_after for each in sent),
        voucher=Spread.of((at - each.at).total_seconds() for at, each in zip(vouchers, sent, strict=True)),
        confirmed=spreads["confirmed"],
        steps=spreads,
        vouchers_a_second=(len(vouchers) - 1) / lasted if lasted else 0.0,
        machine_percent=machine_percent,
        usage=usage,
    )


def _rank(ordered: Sequence[float], share: float) -> float:
    return ordered[math.ceil(share * len(ordered)) - 1]
