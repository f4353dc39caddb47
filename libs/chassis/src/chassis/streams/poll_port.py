"""What is polled, and who reads it: the port between the schedule of polls and a source."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ap_domain.poll import PollDue, PollKind, PollOutcome

from chassis.connections import Connection
from chassis.streams.schedule import Schedule

__all__ = ["PollLimits", "Polled", "Poller", "Progress", "Subject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something of a connection that is polled in one way; ``name`` is any word, such as an entity of master data.

    Without a schedule it is polled only when a person orders it.
    """

    connection_id: str
    name: str
    kind: PollKind
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollLimits:
    """Bounds in seconds: a whole poll, the time in which it must get on, and how long a written record may be away.

    ``stall`` is longer than the slowest single answer of a source. ``at_once`` polls run in one process,
    ``per_connection`` of them for one connection.
    """

    overall: float = 4 * 3600.0
    stall: float = 600.0
    echo: float = 60.0
    at_once: int = 8
    per_connection: int = 1


class Progress:
    """What a poll has done so far. To step is also to say that it gets on."""

    def __init__(self, stepped: Callable[[str, int], None] = lambda _name, _count: None) -> None:
        """``stepped`` is told what grew, and by how much."""
        self.read = 0
        self.changed = 0
        self.deactivated = 0
        self.faulty = 0
        self._stepped = stepped

    def step(self, *, read: int = 0, changed: int = 0, deactivated: int = 0, faulty: int = 0) -> None:
        """So many records more were read, published as changed, published as inactive, found faulty."""
        self.read += read
        self.changed += changed
        self.deactivated += deactivated
        self.faulty += faulty
        for name, count in (
            ("read", read),
            ("changed", changed),
            ("deactivated", deactivated),
            ("faulty", faulty),
        ):
            self._stepped(name, count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """How a poll ended; the numbers are those of its progress. ``watermark`` counts only if it is complete, ``held``,
    the number of deactivations that a person must accept, only if it is held.
    """

    outcome: PollOutcome
    words: str = ""
    watermark: str | None = None
    held: int | None = None


class Poller(Protocol):
    """Reads one source."""

    async def poll(
        self,
        connection: Connection,
        due: PollDue,
        *,
        poll_offset: int,
        watermark: str | None,
        progress: Progress,
    ) -> Polled:
        """Reads the subject and publishes what it found; returns when all of that is durable.

        ``watermark`` is how far the source was read before, None if that is not known. Every failure of the source is
        an outcome; what it raises is taken for a bug. It is cancelled when the shard is lost, the connection changes
        or is stopped, or a bound is reached, and may then have published a part: the next poll goes over it again.
        It steps ``progress`` at least once in every ``PollLimits.stall`` seconds.
        """
        ...
