"""The demo's master data says what is not as it must be: more sent than changed, another refusal, a broken load."""

import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

import pytest
from devstack.connection_spec import ConnectionSpec
from devstack.demo.coders_choice import APIS
from devstack.demo.desk import Desk
from devstack.demo.master_data import MasterDataShow, MasterDataTold
from devstack.errors import NotReady
from devstack.masterdata_counts import Counts, EntityCounts, MasterDataWatch
from devstack.scenario import Order, scenario
from peoplesoft_simulator.reference_data import ReferenceData
from peoplesoft_simulator.reference_rows import ReferenceRows, to_rows
from pydantic import TypeAdapter
from rich.console import Console

DAY = date(2026, 11, 22)
SCENARIO = scenario(DAY)
NEWCOMER = SCENARIO.master_data.newcomer
LOADED = EntityCounts(complete=1, read=44, changed=40, sent=40, confirmed=40)
RENAMED = EntityCounts(complete=1, read=11, changed=10, sent=10, confirmed=10)
REFUSED = EntityCounts(complete=1, read=12, changed=1, sent=1, refused=1)
CORRECTED = EntityCounts(complete=1, read=12, changed=1, sent=1, confirmed=1)
REFUSAL = {"external_code": NEWCOMER, "said": [SCENARIO.master_data.refusal]}


@dataclass(slots=True, kw_only=True)
class StandInDesk:
    """Both sites are empty but for what tests say; `posted` is what Basware was sent before and after the renames."""

    refused: Sequence[dict[str, Any]] = (REFUSAL,)
    posted: list[int] = field(default_factory=lambda: [40, 40, 50])
    commands: list[tuple[str, ...]] = field(default_factory=list)

    async def connect(self, spec: ConnectionSpec, *, surroundings: Sequence[Order]) -> None:
        assert spec.masterdata
        assert surroundings

    async def order(self, connection: str, order: Order) -> None:
        assert connection == SCENARIO.master_data.connection
        assert order.says

    async def masterdata(self, *arguments: str) -> str:
        self.commands.append(arguments)
        return "\n".join(json.dumps(each) for each in self.refused) if arguments[0] == "refused" else "done"

    async def imports(self, connection: str) -> dict[str, Any]:
        posted = self.posted.pop(0)
        return {api: {"posted": posted, "requests": 1} for api in APIS.values()}

    async def reference(self, connection: str) -> Any:
        return json.loads(TypeAdapter(ReferenceRows).dump_json(to_rows(ReferenceData())))

    async def pickable(self, connection: str, api: str) -> list[Any]:
        terms = sorted(ReferenceData().codes.terms) if api == "paymentTerms" else []
        return [
            {"externalCode": f"SHARE_{code}", "active": True, "companies": ["US10", "US20"], "content": {}}
            for code in terms
        ]


@dataclass(slots=True, kw_only=True)
class StandInWatch:
    """Every wait ends at once with the next of `seen`; None is a time-out."""

    seen: list[EntityCounts | None] = field(default_factory=lambda: [LOADED, RENAMED, REFUSED, CORRECTED])

    async def now(self) -> Counts:
        return {}

    async def settled(
        self,
        entities: Iterable[str],
        *,
        since: Counts,
        within: float,
        look: Callable[[float, Counts], None] = lambda _seconds, _counts: None,
    ) -> Counts:
        found = self.seen.pop(0)
        if found is None:
            raise NotReady("master data is not through")
        counts = dict.fromkeys(entities, found)
        look(1.0, counts)
        return counts


async def shown(desk: StandInDesk, watch: StandInWatch) -> tuple[MasterDataTold, str]:
    screen = io.StringIO()
    show = MasterDataShow(
        SCENARIO.master_data,
        spec=SCENARIO.loaded,
        desk=cast("Desk", desk),
        watch=cast("MasterDataWatch", watch),
        console=Console(file=screen, width=200),
        day=DAY,
    )
    return await show.run(), screen.getvalue()


async def test_a_run_as_expected_has_no_problems_and_tells_the_refusal() -> None:
    desk = StandInDesk()
    told, screen = await shown(desk, StandInWatch())
    assert told.problems == []
    assert [load.entity for load in told.loads] == list(APIS)
    assert f"refused: {NEWCOMER}: {SCENARIO.master_data.refusal}" in screen
    assert "10 changed, 10 sent, 10 confirmed" in screen
    assert [command[0] for command in desk.commands] == ["run-now", "run-now", "refused", "run-now"]


@pytest.mark.parametrize(
    ("desk", "seen", "problem"),
    [
        (StandInDesk(posted=[40, 40, 51]), {}, "11 were sent"),
        (
            StandInDesk(),
            {1: replace(RENAMED, changed=9, confirmed=9)},
            "10 suppliers were renamed; 9 changed",
        ),
        (StandInDesk(), {0: replace(LOADED, refused=1)}, "first load of accounts: 0 records were faulty, 1"),
        (StandInDesk(), {0: replace(LOADED, broken=1)}, "1 polls did not come to their end"),
        (StandInDesk(), {0: replace(LOADED, sent=80)}, "40 records changed, 80 were sent"),
        (StandInDesk(), {0: None}, "not through"),
        (StandInDesk(refused=()), {}, "was to refuse"),
        (StandInDesk(refused=({**REFUSAL, "said": ["locked"]},)), {}, "was to refuse"),
        (StandInDesk(refused=(REFUSAL, {**REFUSAL, "external_code": "SHARE_2"})), {}, "alone"),
        (StandInDesk(), {3: REFUSED}, "was to come through"),
    ],
)
async def test_what_does_not_hold_is_said(
    desk: StandInDesk, seen: dict[int, EntityCounts | None], problem: str
) -> None:
    watch = StandInWatch()
    for place, counts in seen.items():
        watch.seen[place] = counts
    told, _ = await shown(desk, watch)
    assert any(problem in each for each in told.problems), told.problems
