"""The person on duty: resumes what stopped, puts the right password back, decides on what is parked."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from .away import AWAY
from .desk import Desk
from .watch import FETCHES, INVOICES, Watch
from .weather import right_password, unlock

_DECIDED = 1
"""Parked invoices of a connection that are decided one by one in a rest; what is beyond that is left parked."""
_LEDGERS = {FETCHES: "documents", INVOICES: "vouchers"}


class Duty:
    """Looks at what the watch read last. What fails because somebody is away is tried again at the next look."""

    def __init__(self, desks: Sequence[Desk], *, watch: Watch) -> None:
        self._desks = desks
        self._watch = watch
        self._answered: set[tuple[str, str, int]] = set()

    async def look(self) -> None:
        """At every connection where nothing is wrong on purpose."""
        await self._watch.read_on()
        for desk in self._desks:
            if not desk.weather.locked():
                with suppress(*AWAY):
                    await self._put_right(desk)

    async def resubmit(self) -> bool:
        """Everything that is parked goes on from where it is; whether anything was."""
        return any(await asyncio.gather(*map(self._resubmit, self._desks)))

    async def decide(self) -> bool:
        """Of each connection what is parked longest is sent back, or discarded where a voucher is in the way; whether
        anything was parked.
        """
        return any(await asyncio.gather(*map(self._decide, self._desks)))

    async def _resubmit(self, desk: Desk) -> bool:
        if not self._watch.parked(desk.customer.id):
            return False
        everything = ("--all-like", "", "--connection", desk.customer.id)
        said = ("--reason", "chaos: all is healed", "--by", "pat", "--yes", "--wait", "20")
        with suppress(*AWAY):
            await desk.apstream("parked", "resubmit", *everything, *said)
        return True

    async def _decide(self, desk: Desk) -> bool:
        for topic, entry in self._watch.parked(desk.customer.id)[:_DECIDED]:
            for verb in ("send-back", "discard"):
                try:
                    await desk.decide(verb, entry["body"]["invoice_id"], ledger=_LEDGERS[topic])
                except AWAY:
                    continue
                break
        return bool(self._watch.parked(desk.customer.id))

    async def _put_right(self, desk: Desk) -> None:
        if desk.has_wrong_password:
            await right_password(desk)
        for word in self._watch.halted(desk.customer.id):
            said = (desk.customer.id, word["flow"], word["version"])
            if said not in self._answered:
                await unlock(desk)  # who still had the wrong password may have locked it since
                await desk.flow("resume", word["flow"])
                self._answered.add(said)
