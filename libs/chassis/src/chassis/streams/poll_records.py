"""The records of polls: their topics, the tables made of them, and what taking them in does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ap_domain.command import Command, CommandedLedger
from ap_domain.poll import PollKind, PollResult

from chassis.keys import record_key
from chassis.records import COMMAND, POLL_DUE, POLL_RESULT
from chassis.streams.poll_agenda import Agenda, TakenDue
from chassis.streams.poll_decision import KINDS
from chassis.streams.ports import Following, Incoming, Table, TableView, TableWriter
from chassis.topics import COMMANDS, Topic

__all__ = ["PollRecords", "PollResults", "due_key", "order_key", "result_key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecords:
    """Where the polls of one service travel and are kept.

    ``results`` holds the last result by connection, subject and kind; ``orders`` holds what people ordered, each order
    under a key of its own, until its end is written: a tombstone of that key in ``dues``, which follows the order's
    answer. So a crash loses neither an order nor its answer.
    """

    service: str
    dues: Topic
    results_topic: Topic
    audit: Topic
    results: Table[PollResult]
    orders: Table[Command]
    ledger: CommandedLedger
    commands: Topic = field(default=COMMANDS)

    @property
    def tables(self) -> tuple[Table[Any], ...]:
        """For `StreamService.tables`."""
        return self.results, self.orders

    def followings(self, agenda: Agenda) -> tuple[Following, ...]:
        """For `StreamService.followings`."""
        return (
            Following(
                topic=self.dues, take=lambda incoming, tables: self._take_due(incoming, tables, agenda)
            ),
            Following(
                topic=self.results_topic,
                take=lambda incoming, tables: self._take_result(incoming, tables, agenda),
            ),
            Following(
                topic=self.commands,
                take=lambda incoming, tables: self._take_command(incoming, tables, agenda),
            ),
        )

    def _take_due(self, incoming: Incoming, tables: TableWriter, agenda: Agenda) -> None:
        if incoming.value is not None:
            due = POLL_DUE.decode(incoming.value)
            agenda.take(TakenDue(due=due, shard=incoming.partition, offset=incoming.offset))
            return
        tables.put(self.orders, incoming.key, None)
        agenda.changed()

    def _take_result(self, incoming: Incoming, tables: TableWriter, agenda: Agenda) -> None:
        if incoming.value is None:
            return
        result = POLL_RESULT.decode(incoming.value)
        key = result_key(result.connection_id, result.subject, result.kind)
        held = tables.get(self.results, key)
        if held is None or held.poll_offset <= result.poll_offset:
            tables.put(self.results, key, result)
        agenda.result_seen(result.connection_id, result.subject, result.poll_id)

    def _take_command(self, incoming: Incoming, tables: TableWriter, agenda: Agenda) -> None:
        if incoming.value is None:
            return
        command = COMMAND.decode(incoming.value)
        if command.ledger is not self.ledger or command.action not in KINDS:
            return
        tables.put(self.orders, order_key(command), command)
        agenda.changed()


class PollResults:
    """The results as this process reads them again and again: decoded once, and again when they change."""

    def __init__(self, *, table: Table[PollResult], view: TableView) -> None:
        self._table = table
        self._view = view
        self._held: dict[tuple[int, bytes], PollResult | None] = {}

    def put(self, table: Table[Any], shard: int, key: bytes) -> None:
        """For `Shards.on_change`."""
        if table is self._table:
            self._held.pop((shard, key), None)

    def forget(self, shard: int) -> None:
        """For `Shards.on_loss`."""
        for place in [each for each in self._held if each[0] == shard]:
            del self._held[place]

    def keep(self, owned: frozenset[int]) -> None:
        """Forgets shards that are not owned: what they hold is read again when they are."""
        for shard, key in [each for each in self._held if each[0] not in owned]:
            del self._held[shard, key]

    def of(self, *, shard: int, connection_id: str, subject: str) -> Mapping[PollKind, PollResult]:
        """The last result of each kind of poll of a subject."""
        found = {kind: self._get(shard, result_key(connection_id, subject, kind)) for kind in PollKind}
        return {kind: result for kind, result in found.items() if result is not None}

    def _get(self, shard: int, key: bytes) -> PollResult | None:
        if (shard, key) not in self._held:
            self._held[shard, key] = self._view.get(self._table, shard, key)
        return self._held[shard, key]


def due_key(connection_id: str, subject: str) -> bytes:
    """The key of a due poll."""
    return record_key(connection_id, subject)


def result_key(connection_id: str, subject: str, kind: PollKind) -> bytes:
    """The key of a result."""
    return record_key(connection_id, subject, kind)


def order_key(command: Command) -> bytes:
    """The key of an order that waits, and of the tombstone that ends it."""
    return record_key(command.connection_id, command.record_id, command.action, command.command_id)
