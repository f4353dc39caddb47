"""How fast a poster that was away works off what has come meanwhile."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi

from bench.books import Books, transferred
from bench.load import Load, Sent
from bench.measurement import WentWrong
from bench.payments_watch import POSTER
from bench.recovery_figures import Drained, rate

_CALLS = ("find", "create", "get")
"""What a voucher costs at PeopleSoft, one after the other in one place of the lane."""
_PROBE = 0.5
"""Share of the backlog with which the rate without latency is measured, in the same run, before. The first vouchers of
each come while nothing is reported yet, which must not weigh much."""
_WARM_UP = 3
_ARRIVAL = 60.0
"""Invoices a second that are approved while the poster is away."""
_SLOWEST = 4.0
_PUBLISHED_WITHIN = 300.0
_MOST_CALLS = "1000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """So many invoices of so many customers; `lanes` calls of each go to its PeopleSoft at once."""

    invoices: int
    connections: int
    lanes: int
    latency_ms: int

    def specs(self) -> Sequence[ConnectionSpec]:
        """Everything else is as shipped."""
        return [
            ConnectionSpec(
                id=f"backlog-{number}",
                node=f"BACKLOG{number}",
                peoplesoft={"concurrency": self.lanes},
                basware={"concurrency": 8},
            )
            for number in range(1, self.connections + 1)
        ]


async def drain(size: Backlog, *, run_dir: Path, progress: Callable[[str], None]) -> Drained:
    """Raises WentWrong when an invoice was lost or doubled, and what `Stack` raises."""
    specs = size.specs()
    async with (
        Stack(run_dir=run_dir, connections=specs, progress=progress) as stack,
        ControlApi(name="Basware", base_url=stack.basware_url) as basware,
        ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url) as peoplesoft,
        Load(stack, basware) as load,
    ):
        run = _Run(
            stack=stack, basware=basware, peoplesoft=peoplesoft, load=load, specs=specs, progress=progress
        )
        return await run.drained(size)


class _Run:
    def __init__(
        self,
        *,
        stack: Stack,
        basware: ControlApi,
        peoplesoft: ControlApi,
        load: Load,
        specs: Sequence[ConnectionSpec],
        progress: Callable[[str], None],
    ) -> None:
        self._stack = stack
        self._basware = basware
        self._peoplesoft = peoplesoft
        self._load = load
        self._specs = specs
        self._progress = progress
        self._sent: list[Sent] = []

    async def drained(self, size: Backlog) -> Drained:
        warm_up = await self._load.prepare(self._specs, first=1, count=_WARM_UP * len(self._specs))
        self._sent += await self._load.send(warm_up, rate=len(self._specs))
        await transferred(self._basware, count=len(self._sent), within=60)
        free, _ = await self._work_off(round(size.invoices * _PROBE), latency_ms=0)
        slow, since = await self._work_off(size.invoices, latency_ms=size.latency_ms)
        books = await Books.read(self._basware, self._peoplesoft)
        if problems := list(books.problems(self._sent)):
            raise WentWrong("\n".join(problems[:20]) + f"\n({len(problems)} problems)")
        posted = books.posted_at()
        return Drained(
            invoices=size.invoices,
            connections=size.connections,
            lanes=size.connections * size.lanes,
            latency_ms=size.latency_ms,
            voucher_seconds=await self._seconds_a_voucher(since),
            free_rate=rate(posted[_key(each)] for each in free),
            rate=rate(posted[_key(each)] for each in slow),
        )

    async def _work_off(self, count: int, *, latency_ms: int) -> tuple[Sequence[Sent], datetime]:
        """Stop the poster, let so many invoices come, start it, wait until all are confirmed; when it was started."""
        for spec in self._specs:
            await self._peoplesoft.post(f"settings/{spec.node}", {"latency_ms": latency_ms})
        process = self._stack.processes[POSTER]
        await process.stop(grace=12)
        self._progress(f"{count:,} invoices come while the poster is away")
        invoices = await self._load.prepare(self._specs, first=len(self._sent) + 1, count=count)
        sent = await self._load.send(invoices, rate=_ARRIVAL)
        self._sent += sent
        await self._published(len(self._sent))
        self._progress(f"the poster starts; a call to PeopleSoft takes {latency_ms} ms at least")
        started_at = datetime.now(UTC)
        process.start()
        await self._stack.wait_ready(POSTER)
        await transferred(self._basware, count=len(self._sent), within=60 + count / _SLOWEST)
        return sent, started_at

    async def _published(self, count: int) -> None:
        """Until every document was read from Basware and lies on its topic: its fetch is over."""
        async with asyncio.timeout(_PUBLISHED_WITHIN):
            while True:
                if (await self._basware.get("books", documents="no"))["fetched"] >= count:
                    break
                await asyncio.sleep(1)
        await asyncio.sleep(1)

    async def _seconds_a_voucher(self, since: datetime) -> float:
        """What the calls of a voucher took together on the average since then, by PeopleSoft's own clock."""
        total = 0.0
        for operation in _CALLS:
            found = await self._peoplesoft.get("requests", operation=operation, limit=_MOST_CALLS)
            total += fmean(
                (_at(each["answered_at"]) - _at(each["received_at"])).total_seconds()
                for each in found["requests"]
                if _at(each["received_at"]) > since
            )
        return total


def _key(sent: Sent) -> tuple[str, str]:
    return sent.invoice.node, sent.invoice.number


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
