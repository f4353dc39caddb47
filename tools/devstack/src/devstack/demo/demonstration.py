"""The whole demo: both customers are set up, all invoices run beside each other, the books are compared."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime

from rich.console import Console
from rich.markup import escape

from devstack.control import ControlApi
from devstack.demo.audit_feed import AuditFeed, word
from devstack.demo.books_check import Books, check_books, written
from devstack.demo.desk import Desk
from devstack.demo.judgement import one_of_each_group, problems
from devstack.demo.narration import Narration
from devstack.demo.result_table import Result, result_table
from devstack.demo.story import Story, Told, gathered
from devstack.errors import DevstackError
from devstack.scenario import Scenario
from devstack.scenario.case import FAILED, TRANSFERRED
from devstack.stack import Stack

_LISTENING_WITHIN = 20.0
_WIDTH = 190
"""Of the table where no terminal says how wide it is."""


async def demonstrate(stack: Stack, scenario: Scenario, *, today: date, console: Console) -> bool:
    """Run the scenario on a stack that is up with its connections; True if every expectation held."""
    began = time.monotonic()
    async with (
        ControlApi(name="Basware", base_url=stack.basware_url) as basware,
        ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url) as peoplesoft,
    ):
        desk = Desk(stack=stack, basware=basware, peoplesoft=peoplesoft, today=today)
        narration = Narration(console=console, cases={case.record: case for case in scenario.cases})
        feed = AuditFeed(bootstrap=stack.kafka.bootstrap, told=narration.event)
        for connection, order in scenario.surroundings:
            await desk.order(connection, order)
        listening = asyncio.create_task(feed.run())
        try:
            await _listens(feed, listening)
            console.print(
                f"\n[bold]{len(scenario.cases)} invoices of {len(scenario.connections)} customers[/]; "
                "told is what is out of the ordinary, ✓ is an invoice that came out as expected on both sides"
            )
            with narration:
                told = await _stories(scenario, desk=desk, feed=feed, narration=narration)
            results, books = await _judged(scenario, told, desk=desk, feed=feed)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
    console.print()
    console.print(result_table(results), width=console.width if console.is_terminal else _WIDTH)
    return _verdict(results, books, stack=stack, console=console, seconds=time.monotonic() - began)


async def _listens(feed: AuditFeed, listening: asyncio.Task[None]) -> None:
    """Return when the feed listens; raise what ended it, if it ended."""
    ready = asyncio.create_task(feed.ready.wait())
    try:
        done, _ = await asyncio.wait(
            {ready, listening}, timeout=_LISTENING_WITHIN, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        ready.cancel()
    if listening in done:
        await listening
    if not done:
        raise DevstackError(f"the audit was not heard within {_LISTENING_WITHIN:g} s; see Kafka's log")


async def _stories(
    scenario: Scenario, *, desk: Desk, feed: AuditFeed, narration: Narration
) -> Sequence[Told]:
    began = time.monotonic()
    async with asyncio.TaskGroup() as running:
        tasks = [
            running.create_task(Story(case, desk=desk, feed=feed, narration=narration, began=began).run())
            for case in scenario.cases
        ]
    return [task.result() for task in tasks]


async def _judged(
    scenario: Scenario, told: Sequence[Told], *, desk: Desk, feed: AuditFeed
) -> tuple[list[Result], list[Books]]:
    """Everything once more when all is at rest: what came later must not have spoilt what came before."""
    evidences = [await gathered(each.case, desk=desk, feed=feed) for each in told]
    results = [
        Result(
            evidence=evidence,
            approved_at=each.approved_at,
            problems=[*([each.broken] if each.broken else []), *problems(evidence)],
        )
        for each, evidence in zip(told, evidences, strict=True)
    ]
    books = [
        check_books(
            spec.id,
            [each for each in evidences if each.case.connection == spec.id],
            await desk.vouchers(spec.id),
        )
        for spec in scenario.connections
    ]
    return results, books


def _verdict(
    results: Sequence[Result], books: Sequence[Books], *, stack: Stack, console: Console, seconds: float
) -> bool:
    good = [result for result in results if not result.problems]
    posted = sum(result.evidence.status == TRANSFERRED for result in results)
    back = sum(result.evidence.status == FAILED for result in results)
    broken = [*one_of_each_group(result.evidence for result in results)]
    for book in books:
        agree = "[red]do not agree[/]" if book.problems else "[green]agree[/]"
        console.print(
            f"books of {book.connection}: {book.invoices} invoices transferred ({written(book.invoiced)}), "
            f"{book.vouchers} live vouchers ({written(book.vouchered)}): {agree}"
        )
        broken += [f"{book.connection}: {problem}" for problem in book.problems]
    violations = [violation for result in results for violation in result.evidence.document["violations"]]
    console.print(
        f"rules of Basware that were broken: {len(violations) or 'none'}; no live voucher twice: "
        f"{'[red]see below[/]' if broken else '[green]yes[/]'}"
    )
    for problem in broken:
        console.print(f"  [red]✗[/] {escape(problem)}")
    for result in results:
        if result.problems:
            _explain(result, stack=stack, console=console)
    held = len(good) == len(results) and not broken
    colour = "bold green" if held else "bold red"
    console.print(
        f"\n[{colour}]{len(good)} of {len(results)} invoices as expected[/]: {posted} posted, {back} sent back, "
        f"in {seconds:.0f} s"
    )
    return held


def _explain(result: Result, *, stack: Stack, console: Console) -> None:
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
    console.print(f"    logs: {stack.run_dir / 'logs'}", style="dim")


def today() -> date:
    """The day of the run, by UTC as everything inside."""
    return datetime.now(UTC).date()
