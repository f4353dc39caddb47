"""What the tests of polls go through: one customer over a log in memory, and the orders a person gives."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.poll import PollKind
from chassis.connections import Connection
from chassis.keys import record_key
from chassis.records import COMMAND
from chassis.streams.poll_port import PollLimits, Subject
from chassis.streams.schedule import read_schedule
from chassis.streams.testing import MovedClock
from chassis.topics import COMMANDS

from .memory_broker import Broker
from .process import Process, Tasks
from .surroundings import Connections, States

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FULL, CHANGES = "30 2 * * *", "*/15 * * * *"


class World:
    """A broker, a clock, one customer, and as many processes as a test starts."""

    def __init__(self) -> None:
        self.tasks = Tasks()
        self.broker, self.clock = Broker(), MovedClock(NOON)
        self.connections = Connections({"acme": 1})
        self.flows = States()
        self.schedules: dict[str, dict[PollKind, str]] = {
            "suppliers": {PollKind.FULL: FULL, PollKind.CHANGES: CHANGES}
        }
        self.limits = PollLimits()
        self._commands = 0

    def subjects(self, connection: Connection) -> list[Subject]:
        return [
            Subject(
                connection_id=connection.id,
                name=name,
                kind=kind,
                schedule=read_schedule(cron, zone="UTC", key=f"{connection.id}/{name}"),
            )
            for name, kinds in self.schedules.items()
            for kind, cron in kinds.items()
        ]

    def start(self) -> Process:
        """A process that owns the shard from the start."""
        process = Process(
            self.broker,
            self.clock,
            connections=self.connections,
            flows=self.flows,
            subjects=self.subjects,
            limits=self.limits,
            tasks=self.tasks,
        )
        process.own()
        return process

    def order(self, action: Action, subject: str = "suppliers", **changes: Any) -> Command:
        """Gives an order; returns it."""
        self._commands += 1
        command = Command(
            command_id=f"command-{self._commands}",
            connection_id="acme",
            ledger=CommandedLedger.MASTERDATA,
            record_id=subject,
            action=action,
            reason="asked for",
            actor="eve",
            issued_at=self.clock.now(),
            expires_at=self.clock.now() + timedelta(hours=1),
            expected_sequence=0,
        )
        command = replace(command, **changes)
        key = record_key(command.connection_id, command.command_id)
        self.broker.append(COMMANDS.name, key, COMMAND.encode(command))
        return command

    def answers(self) -> dict[str, list[str]]:
        """What the audit answered to each order, with the words."""
        found: dict[str, list[str]] = defaultdict(list)
        for event in self.broker.audit().values():
            if "command" in event.detail:
                found[event.detail["command"]].append(event.action)
        return dict(found)
