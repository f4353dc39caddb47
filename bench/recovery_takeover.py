"""How long a connection stands still when the process that owns it is killed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from ap_domain.command import CommandedLedger
from devstack import ConnectionSpec
from devstack.errors import NotReady

from bench.books import Books, transferred
from bench.load import Load, Sent
from bench.measurement import WentWrong
from bench.recovery_figures import Takeover
from bench.recovery_stack import Replicated

POSTER, DOCUMENTS = "voucher-poster", "ingress-documents"
IMPORT, POLLER = "masterdata-import", "payment-poller"
_OF_THE_DEAD = timedelta(seconds=1)
"""What a vendor takes in so soon after the kill was sent by the killed process: nobody else owns the shard yet."""
_WITHIN = 60.0
_LOOK_SECONDS = 0.2
_RATE = 1.0
"""Invoices a second of each connection, all the time."""
_LONGEST_SECONDS = 900
_REST_SECONDS = 120.0
_MOST_CALLS = "100000"
_PAYMENTS = "APS_VOUCHER_PAYMENTS"
"""The query that every reading of payments begins with."""


async def takeovers(
    of: Replicated, *, first: int, times: int, progress: Callable[[str], None]
) -> Sequence[Takeover]:
    """Kill the owner of a connection so many times a service. Raises WentWrong when an invoice was lost or doubled."""
    stop, rate = asyncio.Event(), _RATE * len(of.specs)
    found = []
    async with Load(of.stack, of.basware, spare=[of.spare_url]) as load:
        invoices = await load.prepare(of.specs, first=first, count=round(rate * _LONGEST_SECONDS))
        sending = asyncio.create_task(load.send(invoices, rate=rate, until=stop))
        try:
            kills = _Kills(of, load)
            for service in (POSTER, DOCUMENTS, IMPORT, POLLER):
                for turn in range(times):
                    found.append(await kills.kill(service, of.specs[turn % len(of.specs)], turn=turn))
                    progress(f"{service}: {found[-1].seconds:.1f} s")
        finally:
            stop.set()
            sent = await sending
    await settled(of, sent)
    return found


async def settled(of: Replicated, sent: Sequence[Sent]) -> Books:
    """The books, once all is confirmed. Raises WentWrong when an invoice was lost or doubled."""
    await transferred(of.basware, count=len(sent), within=_REST_SECONDS)
    books = await Books.read(of.basware, of.peoplesoft)
    if problems := list(books.problems(sent)):
        raise WentWrong("\n".join(problems[:20]) + f"\n({len(problems)} problems of {len(sent)} invoices)")
    return books


class _Kills:
    def __init__(self, of: Replicated, load: Load) -> None:
        self._of = of
        self._load = load

    async def kill(self, service: str, spec: ConnectionSpec, *, turn: int) -> Takeover:
        """One kill, until the connection has an owner and a second replica again."""
        of = self._of
        victim = await of.owner(service, spec.id)
        killed_at = await of.kill(victim)
        if service == IMPORT:
            await of.rename_cost_center(spec, f"Kill {turn}")
        elif service == POLLER:
            await of.order_poll(spec, CommandedLedger.PAYMENTS, "payments")
        at = await self._first_effect(service, spec, killed_at=killed_at)
        successor = await of.owner(service, spec.id)
        await of.stack.restart(victim)
        await of.owner(service, spec.id)
        return Takeover(
            service=service,
            connection=spec.id,
            killed=victim,
            successor=successor,
            seconds=(at - killed_at).total_seconds(),
        )

    async def _first_effect(self, service: str, spec: ConnectionSpec, *, killed_at: datetime) -> datetime:
        """By the vendor's books: the first thing that only a successor can have done."""
        look: dict[str, Callable[[ConnectionSpec, datetime], Awaitable[list[datetime]]]] = {
            POSTER: self._creates,
            DOCUMENTS: self._creates_of_later_notifications,
            IMPORT: self._imports,
            POLLER: self._queries,
        }
        until = time.monotonic() + _WITHIN
        while time.monotonic() < until:
            found = await look[service](spec, killed_at)
            if later := [at for at in found if at > killed_at + _OF_THE_DEAD]:
                return min(later)
            await asyncio.sleep(_LOOK_SECONDS)
        raise NotReady(f"nothing of {service} for {spec.id} within {_WITHIN:g} s after the kill")

    async def _creates(self, spec: ConnectionSpec, _killed_at: datetime) -> list[datetime]:
        return [at for at, _ in await self._peoplesoft(spec, "create")]

    async def _creates_of_later_notifications(
        self, spec: ConnectionSpec, killed_at: datetime
    ) -> list[datetime]:
        """Vouchers of documents that the killed process cannot have read, as nobody had been told of them."""
        told = {each.invoice.number for each in self._load.answered if each.at > killed_at}
        return [at for at, number in await self._peoplesoft(spec, "create") if number in told]

    async def _queries(self, spec: ConnectionSpec, _killed_at: datetime) -> list[datetime]:
        return [at for at, _ in await self._peoplesoft(spec, "query", query=_PAYMENTS)]

    async def _imports(self, spec: ConnectionSpec, _killed_at: datetime) -> list[datetime]:
        found = await self._of.basware.get("masterdata", tenant=spec.id)
        return [datetime.fromisoformat(each["accepted"]).astimezone(UTC) for each in found["requests"]]

    async def _peoplesoft(
        self, spec: ConnectionSpec, operation: str, **about: str
    ) -> list[tuple[datetime, str]]:
        """When calls came in, and the invoice's number."""
        asked = {"node": spec.node, "operation": operation, "limit": _MOST_CALLS, **about}
        found = await self._of.peoplesoft.get("requests", **asked)
        return [
            (datetime.fromisoformat(each["received_at"]), each["invoice_id"]) for each in found["requests"]
        ]
