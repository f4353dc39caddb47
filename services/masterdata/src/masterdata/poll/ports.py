"""What a poll needs of the world: a source to read, contents published earlier, and a place to publish."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Protocol

from ap_domain.masterdata import EntityPlan, MasterDataPlan
from ap_domain.masterdata.record import MasterRecord
from ap_domain.masterdata.source_rows import SourceGroup
from chassis.connections import Connection

__all__ = ["Contents", "Publisher", "Source", "SourceFailed"]


class SourceFailed(Exception):
    """The source could not be read to its end. ``stops``: it refuses us as such, and asking again would do harm."""

    def __init__(self, words: str, *, stops: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.stops = stops


class Source(Protocol):
    """PeopleSoft's queries for one entity."""

    def read(
        self,
        connection: Connection,
        plan: MasterDataPlan,
        entity: EntityPlan,
        *,
        since: str | None,
        stepped: Callable[[], None],
    ) -> AsyncGenerator[Sequence[SourceGroup], None]:
        """Everything, or what changed at or after ``since``: page by page whole records, every row of a key in one
        group. ``stepped`` is called for each answer that is asked for, of which a page may need many.

        Raises SourceFailed; only a read that ends by itself was complete.
        """
        ...


class Contents(Protocol):
    """Records published earlier, by where they lie in the shard's partition."""

    async def read(
        self, *, shard: int, offsets: Sequence[int], most_bytes: int
    ) -> Mapping[int, MasterRecord | None]:
        """The records at these ascending offsets, None where no record lies any more.

        It ends early once `most_bytes` of contents are read; at least one is reached. Raises NotAnswered.
        """
        ...


class Publisher(Protocol):
    """Puts records at the shard of their connection."""

    async def publish(self, records: Sequence[MasterRecord], *, shard: int) -> None:
        """Returns once all are durable. Raises NotDurable: some may be there; none, if the shard is not ours."""
        ...
