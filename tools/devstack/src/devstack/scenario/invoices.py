"""All invoices of the demo, and when each comes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from devstack.connection_spec import ConnectionSpec
from devstack.scenario import (
    after_posting,
    bad_days,
    everyday,
    orders_and_credits,
    same_number,
    sent_back,
    taxes,
    webhooks,
)
from devstack.scenario.case import Case, Order
from devstack.scenario.customers import connections, open_period, surroundings

SPACING = 0.45
"""Seconds between two invoices of one connection that name no time of their own."""
_LONGEST_STORIES_FIRST = (bad_days, after_posting, sent_back, same_number)
_THEN = (webhooks, everyday, taxes, orders_and_credits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Two connections, what their sites are told first, and the invoices."""

    connections: tuple[ConnectionSpec, ...]
    surroundings: tuple[tuple[str, Order], ...]
    cases: tuple[Case, ...]


def scenario(today: date) -> Scenario:
    """The demo as of a day: dates and open periods are relative to it."""
    themes = (*_LONGEST_STORIES_FIRST, *_THEN)
    dated = [_dated(case, today=today) for theme in themes for case in theme.cases()]
    return Scenario(
        connections=connections(today), surroundings=surroundings(today), cases=tuple(_timed(dated))
    )


def _timed(cases: Iterable[Case]) -> Iterable[Case]:
    before: Counter[str] = Counter()
    for case in cases:
        if case.starts:
            yield case
        else:
            yield replace(case, starts=SPACING * before[case.connection])
            before[case.connection] += 1


def _dated(case: Case, *, today: date) -> Case:
    begins, _ = open_period(today)
    voucher = {
        name: value.replace("{period begins}", begins.isoformat())
        for name, value in case.expected.voucher.items()
    }
    return replace(case, expected=replace(case.expected, voucher=voucher))
