"""How the demo came out: both books, then what did not hold with all there is to say about it, then one line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from devstack.demo.audit_feed import word
from devstack.demo.books_check import Books, written
from devstack.demo.coders_choice import Choice
from devstack.demo.judgement import one_of_each_group
from devstack.demo.master_data import MasterDataTold
from devstack.demo.master_data_table import load_table
from devstack.demo.payment_table import payment_table
from devstack.demo.payments import PaymentsTold
from devstack.demo.result_table import Result, result_table
from devstack.scenario.case import FAILED, TRANSFERRED

_EXPLAINED = 12
"""Where more fail, one cause is likely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Everything that was found: of the invoices when all was at rest and before they were paid, of the payments in the
    end. `violations` are rules of Basware that were broken, `choices` what Basware's coders can pick in the end.
    """

    results: Sequence[Result]
    books: Sequence[Books]
    master_data: MasterDataTold
    choices: Sequence[Choice]
    payments: PaymentsTold
    violations: Sequence[Mapping[str, Any]]

    @property
    def wrong(self) -> list[str]:
        """What does not hold of all invoices together."""
        return [
            *one_of_each_group(result.evidence for result in self.results),
            *(f"{book.connection}: {problem}" for book in self.books for problem in book.problems),
            *(
                f"a rule of Basware was broken: {found['rule']}: {found['detail']}"
                for found in self.violations
            ),
            *self.wrong_master_data,
            *self.payments.wrong,
        ]

    @property
    def wrong_master_data(self) -> list[str]:
        """What did not hold while master data was shown, or does not hold in the end."""
        at_the_end = [problem for choice in self.choices for problem in choice.problems]
        found = dict.fromkeys([*self.master_data.problems, *at_the_end])
        return [f"{self.master_data.connection}: {problem}" for problem in found]

    @property
    def good(self) -> int:
        """Invoices that came out as expected."""
        return sum(not result.problems for result in self.results)

    @property
    def holds(self) -> bool:
        return self.good == len(self.results) > 0 and not self.wrong


def show_verdict(verdict: Verdict, *, console: Console, seconds: float, logs: Path) -> None:
    """The table, the books, what is wrong, and the line that counts."""
    console.print()
    console.print(result_table(verdict.results))
    console.print(load_table(verdict.master_data.connection, verdict.master_data.loads))
    console.print(_coders(verdict))
    for book in verdict.books:
        agree = "[red]do not agree[/]" if book.problems else "[green]agree[/]"
        console.print(
            f"books of {book.connection}: {book.invoices} invoices transferred ({written(book.invoiced)}), "
            f"{book.vouchers} live vouchers ({written(book.vouchered)}): {agree}"
        )
    console.print(payment_table(verdict.payments.seen))
    for agreement in verdict.payments.agreements:
        agree = "[red]differ[/]" if agreement.unexplained else "[green]agree[/]"
        console.print(f"reconciliation of {agreement.connection}: {escape(str(agreement))}: {agree}")
    console.print(f"rules of Basware that were broken: {len(verdict.violations) or 'none'}")
    if all(not book.twice for book in verdict.books):
        console.print("live vouchers of one invoice twice: none")
    for problem in verdict.wrong:
        console.print(f"  [red]✗[/] {escape(problem)}")
    failed = [result for result in verdict.results if result.problems]
    for result in failed[:_EXPLAINED]:
        _explain(result, console=console, logs=logs)
    if len(failed) > _EXPLAINED:
        console.print(f"\nand {len(failed) - _EXPLAINED} more, in the table")
    colour = "bold green" if verdict.holds else "bold red"
    statuses = [result.evidence.status for result in verdict.results]
    posted, back = statuses.count(TRANSFERRED), statuses.count(FAILED)
    console.print(
        f"\n[{colour}]{verdict.good} of {len(statuses)} invoices as expected[/]: "
        f"{posted} posted, {back} sent back, {len(statuses) - posted - back} left to people; "
        f"master data {'not ' if verdict.wrong_master_data else ''}as expected; {_paid(verdict)}; in {seconds:.0f} s"
    )


def _paid(verdict: Verdict) -> str:
    seen, differing = (
        verdict.payments.seen,
        sum(len(each.unexplained) for each in verdict.payments.agreements),
    )
    good = sum(not each.problems for each in seen)
    return f"{good} of {len(seen)} payments as expected, {differing} differences unexplained"


def _coders(verdict: Verdict) -> str:
    """What coders can pick, against what PeopleSoft accepts."""
    counted = ", ".join(f"{each.pickable:,} {each.entity.replace('_', ' ')}" for each in verdict.choices)
    differs = any(each.problems for each in verdict.choices)
    exactly = (
        "[red]not[/] what PeopleSoft accepts" if differs else "[green]exactly[/] what PeopleSoft accepts"
    )
    return f"coders of {verdict.master_data.connection} can pick {exactly}: {counted}"


def _explain(result: Result, *, console: Console, logs: Path) -> None:
    """What was expected, what is, what was done, where to read on."""
    case = result.evidence.case
    console.print(
        f"\n[bold red]✗ {escape(case.number)}[/] of {case.connection}, {case.invoice_id}: {escape(case.kind)}"
    )
    for problem in result.problems:
        console.print(f"    {escape(problem)}")
    for event in sorted(result.evidence.events, key=lambda event: event.at):
        detail = " ".join(f"{name}={value}" for name, value in event.detail.items())
        at = (event.at - result.approved_at).total_seconds()
        console.print(f"    {at:7.2f} s  {event.service}: {word(event)} {escape(detail)}", style="dim")
    console.print(f"    logs: {escape(str(logs))}", style="dim")
