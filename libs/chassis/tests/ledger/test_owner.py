"""One partition's owner over a log in memory: what is written together, who is parked, and what is called when."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from ap_domain.backoff import Backoff
from ap_domain.desired_state import FlowState
from ap_domain.unreadable import UnreadableRecord
from chassis.ledger.entry import Entry, Phase, Started, Stop
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Done, Outcome, Retry, Sighted, Stopped
from chassis.ledger.owner import PartitionOwner
from chassis.ledger.policy import Policy
from chassis.ledger.ports import Gate, LogRecord, Unknown, UnknownSchema
from chassis.ledger.records import Layout, read_position

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICY = Policy(
    backoff=Backoff(base=0.001, cap=0.002),
    look_spacing=0.001,
    circuit_cooldown=0.005,
    circuit_longest=0.01,
    revocation=0.05,
    send_age=5.0,
    unreadable_run=3,
)


class Clock:
    """Stands still unless moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds


class Remote:
    """Caller. Answers by the name of the call; what it is asked stands in `asked`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bool]] = []
        self.answers: dict[str, Callable[[Entry[str]], Outcome]] = {
            "look": lambda _: Done(value="nothing there"),
            "create": lambda _: Done(value="created"),
            "settle": lambda _: Sighted(same=("v",)),
        }
        self.running = 0
        self.most = 0
        self.free = asyncio.Event()
        self.free.set()
        self.before_send: Callable[[], None] = lambda: None
        self.probes = 0

    async def call(self, entry: Entry[str], call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            self.before_send()
            gate()
            self.asked.append((entry.key, call.name, repeat))
            await self.free.wait()
            return self.answers[call.name](entry)
        finally:
            self.running -= 1

    async def probe(self, connection_id: str, remote: str) -> bool:
        self.probes += 1
        return True


class States:
    """Flows. A stop that is void leaves the flow as it is."""

    def __init__(self) -> None:
        self.said = FlowState.RUNNING
        self.stops: list[Stop] = []
        self.lost = 0

    def state(self, connection_id: str, flow: str) -> FlowState:
        return self.said

    async def stop(self, connection_id: str, stop: Stop) -> None:
        if self.lost:
            self.lost -= 1
            raise Unknown("no answer")
        self.stops.append(stop)


class Counts:
    def __init__(self) -> None:
        self.counted: list[str] = []

    def count(self, name: str, **labels: str) -> None:
        self.counted.append(name)

    def log(self, level: str, event: str, **fields: object) -> None:
        """Nobody reads it here."""


class House:
    """An owner and all it stands on."""

    def __init__(self, machine: Any, wire: Any, log: Any, layout: Layout) -> None:
        self.machine, self.wire, self.log, self.layout = machine, wire, log, layout
        self.clock, self.remote, self.flows, self.signals = Clock(), Remote(), States(), Counts()
        self.width = 3
        self.offset = 0
        self.owner = self.make()

    def make(self) -> PartitionOwner[str]:
        return PartitionOwner(
            partition=0,
            layout=self.layout,
            instance="p1",
            machine=self.machine,
            caller=self.remote,
            flows=self.flows,
            wire=self.wire,
            log=self.log,
            reader=self.log,
            clock=self.clock,
            fraction=lambda: 0.5,
            signals=self.signals,
            policy=POLICY,
            width=lambda _connection, _remote: self.width,
        )

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[dict[str, int]]:
        """Loaded and running; closed at the end."""
        positions = await self.owner.load()
        task = asyncio.create_task(self.owner.run())
        try:
            yield positions
        finally:
            await self.owner.close()
            async with asyncio.timeout(5):
                await task

    def offer(self, said: str, *, key: str = "acme/1") -> None:
        record = LogRecord(
            topic="inputs", partition=0, key=key.encode(), value=said.encode(), offset=self.offset
        )
        self.offset += 1
        self.owner.offer(record)

    async def until(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not so():
                await asyncio.sleep(0)

    async def decided(self) -> None:
        """Until every input's position is written."""
        await self.until(lambda: self.position() == self.offset)

    def position(self) -> int:
        found = [read_position(record)[1] for record in self.log.records if record.kind == "position"]
        return found[-1] if found else 0

    def entry(self, key: str = "acme/1") -> Entry[str]:
        found = self.owner.book.get(key)
        assert found is not None
        return found

    def written(self, topic: str) -> list[Any]:
        return [
            self.wire.said(record.value)
            for record in self.log.records
            if record.topic == topic and not record.kind
        ]

    async def left_behind(self, *entries: Entry[str]) -> None:
        """What an earlier owner committed."""
        await self.log.begin()
        for each in entries:
            value = self.wire.entry(each)
            await self.log.send(LogRecord(topic="ledger", partition=0, key=each.key.encode(), value=value))
        await self.log.commit()


