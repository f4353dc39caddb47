"""All state of the simulator: books, log, clock, faults, and the sites with what they are configured with.

Configuration is held in memory and kept in the books; the files are touched from one thread only, so calls to
them run one after the other and never on the event loop.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from peoplesoft_simulator.books import Books
from peoplesoft_simulator.clock import Clock
from peoplesoft_simulator.component import VoucherComponent
from peoplesoft_simulator.dataset import starting_data
from peoplesoft_simulator.faults import FaultPlan
from peoplesoft_simulator.load import Load
from peoplesoft_simulator.reference_data import ReferenceData
from peoplesoft_simulator.reference_rows import ReferenceRows, from_rows, to_rows
from peoplesoft_simulator.request_log import RequestLog
from peoplesoft_simulator.schema import SiteShape, site_shape
from peoplesoft_simulator.security import Operator
from peoplesoft_simulator.site import Settings, Site

DEFAULT_NODE = "PSFT_EP"
DEFAULT_OPERATOR = "APSTREAM"
_EVERYWHERE = "*"

_Result = TypeVar("_Result")
_SITE = TypeAdapter(Site)
_SETTINGS = TypeAdapter(Settings)
_OPERATORS = TypeAdapter(dict[str, Operator])
_REFERENCE = TypeAdapter(ReferenceRows)


@dataclass(slots=True, kw_only=True)
class SiteState:
    """One site as it stands. Replaced piece by piece; every piece is immutable."""

    site: Site
    shape: SiteShape
    settings: Settings
    data: ReferenceData
    operators: dict[str, Operator]


class World:
    """Everything the gateway and the control API work on. Open it with :meth:`open`, close it at the end."""

    def __init__(self, *, books: Books, log: RequestLog, seed: int) -> None:
        self.log = log
        self.books = books
        self.component = VoucherComponent(books, seed=seed)
        self.clock = Clock()
        self.faults = FaultPlan(self.clock)
        self.load = Load()
        self.sites: dict[str, SiteState] = {}
        self._seed = seed
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="books")
        self._later: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, directory: Path, *, seed: int) -> "World":
        """Open the books in that directory, with the default site if they are fresh."""
        books, log = await asyncio.to_thread(lambda: (Books(directory), RequestLog(directory)))
        world = cls(books=books, log=log, seed=seed)
        await world._restore()
        if DEFAULT_NODE not in world.sites:
            operators = {DEFAULT_OPERATOR: Operator(operator=DEFAULT_OPERATOR)}
            await world.put_site(Site(node=DEFAULT_NODE), operators=operators)
        return world

    async def close(self) -> None:
        """Give up what was to happen later and close the files."""
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
        self._thread.shutdown()
        self.books.close()
        self.log.close()

    async def on_disk(self, work: Callable[[], _Result]) -> _Result:
        """Run work that touches the books or the log, after all that was asked for before."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Let work go on after the call that caused it; it ends with the world at the latest."""
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def site(self, node: str | None) -> SiteState:
        """The site of a node; as the gateway does, an unknown node is the default one."""
        return self.sites.get(node or DEFAULT_NODE) or self.sites[DEFAULT_NODE]

    async def put_site(self, site: Site, *, operators: dict[str, Operator], empty: bool = False) -> None:
        """Add a site, or change one: then its settings, reference data and vouchers stay as they are."""
        known = self.sites.get(site.node)
        fresh = ReferenceData() if empty else starting_data(seed=self._seed)
        self.sites[site.node] = SiteState(
            site=site,
            shape=known.shape if known and known.site == site else site_shape(site),
            settings=known.settings if known else Settings(),
            data=known.data if known else fresh,
            operators={**(known.operators if known else {}), **operators},
        )
        await self.keep(site.node)

    async def keep(self, node: str) -> None:
        """Keep a site's configuration in the books as it stands."""
        state = self.sites[node]
        site = _SITE.dump_python(state.site, mode="json")
        settings = _SETTINGS.dump_python(state.settings, mode="json")
        operators = _OPERATORS.dump_python(state.operators, mode="json")
        reference = _REFERENCE.dump_python(to_rows(state.data), mode="json")

        def write() -> None:
            with self.books.transaction():
                self.books.keep("site", node, site)
                self.books.keep("settings", node, settings)
                self.books.keep("operators", node, operators)
                self.books.keep("reference", node, reference)

        await self.on_disk(write)

    async def record_login(self, node: str, operator: Operator) -> None:
        """Take over an operator's record after a login, and keep it if it changed."""
        state = self.sites[node]
        if state.operators.get(operator.operator) == operator:
            return
        state.operators = {**state.operators, operator.operator: operator}
        kept = _OPERATORS.dump_python(state.operators, mode="json")
        await self.on_disk(lambda: self.books.keep("operators", node, kept))

    async def advance_clock(self, by: timedelta) -> None:
        """Move the clock; the offset survives a restart."""
        self.clock.advance(by)
        seconds = self.clock.offset.total_seconds()
        await self.on_disk(lambda: self.books.keep("clock", _EVERYWHERE, seconds))

    async def _restore(self) -> None:
        kinds = ("site", "settings", "operators", "reference", "clock")
        kept = await self.on_disk(lambda: {kind: self.books.kept(kind) for kind in kinds})
        for node, body in kept["site"].items():
            site = _SITE.validate_python(body)
            self.sites[node] = SiteState(
                site=site,
                shape=site_shape(site),
                settings=_SETTINGS.validate_python(kept["settings"][node]),
                data=from_rows(_REFERENCE.validate_python(kept["reference"][node])),
                operators=_OPERATORS.validate_python(kept["operators"][node]),
            )
        self.clock.advance(timedelta(seconds=kept["clock"].get(_EVERYWHERE, 0.0)))
