"""``apstream payments``: what PeopleSoft pays, on its way into Basware."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from ap_domain.command import Action
from ap_domain.payments import PaymentStanding
from chassis.connections import Connection as Connected

from apstream_cli.check import Check, show_checks
from apstream_cli.cluster import Cluster, open_cluster, version_of
from apstream_cli.connection_source import connection_in
from apstream_cli.flow_words import INVOICE_FLOWS, PAYMENT_FLOWS, standstill
from apstream_cli.invoices import shard_of
from apstream_cli.orders import wish
from apstream_cli.payment_page import page_fields, show_payment
from apstream_cli.payments_book import PaymentsBook, Watched, picture_of, pictures_of
from apstream_cli.payments_choice import by_invoice_or_voucher, read_book
from apstream_cli.payments_list import (
    EXCEPTION_COLUMNS,
    VOUCHER_COLUMNS,
    exceptions,
    voucher_fields,
    voucher_row,
)
from apstream_cli.payments_run import PaymentsRun
from apstream_cli.payments_status import COLUMNS, PaymentsStatus, statuses
from apstream_cli.refusal import Refusal, refusals
from apstream_cli.screen import line, now, print_json, show_table

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Payments of vouchers that stand for invoices: what PeopleSoft shows, what Basware was told, what somebody "
    "must do. `apstream voucher link` names the voucher of an invoice that was keyed by hand.",
)

ConnectionId = Annotated[str | None, typer.Option("--connection", help="Only this connection; quicker, too.")]
Connection = Annotated[str, typer.Argument(metavar="CONNECTION", help="The connection's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
By = Annotated[str, typer.Option("--by", envvar=["USER", "LOGNAME"], help="Who decides it, for the record.")]
Expires = Annotated[
    float,
    typer.Option("--expires", min=1, max=1440, help="Minutes until it may not be carried out any more."),
]
MOST = 20
"""Invoices of one number that are shown."""


@app.command(epilog="Example: `apstream payments status acme`")
def status(
    connection: Annotated[str | None, typer.Argument(help="Only this connection.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show each connection's last polls, when it is due next, and its vouchers by what became of them.

    *not settled*: PeopleSoft's statuses do not say yet that every instalment has come to its end. *to be told*: Basware
    does not know the latest yet. *parked* invoices wait for a person (`apstream parked list`); *exceptions* will not be
    paid unless somebody acts in PeopleSoft (`apstream payments exceptions`). Polls begin up to a minute after they are
    due.
    """
    with refusals():
        found, notes = asyncio.run(_status(open_cluster(), connection))
    if as_json:
        for each in found:
            print_json(each.fields())
        return
    if not found and not notes:
        line("No connection has a section payments.")
        return
    show_table(COLUMNS, (each.row() for each in found))
    for said in (*(remark for each in found for remark in each.remarks()), *notes):
        line(f"note: {said}")