@pytest.fixture
def house(machine: Any, wire: Any, log: Any, layout: Layout) -> House:
    return House(machine, wire, log, layout)


STARTED = Started(at=NOW, number=1, settle_seconds=0.01, request_digest="d")


async def test_a_record_goes_from_input_to_the_end_and_each_start_is_committed_before_its_call(
    house: House,
) -> None:
    phases: list[Phase] = []
    house.remote.before_send = lambda: phases.append(house.written("ledger")[-1].phase)
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.FINAL)
    assert phases == [Phase.WAITING, Phase.STARTED]
    assert house.remote.asked == [("acme/1", "look", False), ("acme/1", "create", False)]
    assert house.entry().body == "created"


async def test_loading_fences_then_writes_owner_records_and_gives_the_positions(
    house: House, layout: Layout
) -> None:
    async with house.at_work() as positions:
        assert positions == {}
        owners = [record.topic for record in house.log.transactions[0]]
        assert owners == list(layout.written)
        house.offer("a")
        house.offer("b", key="acme/2")
        await house.decided()
    house.owner = house.make()
    async with house.at_work() as positions:
        assert positions == {"inputs": 2}


async def test_what_was_started_is_in_doubt_for_a_new_owner_and_never_sent_again(
    house: House, entry: Entry[str]
) -> None:
    await house.left_behind(replace(entry, phase=Phase.STARTED, due=None, started=STARTED))
    async with house.at_work():
        await house.until(lambda: house.entry().phase is Phase.FINAL)
    assert [(name, repeat) for _, name, repeat in house.remote.asked] == [("settle", True)]
    assert house.entry().body == "adopted v"


async def test_a_settle_time_of_nothing_still_spaces_the_looks_and_the_retries(
    house: House, entry: Entry[str]
) -> None:
    """A doubt found at load looks afresh once; from then on its own `due` counts."""
    house.remote.answers["settle"] = lambda _: Retry(reason="busy", after=3600.0, blame=False)
    none = replace(STARTED, settle_seconds=0.0)
    await house.left_behind(replace(entry, phase=Phase.IN_DOUBT, due=NOW, started=none))
    async with house.at_work():
        await house.until(lambda: house.entry().reason == "busy")
        for _ in range(50):
            await asyncio.sleep(0)
    assert len(house.remote.asked) == 1


async def test_never_two_calls_of_one_record_whatever_arrives(house: House) -> None:
    house.remote.free.clear()
    async with house.at_work():
        for said in ("a", "b", "c"):
            house.offer(said)
        await house.decided()
        await house.until(lambda: house.remote.running == 1)
        house.remote.free.set()
        await house.until(lambda: house.entry().phase is Phase.FINAL)
    assert house.remote.most == 1


async def test_no_more_calls_at_once_than_the_width(house: House) -> None:
    house.remote.answers["look"] = lambda _: Done(value="found")
    async with house.at_work():
        house.offer("a", key="acme/0")
        await house.until(lambda: house.owner.book.get("acme/0") is not None and not house.remote.running)
        await house.until(lambda: house.entry("acme/0").phase is Phase.FINAL)
        house.remote.free.clear()
        for number in range(1, 9):
            house.offer("a", key=f"acme/{number}")
        await house.decided()
        await house.until(lambda: house.remote.running == 3)
        house.remote.free.set()
        await house.until(lambda: house.entry("acme/8").phase is Phase.FINAL)
    assert house.remote.most == 3


