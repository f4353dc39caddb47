"""The whole demo: the master data, all invoices, when each comes, and how they are paid."""

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
    payments,
    same_number,
    sent_back,
    taxes,
    webhooks,
)
from devstack.scenario.case import Case, Order
from devstack.scenario.customers import ACME, connections, open_period, surroundings
from devstack.scenario.master_data import MasterDataScript, script
from devstack.scenario.payments import PaymentScript

SPACING = 0.45
"""Seconds between two invoices of one connection that name no time of their own."""
_LONGEST_STORIES_FIRST = (bad_days, after_posting, sent_back, same_number)
_THEN = (webhooks, everyday, taxes, orders_and_credits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Two connections, what their sites are told first, the master data of one of them, invoices, how they are paid."""

    connections: tuple[ConnectionSpec, ...]
    master_data: MasterDataScript
    surroundings: tuple[tuple[str, Order], ...]
    cases: tuple[Case, ...]
    payments: PaymentScript

    @property
    def loaded(self) -> ConnectionSpec:
        """The connection whose master data is shown: it is connected before the eyes of who watches."""
        return next(spec for spec in self.connections if spec.id == self.master_data.connection)

    @property
    def connected(self) -> tuple[ConnectionSpec, ...]:
        """The others."""
        return tuple(spec for spec in self.connections if spec is not self.loaded)


def scenario(today: date) -> Scenario:
    """The demo as of a day: dates and open periods are relative to it."""
    themes = (*_LONGEST_STORIES_FIRST, *_THEN)
    dated = [_dated(case, today=today) for theme in themes for case in theme.cases()]
    return Scenario(
        connections=connections(today),
        master_data=script(ACME, today=today),
        surroundings=surroundings(today),
        cases=tuple(_timed(dated)),
        payments=payments.script(today),
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
