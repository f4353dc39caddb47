"""The mechanics every record shares: how an outcome moves an entry. Pure; the service's machine does the rest."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeGuard, TypeVar

from chassis.ledger.entry import Entry, Phase, Started, Stop
from chassis.ledger.machine import Call, Decision, Input, Kind, Machine, Note, Others
from chassis.ledger.outcomes import Done, InDoubt, NotSent, Outcome, Parked, Rejected, Retry, Sighted, Stopped
from chassis.ledger.policy import Policy

B = TypeVar("B")

EMPTY_LOOKS = 2
"""Spaced empty answers after which a call in doubt counts as not happened."""


def on_input(machine: Machine[B], entry: Entry[B] | None, record: Input, *, now: datetime) -> Decision[B]:
    """An input record arrived."""
    return machine.received(entry, record, now=now)


def on_load(entry: Entry[B], *, now: datetime) -> Decision[B] | None:
    """A new owner read the entry. What was `started` may have happened: it is in doubt from this moment.

    The settle time counts from here, on this owner's clock, whatever an earlier owner had counted.
    """
    if entry.phase is Phase.STARTED:
        doubt = _doubt(entry, "the process that started it ended before the outcome was committed", now=now)
        return Decision(entry=doubt, notes=(Note(action="in doubt", detail={"reason": doubt.reason}),))
    return None


def on_outcome(
    machine: Machine[B],
    entry: Entry[B],
    call: Call,
    outcome: Outcome,
    *,
    unchanged: bool = True,
    now: datetime,
    fraction: float,
    policy: Policy,
    others: Others[B],
) -> Decision[B]:
    """The call of this entry came to an end. `fraction` in [0, 1] is the jitter of a back-off.

    `unchanged`: the entry is still the one the call was made for, no input replaced it meanwhile. Where one did, the
    work that replaced it keeps its own time if that is later.
    """
    if call.kind is Kind.REPEATABLE and (isinstance(outcome, Done) or _may_have_acted(outcome)):
        entry = machine.wrote(entry, outcome, now=now)
    decision = _on_outcome(
        machine,
        entry,
        call,
        outcome,
        unchanged=unchanged,
        now=now,
        fraction=fraction,
        policy=policy,
        others=others,
    )
    left = decision.entry
    if left is None or left is entry:
        return decision
    failed = not isinstance(outcome, Done | Sighted)
    looked = looks_again(machine, entry, call)
    if entry.phase is left.phase and (entry.phase is Phase.FINAL or (looked and failed)):
        # How it ended, or why a person must decide, is not for a look that comes after to say.
        left = replace(left, reason=entry.reason)
    if left.phase is Phase.PARKED and not looked:
        left = machine.rested(left)
    in_its_place = left.step == entry.step and left.phase not in (Phase.PARKED, Phase.FINAL)
    if not unchanged and failed and in_its_place and entry.due is not None:
        left = replace(left, due=max(left.due or entry.due, entry.due))
    return replace(decision, entry=left)


def _on_outcome(
    machine: Machine[B],
    entry: Entry[B],
    call: Call,
    outcome: Outcome,
    *,
    unchanged: bool,
    now: datetime,
    fraction: float,
    policy: Policy,
    others: Others[B],
) -> Decision[B]:
    rests = entry.phase in (Phase.PARKED, Phase.FINAL)
    looked = looks_again(machine, entry, call)
    if rests and not looked and call.kind is not Kind.ONCE:
        return _too_late(entry, call, outcome, now=now)
    if not unchanged and call.kind is Kind.READ and isinstance(outcome, Rejected | Parked):
        again = replace(_unstopped(entry), due=now)
        return _noted(again, "asked again", f"an input arrived during {call.name}: {outcome.reason}")
    if isinstance(outcome, Done):
        settled = replace(_settled(entry), reason=entry.reason) if looked else _settled(entry)
        return machine.succeeded(settled, outcome.value, now=now, others=others)
    if isinstance(outcome, Rejected):
        return machine.rejected(_settled(entry), outcome, now=now)
    if isinstance(outcome, Sighted):
        return _sighted(machine, entry, outcome, now=now, policy=policy, others=others)
    return _unanswered(machine, entry, call, outcome, now=now, fraction=fraction, policy=policy)


def _unanswered(
    machine: Machine[B],
    entry: Entry[B],
    call: Call,
    outcome: InDoubt | Retry | NotSent | Parked | Stopped,
    *,
    now: datetime,
    fraction: float,
    policy: Policy,
) -> Decision[B]:
    match outcome:
        case InDoubt(reason=reason) if call.kind is Kind.ONCE:
            return _noted(_doubt(entry, reason, now=now), "in doubt", reason)
        case InDoubt(reason=reason):
            lost = Retry(reason=reason)
            return _retry(machine, entry, call, lost, now=now, fraction=fraction, policy=policy)
        case Retry():
            return _retry(machine, entry, call, outcome, now=now, fraction=fraction, policy=policy)
        case NotSent(reason=reason) if entry.phase is Phase.PARKED and call.kind is Kind.ONCE:
            return _noted(entry, "not sent", reason)
        case NotSent(reason=reason):
            back = _back(machine, entry, now=now)
            if back.step == entry.step:
                back = replace(back, due=now + _not_sent_wait(entry, fraction, policy), reason=reason)
            return _noted(back, "not sent", reason)
        case Parked(reason=reason):
            return _noted(
                replace(_unstopped(entry), phase=Phase.PARKED, due=None, reason=reason), "parked", reason
            )
        case Stopped(reason=reason):
            back = _back(machine, entry, now=now)
            if back.step == entry.step and back.phase is not Phase.PARKED:
                due = back.due if back.phase is Phase.FINAL else None
                back = replace(back, phase=_held(back), due=due, reason=reason)
            return _noted(replace(back, stop=_stop(call, outcome, now=now)), "stopped", reason)


def started(entry: Entry[B], *, settle_seconds: float, request_digest: str, now: datetime) -> Entry[B]:
    """The entry with its unrepeatable call marked as started. For machines to use in `succeeded`."""
    number = entry.started.number + 1 if entry.started else 1
    mark = Started(at=now, number=number, settle_seconds=settle_seconds, request_digest=request_digest)
    return replace(entry, phase=Phase.STARTED, due=None, started=mark, looks=0, attempts=0, reason="")


def looks_again(machine: Machine[B], entry: Entry[B], call: Call) -> bool:
    """Whether this is the look that an entry which is parked or over still asks for."""
    rests = entry.phase in (Phase.PARKED, Phase.FINAL)
    return rests and entry.due is not None and machine.call(entry) == call


def waits_on(before: Entry[B], after: Entry[B]) -> bool:
    """Whether the record is still where it was: in its phase, or before or in a start of the same step.

    A create that is answered "later" again and again waits all the time, however often it is started.
    """
    starting = (Phase.WAITING, Phase.STARTED)
    return before.phase is after.phase or (
        before.step == after.step and before.phase in starting and after.phase in starting
    )


def _may_have_acted(outcome: Outcome) -> TypeGuard[Retry]:
    return isinstance(outcome, Retry) and outcome.effect


def _too_late(entry: Entry[B], call: Call, outcome: Outcome, *, now: datetime) -> Decision[B]:
    """An input parked or ended the record during a call that is harmless to repeat: that decision stays.

    A refusal of us as such is told all the same.
    """
    if isinstance(outcome, Stopped):
        entry = replace(entry, stop=_stop(call, outcome, now=now))
    return _noted(entry, "too late", f"{call.name} ended as {type(outcome).__name__}")


def _stop(call: Call, outcome: Stopped, *, now: datetime) -> Stop:
    return Stop(
        flow=call.remote, connection_version=outcome.connection_version, at=now, reason=outcome.reason
    )


def _not_sent_wait(entry: Entry[B], fraction: float, policy: Policy) -> timedelta:
    """Longer with each start of the record: what makes a decision too old to send may last."""
    return timedelta(seconds=policy.backoff.seconds(attempt=_starts(entry), fraction=fraction))


def _starts(entry: Entry[B]) -> int:
    return entry.started.number if entry.started else 1


def _held(entry: Entry[B]) -> Phase:
    """A stop does not end doubt: what is in doubt stays so while its flow is stopped, and what is over stays over."""
    return entry.phase if entry.phase in (Phase.IN_DOUBT, Phase.FINAL) else Phase.STOPPED


def _settled(entry: Entry[B]) -> Entry[B]:
    return replace(_unstopped(entry), attempts=0, looks=0, reason="")


def _unstopped(entry: Entry[B]) -> Entry[B]:
    """The remote took a call again: the old stop is history."""
    phase = Phase.WAITING if entry.phase is Phase.STOPPED else entry.phase
    return replace(entry, phase=phase, stop=None)


def _doubt(entry: Entry[B], reason: str, *, now: datetime) -> Entry[B]:
    settle = entry.started.settle_seconds if entry.started else 0.0
    due = now + timedelta(seconds=settle)
    return replace(entry, phase=Phase.IN_DOUBT, due=due, looks=0, attempts=0, reason=reason)


def _back(machine: Machine[B], entry: Entry[B], *, now: datetime) -> Entry[B]:
    """Where a call that provably did not happen leaves the entry."""
    if entry.phase is Phase.STARTED:
        return machine.withdrawn(entry, now=now)
    return _unstopped(entry)


def _retry(
    machine: Machine[B],
    entry: Entry[B],
    call: Call,
    outcome: Retry,
    *,
    now: datetime,
    fraction: float,
    policy: Policy,
) -> Decision[B]:
    if entry.phase is Phase.PARKED and call.kind is Kind.ONCE:
        return _noted(entry, "retry", outcome.reason)
    back = _back(machine, entry, now=now)
    if back.step != entry.step:
        return _noted(back, "retry", outcome.reason)
    attempts = entry.attempts + 1 if outcome.blame else entry.attempts
    if call.kind is Kind.ONCE:
        # The good look before each start ended the count of failures; the starts go on counting.
        attempts = _starts(entry)
    wait = outcome.after or 0.0
    if outcome.blame or call.kind is Kind.ONCE:
        wait = policy.backoff.seconds(attempt=attempts, fraction=fraction, retry_after=outcome.after)
    due = now + timedelta(seconds=wait)
    tried = entry.tried or (outcome.effect and call.kind is Kind.REPEATABLE)
    again = replace(back, due=due, attempts=attempts, tried=tried, reason=outcome.reason)
    return _noted(again, "retry", outcome.reason, attempt=str(attempts))


def _sighted(
    machine: Machine[B],
    entry: Entry[B],
    sighted: Sighted,
    *,
    now: datetime,
    policy: Policy,
    others: Others[B],
) -> Decision[B]:
    if len(sighted.same) == 1:
        return machine.adopted(_settled(entry), sighted.same[0], now=now, others=others)
    if len(sighted.same) > 1:
        reason = f"more than one live voucher: {', '.join(map(str, sighted.same))}"
        return _noted(
            replace(entry, phase=Phase.PARKED, due=None, reason=reason), "parked", reason, alert="yes"
        )
    if sighted.different:
        reason = f"found under the same key, but different: {', '.join(map(str, sighted.different))}"
        return _noted(replace(entry, phase=Phase.PARKED, due=None, reason=reason), "parked", reason)
    looks = entry.looks + 1
    if looks < EMPTY_LOOKS:
        due = now + timedelta(seconds=policy.look_spacing)
        return _noted(replace(entry, looks=looks, due=due, attempts=0), "looked", "not found, looking again")
    back = machine.withdrawn(replace(entry, looks=0, attempts=0, reason=""), now=now)
    return _noted(back, "not happened", f"not found in {looks} spaced looks")


def _noted(entry: Entry[B], action: str, reason: str, **detail: str) -> Decision[B]:
    return Decision(entry=entry, notes=(Note(action=action, detail={"reason": reason, **detail}),))