async def test_too_old_a_decision_is_not_sent_and_decided_anew(house: House) -> None:
    def slept() -> None:
        if house.written("ledger")[-1].phase is Phase.STARTED and house.clock.seconds == 0.0:
            house.clock.seconds = 60.0

    house.remote.before_send = slept
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: bool(house.remote.asked) and house.entry().phase is Phase.FINAL)
    assert [name for _, name, _ in house.remote.asked] == ["look", "look", "create"]
    numbers = [each.started.number for each in house.written("ledger") if each.phase is Phase.STARTED]
    assert numbers == [1, 2]


async def test_a_bug_in_an_adapter_parks_a_read_and_puts_a_create_in_doubt(house: House) -> None:
    def broken(_: Entry[str]) -> Outcome:
        raise KeyError("our own fault")

    house.remote.answers["create"] = broken
    house.remote.answers["settle"] = broken
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.PARKED)
    assert [each.phase for each in house.written("ledger")] == [
        Phase.WAITING,
        Phase.STARTED,
        Phase.IN_DOUBT,
        Phase.PARKED,
    ]
    assert "our own fault" in house.entry().reason


async def test_leaving_waits_for_a_running_call_and_commits_what_it_brought(house: House) -> None:
    house.remote.answers["look"] = lambda _: Done(value="found")
    house.remote.free.clear()
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: bool(house.remote.asked))
        asyncio.get_running_loop().call_later(0.01, house.remote.free.set)
    assert house.written("ledger")[-1].body == "found"


async def test_leaving_gives_a_call_up_that_takes_too_long(house: House) -> None:
    house.remote.free.clear()
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: bool(house.remote.asked))
    assert house.remote.running == 0
    assert house.entry().phase is Phase.WAITING


async def test_a_wait_ends_by_the_clock_that_never_goes_back(house: House) -> None:
    """The wall's clock stands still here, as after it was set back: what waited is called all the same."""
    said = iter([Retry(reason="busy"), Retry(reason="busy")])
    house.remote.answers["look"] = lambda _: next(said, Done(value="found"))
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.FINAL)
    assert [repeat for _, _, repeat in house.remote.asked] == [False, True, True]


@pytest.mark.parametrize("topic", ["ledger", "facts"])
async def test_a_refused_decision_parks_only_its_own_record(house: House, topic: str) -> None:
    guilty = {"ledger": b"acme/bad", "facts": b"bad"}[topic]

    def refuses(record: LogRecord) -> bool:
        if record.kind or (record.topic, record.key) != (topic, guilty):
            return False
        return topic == "facts" or house.wire.said(record.value).phase is not Phase.PARKED

    house.log.refuses = refuses
    house.flows.said = FlowState.STOPPED
    async with house.at_work():
        house.offer("a", key="acme/1")
        house.offer("bad", key="acme/bad")
        house.offer("b", key="acme/2")
        await house.decided()
    assert [house.entry(key).phase for key in ("acme/1", "acme/bad", "acme/2")] == [
        Phase.WAITING,
        Phase.PARKED,
        Phase.WAITING,
    ]
    assert house.entry("acme/bad").reason.endswith("is too large")
    assert house.written("facts") == ["a", "b"]
    offsets = [read_position(record)[1] for record in house.log.records if record.kind == "position"]
    assert offsets == sorted(offsets)


async def test_what_does_not_fit_its_schema_parks_only_its_own_record_and_order_is_kept(
    house: House,
) -> None:
    house.wire.misfits = lambda value: value == "bad"
    house.flows.said = FlowState.STOPPED
    async with house.at_work():
        for said, key in (("a", "acme/1"), ("bad", "acme/2"), ("b", "acme/1"), ("c", "acme/3")):
            house.offer(said, key=key)
        await house.decided()
    assert house.entry("acme/2").phase is Phase.PARKED
    assert "too long" in house.entry("acme/2").reason
    assert house.written("facts") == ["a", "b", "c"]
    assert (house.entry("acme/1").body, house.entry("acme/3").phase) == ("a+b", Phase.WAITING)


async def test_an_outcome_that_cannot_be_written_parks_its_record_still_started(house: House) -> None:
    house.wire.misfits = lambda value: isinstance(value, Entry) and value.body == "created"
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.PARKED)
    assert house.entry().started is not None
    assert house.entry().attempts == 1


