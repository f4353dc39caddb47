"""One plain invoice whose way to PeopleSoft is timed."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from devstack.errors import Refused

from tests.journeys.customer import Invoice

from .customers import ChaosCustomer

WITHIN = 120.0
_EVERY = 0.1


class Stuck(Exception):
    """A probe's voucher did not come within the bound. The message names the invoice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """An invoice that was approved at the monotonic instant `began`. Until it is posted, or at most for WITHIN seconds,
    the load does nothing to its customer's vendors; `release` ends that.
    """

    customer: ChaosCustomer
    invoice: Invoice
    release: Callable[[], None]
    began: float = field(default_factory=time.monotonic)

    async def posted(self, *, within: float = WITHIN) -> float:
        """Seconds from the approval until PeopleSoft's books have its voucher; Stuck."""
        try:
            return await self._posted(within)
        finally:
            self.release()

    async def _posted(self, within: float) -> float:
        while time.monotonic() - self.began < within:
            try:
                vouchers = await self.customer.vouchers(self.invoice)
            except Refused:
                vouchers = []  # the simulator is away
            if any(each["ENTRY_STATUS"] != "X" for each in vouchers):
                return time.monotonic() - self.began
            await asyncio.sleep(_EVERY)
        raise Stuck(
            f"{self.customer.id}: no voucher for {self.invoice.number} ({self.invoice.id}) within {within:g} s"
        )
