"""Holds the evidence against every promise."""

from collections.abc import Callable, Iterator, Sequence

from .counts import counts
from .evidence import Evidence
from .findings import Finding, Verdict, Weight
from .promises import (
    accepted,
    audit,
    commands,
    ledgers,
    master_data,
    one_at_a_time,
    one_voucher,
    order,
    payments,
    places,
    planted_secrets,
    positions,
    started,
    tables,
    told,
    watermarks,
)
from .window import excused, noticed

Check = Callable[..., Iterator[Finding]]
CHECKS: Sequence[Check] = (
    accepted.check,
    told.check,
    commands.check,
    one_voucher.check,
    order.check,
    one_at_a_time.check,
    started.check,
    ledgers.check,
    positions.check,
    audit.check,
    tables.check,
    watermarks.check,
    master_data.check,
    payments.check,
    planted_secrets.check,
    places.check,
)


def verdict(evidence: Evidence, *, at_rest: bool) -> Verdict:
    """Every promise, held against the evidence.

    Not at rest, only what must hold at any moment: what is accepted is durable, doubles, order, calls at once, spacing,
    starts, versions and owners of the ledgers, watermarks, secrets, places.
    """
    found = (finding for check in CHECKS for finding in check(evidence, at_rest=at_rest))
    findings = (*excused(evidence, found), *(noticed(evidence) if at_rest else ()))
    notes = [] if evidence.cases else ["there is no connection: nothing was judged"]
    return Verdict(
        lost=_of(findings, Weight.LOST),
        twice=_of(findings, Weight.TWICE),
        broken=_of(findings, Weight.BROKEN),
        exempt=_of(findings, Weight.EXEMPT),
        counts=counts(evidence),
        notes=tuple(notes),
    )


def _of(findings: Sequence[Finding], weight: Weight) -> tuple[Finding, ...]:
    return tuple(each for each in findings if each.weight is weight)
