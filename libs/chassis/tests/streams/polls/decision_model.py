"""One subject as the decision sees it: its schedules, results and orders, and the poll on its way."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.poll import PollDue, PollKind, PollOutcome, PollResult
from chassis.streams.poll_decision import SKEW, Turn, answered, decide, overtaken, unmet
from chassis.streams.poll_port import Subject
from chassis.streams.schedule import read_schedule

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
"""The clocks of Berlin change in the following night."""


def subject(kind: PollKind, cron: str | None) -> Subject:
    schedule = (
        read_schedule(cron, zone="Europe/Berlin", jitter=timedelta(seconds=90), key="acme/suppliers")
        if cron is not None
        else None
    )
    return Subject(connection_id="acme", name="suppliers", kind=kind, schedule=schedule)


def command(number: int, action: Action, at: datetime) -> Command:
    return Command(
        command_id=f"command-{number}",
        connection_id="acme",
        ledger=CommandedLedger.MASTERDATA,
        record_id="suppliers",
        action=action,
        reason="",
        actor="eve",
        issued_at=at,
        expires_at=at + timedelta(hours=2),
        expected_sequence=0,
    )


@dataclass
class Model:
    """One subject, its tables, and the poll on its way."""

    subjects: tuple[Subject, ...]
    now: datetime = NOON
    offset: int = 0
    results: dict[PollKind, PollResult] = field(default_factory=dict)
    orders: dict[Action, Command] = field(default_factory=dict)
    written: list[Turn] = field(default_factory=list)
    way: tuple[PollDue, int, datetime] | None = None

    def order(self, given: Command) -> None:
        if not any(answered(given, each) for each in self.results.values()):
            self.orders[given.action] = given

    def look(self) -> PollDue | None:
        """Writes and begins what is due, if nothing is on its way."""
        if self.way is not None:
            return None
        turn = decide(
            self.subjects,
            orders=tuple(self.orders.values()),
            results=self.results,
            now=self.now,
            actor="masterdata-poll",
        )
        if turn is None:
            return None
        self.offset += 1
        assert not overtaken(turn.due, self.offset, self.results), "it would be passed over"
        assert turn.due.due_at <= self.now + SKEW, "a little, where clocks were set back"
        assert turn.due.accept_shrink == (
            turn.command is not None and turn.command.action is Action.ACCEPT_SHRINK
        )
        if turn.due.kind is PollKind.CHANGES:
            self.assert_whole_is_not_due()
        self.written.append(turn)
        self.way = (turn.due, self.offset, self.now)
        return turn.due

    def assert_whole_is_not_due(self) -> None:
        whole = self.results.get(PollKind.FULL)
        failing = whole is not None and whole.outcome is PollOutcome.FAILED
        for each in self.subjects:
            if each.kind is PollKind.FULL:
                assert failing or unmet(each, self.results, now=self.now) is None

    def end(self, outcome: PollOutcome) -> None:
        if self.way is None:
            return
        due, offset, started_at = self.way
        self.way = None
        last = max(self.results.values(), key=lambda each: each.poll_offset, default=None)
        result = PollResult(
            poll_id=due.poll_id,
            connection_id=due.connection_id,
            subject=due.subject,
            kind=due.kind,
            due_at=due.due_at,
            poll_offset=offset,
            started_at=started_at,
            finished_at=self.now,
            outcome=outcome,
            words="",
            read=0,
            changed=0,
            deactivated=0,
            faulty=0,
            watermark="w" if outcome is PollOutcome.COMPLETE else (last.watermark if last else None),
        )
        self.results[due.kind] = result
        self.orders = {action: each for action, each in self.orders.items() if not answered(each, result)}

    def drain(self, outcome: PollOutcome, *, most: int) -> list[PollDue]:
        """Every poll there is at this instant, all with the same end."""
        self.end(outcome)
        found = []
        while (due := self.look()) is not None:
            found.append(due)
            assert len(found) <= most, "it goes round without end"
            self.end(outcome)
        return found