@app.command(
    name="list",
    epilog="Examples: `apstream payments list --standing on_hold`, `apstream payments list --open --connection acme`",
)
def list_all(
    standing: Annotated[
        PaymentStanding | None, typer.Option("--standing", help="Only those that stand so.")
    ] = None,
    connection: ConnectionId = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only those that are not settled.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show every voucher that stands for an invoice, what PeopleSoft shows of its payment and what Basware knows."""
    with refusals():
        book = asyncio.run(_book(open_cluster(), connection))
    chosen = (
        each
        for each in book.vouchers()
        if (standing is None or (each.picture is not None and each.picture.standing is standing))
        and not (only_open and each.picture is not None and each.picture.settled)
    )
    if as_json:
        for each in chosen:
            print_json(voucher_fields(each))
        return
    rows = [voucher_row(each) for each in chosen]
    if not rows:
        line("There is no such voucher.")
        return
    show_table(VOUCHER_COLUMNS, rows)


@app.command(
    epilog="Examples: `apstream payments show 2026/000001`, `apstream payments show US001/00012345 --connection acme`"
)
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="INVOICE|VOUCHER", help="Basware's invoice id, the invoice number, or the voucher."
        ),
    ],
    connection: ConnectionId = None,
    as_json: AsJson = False,
) -> None:
    """Show all that is known of a payment: every instalment, what Basware was told, exceptions, where sources disagree.

    `apstream invoice show` has the steps with their times.
    """
    with refusals():
        found = asyncio.run(_show(open_cluster(), name, connection))
    for position, each in enumerate(found):
        if as_json:
            print_json(page_fields(each))
            continue
        if position:
            line()
        show_payment(each, now=now())


@app.command(name="exceptions", epilog="Example: `apstream payments exceptions --connection acme`")
def list_exceptions(connection: ConnectionId = None, as_json: AsJson = False) -> None:
    """Show every voucher that will not be paid unless somebody acts in PeopleSoft: since when, why, what helps.

    Recycled, in match exception, with a budget error, denied, deleted, closed unpaid, gone, or with a payment that
    failed. A transfer cannot be undone in Basware: what helps is said with each.
    """
    with refusals():
        found = exceptions(asyncio.run(_book(open_cluster(), connection)).vouchers())
    seen_at = now()
    if as_json:
        for each in found:
            print_json(each.fields(now=seen_at))
        return
    if not found:
        line("No voucher is an exception.")
        return
    show_table(EXCEPTION_COLUMNS, (each.row(now=seen_at) for each in found))


@app.command(
    name="run-now",
    epilog="Examples: `apstream payments run-now acme`, `apstream payments run-now acme --full`",
)
def run_now(
    *,
    connection: Connection,
    full: Annotated[
        bool, typer.Option("--full", help="Read every voucher that is watched, not only what changed.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the audit.")] = "polled by hand",
    by: By = "unknown",
    wait: Annotated[
        float,
        typer.Option("--wait", min=0, max=3600, help="Seconds to wait for the answer, and for a poll's end."),
    ] = 30,
    expires: Expires = 10,
) -> None:
    """Read the payments at once and show how the poll ended. Exit status 1 if it failed."""
    with refusals():
        action = Action.RUN_FULL if full else Action.RUN_NOW
        run = PaymentsRun(
            cluster=open_cluster(),
            wish=wish(action, reason=reason, by=by, now=now(), minutes=expires),
            connection_id=connection,
            wait=wait,
        )
        asyncio.run(run.carry_out())


@app.command(
    epilog="Example: `apstream payments backfill acme --from 2026-01-01`, once, when the connection goes live"
)
def backfill(
    *,
    connection: Connection,
    since: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Changed in Basware since this day.")
    ],
    paid: Annotated[
        bool, typer.Option("--paid", help="Also those that Basware shows as paid: to see reversals.")
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", help="Why, for the audit.")
    ] = "in PeopleSoft before go-live",
    by: By = "unknown",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask after showing the plan.")] = False,
    wait: Annotated[
        float,
        typer.Option("--wait", min=0, max=3600, help="Seconds to wait for the links of 200 invoices."),
    ] = 300,
    expires: Expires = 10,
) -> None:
    """Take up invoices that were in PeopleSoft before go-live, so that Basware learns of their payments too.

    Basware is asked for documents of the connection's companies that it shows as transferred, with a voucher number,
    and that are not known here. Each is linked to its voucher once PeopleSoft shows that it is the voucher of this
    invoice number, live, and nobody else's. Nothing is told to Basware by that; the next poll tells what was paid. The
    days are asked for from one earlier, as Basware does not say in which time zone it counts. Given again, it goes on
    with what is missing. Exit status 1 if one is refused.
    """
    # Basware's client takes a third of a second to import, and only this command needs it.
    from apstream_cli.payments_backfill import Backfill  # noqa: PLC0415

    with refusals():
        work = Backfill(
            cluster=open_cluster(),
            connection_id=connection,
            since=since.date(),
            paid=paid,
            wish=wish(Action.LINK, reason=reason, by=by, now=now(), minutes=expires),
            wait=wait,
            yes=yes,
        )
        asyncio.run(work.run())


@app.command(
    name="test",
    epilog="Example: `apstream payments test acme.yaml`",
)
def check(
    file: Annotated[
        Path, typer.Argument(help="A connection's document, applied or not.", exists=True, dir_okay=False)
    ],
) -> None:
    """Run each query of the section for one row, with its prompts, and show what works. Changes nothing.

    `apstream connection test` does the same among its other checks. Exit status 1 if anything fails.
    """
    with refusals():
        chosen = connection_in(file)
        if not chosen.payments:
            raise Refusal(f"{file} has no section payments")
        found = asyncio.run(_checks(chosen))
    show_checks(found)


async def _status(cluster: Cluster, connection: str | None) -> tuple[Sequence[PaymentsStatus], list[str]]:
    connections = await cluster.connections()
    book = await read_book(cluster, connections, connection)
    chosen = {name: record for name, record in connections.items() if connection in {None, name}}
    found, notes = statuses(chosen, book, now=now())
    states = await cluster.flows(version_of(connections))
    flows = tuple(dict.fromkeys((*PAYMENT_FLOWS, *INVOICE_FLOWS)))
    return found, [*notes, *standstill(states, [each.connection_id for each in found], flows=flows)]


async def _book(cluster: Cluster, connection: str | None) -> PaymentsBook:
    return await read_book(cluster, await cluster.connections(), connection)


async def _show(cluster: Cluster, name: str, connection: str | None) -> list[Watched]:
    connections = await cluster.connections()
    found = (await by_invoice_or_voucher(cluster, connections, name, connection))[:MOST]
    entries = [each.entry for each in found if each.entry is not None and each.entry.body.voucher is not None]
    if not entries:
        raise Refusal(
            f"no voucher stands for {name} yet, so nothing is known of its payment; `apstream invoice show {name}` "
            "says where it stands"
        )
    pictures = await pictures_of(cluster, entries, shard=shard_of(connections, connection))
    return [
        Watched(entry=entry, voucher=entry.body.voucher, picture=picture_of(entry, pictures))
        for entry in entries
        if entry.body.voucher is not None
    ]


async def _checks(connection: Connected) -> list[Check]:
    # PeopleSoft's client takes a third of a second to import, and only this command needs it.
    from apstream_cli.payments_checks import payments_checks  # noqa: PLC0415

    return [check async for check in payments_checks(connection, possible=True)]
