"""One entry and one outcome of its call: the entry that follows, under bounds that are easy to reckon with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ap_domain.backoff import Backoff
from chassis.ledger import transition
from chassis.ledger.entry import Entry, Phase, Started, Stop
from chassis.ledger.machine import Call, Decision, Kind
from chassis.ledger.outcomes import Outcome
from chassis.ledger.policy import Policy

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
POLICY = Policy(backoff=Backoff(base=1.0, cap=300.0), look_spacing=5.0)
LOOK = Call(name="look", remote="r", kind=Kind.READ)
REPORT = Call(name="report", remote="r", kind=Kind.REPEATABLE)
CREATE = Call(name="create", remote="r", kind=Kind.ONCE)
SETTLE = Call(name="settle", remote="r", kind=Kind.READ, goes_on_when_paused=True)
STARTED = Started(at=NOW, number=1, settle_seconds=60.0, request_digest="d")
STOP = Stop(flow="r", connection_version=6, at=NOW, reason="before")

Tiny = Entry[str]


def at(entry: Tiny, phase: Phase, **changes: Any) -> Tiny:
    """The entry in a phase, as it comes there: started where a call that may not be repeated is about."""
    begun = STARTED if phase in (Phase.STARTED, Phase.IN_DOUBT) else None
    return replace(entry, phase=phase, started=begun, **changes)


def decided(
    machine: Any, entry: Tiny, call: Call, outcome: Outcome, *, fraction: float = 0.5, unchanged: bool = True
) -> Decision[str]:
    return transition.on_outcome(
        machine,
        entry,
        call,
        outcome,
        unchanged=unchanged,
        now=LATER,
        fraction=fraction,
        policy=POLICY,
        others=lambda claim: (),
    )


def moved(machine: Any, entry: Tiny, call: Call, outcome: Outcome, **options: Any) -> Tiny:
    after = decided(machine, entry, call, outcome, **options).entry
    assert after is not None
    return after
