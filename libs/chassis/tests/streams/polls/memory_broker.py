"""What outlives a process that polls: the logs, the tables' changelogs and the group's positions of one shard."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from ap_domain.audit import AuditEvent
from ap_domain.command import CommandedLedger
from ap_domain.poll import PollDue, PollResult
from chassis.records import AUDIT_EVENT, COMMAND, POLL_DUE, POLL_RESULT
from chassis.streams.poll_records import PollRecords
from chassis.streams.ports import Table
from chassis.topics import (
    AUDIT_MASTERDATA,
    MASTERDATA_POLL_RESULTS,
    MASTERDATA_POLLS,
    POLL_ORDERS_CHANGELOG,
    POLL_RESULTS_CHANGELOG,
    Topic,
)

SHARD = 3
RECORDS = PollRecords(
    service="masterdata-poll",
    dues=MASTERDATA_POLLS,
    results_topic=MASTERDATA_POLL_RESULTS,
    audit=AUDIT_MASTERDATA,
    results=Table(changelog=POLL_RESULTS_CHANGELOG, value=POLL_RESULT),
    orders=Table(changelog=POLL_ORDERS_CHANGELOG, value=COMMAND),
    ledger=CommandedLedger.MASTERDATA,
)


@dataclass
class Broker:
    """The logs, the tables' changelogs and the group's positions of a shard: what outlives a process."""

    logs: dict[str, list[tuple[bytes, bytes | None]]] = field(default_factory=lambda: defaultdict(list))
    tables: dict[str, dict[bytes, Any]] = field(default_factory=lambda: defaultdict(dict))
    positions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    commits: bool = True
    away: bool = False

    def append(self, topic: str, key: bytes, value: bytes | None) -> int:
        self.logs[topic].append((key, value))
        return len(self.logs[topic]) - 1

    def values(self, topic: Topic) -> list[bytes]:
        return [value for _, value in self.logs[topic.name] if value is not None]

    def dues(self) -> list[PollDue]:
        return [POLL_DUE.decode(value) for value in self.values(MASTERDATA_POLLS)]

    def results(self) -> list[PollResult]:
        return [POLL_RESULT.decode(value) for value in self.values(MASTERDATA_POLL_RESULTS)]

    def audit(self) -> dict[str, AuditEvent]:
        events = [AUDIT_EVENT.decode(value) for value in self.values(AUDIT_MASTERDATA)]
        return {event.event_id: event for event in events}
