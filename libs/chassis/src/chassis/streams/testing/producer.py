"""A producer that keeps what it was given and can be told to fail."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from chassis.errors import NotDurable
from chassis.producer import Delivered, DurableProducer, Headers

__all__ = ["RecordingProducer", "Sent"]

Append = Callable[[str, int, bytes, bytes | None], int]
"""Appends to a topic's partition and returns the record's offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A record that was sent, and where it lies."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes | None = field(repr=False)
    headers: Headers = ()


class RecordingProducer(DurableProducer):
    """Stands for a DurableProducer; opens no connection and starts no thread."""

    def __init__(self, append: Append) -> None:
        self.sent: list[Sent] = []
        self._append = append
        self._failures: deque[bool] = deque()

    @property
    def fatal(self) -> str | None:
        """Never."""
        return None

    def fail_next(self, *, although_written: bool = False) -> None:
        """The next send raises NotDurable; ``although_written``: the record lies there all the same."""
        self._failures.append(although_written)

    def of(self, topic: str) -> list[Sent]:
        """What was sent to the topic, in order."""
        return [each for each in self.sent if each.topic == topic]

    async def send(
        self, *, topic: str, partition: int, key: bytes, value: bytes | None, headers: Headers | None = None
    ) -> Delivered:
        """As DurableProducer: what the topic's followers do with the record has happened when this returns."""
        failing = self._failures.popleft() if self._failures else None
        if failing is False:
            raise NotDurable(f"{topic}/{partition} {key!r}: told to fail")
        offset = self._append(topic, partition, key, value)
        self.sent.append(
            Sent(
                topic=topic,
                partition=partition,
                offset=offset,
                key=key,
                value=value,
                headers=tuple(headers or ()),
            )
        )
        if failing:
            raise NotDurable(f"{topic}/{partition} {key!r}: told to fail, although it was written")
        return Delivered(partition=partition, offset=offset)

    async def close(self) -> None:
        """Nothing is open."""
