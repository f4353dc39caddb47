"""The table at the end: each invoice with its steps and times, its voucher, and what both sides have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ap_domain.audit import AuditEvent
from rich.table import Table
from rich.text import Text

from devstack.demo.audit_feed import word
from devstack.demo.evidence import Evidence, name_of

_SHOWN: Mapping[str, str] = {
    "found by the sweep": "swept",
    "published": "fetched",
    "transferred again": "again",
    "acknowledged": "acknowledged",
    "in doubt": "in doubt",
    "posted": "posted",
    "adopted": "adopted",
    "adopted by the connection's rule": "adopted",
    "voucher gone": "voucher gone",
    "rejected": "refused",
    "parked": "parked",
    "command applied": "person",
    "reported": "told",
    "confirmed": "confirmed",
    "return confirmed": "went back",
}
_INTAKE = ("swept", "fetched")
_AFRESH = ("swept", "confirmed", "went back")
"""After these a fetch means that the invoice was transferred again, or was not known before."""
_ENTRY = {"P": "postable", "R": "recycled", "X": "deleted", "T": "incomplete"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One invoice at the end of the demo."""

    evidence: Evidence
    approved_at: datetime
    problems: Sequence[str]

    @property
    def seconds(self) -> float:
        """From the approval to the last thing that was done."""
        times = [event.at for event in self.evidence.events]
        return (max(times) - self.approved_at).total_seconds() if times else 0.0


def result_table(results: Sequence[Result]) -> Table:
    table = Table(title="invoices, with seconds since their approval", title_justify="left")
    table.add_column("invoice", no_wrap=True)
    table.add_column("what is special about it", min_width=24, ratio=2)
    table.add_column("steps and times", min_width=24, ratio=3)
    for name in ("voucher", "Basware"):
        table.add_column(name, no_wrap=True)
    table.add_column("PeopleSoft")
    table.add_column("as expected", no_wrap=True)
    for result in results:
        case = result.evidence.case
        table.add_row(
            Text(case.number if len(case.number) <= 10 else f"{case.number[:7]}..."),
            Text(case.kind),
            Text(steps(result.evidence.events, since=result.approved_at)),
            vouchers(result.evidence),
            result.evidence.status,
            Text(at_peoplesoft(result.evidence)),
            "[red]✗ no[/]" if result.problems else "[green]✓[/]",
        )
    return table


def steps(events: Sequence[AuditEvent], *, since: datetime) -> str:
    """`fetched 0.2, acknowledged 0.5, ...`; what comes several times in a row is shown once, and of the fetches
    those that something new came of.
    """
    shown: list[tuple[str, float]] = []
    for event in sorted(events, key=lambda event: event.at):
        name = _SHOWN.get(word(event), "")
        last = shown[-1][0] if shown else ""
        routine = name in _INTAKE and shown and last not in _AFRESH
        if name and name != last and not routine:
            shown.append((name, (event.at - since).total_seconds()))
    return ", ".join(f"{name} {seconds:.1f}" for name, seconds in shown)


def vouchers(evidence: Evidence) -> str:
    """The live ones; if there is none, those that were."""
    live = [name_of(each) for each in evidence.live]
    return ", ".join(live or [f"({name})" for name in evidence.made]) or "-"


def at_peoplesoft(evidence: Evidence) -> str:
    """Status, sum and hold of its live vouchers."""
    words = []
    for voucher in evidence.live:
        status = _ENTRY.get(voucher["ENTRY_STATUS"], voucher["ENTRY_STATUS"])
        held = ", held" if voucher.get("PYMNT_HOLD") == "Y" else ""
        words.append(f"{status}, {voucher['TXN_CURRENCY_CD']} {voucher.get('GROSS_AMT', '0')}{held}")
    return "; ".join(words) or "nothing"
