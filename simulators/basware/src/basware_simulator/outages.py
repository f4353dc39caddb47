"""Times in which nothing works: for every tenant or one, on one origin or both. Real seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict

from .answers import Answer, Delivery, json_answer


class Origin(StrEnum):
    """Which of the two servers is away."""

    API = "api"
    DOCUMENTS = "documents"
    BOTH = "both"


class Absence(StrEnum):
    """How being away shows: an answer of the gateway in front, or a connection closed without one."""

    UNAVAILABLE = "503"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageOrder:
    """An outage of so many real seconds; without a tenant it is everybody's."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    seconds: float
    tenant: str | None = None
    origin: Origin = Origin.BOTH
    kind: Absence = Absence.UNAVAILABLE
    retry_after: int | None = None


class Outages:
    """The outages under way. They live as long as the process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: list[tuple[float, OutageOrder]] = []

    def begin(self, order: OutageOrder) -> None:
        """Start one, beside those under way."""
        self._until.append((self._clock() + order.seconds, order))

    def end(self, tenant: str | None = None) -> None:
        """End all of them, or those of one tenant."""
        self._until = [held for held in self._until if tenant not in (None, held[1].tenant)]

    def under_way(self) -> list[tuple[float, OutageOrder]]:
        """What is still away, with the seconds left."""
        now = self._clock()
        self._until = [held for held in self._until if held[0] > now]
        return [(until - now, order) for until, order in self._until]

    def answer(self, *, origin: Origin, tenant: str | None) -> Answer | None:
        """What a call gets instead of its answer; None if nothing is away for it."""
        for _, order in self.under_way():
            if order.origin in (origin, Origin.BOTH) and order.tenant in (None, tenant):
                if order.kind is Absence.DROP:
                    return Answer(status=503, delivery=Delivery.NOTHING)
                headers = {} if order.retry_after is None else {"Retry-After": str(order.retry_after)}
                return json_answer({"message": "Service Unavailable"}, status=503, headers=headers)
        return None
