"""What this process knows of polls on their way: due, under way, ended and not yet seen to have ended. In memory only.

What is forgotten here is found missing by the next look at tables and schedules, and written once more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ap_domain.poll import PollDue

__all__ = ["Agenda", "TakenDue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenDue:
    """A due poll as it lies in its topic."""

    due: PollDue
    shard: int
    offset: int

    @property
    def subject(self) -> tuple[str, str]:
        """Connection and subject: what never has two polls at once."""
        return self.due.connection_id, self.due.subject


@dataclass(frozen=True, slots=True)
class _Echo:
    """A poll whose record was written and has not been read back; after ``until`` (monotonic) it is not waited for."""

    poll_id: str
    until: float


class Agenda:
    """Which polls wait or run here. A subject has at most one of each kind; the one written last counts."""

    def __init__(self) -> None:
        self._dues: dict[tuple[str, str], dict[str, TakenDue]] = {}
        self._echoes: dict[tuple[str, str], _Echo] = {}
        self._owned: frozenset[int] = frozenset()
        self._listeners: list[Callable[[], None]] = []
        self._written: dict[tuple[str, str], str] = {}

    def on_change(self, listener: Callable[[], None]) -> None:
        """Calls ``listener`` when there is something to look at; it must not raise or wait."""
        self._listeners.append(listener)

    def changed(self) -> None:
        """There is something to look at."""
        for listener in self._listeners:
            listener()

    def take(self, taken: TakenDue) -> None:
        """A due poll was read from its topic."""
        kinds = self._dues.setdefault(taken.subject, {})
        held = kinds.get(taken.due.kind)
        if held is None or held.offset < taken.offset:
            kinds[taken.due.kind] = taken
        self._heard(taken.subject, taken.due.poll_id)
        self.changed()

    def result_seen(self, connection_id: str, subject: str, poll_id: str) -> None:
        """A result was read from its topic."""
        self._heard((connection_id, subject), poll_id)
        self.changed()

    def dues(self) -> list[TakenDue]:
        """What waits or runs, in the order in which it was written."""
        found = [each for kinds in self._dues.values() for each in kinds.values()]
        return sorted(found, key=lambda each: (each.due.issued_at, each.offset))

    def expect(self, due: PollDue, *, until: float) -> None:
        """A record of this poll was written and will be read back."""
        self._written[due.connection_id, due.subject] = due.poll_id
        self._echoes[due.connection_id, due.subject] = _Echo(due.poll_id, until)

    def pass_over(self, taken: TakenDue, *, until: float) -> None:
        """It need not run. If it was this process that wrote it, the subject is left alone until then (monotonic): what
        is written and passed over at once would otherwise be written again without end.
        """
        if self._written.get(taken.subject) == taken.due.poll_id:
            self.expect(taken.due, until=until)
        self.done(taken)

    def done(self, taken: TakenDue) -> None:
        """It ended, or need not run."""
        kinds = self._dues.get(taken.subject, {})
        if kinds.get(taken.due.kind) == taken:
            del kinds[taken.due.kind]
        if not kinds:
            self._dues.pop(taken.subject, None)
        self.changed()

    def on_its_way(self, connection_id: str, subject: str, *, now: float) -> bool:
        """Whether a poll of the subject waits or runs, or its record or result must still come back."""
        if (connection_id, subject) in self._dues:
            return True
        echo = self._echoes.get((connection_id, subject))
        if echo is not None and now >= echo.until:
            del self._echoes[connection_id, subject]
            echo = None
        return echo is not None

    def keep(self, owned: frozenset[int]) -> None:
        """Forgets what was due on shards that were owned at the last call and are not any more.

        What was read of a shard that is only being taken over stays.
        """
        lost = self._owned - owned
        self._owned = owned
        for taken in self._of(lost):
            self.done(taken)

    def _of(self, shards: Iterable[int]) -> list[TakenDue]:
        gone = frozenset(shards)
        return [each for each in self.dues() if each.shard in gone] if gone else []

    def _heard(self, subject: tuple[str, str], poll_id: str) -> None:
        echo = self._echoes.get(subject)
        if echo is not None and echo.poll_id == poll_id:
            del self._echoes[subject]
