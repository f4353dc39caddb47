"""When the calls of entries start, and what came out of them: timers, lanes, the gate, the tasks.

Reads committed entries only. Every outcome goes back as an `Ended` event, and no second call of a record ever starts
before that event is committed. Meanwhile its place in the lane serves another record. A call of kind once may follow at
once: it goes first when a place is free, and where it cannot go at all it is given back as not sent, at once.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Generic, TypeVar

from chassis.ledger.attempt import attempt, probe
from chassis.ledger.book import Book
from chassis.ledger.due_times import DueTimes
from chassis.ledger.entry import Entry, Phase, Stop
from chassis.ledger.events import Ended
from chassis.ledger.inherited import Inherited
from chassis.ledger.lane import Lane
from chassis.ledger.machine import Call, Kind, Machine
from chassis.ledger.outcomes import NotSent, Outcome, Retry
from chassis.ledger.policy import Policy
from chassis.ledger.ports import Caller, Clock, Flows, NotSentError, Signals
from chassis.ledger.stops import StopTelling

B = TypeVar("B")

Width = Callable[[str, str], int]
"""Connection and remote -> how many calls at once."""


class Calls(Generic[B]):
    """The running side of one owner. Its tasks belong to the owner's task group."""

    def __init__(
        self,
        *,
        machine: Machine[B],
        caller: Caller[B],
        flows: Flows,
        clock: Clock,
        signals: Signals,
        policy: Policy,
        width: Width,
        book: Book[B],
        ended: Callable[[Ended], None],
    ) -> None:
        self._machine = machine
        self._caller = caller
        self._flows = flows
        self._clock = clock
        self._signals = signals
        self._policy = policy
        self._width = width
        self._book = book
        self._ended = ended
        self._tasks: asyncio.TaskGroup | None = None
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._offered: dict[str, Lane] = {}
        self._placed: dict[str, Lane] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._aside: set[asyncio.Task[None]] = set()
        self._begun: dict[str, float] = {}
        self._inherited: Inherited[B] = Inherited()
        self._due_times: DueTimes[B] = DueTimes(clock=clock, policy=policy)
        self._stops = StopTelling(flows=flows, signals=signals, policy=policy, known=self._stop_known)
        self._closed = False

    def open(self, tasks: asyncio.TaskGroup, *, behind: float = 0.0) -> None:
        """Start with what was loaded: timers are set, due calls go out, stops are told again.

        `behind`: so many seconds, at least, this host's clock is behind the one that wrote the entries.
        """
        self._tasks = tasks
        for entry in list(self._book.entries()):
            now = self._clock.now() + timedelta(seconds=behind)
            self._inherited.loaded(entry, self._wanted(entry), now=now)
            self._due_times.loaded(entry)
            self.consider(entry.key)

    def lanes(self) -> Iterable[tuple[tuple[str, str], Lane]]:
        """The lanes by connection and remote, for metrics."""
        return self._lanes.items()

    def committed(self, key: str, *, begun: float, outcome: bool) -> None:
        """An entry was committed in a transaction begun at `begun` (monotonic seconds).

        `outcome`: the event was the end of the record's call, so that its next one may start.
        """
        entry = self._book.get(key)
        if entry is None or entry.phase is not Phase.STARTED:
            self._begun.pop(key, None)
        else:
            self._begun.setdefault(key, begun)
        lane = self._placed.pop(key) if outcome else None
        self.consider(key)
        if lane is not None:
            lane.decided(key)

    def may_have_sent(self, entry: Entry[B]) -> bool:
        """Whether the call this entry asks for is under way, or the earlier owner may have sent it."""
        return entry.key in self._placed or self._inherited.covers(entry)

    def consider(self, key: str) -> None:
        """Look at what the entry asks for, and when; what was offered for another call before is withdrawn."""
        entry = self._book.get(key)
        if entry is None or key in self._placed:
            return
        call = self._wanted(entry)
        once = call is not None and call.kind is Kind.ONCE
        if self._closed and not once:
            return
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        if entry.stop is not None and self._stops.is_news(entry.connection_id, entry.stop):
            self._spawn(self._stops.tell_stop(entry.connection_id, entry.stop), self._aside)
        self._inherited.moved(entry)
        if call is None:
            self._due_times.forget(key)
            self._withdraw(key)
            return
        delay = self._due_times.delay(entry)
        if delay > 0:
            self._withdraw(key)
            self._timers[key] = asyncio.get_running_loop().call_later(delay, self._due, key)
            return
        self._due_times.came_due(key)
        lane = self._lane(entry.connection_id, call.remote)
        if self._offered.get(key) is not lane:
            self._withdraw(key)
            self._offered[key] = lane
        offer = lane.offer_first if once else lane.offer
        offer(key)

    def flows_changed(self, *, connection_changed: str | None = None) -> None:
        """A desired state changed, or the connection with this id."""
        for (connection_id, _), lane in list(self._lanes.items()):
            lane.flow_changed(connection_changed=connection_id == connection_changed)
        for key in list(self._timers) if connection_changed is not None else ():
            entry = self._book.get(key)
            if entry is not None and entry.connection_id == connection_changed:
                self._read_at_once(entry)

    def stop(self) -> None:
        """Start nothing more. No timer fires into an owner that ends."""
        self._closed = True
        self._stops.close()
        for lane in self._lanes.values():
            lane.close()
        for timer in self._timers.values():
            timer.cancel()

    async def close(self) -> None:
        """Start nothing more, wait a bounded time for what runs, give up the rest (it becomes doubt)."""
        self.stop()
        if self._running:
            await asyncio.wait(self._running, timeout=self._policy.revocation)
        for task in (*self._running, *self._aside):
            task.cancel()

    def _withdraw(self, key: str) -> None:
        lane = self._offered.pop(key, None)
        if lane is not None:
            lane.withdraw(key)

    def _due(self, key: str) -> None:
        del self._timers[key]
        self._due_times.waited(key, self._book.get(key))
        self.consider(key)

    def _read_at_once(self, entry: Entry[B]) -> None:
        """What it waits for may not hold under the changed connection; writes and doubt keep their times."""
        call = self._wanted(entry)
        if entry.phase is Phase.WAITING and call is not None and call.kind is Kind.READ:
            self._due_times.at_once(entry)
            self.consider(entry.key)

    def _wanted(self, entry: Entry[B] | None) -> Call | None:
        if entry is None or (entry.phase in (Phase.PARKED, Phase.FINAL) and entry.due is None):
            return None
        if entry.phase is Phase.STARTED and entry.key not in self._begun:
            return None
        return self._machine.call(entry)

    def _goes_on(self, key: str) -> bool:
        call = self._wanted(self._book.get(key))
        return call is not None and call.goes_on_when_paused

    def _lane(self, connection_id: str, remote: str) -> Lane:
        lane = self._lanes.get((connection_id, remote))
        if lane is None:
            lane = self._lanes[connection_id, remote] = Lane(
                width=lambda: self._width(connection_id, remote),
                policy=self._policy,
                flow=lambda: self._flows.state(connection_id, remote),
                start=lambda key: self._start(key, connection_id, remote),
                goes_on_when_paused=self._goes_on,
                turned_away=lambda key: self._turned_away(key, connection_id, remote),
                probe=lambda: self._probe(connection_id, remote),
            )
            if self._closed:
                lane.close()
        return lane

    def _start(self, key: str, connection_id: str, remote: str) -> None:
        """The lane gave the record a place; the entry may have moved on since it was offered."""
        lane = self._placed[key] = self._lanes[connection_id, remote]
        self._offered.pop(key, None)
        entry = self._book.get(key)
        call = self._wanted(entry)
        if entry is None or call is None or call.remote != remote or self._due_times.delay(entry) > 0:
            asyncio.get_running_loop().call_soon(self._unused, key, lane)
            return
        self._due_times.forget(key)
        self._spawn(self._run(entry, call, lane), self._running)

    def _turned_away(self, key: str, connection_id: str, remote: str) -> None:
        """The call of kind once cannot go out now: it is not kept for later, but decided upon anew."""
        self._placed[key] = self._lanes[connection_id, remote]
        self._offered.pop(key, None)
        entry = self._book.get(key)
        call = self._wanted(entry)
        if entry is None or call is None:
            raise RuntimeError(f"{key} was offered and wants no call")
        reason = f"{remote} was paused, stopped or lost between the start and the send"
        self._tell_end(entry, call, NotSent(reason=reason))

    def _unused(self, key: str, lane: Lane) -> None:
        del self._placed[key]
        lane.finished(key)
        self.consider(key)

    def _spawn(self, work: Coroutine[object, object, None], among: set[asyncio.Task[None]]) -> None:
        if self._tasks is None:
            raise RuntimeError("calls are opened with a task group first")
        task = self._tasks.create_task(work)
        among.add(task)
        task.add_done_callback(among.discard)

    async def _run(self, entry: Entry[B], call: Call, lane: Lane) -> None:
        begun = self._clock.monotonic()
        outcome = await self._outcome(entry, call)
        lane.took(self._clock.monotonic() - begun)
        if isinstance(outcome, Retry) and self._inherited.covers(entry):
            outcome = replace(outcome, effect=True)
        lane.learn(outcome)
        if isinstance(outcome, Retry) and outcome.lane:
            self._signals.count("throttled", connection=entry.connection_id, remote=call.remote)
        self._tell_end(entry, call, outcome)
        if call.kind is Kind.ONCE:
            lane.finished(entry.key)
        else:
            lane.answered(entry.key)

    def _tell_end(self, entry: Entry[B], call: Call, outcome: Outcome) -> None:
        self._signals.count(
            "calls", connection=entry.connection_id, call=call.name, outcome=type(outcome).__name__
        )
        self._ended(Ended(key=entry.key, call=call, outcome=outcome, sequence=entry.sequence))

    async def _outcome(self, entry: Entry[B], call: Call) -> Outcome:
        def gate() -> None:
            if self._closed:
                raise NotSentError("this process no longer owns the record")
            if call.kind is Kind.ONCE:
                age = self._clock.monotonic() - self._begun[entry.key]
                if age > self._policy.send_age:
                    raise NotSentError(
                        f"decided {age:.1f} s ago, which is too long to still be sure of owning it"
                    )

        return await attempt(
            self._caller,
            entry,
            call,
            gate=gate,
            repeat=entry.tried or self._inherited.covers(entry),
            within=self._policy.call_timeout,
            signals=self._signals,
        )

    def _probe(self, connection_id: str, remote: str) -> None:
        self._spawn(self._canary(connection_id, remote), self._aside)

    async def _canary(self, connection_id: str, remote: str) -> None:
        within = self._policy.call_timeout
        answers = await probe(self._caller, connection_id, remote, within=within, signals=self._signals)
        if not self._closed:
            self._lanes[connection_id, remote].probed(answers=answers)

    def _stop_known(self, connection_id: str, stop: Stop) -> None:
        lane = self._lanes.get((connection_id, stop.flow))
        if lane is not None:
            lane.stop_told()
