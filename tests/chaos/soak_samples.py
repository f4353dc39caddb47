"""Looks at every process of a running stack again and again, and at what Kafka keeps for them."""

import asyncio
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import aiohttp
import psutil
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError
from kafka.protocol.consumer.offsets import IsolationLevel
from prometheus_client.parser import text_string_to_metric_families

from .soak_series import FILES, RSS, TASKS, THREADS, Sample
from .stack import ChaosStack

EVERY_SECONDS = 10.0
GROUPS = ("masterdata-poll", "masterdata-import", "payment-poller")
"""Those that commit offsets; ledger services keep their positions in the ledger and say what they have read ahead."""
LEDGERS = ("peoplesoft.vouchers", "ledger.documents")
_UNDONE = ("waiting", "started", "in_doubt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be done and what is kept, at one moment; None where Kafka did not say.

    `undone` are ledger entries that somebody of ours still works on, `intake` records read and not decided, `lag` what
    the stream services have not committed. `entries` are all of the ledgers', `bytes` their topics' on disk.
    """

    at: float
    undone: int
    intake: int
    lag: int | None
    entries: int
    bytes: int

    @property
    def bytes_an_entry(self) -> float:
        return self.bytes / max(1, self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one process says of itself."""

    tasks: float | None = None
    undone: int = 0
    intake: int = 0
    entries: int = 0
    records: int = 0
    """Ledger entries, and keys of tables: what it holds in memory by design."""


class Sampler:
    """Samples until cancelled. Use as an async context manager."""

    def __init__(self, chaos: ChaosStack) -> None:
        self._chaos = chaos
        self._began = time.monotonic()
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        self.samples: list[Sample] = []
        self.work: list[Work] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def run(self) -> None:
        """Every ten seconds, whatever is away."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> Work:
        """One look at everything."""
        at = time.monotonic() - self._began
        names = [name for of in self._chaos.services.values() for name in of]
        pages = dict(zip(names, await asyncio.gather(*map(self._page, names)), strict=True))
        for name in (*names, "basware", "peoplesoft", "kafka"):
            self._sample(at, name, pages.get(name))
        self._sample_self(at)
        kafka = self._chaos.stack.kafka
        said = [page for page in pages.values() if page is not None]
        work = Work(
            at=at,
            undone=sum(page.undone for page in said),
            intake=sum(page.intake for page in said),
            lag=await asyncio.to_thread(_lag, kafka.bootstrap),
            entries=sum(page.entries for page in said),
            bytes=await asyncio.to_thread(_bytes, kafka.directory / "data", LEDGERS),
        )
        self.work.append(work)
        return work

    def _sample(self, at: float, name: str, page: Page | None) -> None:
        stack = self._chaos.stack
        process = stack.kafka.process if name == "kafka" else stack.processes[name]
        if process.running and (name == "kafka" or name in ("basware", "peoplesoft") or page is not None):
            self._put(at, name, process.pid, page)

    def _sample_self(self, at: float) -> None:
        self._put(at, "the soak itself", os.getpid(), None)

    def _put(self, at: float, name: str, pid: int, page: Page | None) -> None:
        with suppress(psutil.Error):
            seen = psutil.Process(pid)
            figures = {
                RSS: float(seen.memory_info().rss),
                FILES: float(seen.num_fds()),
                THREADS: float(seen.num_threads()),
            }
            if page is not None and page.tasks is not None:
                figures[TASKS] = page.tasks
            records = float(page.records) if page is not None else 0.0
            self.samples.append(Sample(at=at, process=name, pid=pid, figures=figures, records=records))

    async def _page(self, name: str) -> Page | None:
        url = self._chaos.stack.endpoints.metrics.get(name)
        with suppress(aiohttp.ClientError, TimeoutError):
            assert url is not None
            async with self._session.get(url) as answer:
                return read_page(await answer.text())
        return None


def read_page(text: str) -> Page:
    """What is asked here of a page of metrics. Pure."""
    tasks: float | None = None
    undone = intake = entries = keys = 0
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            match sample.name:
                case "apstream_asyncio_tasks":
                    tasks = sample.value
                case "apstream_ledger_entries":
                    entries += int(sample.value)
                    undone += int(sample.value) if sample.labels["phase"] in _UNDONE else 0
                case "apstream_ledger_intake_waiting":
                    intake += int(sample.value)
                case "apstream_stream_table_keys":
                    keys += int(sample.value)
    return Page(tasks=tasks, undone=undone, intake=intake, entries=entries, records=entries + keys)


def _bytes(data: Path, topics: Iterable[str]) -> int:
    """On disk, without indexes. A segment may vanish while this looks: the cleaner is at work."""
    total = 0
    for topic in topics:
        for segment in data.glob(f"{topic}-*/*.log"):
            with suppress(FileNotFoundError):
                total += segment.stat().st_size
    return total


def _lag(bootstrap: str) -> int | None:
    """Of the partition furthest behind: offsets between what is committed and its end; None where Kafka does not say.

    The marker that ends a transaction counts as one, so at rest it is 1.
    """
    admin = None
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
        groups = admin.list_group_offsets(list(GROUPS))
        ends = admin.list_partition_offsets(
            {each: OffsetSpec.LATEST for held in groups.values() for each in held},
            isolation_level=IsolationLevel.READ_COMMITTED,
        )
        behind = [ends[each].offset - at.offset for held in groups.values() for each, at in held.items()]
        return int(max(behind, default=0))
    except KafkaError:  # away on purpose now and then
        return None
    finally:
        if admin is not None:
            admin.close()
