"""Every process restarted, one after the other, while invoices come in, master data changes and vouchers are paid."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ap_domain.command import CommandedLedger
from basware_simulator.decimal_json import loads
from devstack.process import ManagedProcess

from bench.books import Books
from bench.load import Load
from bench.measurement import WentWrong
from bench.recovery_figures import Pause, Restart, longest_pause
from bench.recovery_stack import ALL_SERVICES, Replicated, replicas
from bench.recovery_takeover import settled

_RATE = 2.0
"""Invoices a second of each connection."""
_LONGEST_SECONDS = 400
_LEAD_SECONDS, _TRAIL_SECONDS = 8.0, 8.0
_MASTER_DATA_SECONDS, _PAYMENT_SECONDS = 3.0, 4.0
_GRACE_SECONDS = 12.0
_TOLD_WITHIN = 90.0
_LOOK_SECONDS = 0.5
_MOST_WRITES = "1000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled:
    """What happened: every restart, and by effect the longest pause of each connection."""

    restarts: Sequence[Restart]
    pauses: Mapping[str, Sequence[Pause]]
    invoices: int
    changes: int
    payments: int


async def roll(of: Replicated, *, first: int, progress: Callable[[str], None]) -> Rolled:
    """All replicas of all services. Raises WentWrong when anything was lost or doubled."""
    stop, rate = asyncio.Event(), _RATE * len(of.specs)
    async with Load(of.stack, of.basware, spare=[of.spare_url]) as load:
        invoices = await load.prepare(of.specs, first=first, count=round(rate * _LONGEST_SECONDS))
        sending = asyncio.create_task(load.send(invoices, rate=rate, until=stop))
        others = _Others(of)
        beside = [asyncio.create_task(others.change()), asyncio.create_task(others.pay())]
        try:
            await asyncio.sleep(_LEAD_SECONDS)
            begun = datetime.now(UTC)
            restarts = []
            for service in ALL_SERVICES:
                for name in replicas(service):
                    restarts.append(await _restart(of, name))
                    progress(
                        f"{name}: {(restarts[-1].ready_at - restarts[-1].asked_at).total_seconds():.1f} s"
                    )
            await asyncio.sleep(_TRAIL_SECONDS)
            ended = datetime.now(UTC)
        finally:
            stop.set()
            others.stop.set()
            sent = await sending
            await asyncio.gather(*beside)
    books = await settled(of, sent)
    await others.told()
    return Rolled(
        restarts=restarts,
        pauses=await _pauses(of, books, begun=begun, ended=ended),
        invoices=len(sent),
        changes=others.changes,
        payments=len(others.paid),
    )


async def _restart(of: Replicated, name: str) -> Restart:
    """As an orchestrator restarts: asked to end, waited for, started, waited for until it is ready."""
    process: ManagedProcess = of.stack.processes[name]
    asked_at = datetime.now(UTC)
    await process.stop(grace=_GRACE_SECONDS)
    ended_at = datetime.now(UTC)
    if process.exit_code != 0:
        raise WentWrong(f"{name} ended with {process.exit_code} when asked to: {process.tail(5)}")
    process.start()
    await of.stack.wait_ready(name)
    return Restart(name=name, asked_at=asked_at, ended_at=ended_at, ready_at=datetime.now(UTC))


async def _pauses(
    of: Replicated, books: Books, *, begun: datetime, ended: datetime
) -> Mapping[str, Sequence[Pause]]:
    """Of vouchers created and of writes to documents of Basware, by connection, from the first restart on."""
    vouchers: dict[str, list[datetime]] = {spec.node: [] for spec in of.specs}
    for (node, _), at in books.posted_at().items():
        vouchers[node].append(at)
    writes: dict[str, list[datetime]] = {spec.id: [] for spec in of.specs}
    for write in (await of.basware.get("writes", limit=_MOST_WRITES))["writes"]:
        writes[write["tenant"]].append(datetime.fromisoformat(write["arrived"]))

    def longest(connection: str, effects: Sequence[datetime]) -> Pause:
        return longest_pause(connection, [begun, *(at for at in effects if begun < at < ended), ended])

    return {
        "vouchers": [longest(spec.id, vouchers[spec.node]) for spec in of.specs],
        "calls to Basware": [longest(spec.id, writes[spec.id]) for spec in of.specs],
    }


class _Others:
    """What goes on besides invoices: master data changes, and what is posted is paid."""

    def __init__(self, of: Replicated) -> None:
        self._of = of
        self.stop = asyncio.Event()
        self.changes = 0
        self.paid: set[tuple[str, str, str]] = set()
        """Node, business unit and voucher."""

    async def change(self) -> None:
        """A cost centre gets another name again and again, at each connection."""
        while not await self._stopped(_MASTER_DATA_SECONDS):
            self.changes += 1
            for spec in self._of.specs:
                await self._of.rename_cost_center(spec, f"Name {self.changes}")

    async def pay(self) -> None:
        """A voucher of each connection is paid now and then, and a reading of payments ordered."""
        while not await self._stopped(_PAYMENT_SECONDS):
            for spec in self._of.specs:
                found = await self._of.peoplesoft.get("payments", node=spec.node, limit="5000")
                keys = [(spec.node, each["BUSINESS_UNIT"], each["VOUCHER_ID"]) for each in found["vouchers"]]
                if due := [key for key in keys if key not in self.paid]:
                    node, unit, voucher = due[0]
                    await self._of.peoplesoft.post(
                        f"payments/{unit}/{voucher}", {"node": node, "action": "pay"}
                    )
                    self.paid.add(due[0])
                    await self._of.order_poll(spec, CommandedLedger.PAYMENTS, "payments")

    async def told(self) -> None:
        """Until Basware has the last name and every payment, once. Raises WentWrong."""
        for spec in self._of.specs:
            await self._of.order_poll(spec, CommandedLedger.PAYMENTS, "payments")
        problems: list[str] = ["nothing was looked at"]
        with suppress(TimeoutError):
            async with asyncio.timeout(_TOLD_WITHIN):
                while problems:
                    await asyncio.sleep(_LOOK_SECONDS)
                    problems = await self._problems()
        if problems:
            raise WentWrong("\n".join(problems))

    async def _problems(self) -> list[str]:
        problems = []
        for spec in self._of.specs:
            found = await self._of.basware.get(
                "masterdata/p2p", tenant=spec.id, api="costCenters", content="true"
            )
            if not any(f"Name {self.changes}" in str(each["content"]) for each in found["records"]):
                problems.append(f"{spec.id}: Basware does not have the last name of the cost centre")
            answers: dict[str, Any] = loads(await self._of.basware.get_text("payments", tenant=spec.id))
            wanted = sum(node == spec.node for node, *_ in self.paid)
            told = [each["received"] for each in answers["payments"] if each["received"]]
            if told != [1] * wanted:
                problems.append(f"{spec.id}: {wanted} vouchers were paid, Basware was told {told} times")
        return problems

    async def _stopped(self, within: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self.stop.wait()
        return self.stop.is_set()
