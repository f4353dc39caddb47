"""A transaction that cannot be written: nothing of it exists, and it undoes nothing of the one before."""

from collections.abc import AsyncIterator, Awaitable

import pytest
from chassis.ledger.ports import LogRecord, Refused, Unknown
from chassis.ledger.transaction import GroupRefused, commit


class Partition:
    """A log and its reader. `undecided` is the offset of a record whose marker was lost; `end` the next offset."""

    def __init__(self, *, undecided: int | None = None) -> None:
        self.end = 7
        self.undecided = undecided
        self.aborted = self.committed = False

    async def initialise(self) -> None:
        """It is."""

    async def begin(self) -> None:
        """Nothing to do."""

    async def send(self, record: LogRecord) -> Awaitable[int]:
        if record.value == b"too large":
            raise Refused("too large")
        self.end += 1
        return self._offset(self.end - 1)

    async def _offset(self, offset: int) -> int:
        return offset

    async def commit(self) -> None:
        self.committed = True

    async def abort(self) -> None:
        self.aborted = True

    async def close(self) -> None:
        """Nothing to do."""

    async def high_watermark(self, topic: str, partition: int) -> int:
        return self.end

    async def last_stable_offset(self, topic: str, partition: int) -> int:
        return 7 if self.undecided is None else self.undecided

    def read(
        self, topic: str, partition: int, *, until: int, start: int | None = None
    ) -> AsyncIterator[LogRecord]:
        raise NotImplementedError


def records(*values: bytes) -> list[LogRecord]:
    return [LogRecord(topic="ledger", partition=0, key=b"k", value=value) for value in values]


async def test_a_refused_record_aborts() -> None:
    partition = Partition()
    with pytest.raises(GroupRefused, match="too large"):
        await commit(partition, records(b"fine", b"too large"), bound=5, reader=partition)
    assert (partition.aborted, partition.committed) == (True, False)


async def test_what_a_crash_left_without_its_marker_is_not_undone_by_a_refusal() -> None:
    """The abort's marker would decide about the older record, which the owner holds for committed."""
    partition = Partition(undecided=5)
    with pytest.raises(Unknown, match="lacks a marker"):
        await commit(partition, records(b"fine", b"too large"), bound=5, reader=partition)
    assert not partition.aborted


async def test_a_commit_releases_what_a_crash_left_without_its_marker() -> None:
    partition = Partition(undecided=5)
    assert await commit(partition, records(b"fine"), bound=5, reader=partition) == (7,)
    assert partition.committed


async def test_of_a_transaction_of_which_nothing_was_written_no_marker_comes() -> None:
    partition = Partition(undecided=5)
    with pytest.raises(GroupRefused):
        await commit(partition, records(b"too large", b"fine"), bound=5, reader=partition)
