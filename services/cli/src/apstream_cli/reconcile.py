"""``apstream reconcile``: both systems and our ledger counted afresh, and where they differ."""

import asyncio
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer
from ap_domain.reconciliation import GUIDANCE
from reconciliation import ReconciliationFailed

from apstream_cli.cluster import open_cluster
from apstream_cli.reconcile_page import counts_csv, differences_csv, show_page, summary, told
from apstream_cli.reconcile_run import reconcile_connections
from apstream_cli.refusal import refusals, refuse
from apstream_cli.screen import console, error_console, print_json

__all__ = ["app"]


class Output(StrEnum):
    """How the result is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


KINDS = "\n\n".join(f"* `{kind}`: {means} {helps}" for kind, (means, helps) in GUIDANCE.items())

app = typer.Typer(rich_markup_mode="markdown", add_completion=False)


@app.command(
    epilog="Example: `apstream reconcile --connection acme --from 2026-11-01 --to 2026-11-22 --output csv`",
    help="Count both systems afresh and list where they differ: exit status 0 when nothing needs somebody, 1 when "
    "something does, 2 when a system could not be read.\n\n"
    "Looks at the vouchers that were entered from one day to the other, at what Basware changed since, and at all that "
    "waits. Nothing is changed anywhere. A difference is *explained* where it is as it should be, such as an invoice "
    "that is on its way; the others need somebody. The kinds, and what helps:\n\n" + KINDS,
)
def reconcile(
    *,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="The first day of entry. As many days as the schedule's, if not given.",
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="The last day, included. Yesterday, if not given."),
    ] = None,
    connection: Annotated[
        str | None, typer.Option("--connection", help="Only this connection; all of them, if not given.")
    ] = None,
    output: Annotated[Output, typer.Option("--output", help="How the result is written.")] = Output.TABLE,
    counts: Annotated[
        bool, typer.Option("--counts", help="CSV: the counts instead of the differences.")
    ] = False,
    show: Annotated[int, typer.Option("--show", min=0, help="Lines of each list of the table.")] = 50,
) -> None:
    """What `apstream reconcile --help` says."""
    try:
        with refusals():
            results = asyncio.run(
                reconcile_connections(open_cluster(), connection, first_day=_day(first), last_day=_day(last))
            )
    except ReconciliationFailed as failure:
        refuse([str(failure)])
        raise typer.Exit(2) from None
    except typer.Exit:
        raise typer.Exit(2) from None
    if output is Output.JSON:
        for result in results:
            for fields in told(result):
                print_json(fields)
    elif output is Output.CSV:
        console.out(counts_csv(results) if counts else differences_csv(results), highlight=False, end="")
        for result in results:
            error_console.print(summary(result))
    else:
        for result in results:
            show_page(result, most=show)
    if any(result.unexplained for result in results):
        raise typer.Exit(1)


def _day(at: datetime | None) -> date | None:
    return at.date() if at is not None else None
