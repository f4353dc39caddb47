"""Master data measured on a stack of its own: a first load, growth, nothing changed, a little changed."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ap_domain.command import Action, Command, CommandedLedger
from chassis.commands import issue
from chassis.keys import shard
from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi
from devstack.masterdata_counts import NOTHING, Counts, MasterDataWatch
from devstack.program import PARTITIONS
from devstack.stack import MASTERDATA_SERVICES

from bench.masterdata_figures import Phase
from bench.measurement import WentWrong
from bench.processes import ProcessWatch

ENTITY, API = "suppliers", "vendors"
_SAMPLE_SECONDS = 0.1
_SLOWEST = 40.0
"""Records a second that are got through at the least, reading and importing; beyond that a phase is given up."""
_NEVER = "0 0 1 1 *"
"""Each year: the first load is caught up with at once, and no schedule comes between the phases."""
SPEC = ConnectionSpec(
    id="bench",
    masterdata={
        "time_zone": "UTC",
        "companies": {"SHARE": ["BW00"]},
        "entities": {
            "payment_terms": {"full": _NEVER},
            ENTITY: {"changes": _NEVER, "full": _NEVER},
        },
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many suppliers PeopleSoft has: at the first load, and when it has grown; `share` of them change."""

    first_load: int
    suppliers: int
    share: float = 0.01


async def measure(sizes: Sizes, *, run_dir: Path, progress: Callable[[str], None]) -> Sequence[Phase]:
    """All phases. Raises WentWrong when records were lost or sent needlessly, and what `Stack` raises."""
    async with (
        Stack(run_dir=run_dir, services=MASTERDATA_SERVICES, progress=progress) as stack,
        ControlApi(name="Basware", base_url=stack.basware_url) as basware,
        ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url) as peoplesoft,
        MasterDataWatch(stack, connection=SPEC.id) as watch,
    ):
        run = _Run(stack=stack, basware=basware, peoplesoft=peoplesoft, watch=watch, progress=progress)
        return await run.phases(sizes)


class _Run:
    def __init__(
        self,
        *,
        stack: Stack,
        basware: ControlApi,
        peoplesoft: ControlApi,
        watch: MasterDataWatch,
        progress: Callable[[str], None],
    ) -> None:
        self._stack = stack
        self._basware = basware
        self._peoplesoft = peoplesoft
        self._watch = watch
        self._progress = progress
        self._phases: list[Phase] = []
        self._told = 0.0

    async def phases(self, sizes: Sizes) -> Sequence[Phase]:
        await self._invent(sizes.first_load)
        title = f"first load of {sizes.first_load:,}"
        async with self._phase(title, records=sizes.first_load):
            await self._stack.add_connection(SPEC, prepare=self._basware_without_delay)
        if sizes.suppliers > sizes.first_load:
            await self._invent(sizes.suppliers)
            async with self._phase(f"growth to {sizes.suppliers:,}", records=sizes.suppliers):
                await self._order(Action.RUN_FULL)
        title = f"all {sizes.suppliers:,} read, nothing changed"
        async with self._phase(title, records=sizes.suppliers, changed=0):
            await self._order(Action.RUN_FULL)
        changed = await self._change(share=sizes.share)
        async with self._phase(f"{sizes.share:.0%} changed", records=sizes.suppliers, changed=changed):
            await self._order(Action.RUN_NOW)
        violations = (await self._basware.get("violations"))["violations"]
        if violations:
            raise WentWrong(f"rules of Basware were broken: {violations[:3]}")
        return self._phases

    @asynccontextmanager
    async def _phase(self, title: str, *, records: int, changed: int | None = None) -> AsyncIterator[None]:
        """What is ordered inside is measured from its beginning to Basware's last word."""
        self._progress(title)
        before, imports = await self._watch.now(), await self._imports()
        processes = ProcessWatch(self._stack, every=_SAMPLE_SECONDS)
        sampling = asyncio.create_task(processes.sample())
        processes.begin()
        began, read = time.monotonic(), 0.0

        def look(_: float, found: Counts) -> None:
            nonlocal read
            if not read and found.get(ENTITY, NOTHING).complete:
                read = time.monotonic() - began
            self._tell(found)

        try:
            yield
            counts = await self._watch.settled(
                [ENTITY], since=before, within=60 + records / _SLOWEST, look=look
            )
            seconds = time.monotonic() - began
        finally:
            processes.end()
            sampling.cancel()
        after = await self._imports()
        phase = Phase(
            title=title,
            read_seconds=read,
            seconds=seconds,
            counts=counts[ENTITY],
            posted=after["posted"] - imports["posted"],
            requests=after["requests"] - imports["requests"],
            usage=processes.usage(),
            machine_percent=processes.machine_percent,
        )
        problems = phase.problems(changed=changed)
        if problems:
            raise WentWrong("\n".join(problems) + f"\n(logs: {self._stack.run_dir}/logs)")
        self._phases.append(phase)

    def _tell(self, found: Counts) -> None:
        now = time.monotonic()
        if now - self._told >= 10.0:
            self._told = now
            seen = found.get(ENTITY, NOTHING)
            self._progress(
                f"  read {seen.read:,}, changed {seen.changed:,}, sent {seen.sent:,}, confirmed {seen.confirmed:,}"
            )

    async def _invent(self, suppliers: int) -> None:
        """Saved yesterday, but for one: readings of changes begin with that one."""
        saved = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        body = {"node": SPEC.node, "suppliers": suppliers, "seed": 1, "changed_at": saved}
        await self._peoplesoft.post("masterdata/generate", body)
        await self._change(count=1)

    async def _change(self, **how_many: float) -> int:
        body = {"node": SPEC.node, "what": "name", "seed": 2, **how_many}
        return len((await self._peoplesoft.post("masterdata/change_some", body))["changed"])

    async def _basware_without_delay(self) -> None:
        settings = {"tenant": SPEC.id, "imports": {"delay_seconds": 0}}
        await self._basware.post("settings", settings)

    async def _imports(self) -> dict[str, Any]:
        found = (await self._basware.get("masterdata", api=API))["apis"]
        counts: dict[str, Any] = found.get(f"{SPEC.id}/{API}", {"posted": 0, "requests": 0})
        return counts

    async def _order(self, action: Action) -> None:
        now = datetime.now(UTC)
        command = Command(
            command_id=str(uuid.uuid4()),
            connection_id=SPEC.id,
            ledger=CommandedLedger.MASTERDATA,
            record_id=ENTITY,
            action=action,
            reason="benchmark",
            actor="bench",
            issued_at=now,
            expires_at=now + timedelta(minutes=10),
            expected_sequence=0,
        )
        await issue(command, bootstrap=self._stack.kafka.bootstrap, shard=shard(SPEC.id, PARTITIONS))
