"""Master data before the invoices: the first load, some changes, a supplier that Basware refuses until corrected."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from rich.console import Console
from rich.markup import escape

from devstack.connection_spec import ConnectionSpec
from devstack.demo.coders_choice import APIS, Choice, accepted, choice
from devstack.demo.desk import Desk
from devstack.demo.master_data_table import FirstLoad
from devstack.errors import DevstackError
from devstack.masterdata_counts import NOTHING, Counts, EntityCounts, MasterDataWatch
from devstack.scenario import MasterDataScript, Order

_LOAD_WITHIN = 90.0
_CHANGE_WITHIN = 40.0
_TELL_EVERY = 1.5
_SUPPLIERS = "suppliers"


@dataclass(slots=True, kw_only=True)
class MasterDataTold:
    """What was seen, and what did not hold."""

    connection: str
    loads: Sequence[FirstLoad] = ()
    problems: list[str] = field(default_factory=list)


class MasterDataShow:
    """Connects the connection of the script and shows its master data."""

    def __init__(
        self,
        script: MasterDataScript,
        *,
        spec: ConnectionSpec,
        desk: Desk,
        watch: MasterDataWatch,
        console: Console,
        day: date,
    ) -> None:
        self._script = script
        self._spec = spec
        self._desk = desk
        self._watch = watch
        self._console = console
        self._day = day
        self._began = time.monotonic()
        self._told = MasterDataTold(connection=script.connection)

    async def run(self) -> MasterDataTold:
        """All acts; what breaks one off is among the problems, and the invoices are shown all the same."""
        await self._desk.connect(self._spec, surroundings=self._script.surroundings)
        try:
            await self._first_load()
            await self._renames()
            await self._newcomer()
        except DevstackError as error:
            self._problem(str(error))
        return self._told

    async def _first_load(self) -> None:
        self._began = time.monotonic()
        self._say("", "connected: everything is read and imported, what suppliers refer to first")
        progress = _Progress(tell=self._progress)
        found = await self._watch.settled(APIS, since={}, within=_LOAD_WITHIN, look=progress.look)
        imports = await self._desk.imports(self._script.connection)
        self._told.loads = [
            FirstLoad.of(entity, found[entity], imports.get(api, {}), api=api, seconds=progress.ended[entity])
            for entity, api in APIS.items()
        ]
        for load in self._told.loads:
            self._told.problems += load.problems
        await self._agree()

    async def _renames(self) -> None:
        count = self._script.renames
        posted = await self._posted()
        seconds, seen = await self._changed(self._script.renamed)
        sent = await self._posted() - posted
        self._say(
            _SUPPLIERS,
            f"{seen.complete} poll: {seen.read:,} read, {seen.changed} changed, {sent} sent, {seen.confirmed} "
            f"confirmed, {seconds:.1f} s after the change",
        )
        if not seen.changed == sent == seen.confirmed == count:
            self._problem(f"{count} suppliers were renamed; {seen.changed} changed, {sent} were sent: {seen}")
        await self._agree()

    async def _newcomer(self) -> None:
        script = self._script
        _, seen = await self._changed(script.entered)
        said = await self._desk.masterdata("refused", "--connection", script.connection, "--json")
        refused = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        for each in refused:
            self._say(_SUPPLIERS, f"refused: {each['external_code']}: {'; '.join(each['said'])}", "yellow")
        mine = [each for each in refused if each["external_code"] == script.newcomer]
        if (
            seen.refused != 1
            or len(refused) != 1
            or not mine
            or script.refusal not in "; ".join(mine[0]["said"])
        ):
            self._problem(
                f"Basware was to refuse {script.newcomer} alone ({script.refusal}); refused: {said}"
            )
        seconds, seen = await self._changed(script.corrected)
        self._say(_SUPPLIERS, f"{seen.confirmed} confirmed, {seconds:.1f} s after the correction")
        if seen.confirmed != 1 or seen.refused:
            self._problem(f"the corrected supplier was to come through: {seen}")

    async def _changed(self, order: Order) -> tuple[float, EntityCounts]:
        """Has something changed in PeopleSoft and suppliers polled; seconds and counts until Basware's word on all."""
        before = await self._watch.now()
        began = time.monotonic()
        await self._desk.order(self._script.connection, order)
        self._say(_SUPPLIERS, f"in PeopleSoft: {order.says}; apstream masterdata run-now suppliers")
        await self._desk.masterdata(
            "run-now", _SUPPLIERS, "--connection", self._script.connection, "--by", "demo"
        )
        found = await self._watch.settled([_SUPPLIERS], since=before, within=_CHANGE_WITHIN)
        return time.monotonic() - began, found[_SUPPLIERS]

    async def _posted(self) -> int:
        """Suppliers that Basware was sent so far."""
        return int((await self._desk.imports(self._script.connection))[APIS[_SUPPLIERS]]["posted"])

    async def _agree(self) -> None:
        found = await choices(self._spec, desk=self._desk, day=self._day)
        self._told.problems += [problem for each in found for problem in each.problems]

    def _progress(self, entity: str, now: EntityCounts, *, through: bool) -> None:
        mark = "  [green]✓[/]" if through else ""
        counts = f"read {now.read:,}, changed {now.changed:,}, sent {now.sent:,}, confirmed {now.confirmed:,}"
        self._line(entity, f"{counts}{mark}")

    def _problem(self, text: str) -> None:
        self._told.problems.append(text)
        self._say("", f"✗ {text}", "red")

    def _say(self, entity: str, text: str, style: str = "cyan") -> None:
        self._line(entity, f"[{style}]{escape(text)}[/]")

    def _line(self, entity: str, text: str) -> None:
        at = time.monotonic() - self._began
        self._console.print(f"  {at:5.1f} s  {self._script.connection:6}  {entity:13}  {text}")


class _Progress:
    """Tells of each entity now and then while it moves, and once when it is through."""

    def __init__(self, *, tell: Callable[..., None]) -> None:
        self.ended: dict[str, float] = {}
        """Seconds until each was through, well or not."""
        self._tell = tell
        self._spoken: dict[str, EntityCounts] = {}
        self._last = 0.0

    def look(self, seconds: float, found: Counts) -> None:
        due = seconds - self._last > _TELL_EVERY
        for entity in APIS:
            counts = found.get(entity, NOTHING)
            through = counts.settled and (counts.complete or counts.broken) > 0 and entity not in self.ended
            moved = entity not in self.ended and counts != self._spoken.get(entity, NOTHING)
            if through:
                self.ended[entity] = seconds
            if through or (due and moved):
                self._spoken[entity] = counts
                self._tell(entity, counts, through=through)
        self._last = seconds if due else self._last


async def choices(spec: ConnectionSpec, *, desk: Desk, day: date) -> Sequence[Choice]:
    """What coders can pick against what PeopleSoft accepts, of every entity."""
    usable = accepted(await desk.reference(spec.id), today=day)
    return [
        choice(entity, await desk.pickable(spec.id, api), usable[entity], companies=spec.company_codes)
        for entity, api in APIS.items()
    ]
