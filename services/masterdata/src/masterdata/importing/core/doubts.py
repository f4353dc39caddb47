"""Records whose batches fail without a word on any of them: which they are, and how small their batches must be."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["SUSPECT_FROM", "Doubt", "Doubts"]

SUSPECT_FROM = 3
"""Failures of a version's batches from which one of the batch's records is suspected rather than the remote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One version, by where it lies. `since` is monotonic, `most` the records of a batch with it, `alone` how often it
    failed by itself.
    """

    offset: int
    since: float
    failures: int = 0
    most: int | None = None
    alone: int = 0

    @property
    def suspect(self) -> bool:
        """Whether it goes with other suspects only, in batches that are halved at each failure."""
        return self.failures >= SUSPECT_FROM


class Doubts:
    """Of one connection, in memory: another owner begins anew."""

    def __init__(self) -> None:
        self._held: dict[bytes, Doubt] = {}

    def of(self, key: bytes, offset: int) -> Doubt | None:
        """The doubt about this version of the record."""
        held = self._held.get(key)
        return held if held is not None and held.offset == offset else None

    def failed(self, batch: Sequence[tuple[bytes, int]], *, now: float) -> bool:
        """A batch, keys and offsets, brought no clear word. Whether any of it is suspect from here on."""
        found = []
        for key, offset in batch:
            before = self.of(key, offset) or Doubt(offset=offset, since=now)
            doubt = self._held[key] = Doubt(
                offset=offset,
                since=before.since,
                failures=before.failures + 1,
                most=before.most,
                alone=before.alone,
            )
            found.append(doubt.suspect)
        return any(found)

    def narrow(self, batch: Sequence[tuple[bytes, int]]) -> None:
        """The remote is well, so the batch is not: its suspects go in halves, or were seen to fail alone."""
        for key, offset in batch:
            held = self.of(key, offset)
            if held is not None and held.suspect:
                self._held[key] = Doubt(
                    offset=offset,
                    since=held.since,
                    failures=held.failures,
                    most=(len(batch) + 1) // 2,
                    alone=held.alone + (len(batch) == 1),
                )

    def forget(self, key: bytes) -> None:
        """The record was stored, or refused."""
        self._held.pop(key, None)

    def suspects(self, key: bytes) -> bool:
        """Whether the record is a suspect in whatever version."""
        held = self._held.get(key)
        return held is not None and held.suspect
