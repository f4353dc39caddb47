"""How the polls of one subject stand: the last of each kind, what is due next, what is overdue. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ap_domain.poll import PollKind, PollOutcome, PollResult
from chassis.streams.poll_decision import unmet
from chassis.streams.poll_port import Subject
from chassis.streams.schedule import Schedule

from apstream_cli.screen import ago, instant

__all__ = ["PollStanding", "poll_standing"]

OVERDUE = timedelta(minutes=5)
"""So long after its time nothing has answered for a poll; it begins up to a minute late on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollStanding:
    """At ``now``. ``due`` is when each kind is due next; ``overdue`` since when one is; ``silent`` says why nothing is
    due and is empty where something may be.
    """

    now: datetime
    results: Mapping[PollKind, PollResult]
    due: Mapping[PollKind, datetime]
    overdue: Mapping[PollKind, datetime]
    silent: str

    def last(self, kind: PollKind) -> str:
        """How the last poll of this kind ended."""
        result = self.results.get(kind)
        if result is None:
            return "never"
        counted = {
            "read": result.read,
            "changed": result.changed,
            "deactivated": result.deactivated,
            "faulty": result.faulty,
        }
        numbers = ", ".join(f"{count} {name}" for name, count in counted.items() if count or name == "read")
        return f"{result.outcome} {ago(result.finished_at, now=self.now)} ago: {numbers}"

    def following(self) -> str:
        """When something is due next."""
        if self.silent:
            return self.silent
        return ", ".join(f"{kind} {instant(at)}" for kind, at in self.due.items()) or "on command only"

    def remarks(self, called: str) -> Iterator[str]:
        """What a person should know of the last polls: everything that is not simply well."""
        for kind, result in self.results.items():
            if result.outcome is not PollOutcome.COMPLETE or result.words:
                said = result.words or "without a word"
                yield f"{called}: last {kind} poll {result.outcome}: {said}"
        for kind, since in self.overdue.items():
            yield f"{called}: {kind} poll overdue since {instant(since)}"

    def fields(self) -> dict[str, Any]:
        """For programs."""
        return {
            "polls": {
                kind: {
                    name: getattr(result, name)
                    for name in ("outcome", "words", "read", "changed", "deactivated", "faulty")
                }
                | {"started_at": result.started_at.isoformat(), "finished_at": result.finished_at.isoformat()}
                for kind, result in self.results.items()
            },
            "next_due": {kind: at.isoformat() for kind, at in self.due.items()},
            "overdue_since": {kind: at.isoformat() for kind, at in self.overdue.items()},
        }


def poll_standing(
    connection_id: str,
    subject: str,
    *,
    results: Mapping[PollKind, PollResult],
    schedules: Mapping[PollKind, Schedule],
    silent: str,
    now: datetime,
) -> PollStanding:
    """``silent``: why nothing is due whatever its schedules say."""
    if silent:
        schedules = {}
    late = {
        kind: unmet(
            Subject(connection_id=connection_id, name=subject, kind=kind, schedule=schedule),
            results,
            now=now - OVERDUE,
        )
        for kind, schedule in schedules.items()
    }
    return PollStanding(
        now=now,
        results=results,
        due={kind: at for kind, each in schedules.items() if (at := each.next_due(now)) is not None},
        overdue={kind: at for kind, at in late.items() if at is not None},
        silent=silent,
    )
