"""What the import needs from outside. Nothing here may raise but what it says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ap_domain.audit import AuditEvent
from ap_domain.command import Command
from ap_domain.masterdata.record import ImportState, MasterRecord
from chassis.connections import Connection

from masterdata.importing.core.answers import LockedOut, NoAnswer, RequestWord, Seen, SendAnswer

__all__ = ["Connections", "Contents", "ImportApi", "Journal", "Missed", "Orders", "Outgoing"]


class Connections(Protocol):
    """The connections as they are at this moment (`chassis.connections.ConnectionDirectory`)."""

    def get(self, connection_id: str) -> Connection | None:
        """None when there is no such connection or it is unusable."""
        ...

    def all(self) -> tuple[Connection, ...]:
        """The usable ones."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One record as it is sent: the JSON text of one element of the request."""

    external_code: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What an earlier request, whose answer may have been lost, came to for a record: open, refused or taken."""

    seen: Seen
    words: tuple[str, ...] = ()


class ImportApi(Protocol):
    """Basware, of the connection that is given. Whatever a remote does is an answer; nothing is raised for it."""

    def most_records(self, entity: str) -> int:
        """Records of one request."""
        ...

    async def send(self, connection: Connection, *, entity: str, records: Sequence[Outgoing]) -> SendAnswer:
        """Imports the records in one request. It must not hold more than `most_records`."""
        ...

    async def ask(self, connection: Connection, request_id: str) -> RequestWord | NoAnswer | LockedOut | None:
        """What became of a request; None while Basware does not know it."""
        ...

    async def acknowledge(
        self, connection: Connection, request_ids: Sequence[str]
    ) -> NoAnswer | LockedOut | None:
        """Tells that the words on these requests were heard; also None when that was told before."""
        ...

    async def missed(
        self, connection: Connection, *, entity: str, codes: Collection[str], since: datetime, besides: str
    ) -> Mapping[str, Missed] | NoAnswer | LockedOut:
        """What became of these records in requests since then: the latest word of each, but open if any is.

        A word that only calls a record unchanged or expired is none, and the request `besides` is left out.
        """
        ...


class Contents(Protocol):
    """Reads records back from where they were published."""

    async def read(
        self, *, shard: int, offsets: Sequence[int], most_bytes: int
    ) -> Mapping[int, MasterRecord | None]:
        """The records at these ascending offsets, None where no record lies any more.

        It ends early once `most_bytes` of contents are read; offsets not reached are left out. At least one is
        reached. Raises chassis.errors.NotAnswered.
        """
        ...


class Journal(Protocol):
    """Makes words durable."""

    async def publish(self, shard: int, states: Sequence[ImportState]) -> Sequence[ImportState]:
        """Publishes to `masterdata.imports`; gives those that are durable, in their order. Raises nothing."""
        ...

    async def audit(self, shard: int, event: AuditEvent) -> bool:
        """Publishes to `audit.masterdata`. Whether it is done with: False where Kafka gave no word, and to try again
        makes sense. Raises nothing: an event that is not durable is logged.
        """
        ...


class Orders(Protocol):
    """People's orders that may have been taken in by an earlier owner without having been carried out."""

    async def earlier(self, shard: int, *, since: datetime) -> Sequence[Command]:
        """The orders to this service that lie in `ap.commands` and had not expired at `since`.

        Raises chassis.errors.NotAnswered.
        """
        ...
