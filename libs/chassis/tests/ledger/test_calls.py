"""A due call whose lane may run is started, whatever its record wanted before and wherever it waited for that."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ap_domain.desired_state import FlowState
from chassis.ledger.book import Book
from chassis.ledger.calls import Calls
from chassis.ledger.entry import Entry, Phase, Stop
from chassis.ledger.events import Ended
from chassis.ledger.machine import Call, Kind
from chassis.ledger.outcomes import Done, Outcome
from chassis.ledger.policy import Policy
from chassis.ledger.ports import Gate, MemoryStore
from hypothesis import given, settings
from hypothesis import strategies as st

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WIDTH = 2
REMOTES = ("here", "there")
CALLS = {
    f"{remote} {how}": Call(
        name=f"{remote} {how}",
        remote=remote,
        kind=Kind.ONCE if how == "create" else Kind.READ,
        goes_on_when_paused=how == "settle",
    )
    for remote in REMOTES
    for how in ("look", "settle", "create")
}


class Wishes:
    """The part of a machine that calls look at: the body names the call."""

    def call(self, entry: Entry[str]) -> Call | None:
        return CALLS.get(entry.body)

    def claims(self, entry: Entry[str]) -> tuple[str, ...]:
        return ()


class World:
    """Calls, and what they stand on: remotes that answer when told to, commits that happen when told to."""

    def __init__(self) -> None:
        machine: Any = Wishes()
        self.states = dict.fromkeys(REMOTES, FlowState.RUNNING)
        self.book: Book[str] = Book(machine, MemoryStore())
        self.running: dict[str, tuple[Call, asyncio.Future[Outcome]]] = {}
        self.ended: dict[str, Ended] = {}
        self.calls: Calls[str] = Calls(
            machine=machine,
            caller=self,
            flows=self,
            clock=self,
            signals=self,
            policy=Policy(),
            width=lambda _connection, _remote: WIDTH,
            book=self.book,
            ended=lambda ended: self.ended.update({ended.key: ended}),
        )

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def count(self, name: str, **labels: str) -> None:
        """Nobody reads it here."""

    def log(self, level: str, event: str, **fields: object) -> None:
        """Nobody reads it here."""

    def state(self, connection_id: str, flow: str) -> FlowState:
        return self.states[flow]

    async def stop(self, connection_id: str, stop: Stop) -> None:
        raise AssertionError("nothing refuses here")

    async def probe(self, connection_id: str, remote: str) -> bool:
        return True

    async def call(self, entry: Entry[str], call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        assert entry.key not in self.running, "two calls of one record"
        assert self.states[call.remote] is not FlowState.STOPPED
        assert call.kind is not Kind.ONCE or self.states[call.remote] is FlowState.RUNNING
        self.running[entry.key] = call, asyncio.get_running_loop().create_future()
        return await self.running[entry.key][1]

    def show(self, key: str, wants: str, *, later: bool) -> None:
        before = self.book.get(key)
        self.book.show(
            Entry(
                key=key,
                connection_id="acme",
                sequence=before.sequence + 1 if before else 1,
                phase=Phase.STARTED if wants.endswith("create") else Phase.WAITING,
                step="do",
                due=NOW + timedelta(hours=1) if later else NOW,
                body=wants,
            )
        )

    def due(self, remote: str) -> Iterator[str]:
        """Records without a running call that want one of this remote, and want it at once."""
        for entry in self.book.entries():
            call = CALLS.get(entry.body)
            if (
                call is not None
                and call.remote == remote
                and entry.due == NOW
                and entry.key not in self.running
                and entry.key not in self.ended
            ):
                yield entry.key

    def check(self) -> None:
        lanes = {remote: lane for (_, remote), lane in self.calls.lanes()}
        for remote, state in self.states.items():
            due = set(self.due(remote))
            lane = lanes.get(remote)
            assert (lane.waiting if lane is not None else 0) == len(due), (
                "a record waits where it wants nothing"
            )
            may = {
                key
                for key in due
                if state is FlowState.RUNNING
                or (state is FlowState.PAUSED and self.book_call(key).goes_on_when_paused)
            }
            busy = [
                call for call, answer in self.running.values() if call.remote == remote and not answer.done()
            ]
            assert len(busy) <= WIDTH
            if may and lane is not None and len(self.ended) <= WIDTH:
                # What was answered and is not decided keeps no place; one at a time goes until the first answer.
                places = WIDTH if lane._proven else 1
                assert len(busy) >= places, f"{may} may run at {remote} and do not"

    def book_call(self, key: str) -> Call:
        entry = self.book.get(key)
        assert entry is not None
        return CALLS[entry.body]


@dataclass(frozen=True)
class Decide:
    """An input's decision is committed."""

    key: str
    wants: str
    later: bool

    def happen(self, world: World) -> None:
        world.show(self.key, self.wants, later=self.later)
        world.calls.committed(self.key, begun=0.0, outcome=False)


@dataclass(frozen=True)
class Answer:
    """A remote answers one of its calls."""

    which: int

    def happen(self, world: World) -> None:
        unanswered = [answer for _, answer in world.running.values() if not answer.done()]
        if unanswered:
            unanswered[self.which % len(unanswered)].set_result(Done())


@dataclass(frozen=True)
class Commit:
    """What follows from an answer is committed: only then the record's next call may start."""

    wants: str
    later: bool

    def happen(self, world: World) -> None:
        if world.ended:
            key = next(iter(world.ended))
            del world.ended[key]
            world.running.pop(key, None)
            world.show(key, self.wants, later=self.later)
            world.calls.committed(key, begun=0.0, outcome=True)


@dataclass(frozen=True)
class Switch:
    """Somebody pauses, stops or resumes a flow."""

    remote: str
    state: FlowState

    def happen(self, world: World) -> None:
        world.states[self.remote] = self.state
        world.calls.flows_changed()


Step = Decide | Answer | Commit | Switch
wishes = st.sampled_from([*CALLS, ""])
steps = st.one_of(
    st.builds(Decide, key=st.sampled_from("abcdef"), wants=wishes, later=st.booleans()),
    st.builds(Answer, which=st.integers(0, 3)),
    st.builds(Commit, wants=wishes, later=st.booleans()),
    st.builds(Switch, remote=st.sampled_from(REMOTES), state=st.sampled_from(FlowState)),
)


async def _run(plan: Sequence[Step]) -> None:
    world = World()
    async with asyncio.TaskGroup() as tasks:
        world.calls.open(tasks)
        for step in plan:
            step.happen(world)
            await _quiet()
            world.check()
        for _, answer in world.running.values():
            answer.cancel()
        await world.calls.close()


async def _quiet() -> None:
    """Canaries and timers of no time take a few turns of the loop."""
    for _ in range(12):
        await asyncio.sleep(0)


@settings(deadline=None, max_examples=200)
@given(st.lists(steps, min_size=8, max_size=40))
def test_whatever_the_order_what_is_due_and_may_run_is_started_and_only_once(
    plan: list[Step],
) -> None:
    asyncio.run(_run(plan))


def test_a_record_that_a_pause_held_goes_on_once_it_only_settles() -> None:
    plan: list[Step] = [
        Switch("here", FlowState.PAUSED),
        Decide("a", "here look", later=False),
        Decide("a", "here settle", later=False),
    ]
    asyncio.run(_run(plan))


def test_a_record_that_waits_at_a_stopped_remote_is_called_at_another_as_soon_as_it_wants_that() -> None:
    plan: list[Step] = [
        Switch("here", FlowState.STOPPED),
        Decide("a", "here look", later=False),
        Decide("a", "there look", later=False),
    ]
    asyncio.run(_run(plan))
