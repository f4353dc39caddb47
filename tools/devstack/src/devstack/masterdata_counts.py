"""How far master data has come, as the services' own metrics tell it: read, changed, sent, confirmed."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from devstack.errors import NotReady, Refused
from devstack.stack import MASTERDATA_SERVICES, Stack

_LOOK_EVERY = 0.25
_RARELY, _PRECISION = 1.0, 0.025
"""Seconds between looks at most, and as a share of the time waited: each look costs the services something."""
_FOUND = "apstream_polled_records_total"
_POLLS = "apstream_polls_total"
_OF_IMPORT: Mapping[str, str] = {
    "apstream_masterdata_sent_total": "sent",
    "apstream_masterdata_confirmed_total": "confirmed",
    "apstream_masterdata_refused_total": "refused",
    "apstream_masterdata_import_pending": "pending",
    "apstream_masterdata_import_asking": "asking",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityCounts:
    """One entity of one connection since the services started; `pending` and `asking` are of this moment.

    `complete` and `broken` count polls: to their end, and failed or held. `changed` records were published, so were
    `deactivated` ones; `refused` are words on records, by Basware or by our own check.
    """

    complete: int = 0
    broken: int = 0
    read: int = 0
    changed: int = 0
    deactivated: int = 0
    faulty: int = 0
    sent: int = 0
    confirmed: int = 0
    refused: int = 0
    pending: int = 0
    asking: int = 0

    @property
    def settled(self) -> bool:
        """Whether Basware has said its word on everything that was published, each once."""
        told = self.confirmed + self.refused
        return told >= self.changed + self.deactivated and not self.pending and not self.asking

    def since(self, before: "EntityCounts") -> "EntityCounts":
        """What came after those of `before`."""
        return EntityCounts(
            complete=self.complete - before.complete,
            broken=self.broken - before.broken,
            read=self.read - before.read,
            changed=self.changed - before.changed,
            deactivated=self.deactivated - before.deactivated,
            faulty=self.faulty - before.faulty,
            sent=self.sent - before.sent,
            confirmed=self.confirmed - before.confirmed,
            refused=self.refused - before.refused,
            pending=self.pending,
            asking=self.asking,
        )


Counts = Mapping[str, EntityCounts]
"""By entity."""
NOTHING = EntityCounts()


class MasterDataWatch:
    """Watches one connection's master data through the metrics of the stack's services. Use as `async with`."""

    def __init__(self, stack: Stack, *, connection: str) -> None:
        self._stack = stack
        self._connection = connection
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def now(self) -> Counts:
        """All entities of which anything was heard. Raises Refused when a service does not answer."""
        addresses = self._stack.endpoints.metrics
        pages = [await self._page(addresses[name]) for name in MASTERDATA_SERVICES if name in addresses]
        return counts(pages, connection=self._connection)

    async def settled(
        self,
        entities: Iterable[str],
        *,
        since: Counts,
        within: float,
        look: Callable[[float, Counts], None] = lambda _seconds, _counts: None,
    ) -> Counts:
        """Returns once a poll of each entity has ended since `since` and Basware has said its word on all it found.

        The counts are those since then, as `look` gets them, at first four times a second. NotReady with the counts
        after `within` seconds.
        """
        wanted, began = tuple(entities), time.monotonic()
        while True:
            found = {name: each.since(since.get(name, NOTHING)) for name, each in (await self.now()).items()}
            seconds = time.monotonic() - began
            look(seconds, found)
            mine = [found.get(name, NOTHING) for name in wanted]
            if all((each.complete or each.broken) and each.settled for each in mine):
                return found
            if seconds > within:
                raise NotReady(f"master data is not through after {within:g} s: {found}")
            await asyncio.sleep(min(_RARELY, max(_LOOK_EVERY, _PRECISION * seconds)))

    async def _page(self, address: str) -> str:
        try:
            async with self._session.get(address) as answer:
                return await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refused(f"{address} did not answer: {error!r}; see the service's log") from error


def counts(pages: Iterable[str], *, connection: str) -> Counts:
    """The counts of one connection in pages of metrics. Pure."""
    found: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for page in pages:
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                labels = sample.labels
                if labels.get("connection") != connection:
                    continue
                if sample.name == _FOUND:
                    found[labels["subject"]][labels["found"]] += int(sample.value)
                elif sample.name == _POLLS:
                    how = "complete" if labels["outcome"] == "complete" else "broken"
                    found[labels["subject"]][how] += int(sample.value)
                elif sample.name in _OF_IMPORT:
                    found[labels["entity"]][_OF_IMPORT[sample.name]] += int(sample.value)
    return {entity: EntityCounts(**named) for entity, named in found.items()}
