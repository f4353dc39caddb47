"""What a run of the master data benchmark comes down to, phase by phase."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from devstack.masterdata_counts import EntityCounts
from rich.table import Table

from bench.processes import Usage
from bench.report import Machine, Rows, others, section, store, used

BEGIN, END = (
    "<!-- figures: written by python -m bench.masterdata -->",
    "<!-- end of figures of master data -->",
)
POLL = "masterdata-poll"
MOST_A_REQUEST = 200
"""Suppliers Basware takes in one request (P2P OpenAPI)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One thing that was done with the suppliers.

    `read_seconds` is from the order until the poll had ended, `seconds` until Basware's last word was known. `posted`
    and `requests` are Basware's own counts.
    """

    title: str
    read_seconds: float
    seconds: float
    counts: EntityCounts
    posted: int
    requests: int
    usage: Mapping[str, Usage]
    machine_percent: float

    @property
    def fewest(self) -> int:
        """Requests that would have been enough."""
        return -(-self.posted // MOST_A_REQUEST)

    def problems(self, *, changed: int | None = None) -> list[str]:
        """What makes the times worthless. `changed` is how many records had to be sent, where that is known."""
        seen = self.counts
        found = []
        if seen.broken or seen.complete != 1:
            found.append(f"{seen.complete} polls came to their end, {seen.broken} did not")
        if seen.refused or seen.faulty:
            found.append(f"{seen.refused} records were refused, {seen.faulty} faulty")
        published = seen.changed + seen.deactivated
        if not published == seen.sent == seen.confirmed == self.posted:
            found.append(
                f"{published} records were published, {seen.sent} sent, {self.posted} came to Basware, "
                f"{seen.confirmed} were confirmed"
            )
        if changed is not None and changed != published:
            found.append(f"{changed} records changed, {published} were published")
        return [f"{self.title}: {problem}" for problem in found]


def tables(phases: Sequence[Phase]) -> list[Table]:
    """For the terminal."""
    shown = []
    for title, rows in _contents(phases):
        table = Table("", *(phase.title for phase in phases), title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        shown.append(table)
    return shown


def keep(phases: Sequence[Phase], *, machine: Machine, at: datetime, folder: Path) -> Path:
    """Write them as JSON and into the page beside the results; the JSON file."""
    head = ("", *(phase.title for phase in phases))
    return store(
        "masterdata",
        [asdict(phase) for phase in phases],
        section=section(head, _contents(phases), machine=machine, at=at),
        marks=(BEGIN, END),
        machine=machine,
        at=at,
        folder=folder,
    )


def _contents(phases: Sequence[Phase]) -> list[tuple[str, Rows]]:
    return [
        (
            "Suppliers of one connection",
            [
                ("read", *(f"{phase.counts.read:,}" for phase in phases)),
                ("changed and confirmed", *(f"{phase.counts.confirmed:,}" for phase in phases)),
                ("seconds until read", *(f"{phase.read_seconds:.1f}" for phase in phases)),
                ("seconds until confirmed", *(f"{phase.seconds:.1f}" for phase in phases)),
                ("requests / fewest possible", *(f"{phase.requests} / {phase.fewest}" for phase in phases)),
            ],
        ),
        (
            "Peak resident memory in MiB / processor time in percent of one core",
            [
                *((name, *(used(phase.usage[name]) for phase in phases)) for name in phases[0].usage),
                ("all else that ran", *(others(phase.usage, phase.machine_percent) for phase in phases)),
            ],
        ),
    ]
