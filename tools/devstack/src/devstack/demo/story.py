"""One invoice from its approval to its rest, with everything that is done about it on the way."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from devstack.demo.audit_feed import AuditFeed
from devstack.demo.desk import Desk
from devstack.demo.evidence import Evidence
from devstack.demo.judgement import problems
from devstack.demo.narration import Narration
from devstack.errors import DevstackError, Refused
from devstack.scenario import Act, Case, ClerkInPeopleSoft, Order, Person, Retransfer
from devstack.scenario.case import RESTS

WITHIN = 90.0
"""Seconds from the start of the demo in which every invoice must be at rest."""
_AGREED_WITHIN = 5.0
_LOOK_EVERY = 0.25
_ORDERS = 3
_MOVED_ON = "moved on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a story ended: when it was approved, and what broke it off or did not hold, if anything."""

    case: Case
    approved_at: datetime
    broken: tuple[str, ...] = ()


class WentElsewhere(DevstackError):
    """The invoice came to rest in another way than the story needs."""


class Story:
    """Drives one case. `began` is the monotonic second at which the demo started."""

    def __init__(
        self, case: Case, *, desk: Desk, feed: AuditFeed, narration: Narration, began: float
    ) -> None:
        self._case = case
        self._desk = desk
        self._feed = feed
        self._narration = narration
        self._began = began
        self._place = 0

    async def run(self) -> Told:
        """To its end, well or not: what breaks one story leaves the others alone."""
        case = self._case
        await asyncio.sleep(max(0.0, self._began + case.starts - time.monotonic()))
        approved_at = datetime.now(UTC)
        broken: tuple[str, ...] = ()
        try:
            for order in case.before:
                await self._order(order)
            approved_at = datetime.now(UTC)
            await self._desk.approve(case)
            for order in case.along:
                await self._order(order)
            for act in case.acts:
                await self._act(act)
            await self._rest(frozenset({case.expected.end, *([case.or_else.end] if case.or_else else [])}))
            broken = await self._agreed()
        except DevstackError as error:
            broken = (str(error),)
        self._narration.ended(case, "; ".join(broken))
        return Told(case=case, approved_at=approved_at, broken=broken)

    async def _order(self, order: Order) -> None:
        await self._desk.order(self._case.connection, order, invoice_id=self._case.invoice_id)
        if order.says:
            self._narration.say(self._case, order.says)

    async def _act(self, act: Act) -> None:
        if act.after:
            await self._rest(frozenset({act.after}))
        match act.do:
            case Retransfer() as again:
                self._narration.say(self._case, f"in Basware: {again.says}")
                await self._desk.retransfer(self._case, again)
            case ClerkInPeopleSoft() as clerk:
                self._narration.say(self._case, f"in PeopleSoft: {clerk.says}")
                await self._desk.clerk(self._case, clerk, voucher=clerk.voucher or self._voucher())
            case Person() as person:
                self._narration.say(self._case, f"apstream parked {person.verb} --reason {person.reason!r}")
                await self._decide(person)
            case Order() as order:
                await self._order(order)

    async def _rest(self, wanted: frozenset[str]) -> None:
        """Wait until it comes to rest, and that as wanted."""
        event, self._place = await self._feed.heard(
            self._case.record, RESTS | wanted, since=self._place, within=self._left()
        )
        if event.action not in wanted:
            reason = event.detail.get("reason", "")
            because = f" ({reason})" if reason else ""
            raise WentElsewhere(f"expected {' or '.join(sorted(wanted))}, it is {event.action}{because}")

    def _left(self) -> float:
        return max(1.0, self._began + WITHIN - time.monotonic())

    async def _decide(self, person: Person) -> None:
        """A person whose order is refused because the invoice moved on looks again and repeats it."""
        for left in reversed(range(_ORDERS)):
            try:
                await self._desk.person(self._case, person)
            except Refused as refused:
                if _MOVED_ON not in str(refused) or not left:
                    raise
            else:
                return

    def _voucher(self) -> str:
        """The voucher that the services made last for it."""
        made = self._evidence_of_audit().made
        if not made:
            raise WentElsewhere("no voucher was made of it")
        return made[-1]

    def _evidence_of_audit(self) -> Evidence:
        events = self._feed.of(self._case.record)
        return Evidence(case=self._case, document={}, vouchers=(), creates=(), events=events)

    async def _agreed(self) -> tuple[str, ...]:
        """Wait until both books show what is expected; what does not hold, if they do not."""
        until = time.monotonic() + _AGREED_WITHIN
        while True:
            found = problems(await gathered(self._case, desk=self._desk, feed=self._feed))
            if not found or time.monotonic() > until:
                return tuple(found)
            await asyncio.sleep(_LOOK_EVERY)


async def gathered(case: Case, *, desk: Desk, feed: AuditFeed) -> Evidence:
    """What is known of an invoice at this moment."""
    document, vouchers, creates = await asyncio.gather(
        desk.document(case), desk.vouchers(case.connection), desk.creates(case.connection)
    )
    return Evidence(
        case=case, document=document, vouchers=vouchers, creates=creates, events=feed.of(case.record)
    )
