"""What happens, told line by line while it happens, and how many invoices are through."""

import re
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from ap_domain.audit import AuditEvent
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from devstack.demo.audit_feed import SWEPT, word
from devstack.scenario import Case

_LONGEST = 130
_TOLD: Mapping[str, str] = {
    SWEPT: "no webhook came; the sweep found it",
    "repeated notification": "the same webhook once more: nothing to do",
    "retry": "tried again later: {reason}",
    "rejected": "refused: {reason}",
    "duplicate": "a duplicate of voucher {voucher}",
    "in doubt": "in doubt: {reason}",
    "adopted": "found in PeopleSoft and adopted: voucher {voucher}",
    "voucher gone": "its voucher {voucher} is gone: {reason}",
    "parked": "parked for a person: {reason}",
    "command applied": "{action} by {by}: {said}",
    "command refused": "{action} by {by} REFUSED: {said}",
    "stopped": "flow stopped: {reason}",
}
_TOLD_AGAIN = ("parked", "command applied", "command refused")
_USUAL = "Basware works on the report"
_ADDRESSES = re.compile(r" (\(CI_|Record: |of [0-9a-f]{32}|\(HTTP \d+, request).*", re.DOTALL)


class Narration:
    """Use as a context manager around the run; `done` and `broken` count invoices."""

    def __init__(self, *, console: Console, cases: Mapping[str, Case]) -> None:
        """`cases` by record."""
        self._console = console
        self._cases = cases
        self._began = time.monotonic()
        self._said: set[tuple[str, str]] = set()
        self._known: set[str] = set()
        self._through = 0
        self._bar: Progress | None = None
        if console.is_terminal:
            self._bar = Progress(
                TextColumn("invoices through"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                console=console, transient=True,
            )  # fmt: skip
            self._task = self._bar.add_task("invoices", total=len(cases))

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def event(self, event: AuditEvent) -> None:
        """An audit event; only what is out of the ordinary is told, each kind once an invoice."""
        case = self._cases.get(event.record)
        if case is None:
            return
        action = word(event)
        first = event.record not in self._known
        self._known.add(event.record)
        again = (event.record, action) in self._said and action not in _TOLD_AGAIN
        reason = _without_addresses(event.detail.get("reason", ""))
        usual = (action == SWEPT and not first) or (action == "retry" and reason.startswith(_USUAL))
        if action in _TOLD and not again and not usual:
            self._said.add((event.record, action))
            self.say(
                case, _TOLD[action].format_map(_Blank({**event.detail, "reason": reason})), style="yellow"
            )

    def say(self, case: Case, text: str, *, style: str = "cyan") -> None:
        """One line about an invoice."""
        cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
        self._line(f"{case.connection:6}  {case.number:8.8}  [{style}]{escape(cut)}[/]")

    def ended(self, case: Case, problem: str = "") -> None:
        """The invoice is through, well or not."""
        self._through += 1
        if self._bar is not None:
            self._bar.advance(self._task)
        mark = "[red]✗[/]" if problem else "[green]✓[/]"
        text = f"{case.kind}{': ' if problem else ''}{problem}"
        count = f"[dim]{self._through} of {len(self._cases)}[/]"
        self._line(f"{case.connection:6}  {case.number:8.8}  {mark} {escape(text)}  {count}")

    def _line(self, text: str) -> None:
        self._console.print(f"  {time.monotonic() - self._began:5.1f} s  {text}")


def _without_addresses(reason: str) -> str:
    """The words of a reason, without the technical part that its audit event has in full."""
    return _ADDRESSES.sub("", reason)


class _Blank(dict[str, str]):
    """A detail that is missing is left out of the sentence."""

    def __missing__(self, key: str) -> str:
        return ""
