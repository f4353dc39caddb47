"""The person on duty: resumes what stopped, puts the right password back, decides on what is parked."""

from collections.abc import Sequence
from contextlib import suppress

from .desk import AWAY, Desk
from .watch import FETCHES, INVOICES, Watch
from .weather import right_password

_DECIDED = 3
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

    async def resubmit(self) -> int:
        """Everything that is parked goes on from where it is; how many were."""
        parked = 0
        for desk in self._desks:
            count = len(self._watch.parked(desk.customer.id))
            parked += count
            if count:
                everything = ("--all-like", "", "--connection", desk.customer.id)
                said = ("--reason", "chaos: all is healed", "--by", "pat", "--yes", "--wait", "20")
                with suppress(*AWAY):
                    await desk.apstream("parked", "resubmit", *everything, *said)
        return parked

    async def decide(self) -> int:
        """A few of what is parked are sent back, or discarded where a voucher is in the way; how many were parked."""
        parked = 0
        for desk in self._desks:
            waiting = self._watch.parked(desk.customer.id)
            parked += len(waiting)
            for topic, entry in waiting[:_DECIDED]:
                invoice_id = entry["body"]["invoice_id"]
                for verb in ("send-back", "discard"):
                    try:
                        await desk.decide(verb, invoice_id, ledger=_LEDGERS[topic])
                    except AWAY:
                        continue
                    break
        return parked

    async def _put_right(self, desk: Desk) -> None:
        if desk.has_wrong_password:
            await right_password(desk)
        for word in self._watch.halted(desk.customer.id):
            said = (desk.customer.id, word["flow"], word["version"])
            if said not in self._answered:
                await desk.flow("resume", word["flow"])
                self._answered.add(said)
