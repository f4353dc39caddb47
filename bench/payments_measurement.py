"""Payments measured on a stack of its own: many open vouchers read, a few of them paid, Basware told."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ap_domain.command import Action, Command, CommandedLedger
from chassis.commands import issue
from chassis.keys import shard
from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi
from devstack.program import PARTITIONS
from devstack.stack import PAYMENT_SERVICES, SERVICES

from bench.measurement import WentWrong
from bench.open_vouchers import UNIT, Page, invent, known_to_basware, pages, post_all
from bench.payments_figures import Poll, Size
from bench.payments_watch import POSTER, PaymentCounts, PaymentWatch
from bench.processes import ProcessWatch

_SAMPLE_SECONDS = 0.1
_SLOWEST = 100.0
"""Vouchers a second that are got through at the least, read and taken in; beyond that a run is given up."""
_TELLING = 3.0
"""Responses a second that are got through at the least."""
_NEVER = "0 0 1 1 *"
"""Each year: the first reading is made at once, and no schedule comes between the phases."""
_MOST_REQUESTS = "1000000"
_AT_ONCE = 200
"""Vouchers paid by one order to the simulator."""
SPEC = ConnectionSpec(
    id="bench", payments={"changes": _NEVER, "full": _NEVER, "reconciliation": {"schedule": None}}
)
_POSTER = {POSTER: SERVICES[POSTER]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many open vouchers PeopleSoft has, and which share of them is paid; a call takes `latency_ms` there."""

    vouchers: int
    share: float = 0.01
    latency_ms: int = 50


async def measure(load: Load, *, run_dir: Path, progress: Callable[[str], None]) -> Size:
    """Raises WentWrong when a payment was lost or told needlessly, and what `Stack` raises."""
    async with (
        Stack(run_dir=run_dir, services={**_POSTER, **PAYMENT_SERVICES}, progress=progress) as stack,
        ControlApi(name="Basware", base_url=stack.basware_url) as basware,
        ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url) as peoplesoft,
        PaymentWatch(stack, connection=SPEC.id) as watch,
    ):
        run = _Run(stack=stack, basware=basware, peoplesoft=peoplesoft, watch=watch, progress=progress)
        size = await run.size(load)
        problems = [*size.problems(), *await run.violations()]
        if problems:
            raise WentWrong("\n".join(problems) + f"\n(logs: {run_dir}/logs)")
        return size


class _Run:
    def __init__(
        self,
        *,
        stack: Stack,
        basware: ControlApi,
        peoplesoft: ControlApi,
        watch: PaymentWatch,
        progress: Callable[[str], None],
    ) -> None:
        self._stack = stack
        self._basware = basware
        self._peoplesoft = peoplesoft
        self._watch = watch
        self._progress = progress

    async def size(self, load: Load) -> Size:
        """All that is measured of so many vouchers."""
        patience = 60 + load.vouchers / _SLOWEST
        self._progress(f"{load.vouchers:,} open vouchers are invented and written into the ledger")
        await invent(self._peoplesoft, SPEC, count=load.vouchers)
        await post_all(self._peoplesoft, SPEC, bootstrap=self._stack.kafka.bootstrap)
        await self._peoplesoft.post(f"settings/{SPEC.node}", {"latency_ms": load.latency_ms})
        began = time.monotonic()
        await self._stack.restart(POSTER)
        load_seconds = time.monotonic() - began
        async with self._processes() as processes:
            self._progress("the connection is applied: everything is read")
            async with self._poll(within=patience) as first:
                await self._stack.add_connection(SPEC)
            taken_seconds = await self._watch.idle(within=patience) - first.began
            paid = await self._pay(round(load.vouchers * load.share))
            told = 30 + len(paid) / _TELLING
            self._progress(f"of {len(paid):,} vouchers something was paid: changes are read and told")
            before = await self._watch.now()
            async with self._poll(within=patience) as changes:
                await self._order(Action.RUN_NOW)
            await self._watch.until(lambda seen: seen.confirmed >= len(paid), since=before, within=told)
            confirmed_seconds = time.monotonic() - changes.began
            self._progress("everything is read again")
            async with self._poll(within=patience) as full:
                await self._order(Action.RUN_FULL)
        totals = await self._basware.get("payments", tenant=SPEC.id)
        return Size(
            vouchers=load.vouchers,
            load_seconds=load_seconds,
            first=first.poll,
            taken_seconds=taken_seconds,
            changed=len(paid),
            changes=changes.poll,
            confirmed_seconds=confirmed_seconds,
            full=full.poll,
            responses=totals["applied"] if totals["received"] == totals["applied"] else totals["received"],
            usage=processes.usage(),
            machine_percent=processes.machine_percent,
        )

    async def violations(self) -> list[str]:
        """Rules of Basware that were broken."""
        found = (await self._basware.get("violations"))["violations"]
        return [f"a rule of Basware was broken: {found[:3]}"] if found else []

    @asynccontextmanager
    async def _poll(self, *, within: float) -> AsyncIterator["_Measured"]:
        """What is ordered inside is measured until a poll has ended."""
        before, asked = await self._watch.now(), await self._requests()
        measured = _Measured()
        yield measured
        counts = await self._watch.until(
            lambda seen: seen.polls + seen.broken > 0, since=before, within=within
        )
        seconds = time.monotonic() - measured.began
        requests, rows = await self._requests()
        measured.poll = Poll(
            counts=counts, requests=requests - asked[0], rows=rows - asked[1], seconds=seconds
        )

    @asynccontextmanager
    async def _processes(self) -> AsyncIterator[ProcessWatch]:
        processes = ProcessWatch(self._stack, every=_SAMPLE_SECONDS)
        sampling = asyncio.create_task(processes.sample())
        processes.begin()
        try:
            yield processes
        finally:
            processes.end()
            sampling.cancel()

    async def _requests(self) -> tuple[int, int]:
        """Queries that PeopleSoft ran so far, and the rows they gave."""
        found = await self._peoplesoft.get(
            "requests", node=SPEC.node, operation="query", limit=_MOST_REQUESTS
        )
        return len(found["requests"]), sum(each["rows"] or 0 for each in found["requests"])

    async def _pay(self, count: int) -> list[Page]:
        """Pay an instalment of so many vouchers, which Basware knows; the books of those that were drawn."""
        ids: set[str] = set()
        for seed, some in enumerate(range(0, count, _AT_ONCE)):
            order = {
                "node": SPEC.node,
                "business_unit": UNIT,
                "count": min(_AT_ONCE, count - some),
                "what": "pay",
            }
            changed = (await self._peoplesoft.post("payments/change_some", {**order, "seed": seed}))[
                "changed"
            ]
            ids |= {each["voucher"].partition("/")[2] for each in changed}
        paid = [page async for page in pages(self._peoplesoft, SPEC) if page["VOUCHER_ID"] in ids]
        await known_to_basware(self._basware, SPEC, paid)
        return paid

    async def _order(self, action: Action) -> None:
        now = datetime.now(UTC)
        command = Command(
            command_id=str(uuid.uuid4()),
            connection_id=SPEC.id,
            ledger=CommandedLedger.PAYMENTS,
            record_id="payments",
            action=action,
            reason="benchmark",
            actor="bench",
            issued_at=now,
            expires_at=now + timedelta(minutes=10),
            expected_sequence=0,
        )
        await issue(command, bootstrap=self._stack.kafka.bootstrap, shard=shard(SPEC.id, PARTITIONS))


class _Measured:
    """A poll that is being measured; `poll` is there once it has ended."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.poll = Poll(counts=PaymentCounts(), requests=0, rows=0, seconds=0.0)
