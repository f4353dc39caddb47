"""Which poll of a subject is due: what its schedules and orders ask for beside the results there are. Pure.

Never two polls of a subject at once; a poll that began after a time was due answers for it, so several missed times
are one poll. A whole read goes before a read of changes.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from ap_domain.backoff import Backoff
from ap_domain.command import Action, Command
from ap_domain.poll import PollDue, PollKind, PollOutcome, PollReason, PollResult

from chassis.streams.poll_port import Subject

__all__ = [
    "KINDS",
    "RETRY",
    "Turn",
    "answered",
    "attempt_of",
    "decide",
    "expired",
    "made_for",
    "overtaken",
    "refusal",
    "unmet",
]

RETRY = Backoff(base=30.0, cap=900.0)
"""Between tries of one occurrence; the next occurrence does not wait for it."""
RESTS = 0.25
"""What took long before it failed is left alone for this part of that time: the next try begins at the beginning."""
LATE = timedelta(minutes=1)
"""What is written later than this after its time is a catch-up."""
SKEW = timedelta(minutes=5)
"""Clocks of two machines differ by less; a result from further in the future was written by a clock that was wrong."""
KINDS: Mapping[Action, PollKind] = {
    Action.RUN_NOW: PollKind.CHANGES,
    Action.RUN_FULL: PollKind.FULL,
    Action.ACCEPT_SHRINK: PollKind.FULL,
}
"""The orders of people that are polls. Where changes cannot be read, everything is."""
_POLLS: UUID = uuid5(NAMESPACE_URL, "apstream:polls")

Results = Mapping[PollKind, PollResult]
"""The last result of each kind of poll of one subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A poll to be written, and the order it carries out."""

    due: PollDue
    command: Command | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    kind: PollKind
    due_at: datetime
    base: str
    command: Command | None = None

    @property
    def accepts_shrink(self) -> bool:
        return self.command is not None and self.command.action is Action.ACCEPT_SHRINK


def decide(
    subjects: Sequence[Subject],
    *,
    orders: Sequence[Command],
    results: Results,
    now: datetime,
    actor: str,
) -> Turn | None:
    """The poll to write for one subject of which none is on its way, or None.

    ``subjects`` are its kinds, ``orders`` what people ordered about it and was not answered yet, ``actor`` who writes
    what is not ordered. Deterministic: two processes that decide alike write the same poll.
    """
    believed = _believed(results, now)
    for wish in sorted(_wishes(subjects, orders=orders, results=results, now=now), key=_rank):
        if wish.command is None and _met(wish.kind, wish.due_at, believed):
            continue
        last = believed.get(wish.kind)
        attempt, due_at = 1, wish.due_at
        if last is not None and last.outcome is PollOutcome.FAILED and wish.due_at <= last.due_at:
            if now < _retry_at(last):
                continue
            attempt, due_at = attempt_of(last.poll_id) + 1, last.due_at
        told = results.get(wish.kind)
        if told is not None and _base_of(told.poll_id) == wish.base:
            # Also one that is not believed has used up its id: what bears it again would count as done.
            attempt = attempt_of(told.poll_id) + 1
        due = _due(subjects[0], wish, attempt, due_at, held=_held(results), now=now, actor=actor)
        return Turn(command=wish.command, due=due)
    return None


def overtaken(due: PollDue, offset: int, results: Results) -> bool:
    """Whether the poll written at ``offset`` need not run: this very try has ended, or a later one has."""
    return any(each.poll_id == due.poll_id or each.poll_offset >= offset for each in results.values())


def answered(command: Command, result: PollResult) -> bool:
    """Whether this poll has done what was ordered. One that began after the order had expired has not: the order is
    refused, and must not be answered twice.
    """
    if made_for(command, result.poll_id):
        return result.outcome is not PollOutcome.FAILED
    in_time = command.issued_at <= result.started_at <= command.expires_at
    if not in_time or command.action is Action.ACCEPT_SHRINK:
        return False
    if command.action is Action.RUN_NOW:
        return result.outcome is PollOutcome.COMPLETE
    return result.kind is PollKind.FULL and result.outcome is not PollOutcome.FAILED


def made_for(command: Command, poll_id: str) -> bool:
    """Whether the poll was written for this order."""
    return _base_of(poll_id) == _ordered(command)


def refusal(command: Command, subjects: Sequence[Subject], *, now: datetime) -> str | None:
    """Why an order cannot be carried out, in words for who gave it; None if it can.

    ``subjects`` are all those of the connection.
    """
    if now > command.expires_at:
        return expired(command)
    names = dict.fromkeys(subject.name for subject in subjects)
    if command.record_id not in names:
        return f"{command.record_id!r} is not polled; there is {', '.join(names) or 'nothing'}"
    return None


def expired(command: Command) -> str:
    """The words for an order that was not carried out in time."""
    return f"it expired at {command.expires_at.isoformat()}"


def unmet(subject: Subject, results: Results, *, now: datetime) -> datetime | None:
    """The last time at which the subject was due, if no poll since has answered for it; None if one has."""
    due_at = subject.schedule.latest_due(now) if subject.schedule else None
    if due_at is None or _met(subject.kind, due_at, _believed(results, now)):
        return None
    return due_at


def attempt_of(poll_id: str) -> int:
    """The number of the try, from 1: that of the second and later ones stands behind the id."""
    _, _, number = poll_id.partition(".")
    return int(number) if number.isdecimal() else 1


def _base_of(poll_id: str) -> str:
    return poll_id.partition(".")[0]


def _ordered(command: Command) -> str:
    return str(uuid5(_POLLS, command.command_id))


def _believed(results: Results, now: datetime) -> Results:
    return {
        kind: each
        for kind, each in results.items()
        if max(each.started_at, each.due_at, each.finished_at) <= now + SKEW
    }


def _wishes(
    subjects: Sequence[Subject], *, orders: Sequence[Command], results: Results, now: datetime
) -> Iterator[_Wish]:
    kinds = {subject.kind for subject in subjects}
    first = _first_is_missing(subjects, results)
    for command in orders:
        kind = KINDS[command.action]
        if now <= command.expires_at and not any(answered(command, each) for each in results.values()):
            yield _Wish(
                kind=kind if kind in kinds and not first else PollKind.FULL,
                due_at=min(command.issued_at, now),
                base=_ordered(command),
                command=command,
            )
    for subject in subjects:
        due_at = subject.schedule.latest_due(now) if subject.schedule else None
        if due_at is not None and not (first and subject.kind is PollKind.CHANGES):
            said = f"{subject.connection_id}|{subject.name}|{subject.kind}|{due_at.isoformat()}"
            yield _Wish(kind=subject.kind, due_at=due_at, base=str(uuid5(_POLLS, said)))


def _first_is_missing(subjects: Sequence[Subject], results: Results) -> bool:
    """Changes are read from a whole read on: where one is scheduled and has never come to its end, they wait."""
    whole = results.get(PollKind.FULL)
    scheduled = any(each.kind is PollKind.FULL and each.schedule is not None for each in subjects)
    return scheduled and (
        whole is None or (whole.outcome is not PollOutcome.COMPLETE and whole.watermark is None)
    )


def _rank(wish: _Wish) -> tuple[bool, bool, bool]:
    return wish.kind is not PollKind.FULL, not wish.accepts_shrink, wish.command is None


def _met(kind: PollKind, due_at: datetime, results: Results) -> bool:
    """Whether a poll of this kind, or a whole one for changes, answers for what was due then. A held one does too: only
    a person, or the next time, brings another.
    """
    own, whole = results.get(kind), results.get(PollKind.FULL)
    if (
        own is not None
        and own.outcome is not PollOutcome.FAILED
        and max(own.due_at, own.started_at) >= due_at
    ):
        return True
    return whole is not None and whole.outcome is PollOutcome.COMPLETE and whole.started_at >= due_at


def _retry_at(failed: PollResult) -> datetime:
    digest = hashlib.sha256(failed.poll_id.encode()).digest()
    fraction = int.from_bytes(digest[:4], "big") / 2**32
    wait = RETRY.seconds(attempt=attempt_of(failed.poll_id), fraction=fraction)
    took = failed.finished_at - failed.started_at
    return failed.finished_at + max(timedelta(seconds=wait), took * RESTS)


def _held(results: Results) -> int | None:
    """The most deactivations that wait for a person: what is accepted. A whole read that came to its end since, left
    none of those before it waiting.
    """
    whole = results.get(PollKind.FULL)
    ended = whole.poll_offset if whole is not None and whole.outcome is PollOutcome.COMPLETE else -1
    waiting = [each.held for each in results.values() if each.held is not None and each.poll_offset > ended]
    return max(waiting, default=None)


def _due(
    subject: Subject,
    wish: _Wish,
    attempt: int,
    due_at: datetime,
    *,
    held: int | None,
    now: datetime,
    actor: str,
) -> PollDue:
    if wish.command is not None:
        reason = PollReason.COMMAND
    else:
        reason = PollReason.CATCH_UP if now - wish.due_at > LATE else PollReason.SCHEDULE
    return PollDue(
        poll_id=wish.base if attempt == 1 else f"{wish.base}.{attempt}",
        connection_id=subject.connection_id,
        subject=subject.name,
        kind=wish.kind,
        due_at=due_at,
        reason=reason,
        actor=wish.command.actor if wish.command else actor,
        issued_at=now,
        accept_shrink=wish.accepts_shrink,
        accepted=held if wish.accepts_shrink else None,
    )
