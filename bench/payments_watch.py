"""What the services of payments have done so far, as their own metrics and processes tell it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import aiohttp
import psutil
from devstack import Stack
from devstack.errors import NotReady
from prometheus_client.parser import text_string_to_metric_families

POLL, POSTER = "payment-poller", "voucher-poster"
_LOOK_EVERY = 0.1
_IDLE_PERCENT, _IDLE_SECONDS = 6.0, 2.0
"""A process that burns less than that for so long has nothing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCounts:
    """Of one connection since the services started.

    `polls` came to their end, `broken` failed or were held. `published` are pictures. `confirmed` are responses that
    Basware carried out, by our decision; `parked` and `entries` are of this moment.
    """

    polls: int = 0
    broken: int = 0
    read: int = 0
    faulty: int = 0
    published: int = 0
    confirmed: int = 0
    entries: int = 0
    parked: int = 0

    def since(self, before: "PaymentCounts") -> "PaymentCounts":
        """What came after those of `before`."""
        return PaymentCounts(
            polls=self.polls - before.polls,
            broken=self.broken - before.broken,
            read=self.read - before.read,
            faulty=self.faulty - before.faulty,
            published=self.published - before.published,
            confirmed=self.confirmed - before.confirmed,
            entries=self.entries,
            parked=self.parked,
        )


class PaymentWatch:
    """Watches one connection through the metrics of a stack's services. Use as `async with`."""

    def __init__(self, stack: Stack, *, connection: str) -> None:
        self._stack = stack
        self._connection = connection
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def now(self) -> PaymentCounts:
        """What was counted up to this moment."""
        pages = []
        for name in (POLL, POSTER):
            async with self._session.get(self._stack.endpoints.metrics[name]) as answer:
                pages.append(await answer.text())
        return counts(pages, connection=self._connection)

    async def until(
        self, held: Callable[[PaymentCounts], bool], *, since: PaymentCounts, within: float
    ) -> PaymentCounts:
        """The counts since then, once they are as wanted. NotReady with them after `within` seconds."""
        began = time.monotonic()
        while True:
            found = (await self.now()).since(since)
            if held(found):
                return found
            if time.monotonic() - began > within:
                raise NotReady(f"payments are not through after {within:g} s: {found}")
            await asyncio.sleep(_LOOK_EVERY)

    async def idle(self, *, within: float) -> float:
        """Waits until neither process has anything to do; the monotonic second since when that is so."""
        processes = [psutil.Process(self._stack.processes[name].pid) for name in (POLL, POSTER)]
        until, since = time.monotonic() + within, time.monotonic()
        for process in processes:
            process.cpu_percent()
        while time.monotonic() - since < _IDLE_SECONDS:
            await asyncio.sleep(0.25)
            busy = max(process.cpu_percent() for process in processes)
            now = time.monotonic()
            if busy > _IDLE_PERCENT:
                since = now
            if now > until:
                raise NotReady(f"the services are still busy ({busy:.0f} %) after {within:g} s")
        return since


def counts(pages: Iterable[str], *, connection: str) -> PaymentCounts:
    """The counts of one connection in pages of metrics. Pure."""
    found: defaultdict[str, int] = defaultdict(int)
    for page in pages:
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                name = _named(sample.name, sample.labels)
                if name and sample.labels.get("connection") == connection:
                    found[name] += int(sample.value)
    return PaymentCounts(**found)


def _named(metric: str, labels: Mapping[str, str]) -> str:
    """Which count a sample belongs to; blank: none."""
    match metric:
        case "apstream_polls_total" if labels["subject"] == "payments":
            return "polls" if labels["outcome"] == "complete" else "broken"
        case "apstream_polled_records_total" if labels["subject"] == "payments":
            return {"read": "read", "faulty": "faulty"}.get(labels["found"], "")
        case "apstream_payments_pictures_published_total":
            return "published"
        case "apstream_ledger_calls_total" if labels["call"] == "confirm_payment":
            return "confirmed" if labels["outcome"] == "Done" else ""
        case "apstream_ledger_entries":
            return (
                "parked" if labels["phase"] == "parked" else "entries" if labels["phase"] == "final" else ""
            )
        case _:
            return ""
