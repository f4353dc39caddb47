"""The records of polls: their topics, the tables made of them, and what taking them in does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.poll import PollKind, PollResult

from chassis.keys import record_key
from chassis.records import COMMAND, POLL_DUE, POLL_RESULT
from chassis.streams.poll_agenda import Agenda, OtherAnswer, TakenDue
from chassis.streams.poll_decision import KINDS, answered, expired, made_for
from chassis.streams.ports import Following, Incoming, Table, TableView, TableWriter
from chassis.topics import COMMANDS, Topic

__all__ = ["PollRecords", "PollResults", "closing_key", "due_key", "order_key", "result_key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecords:
    """Where the polls of one service travel and are kept.

    ``results`` holds the last result by connection, subject and kind; ``orders`` holds what people ordered and was not
    answered yet, by connection, subject and action, so that a crash loses no order.
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
        key, _, _ = incoming.key.rpartition(b"/")
        command = tables.get(self.orders, key)
        if command is not None and closing_key(command) == incoming.key:
            tables.put(self.orders, key, None)

    def _take_result(self, incoming: Incoming, tables: TableWriter, agenda: Agenda) -> None:
        if incoming.value is None:
            return
        result = POLL_RESULT.decode(incoming.value)
        key = result_key(result.connection_id, result.subject, result.kind)
        held = tables.get(self.results, key)
        if held is None or held.poll_offset <= result.poll_offset:
            tables.put(self.results, key, result)
        for action in KINDS:
            ordered = order_key(result.connection_id, result.subject, action)
            command = tables.get(self.orders, ordered)
            if command is not None and answered(command, result):
                tables.put(self.orders, ordered, None)
                _say_done(command, result, shard=incoming.partition, agenda=agenda)
        agenda.result_seen(result.connection_id, result.subject, result.poll_id)

    def _take_command(self, incoming: Incoming, tables: TableWriter, agenda: Agenda) -> None:
        if incoming.value is None:
            return
        command = COMMAND.decode(incoming.value)
        if command.ledger is not self.ledger or command.action not in KINDS:
            return
        for kind in PollKind:
            result = tables.get(self.results, result_key(command.connection_id, command.record_id, kind))
            if result is not None and answered(command, result):
                _say_done(command, result, shard=incoming.partition, agenda=agenda)
                agenda.changed()
                return
        key = order_key(command.connection_id, command.record_id, command.action)
        held = tables.get(self.orders, key)
        if held is not None and held.command_id != command.command_id:
            agenda.answers.append(_replaced(held, command, shard=incoming.partition))
        tables.put(self.orders, key, command)
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


def order_key(connection_id: str, subject: str, action: Action) -> bytes:
    """The key of an order that waits."""
    return record_key(connection_id, subject, action)


def closing_key(command: Command) -> bytes:
    """The key of the tombstone that ends this order, and no later one of the same kind."""
    ordered = order_key(command.connection_id, command.record_id, command.action)
    return ordered + b"/" + record_key(command.command_id)


def _say_done(command: Command, result: PollResult, *, shard: int, agenda: Agenda) -> None:
    if not made_for(command, result.poll_id):
        said = f"done by poll {result.poll_id} ({result.kind})"
        agenda.answers.append(OtherAnswer(command=command, shard=shard, said=said))


def _replaced(held: Command, later: Command, *, shard: int) -> OtherAnswer:
    if held.expires_at < later.issued_at:  # it was refused, or would have been at the next look
        return OtherAnswer(command=held, shard=shard, said=expired(held), applied=False)
    return OtherAnswer(command=held, shard=shard, said=f"one with the later order {later.command_id}")
