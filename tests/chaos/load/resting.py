"""Coming to rest: everything healed, everything polled, a person has decided, and nothing moves any more."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from ap_domain.command import Action
from devstack.errors import Refused

from .away import AWAY
from .desk import PAYMENTS, Desk
from .duty import Duty
from .watch import INVOICES, Watch

_STILL = 2.0
"""Seconds in which nothing may move."""
_LOOK, _ORDER_AGAIN = 0.7, 20.0
_OFFERED = ("WaitingForTransfer", "TransferInProgress")
_SHOWN = 20


class Restless(Exception):
    """Something still moves at the end of the bound; the message names it."""


class Resting:
    """Brings all connections to rest. Traffic has ended before."""

    def __init__(self, desks: Sequence[Desk], *, watch: Watch, duty: Duty) -> None:
        self._desks = desks
        self._watch = watch
        self._duty = duty

    async def come(self, within: float) -> None:
        """Returns when nothing moves; Restless."""
        ends = time.monotonic() + within
        for desk in self._desks:
            await desk.heal()
        await self._settled(ends, polled=None)
        for decide in (self._duty.resubmit, self._duty.decide):
            if not await decide():
                break
            await self._settled(ends, polled=None)
        await self._settled(ends, polled=datetime.now(UTC))

    async def _settled(self, ends: float, *, polled: datetime | None) -> None:
        """Until nothing moved for a while; with `polled` everything was read whole since then, too."""
        ordered, still_since, moved = 0.0, time.monotonic(), -1
        last: list[str] = []
        while True:
            await self._duty.look()
            if polled is not None and time.monotonic() - ordered > _ORDER_AGAIN:
                await self._order(since=polled)
                ordered = time.monotonic()
            moving = await self._moving(polled)
            if moving or self._watch.moved != moved:
                still_since, moved = time.monotonic(), self._watch.moved
            elif time.monotonic() - still_since >= _STILL:
                moving = [*await self._watch.behind(), *await self._offered()]
                if not moving:
                    return
                still_since = time.monotonic()
            last = moving or last
            if time.monotonic() > ends:
                raise Restless(
                    _told(moving) if moving else "records still come, though nothing is unfinished"
                )
            await asyncio.sleep(_LOOK)

    async def _moving(self, polled: datetime | None) -> list[str]:
        found = []
        for desk in self._desks:
            found += self._watch.moving(desk.customer.id)
            if polled is not None:
                found += [f"{desk.customer.id}: {each} not polled yet" for each in self._unread(desk, polled)]
        return found

    def _unread(self, desk: Desk, since: datetime) -> list[str]:
        subjects = (*desk.customer.entities, PAYMENTS)
        return [each for each in subjects if not self._watch.full_poll(desk.customer.id, each, since=since)]

    async def _order(self, *, since: datetime) -> None:
        await asyncio.gather(
            *(self._ordered(desk, each) for desk in self._desks for each in self._unread(desk, since))
        )

    async def _ordered(self, desk: Desk, subject: str) -> None:
        with suppress(*AWAY):
            await desk.order(Action.RUN_FULL, subject)

    async def _offered(self) -> list[str]:
        """Documents that Basware offers and that do not rest with us: not known yet, or offered anew."""
        found = []
        for desk in self._desks:
            customer = desk.customer
            resting = {each["body"]["invoice_id"] for _, each in self._watch.parked(customer.id)}
            resting |= {
                each["body"]["invoice_id"]
                for each in self._watch.entries(INVOICES, customer.id)
                if each["step"] == "discarded"
            }
            try:
                books = await customer.basware.get("books", tenant=customer.tenant_id)
            except Refused as error:
                return [str(error)]
            found += [
                f"{customer.id}: {each['invoiceNumber']} ({each['invoiceId']}) is {each['status']} at Basware"
                for each in books["documents"]
                if each["status"] in _OFFERED and each["invoiceId"] not in resting
            ]
        return found


def _told(moving: Sequence[str]) -> str:
    more = f"\nand {len(moving) - _SHOWN} more" if len(moving) > _SHOWN else ""
    return "\n".join(moving[:_SHOWN]) + more
