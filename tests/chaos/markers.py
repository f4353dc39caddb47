"""Committed records that lack their markers, the hazard of a broker crash: how often the broker left some, by its own
log, and how often a service noticed. Most are released by the next commit before anybody looks.
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

EVERY_SECONDS = 2.0
_SKIPPED = b"while trying to send transaction markers"
"""The broker found no leader for partitions of a committed transaction, and calls it complete without them."""
_COUNT = re.compile(rb"^apstream_ledger_markers_missing_total\{[^}]*\} ([0-9.e+]+)$", re.MULTILINE)


def skipped(log: Path) -> int:
    """How many transactions the broker completed without markers, as it says itself."""
    with log.open("rb") as lines:
        return sum(_SKIPPED in line for line in lines)


class MarkerWatch:
    """Reads the metric of every process again and again; a count that went back is another life of the process.

    What a process counted right before it died may be missed: the figure is a lower bound.
    """

    def __init__(self, metrics: Mapping[str, str]) -> None:
        self.missing = 0
        self._metrics = dict(metrics)
        self._last: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="watch of missing markers")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def saw(self, name: str, page: bytes) -> None:
        """One page of metrics of a process."""
        count = sum(int(float(each)) for each in _COUNT.findall(page))
        last = self._last.get(name, 0)
        self.missing += count - last if count >= last else count
        self._last[name] = count

    async def _run(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while True:
                for name, url in self._metrics.items():
                    with suppress(aiohttp.ClientError, TimeoutError):
                        async with session.get(url) as answer:
                            self.saw(name, await answer.read())
                await asyncio.sleep(EVERY_SECONDS)
