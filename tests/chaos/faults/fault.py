"""What a fault is: something done to the running stack that heals itself."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from devstack.errors import Refused

from tests.chaos.load import ChaosCustomer, Load
from tests.chaos.operations import NotDone
from tests.chaos.stack import ChaosStack

Targets = tuple[str, ...]
"""What was hit, as it is told; each counts as one fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a fault acts on. `chance` is the round's own."""

    chaos: ChaosStack
    load: Load
    chance: random.Random = field(repr=False)

    @property
    def files(self) -> Path:
        """A directory for what faults have to write down."""
        directory = self.chaos.run_dir / "faults"
        directory.mkdir(exist_ok=True)
        return directory

    def replica(self, service: str) -> str:
        """One of a service's replicas."""
        return self.chance.choice(self.chaos.services[service])

    async def sometime(self, least: float, most: float) -> None:
        """Wait as long as chance will have it: what faults meet must not depend on the rhythm of the rounds."""
        await asyncio.sleep(self.chance.uniform(least, most))

    async def burst(self, each: int, customers: Sequence[ChaosCustomer] | None = None) -> None:
        """So many invoices more of every customer, all at once."""
        of = self.chaos.customers if customers is None else customers
        approvals = [self._one_more(customer) for customer in of for _ in range(each)]
        await asyncio.gather(*approvals)

    async def _one_more(self, customer: ChaosCustomer) -> None:
        with suppress(Refused, NotDone):
            (await self.load.probe(customer)).release()  # its vendors may go on failing at once

    @asynccontextmanager
    async def held(self, *names: str) -> AsyncIterator[None]:
        """Whatever ends of these stays so for a while."""
        self.chaos.keeper.hold(*names)
        try:
            yield
        finally:
            self.chaos.keeper.release(*names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`inject` does it, waits as long as it lasts, undoes it, and says what it hit, each of which counts.

    `services` names those it hits: faults of different services may happen side by side; one that names none happens
    alone. Work that has not gone on `stuck_after` seconds after it healed is stuck.
    """

    name: str
    inject: Callable[[Scene], Awaitable[Targets]]
    services: frozenset[str] = frozenset()
    stuck_after: float = 60.0