async def test_unreadable_records_are_set_aside_and_passed_and_a_run_of_them_stops_intake(
    house: House,
) -> None:
    house.flows.said = FlowState.STOPPED
    async with house.at_work():
        house.offer("garbage 1")
        house.offer("a")
        for _ in range(2):
            house.offer("garbage")
        stopped = [house.owner.intake_stopped]
        house.offer("garbage")
        stopped.append(house.owner.intake_stopped)
        assert stopped == [False, True]
        await house.decided()
    aside: list[UnreadableRecord] = house.written("unreadable")
    assert [(each.offset, each.value) for each in aside] == [
        (0, b"garbage 1"),
        (2, b"garbage"),
        (3, b"garbage"),
        (4, b"garbage"),
    ]
    assert house.entry().phase is Phase.WAITING


async def test_an_unreadable_record_that_is_too_large_to_set_aside_leaves_its_place(house: House) -> None:
    house.log.refuses = lambda record: (
        record.topic == "unreadable" and not record.kind and bool(house.wire.said(record.value).value)
    )
    async with house.at_work():
        house.offer("garbage")
        await house.decided()
    (aside,) = house.written("unreadable")
    assert (aside.offset, aside.value) == (0, b"")
    assert "too large" in aside.reason


async def test_an_unknown_schema_is_not_taken_in_and_its_position_stays(house: House) -> None:
    async with house.at_work():
        house.offer("a")
        await house.decided()
        with pytest.raises(UnknownSchema):
            house.offer("newer schema")
        await house.until(lambda: house.entry().phase is Phase.FINAL)
    assert house.position() == 1


async def test_a_refusal_stops_the_flow_for_all_and_is_repeated_until_it_is_written(house: House) -> None:
    house.flows.lost = 2
    house.remote.answers["look"] = lambda _: Stopped(reason="password", connection_version=7)
    async with house.at_work():
        house.offer("a")
        house.offer("a", key="acme/2")
        await house.until(lambda: bool(house.flows.stops))
        assert [(stop.flow, stop.connection_version) for stop in house.flows.stops] == [("r", 7)]
        house.flows.said = FlowState.STOPPED
        house.owner.flows_changed()
        await house.decided()
    assert house.remote.asked == [("acme/1", "look", False)]
    assert house.entry().phase is Phase.STOPPED
    assert house.entry("acme/2").phase is Phase.WAITING
    again = house.owner = house.make()
    house.flows.stops.clear()
    async with house.at_work():
        await house.until(lambda: bool(house.flows.stops))
    assert again.book.get("acme/1") is not None


async def test_a_refusal_under_a_connection_that_changed_meanwhile_holds_nothing_up(house: House) -> None:
    """The stop is void, so nobody will ever lift it: the canary finds that the remote takes us."""
    said = iter([Stopped(reason="old password", connection_version=6)])
    house.remote.answers["look"] = lambda _: next(said, Done(value="found"))
    async with house.at_work():
        house.offer("a")
        await house.until(lambda: house.position() == 1 and house.entry().phase is Phase.FINAL)
    assert house.remote.probes == 1
    assert house.entry().stop is None


async def test_a_version_that_repeats_is_counted_and_the_later_one_wins(
    house: House, entry: Entry[str]
) -> None:
    done = replace(entry, phase=Phase.FINAL, step="done", due=None)
    await house.left_behind(replace(done, body="first"), replace(done, body="second"))
    async with house.at_work():
        assert house.entry().body == "second"
    assert "ledger_repeated_version" in house.signals.counted


async def test_an_erased_record_is_unknown_to_the_next_owner(house: House, entry: Entry[str]) -> None:
    await house.left_behind(replace(entry, phase=Phase.FINAL, step="done", due=None))
    await house.log.begin()
    await house.log.send(LogRecord(topic="ledger", partition=0, key=b"acme/1", value=b""))
    await house.log.commit()
    async with house.at_work():
        assert house.owner.book.get("acme/1") is None


async def test_a_lost_commit_ends_the_owner(house: House) -> None:
    async def lost() -> None:
        raise Unknown("no answer to the commit")

    await house.owner.load()
    house.log.commit = lost
    house.offer("a")
    with pytest.raises(ExceptionGroup) as ended:
        await house.owner.run()
    assert ended.group_contains(Unknown)
    assert house.owner.book.get("acme/1") is None
    assert house.remote.asked == []
