"""The first load of master data as a table: what was read, what was imported, in how many requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from basware_simulator.import_apis import IMPORT_APIS
from rich.table import Table

from devstack.masterdata_counts import EntityCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLoad:
    """One entity after its first load: `fewest` requests would do, `seconds` were until Basware's last word."""

    entity: str
    counts: EntityCounts
    requests: int
    fewest: int
    seconds: float

    @classmethod
    def of(
        cls, entity: str, counts: EntityCounts, imports: Mapping[str, Any], *, api: str, seconds: float
    ) -> Self:
        """`imports` are Basware's own counts of the entity's import."""
        posted = int(imports.get("posted", 0))
        return cls(
            entity=entity,
            counts=counts,
            requests=int(imports.get("requests", 0)),
            fewest=-(-posted // IMPORT_APIS[api].most),
            seconds=seconds,
        )

    @property
    def problems(self) -> list[str]:
        """What a first load of sound data must not show."""
        counts = self.counts
        found = []
        if counts.broken:
            found.append(f"{counts.broken} polls did not come to their end")
        if counts.faulty or counts.refused:
            found.append(f"{counts.faulty} records were faulty, {counts.refused} refused")
        if not counts.changed == counts.sent == counts.confirmed > 0:
            found.append(
                f"{counts.changed} records changed, {counts.sent} were sent, {counts.confirmed} confirmed"
            )
        return [f"first load of {self.entity}: {problem}" for problem in found]


def load_table(connection: str, loads: Sequence[FirstLoad]) -> Table:
    table = Table(title=f"master data of {connection}: the first load", title_justify="left")
    table.add_column("entity", no_wrap=True)
    for name in ("read", "usable", "sent", "confirmed", "requests", "fewest possible", "seconds"):
        table.add_column(name, justify="right")
    for load in loads:
        counts = load.counts
        table.add_row(
            load.entity,
            *(f"{number:,}" for number in (counts.read, counts.changed, counts.sent, counts.confirmed)),
            str(load.requests),
            str(load.fewest),
            f"{load.seconds:.1f}",
        )
    return table
