"""Whatever the order of orders, polls and kills: each order is answered, in one way, and none is left."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import structlog.testing
from ap_domain.command import Action, Command
from ap_domain.poll import PollKind
from chassis.topics import POLL_ORDERS_CHANGELOG
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from .world import World

ACTIONS = (Action.RUN_NOW, Action.RUN_FULL, Action.ACCEPT_SHRINK)
STEPS = 6
"""Turns of the event loop in which polls get on between two looks."""


class Orders(RuleBasedStateMachine):
    """One process at a time, killed in or after any write; what it did not commit comes again to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.logs = structlog.testing.capture_logs()
        self.logs.__enter__()
        self.world = World()
        self.world.schedules = {"suppliers": {PollKind.CHANGES: "*/15 * * * *"}}
        self.given: list[Command] = []
        self.process = self.world.start()

    def teardown(self) -> None:
        self.heal()
        for _ in range(6):
            self.alive(self.process.settle())
            self.world.clock.advance(minutes=16)
        answers = self.world.answers()
        for task in self.world.tasks.started:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*self.world.tasks.started, return_exceptions=True))
        self.loop.close()
        self.logs.__exit__(None, None, None)
        assert self.world.broker.tables[POLL_ORDERS_CHANGELOG.name] == {}
        assert sorted(answers) == sorted(each.command_id for each in self.given)
        assert [said for said in answers.values() if len(said) != 1] == []
        for each in self.given:
            carried_out = each.record_id == "suppliers" and each.expires_at > each.issued_at
            assert (answers[each.command_id] == ["command applied"]) is carried_out

    def heal(self) -> None:
        self.kill()
        self.process.poller.script = self.process.poller.complete

    def alive(self, work: Coroutine[Any, Any, None]) -> None:
        async def until_dead() -> None:
            doing = asyncio.ensure_future(work)
            await asyncio.wait([doing])
            if not self.process.dead:
                doing.result()
            else:
                doing.cancelled() or doing.exception()

        self.loop.run_until_complete(until_dead())
        if self.process.dead:
            self.kill()

    @rule(
        action=st.sampled_from(ACTIONS),
        subject=st.sampled_from(("suppliers", "suppliers", "suppliers", "suplers")),
        minutes=st.sampled_from((-1, 600, 600)),
    )
    def order(self, action: Action, subject: str, minutes: int) -> None:
        expires_at = self.world.clock.now() + timedelta(minutes=minutes)
        self.given.append(self.world.order(action, subject, expires_at=expires_at))
        self.world.clock.advance(seconds=1)

    @rule(seconds=st.sampled_from((1, 61, 400)))
    def wait(self, seconds: int) -> None:
        self.world.clock.advance(seconds=seconds)

    @rule()
    def take_in(self) -> None:
        self.process.take_in()

    @rule()
    def look(self) -> None:
        self.alive(self.process.scheduler.look())

    @rule()
    def poll(self) -> None:
        async def poll() -> None:
            self.process.runner.look(self.process._tasks)
            for _ in range(STEPS):
                await asyncio.sleep(0)

        self.alive(poll())

    @rule(script=st.sampled_from(("complete", "fail", "hang")))
    def polls_from_here_on(self, script: str) -> None:
        self.process.poller.script = getattr(self.process.poller, script)

    @rule(after=st.integers(0, 3), late=st.booleans())
    def will_be_killed(self, after: int, late: bool) -> None:
        self.process.dies_after, self.process.dies_late = after, late

    @rule()
    def kill(self) -> None:
        self.process.revoke()
        self.process.dies_after, self.process.dies_late = 0, False
        self.process = self.world.start()


def test_every_order_is_answered_once_whatever_is_killed() -> None:
    run_state_machine_as_test(
        Orders,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
