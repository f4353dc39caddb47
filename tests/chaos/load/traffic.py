"""Mixed traffic on all customers, by seed."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from ap_domain.command import Action

from tests.chaos.operations import FILE, Operations

from . import master_data, treasury, weather
from .away import AWAY
from .customers import ChaosCustomer
from .desk import PAYMENTS, Desk
from .duty import Duty
from .probe import WITHIN, Probe
from .resting import Resting
from .stories import ALL, Story
from .surroundings import Surroundings
from .watch import Watch

_MOST_STORIES = 60
"""Told at once; beyond that only plain invoices come."""
_COMMANDS = 2
"""Of `apstream`, at once: each is a process that starts."""
_ENDS_WITHIN = 20.0
"""Seconds in which stories end by themselves once all is held."""
_DUTY = 2.0
_PACES: tuple[tuple[Callable[[Desk], Awaitable[None]], float, float], ...] = (
    (weather.pass_over, 4, 14),
    (treasury.do_something, 1, 4),
    (master_data.change_something, 3, 9),
)
"""What goes on beside the invoices of each customer, and between how many seconds one comes after the other."""
_POLL_PACE = (3, 7)


class Load:
    """What people and vendors do. `per_second` is invoices a second over all customers, about.

    One that is over, or rests, goes on with the next `run`.
    """

    def __init__(self, chaos: Surroundings, *, seed: int, per_second: float = 2.0) -> None:
        logging.getLogger("chassis.librdkafka").setLevel(logging.CRITICAL)  # Kafka is away on purpose
        self._chance = random.Random(f"load {seed}")  # noqa: S311 - reproducible on purpose
        self._per_second = per_second
        self._watch = Watch(chaos.stack.kafka.bootstrap)
        self._going = asyncio.Event()
        self._told: set[asyncio.Task[None]] = set()
        self.operations = Operations(chaos.run_dir / FILE)
        commands = asyncio.Semaphore(_COMMANDS)
        self._desks = {
            customer.id: Desk(
                customer,
                operations=self.operations,
                watch=self._watch,
                commands=commands,
                chance=random.Random(f"{customer.id} {seed}"),  # noqa: S311 - the same
            )
            for customer in chaos.customers
        }
        self._duty = Duty(tuple(self._desks.values()), watch=self._watch)

    async def run(self) -> None:
        """Until it is cancelled. An act that meets somebody who is away is failed or unknown; traffic goes on."""
        self.resume()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._invoices(group))
            group.create_task(self._on_duty())
            for desk in self._desks.values():
                group.create_task(self._polls(desk))
                for act, least, most in _PACES:
                    group.create_task(self._pace(group, desk, act, least, most))

    def resume(self) -> None:
        """Go on after a rest, where `run` was not cancelled."""
        for desk in self._desks.values():
            desk.hold(0)
        self._going.set()

    async def probe(self, customer: ChaosCustomer) -> Probe:
        """Approve one plain invoice of the customer, to whose vendors nothing is done until it is posted.

        Raises NotDone or Refused if Basware's simulator is away.
        """
        desk = self._desks[customer.id]
        desk.hold(WITHIN)
        try:
            invoice = await desk.approve(desk.documents.plain(rows=1))
        except BaseException:
            desk.hold(0)
            raise
        return Probe(customer=customer, invoice=invoice, release=lambda: desk.hold(0))

    async def rest(self, within: float) -> None:
        """Stop traffic, heal the vendors, answer what waits for a person, wait until nothing moves; Restless.

        Traffic stays stopped until `resume` or the next `run`.
        """
        self._going.clear()
        for desk in self._desks.values():
            desk.hold(within + WITHIN)
        if self._told:
            await asyncio.wait(self._told, timeout=_ENDS_WITHIN)
        for story in tuple(self._told):
            story.cancel()
        await Resting(tuple(self._desks.values()), watch=self._watch, duty=self._duty).come(within)

    async def _invoices(self, group: asyncio.TaskGroup) -> None:
        while True:
            await self._going.wait()
            desk = self._chance.choice(tuple(self._desks.values()))
            story = self._story(desk)
            self._begin(group, partial(story.tell, desk))
            await asyncio.sleep(story.documents * self._chance.expovariate(self._per_second))

    def _story(self, desk: Desk) -> Story:
        if len(self._told) >= _MOST_STORIES:
            return ALL[0]
        possible = [each for each in ALL if each.only in ("", desk.customer.id)]
        (story,) = self._chance.choices(possible, [each.weight for each in possible])
        return story

    async def _pace(
        self,
        group: asyncio.TaskGroup,
        desk: Desk,
        act: Callable[[Desk], Awaitable[None]],
        least: float,
        most: float,
    ) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(least, most))
            await self._going.wait()
            if not desk.held:
                self._begin(group, partial(act, desk))

    async def _polls(self, desk: Desk) -> None:
        """Schedules know minutes only: between them people order polls."""
        while True:
            for subject in (*desk.customer.entities, PAYMENTS, PAYMENTS):
                await asyncio.sleep(self._chance.uniform(*_POLL_PACE))
                await self._going.wait()
                with suppress(*AWAY):
                    await desk.order(Action.RUN_NOW, subject)

    async def _on_duty(self) -> None:
        while True:
            await asyncio.sleep(_DUTY)
            await self._going.wait()
            await self._duty.look()

    def _begin(self, group: asyncio.TaskGroup, story: Callable[[], Awaitable[None]]) -> None:
        task = group.create_task(until_somebody_is_away(story))
        self._told.add(task)
        task.add_done_callback(self._told.discard)


async def until_somebody_is_away(story: Callable[[], Awaitable[None]]) -> None:
    """A story to its end, or as far as it comes. It begins in here: whoever is cancelled before the first step leaves
    nothing behind that nobody awaited.
    """
    with suppress(*AWAY):
        await story()
