"""What of each connection is polled, read out of the connection once for each version of it."""

from collections.abc import Callable, Sequence

import structlog

from chassis.connections import Connection
from chassis.streams.poll_port import Subject

__all__ = ["SubjectBook", "Subjects"]

Subjects = Callable[[Connection], Sequence[Subject]]
"""What of a connection is polled, in the order in which it should be where several things are due. What it raises is
taken for a fault in the connection, of which nothing is polled then."""

log = structlog.get_logger("chassis.polls")


class SubjectBook:
    """Subjects by connection, as of its current version."""

    def __init__(self, subjects: Subjects) -> None:
        self._subjects = subjects
        self._known: dict[str, tuple[int, tuple[Subject, ...]]] = {}

    def of(self, connection: Connection) -> tuple[Subject, ...]:
        """All subjects of the connection."""
        version, subjects = self._known.get(connection.id, (-1, ()))
        if version != connection.version:
            subjects = self._read(connection)
            self._known[connection.id] = (connection.version, subjects)
        return subjects

    def knows(self, connection: Connection, name: str) -> bool:
        """Whether something of this name is polled."""
        return any(subject.name == name for subject in self.of(connection))

    def _read(self, connection: Connection) -> tuple[Subject, ...]:
        try:
            return tuple(self._subjects(connection))
        except Exception:  # one customer's document must not end the polls of all
            log.exception("what is to be polled cannot be read; nothing is polled", connection=connection.id)
            return ()
