"""Mixed traffic on all customers, by seed."""

import asyncio
import random

from tests.chaos.operations import FILE, Operations

from .customers import ChaosCustomer
from .desk import AWAY, Desk
from .probe import Probe
from .surroundings import Surroundings


class Load:
    """What people and vendors do. `per_second` is invoices a second over all customers, about."""

    def __init__(self, chaos: Surroundings, *, seed: int, per_second: float = 2.0) -> None:
        self._chance = random.Random(f"load {seed}")  # noqa: S311 - reproducible on purpose
        self._per_second = per_second
        self.operations = Operations(chaos.run_dir / FILE)
        self._desks = {
            customer.id: Desk(
                customer,
                operations=self.operations,
                chance=random.Random(f"{customer.id} {seed}"),  # noqa: S311 - the same
            )
            for customer in chaos.customers
        }

    async def run(self) -> None:
        """Until it is cancelled. An operation that meets somebody who is away is failed or unknown; traffic goes on."""
        async with asyncio.TaskGroup() as stories:
            while True:
                stories.create_task(self._story(self._chance.choice(list(self._desks.values()))))
                await asyncio.sleep(self._chance.expovariate(self._per_second))

    async def probe(self, customer: ChaosCustomer) -> Probe:
        """Approve one plain invoice of the customer; NotDone or Refused if Basware's simulator is away."""
        desk = self._desks[customer.id]
        return Probe(customer=customer, invoice=await desk.approve(desk.documents.plain(rows=1)))

    async def rest(self, within: float) -> None:
        """Stop, heal the vendors, answer what waits for a person, wait until nothing moves; Restless."""

    async def _story(self, desk: Desk) -> None:
        try:
            await desk.approve(desk.documents.plain())
        except AWAY:
            return
