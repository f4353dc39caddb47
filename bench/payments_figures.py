"""What a run of the payments benchmark comes down to, size by size."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from rich.table import Table

from bench.payments_watch import PaymentCounts
from bench.processes import Usage
from bench.report import Machine, Rows, others, section, store, used

BEGIN, END = (
    "<!-- figures: written by python -m bench.payments -->",
    "<!-- end of figures of payments -->",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One poll: requests PeopleSoft saw and rows it gave, seconds from the order to the poll's end."""

    counts: PaymentCounts
    requests: int
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """So many open vouchers.

    `load_seconds` is the poster's start with them in its ledger, `first` the reading after the connection was applied,
    `taken_seconds` until the poster had taken in all its pictures. Of `changed` vouchers something was paid; `changes`
    is the poll that found it, `confirmed_seconds` from its order until Basware had carried out all responses, by our
    decision. `full` reads everything again, unchanged. `usage` is of the whole run.
    """

    vouchers: int
    load_seconds: float
    first: Poll
    taken_seconds: float
    changed: int
    changes: Poll
    confirmed_seconds: float
    full: Poll
    responses: int
    usage: Mapping[str, Usage]
    machine_percent: float

    @property
    def title(self) -> str:
        return f"{self.vouchers:,} open"

    @property
    def responses_a_second(self) -> float:
        """Told and confirmed, from the end of the poll on."""
        return self.changed / max(0.001, self.confirmed_seconds - self.changes.seconds)

    def problems(self) -> list[str]:
        """What makes the times worthless."""
        found = []
        for name, poll in (("first", self.first), ("changes", self.changes), ("full", self.full)):
            seen = poll.counts
            if seen.broken or not seen.polls or seen.faulty or seen.parked:
                found.append(f"{name}: {seen.broken} polls broke, {seen.faulty} faulty, {seen.parked} parked")
        published = (self.first.counts.published, self.changes.counts.published, self.full.counts.published)
        if published != (self.vouchers, self.changed, 0):
            found.append(
                f"{self.vouchers}, {self.changed} and 0 pictures were new, {published} were published"
            )
        if self.responses != self.changed:
            found.append(f"{self.changed} vouchers changed, Basware got {self.responses} responses")
        return [f"{self.title}: {problem}" for problem in found]


def tables(sizes: Sequence[Size]) -> list[Table]:
    """For the terminal."""
    shown = []
    for title, rows in _contents(sizes):
        table = Table("", *(size.title for size in sizes), title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        shown.append(table)
    return shown


def keep(sizes: Sequence[Size], *, machine: Machine, at: datetime, folder: Path) -> Path:
    """Write them as JSON and into the page beside the results; the JSON file."""
    head = ("", *(size.title for size in sizes))
    return store(
        "payments",
        [asdict(size) for size in sizes],
        section=section(head, _contents(sizes), machine=machine, at=at),
        marks=(BEGIN, END),
        machine=machine,
        at=at,
        folder=folder,
    )


def _contents(sizes: Sequence[Size]) -> list[tuple[str, Rows]]:
    return [
        (
            "Polls of one connection: requests to PeopleSoft / rows / seconds",
            [
                ("first reading", *(_poll(size.first) for size in sizes)),
                ("changes, 1 % paid", *(_poll(size.changes) for size in sizes)),
                ("full, nothing changed", *(_poll(size.full) for size in sizes)),
            ],
        ),
        (
            "What follows",
            [
                ("vouchers of which something was paid", *(f"{size.changed:,}" for size in sizes)),
                (
                    "seconds from the order until all confirmed",
                    *(f"{size.confirmed_seconds:.1f}" for size in sizes),
                ),
                ("told and confirmed a second", *(f"{size.responses_a_second:.1f}" for size in sizes)),
                (
                    "seconds until first pictures are in the ledger",
                    *(f"{size.taken_seconds:.1f}" for size in sizes),
                ),
                ("seconds the poster starts with them", *(f"{size.load_seconds:.1f}" for size in sizes)),
            ],
        ),
        (
            "Peak resident memory in MiB / processor time in percent of one core, over all",
            [
                *((name, *(used(size.usage[name]) for size in sizes)) for name in sizes[0].usage),
                ("all else that ran", *(others(size.usage, size.machine_percent) for size in sizes)),
            ],
        ),
    ]


def _poll(poll: Poll) -> str:
    return f"{poll.requests:,} / {poll.rows:,} / {poll.seconds:.1f}"
