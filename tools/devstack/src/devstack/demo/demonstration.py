"""The whole demo: sites are set up, master data loaded, all invoices run beside each other and paid, books compared."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime

from rich.console import Console

from devstack.control import ControlApi
from devstack.demo.audit_feed import AuditFeed
from devstack.demo.books_check import Books, check_books
from devstack.demo.desk import Desk
from devstack.demo.judgement import problems
from devstack.demo.master_data import MasterDataShow, MasterDataTold, choices
from devstack.demo.narration import Narration
from devstack.demo.payments import PaymentShow, PaymentsTold, Posted
from devstack.demo.result_table import Result
from devstack.demo.story import Story, Told, gathered
from devstack.demo.verdict import Verdict, show_verdict
from devstack.errors import DevstackError
from devstack.masterdata_counts import MasterDataWatch
from devstack.scenario import Scenario
from devstack.stack import Stack

_LISTENING_WITHIN = 20.0


async def demonstrate(stack: Stack, scenario: Scenario, *, day: date, console: Console) -> bool:
    """Run the scenario of that day on a stack that is up with its connections, but for the one whose master data is
    shown: that one is connected here. True if every expectation held.
    """
    began = time.monotonic()
    async with (
        ControlApi(name="Basware", base_url=stack.basware_url) as basware,
        ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url) as peoplesoft,
    ):
        desk = Desk(stack=stack, basware=basware, peoplesoft=peoplesoft, day=day)
        narration = Narration(console=console, cases={case.record: case for case in scenario.cases})
        feed = AuditFeed(bootstrap=stack.kafka.bootstrap, told=narration.event)
        master_data = await _master_data(stack, scenario, desk=desk, day=day, console=console)
        for connection, order in scenario.surroundings:
            await desk.order(connection, order)
        console.print(
            f"\n[bold]{len(scenario.cases)} invoices of {len(scenario.connections)} customers[/]; "
            "told is what is out of the ordinary, ✓ is an invoice that came out as expected on both sides"
        )
        try:
            async with asyncio.TaskGroup() as running:
                listening = running.create_task(feed.run())
                await _listens(feed)
                with narration:
                    told = await _stories(scenario, desk=desk, feed=feed, narration=narration)
                results, books = await _judged(scenario, told, desk=desk, feed=feed)
                listening.cancel()
        except BaseExceptionGroup as failures:  # the feed's own fault says more than what it left undone
            raise failures.exceptions[0] from None
        paid = await _payments(scenario, results, desk=desk, day=day, console=console)
        verdict = Verdict(
            results=sorted(results, key=lambda result: result.evidence.case.key),
            books=books,
            master_data=master_data,
            choices=await choices(scenario.loaded, desk=desk, day=day),
            payments=paid,
            violations=await desk.violations(),
        )
    show_verdict(verdict, console=console, seconds=time.monotonic() - began, logs=stack.run_dir / "logs")
    return verdict.holds


def this_day() -> date:
    """The day of the run, by UTC as everything inside."""
    return datetime.now(UTC).date()


async def _listens(feed: AuditFeed) -> None:
    try:
        await asyncio.wait_for(feed.ready.wait(), timeout=_LISTENING_WITHIN)
    except TimeoutError:
        raise DevstackError(
            f"the audit was not heard within {_LISTENING_WITHIN:g} s; see Kafka's log"
        ) from None


async def _master_data(
    stack: Stack, scenario: Scenario, *, desk: Desk, day: date, console: Console
) -> MasterDataTold:
    script = scenario.master_data
    console.print(
        f"\n[bold]master data of {script.connection}[/]: what its coders may pick in Basware is what its PeopleSoft "
        "accepts"
    )
    async with MasterDataWatch(stack, connection=script.connection) as watch:
        show = MasterDataShow(script, spec=scenario.loaded, desk=desk, watch=watch, console=console, day=day)
        return await show.run()


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
) -> tuple[Sequence[Result], Sequence[Books]]:
    """Everything once more when all is at rest: what came later must not have spoilt what came before."""
    evidences = [await gathered(each.case, desk=desk, feed=feed) for each in told]
    results = [
        Result(
            evidence=evidence,
            approved_at=each.approved_at,
            problems=tuple(dict.fromkeys([*each.broken, *problems(evidence)])),
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


async def _payments(
    scenario: Scenario, results: Sequence[Result], *, desk: Desk, day: date, console: Console
) -> PaymentsTold:
    posted = Posted.among(result.evidence for result in results)
    console.print(
        f"\n[bold]payments of {len(posted)} vouchers[/]: what PeopleSoft pays, holds and takes back, Basware shows"
    )
    return await PaymentShow(scenario.payments, posted=posted, desk=desk, console=console, day=day).run()
