"""``apstream invoice``: where an invoice stands and why, and every step it took."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

import typer
from ap_domain.audit import AuditEvent
from ap_domain.payments import PaymentPicture
from chassis.ledger.entry import Phase

from apstream_cli import choosing
from apstream_cli.cluster import Cluster, open_cluster
from apstream_cli.flow_words import hindrances
from apstream_cli.invoice_page import as_fields, show_entry, show_steps
from apstream_cli.invoices import Invoice
from apstream_cli.payments_book import picture_of, pictures_of
from apstream_cli.refusal import refusals
from apstream_cli.screen import line, print_json

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="One invoice: where it stands and every step it took.",
)

MOST = 20
"""Invoices of one number whose steps are shown."""

Name = Annotated[str, typer.Argument(metavar="INVOICE", help="Basware's invoice id, or the invoice number.")]
Connection = Annotated[str | None, typer.Option("--connection", help="Only this connection; quicker, too.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, newest invoice first.")]


@app.command(epilog="Example: `apstream invoice show 2026/000001 --connection acme`")
def show(name: Name, connection: Connection = None, as_json: AsJson = False) -> None:
    """Show where it stands and why, then its steps with times. Several of one number: all, newest first."""
    with refusals():
        found = asyncio.run(_look(open_cluster(), name, connection))
    for position, seen in enumerate(found):
        if as_json:
            fields = as_fields(seen.invoice, seen.events, picture=seen.picture)
            print_json({**fields, "held_up": seen.held_up})
            continue
        if position:
            line()
        show_entry(seen.invoice, seen.events, picture=seen.picture)
        for each in seen.held_up:
            line(f"  {'held up':<14} {each}")
        show_steps(seen.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An invoice, what was done to it, what PeopleSoft shows of its payment, and the flows that keep it waiting."""

    invoice: Invoice
    events: list[AuditEvent]
    picture: PaymentPicture | None
    held_up: list[str]


async def _look(cluster: Cluster, name: str, connection: str | None) -> list[Seen]:
    connections = await cluster.connections()
    found = (await choosing.called(cluster, connections, name, connection))[:MOST]
    shards = {connections[each.connection_id].shard for each in found if each.connection_id in connections}
    shard = shards.pop() if len(shards) == 1 else None
    records = [each.key for each in found]
    events = await cluster.events(records, shard=shard)
    entries = [each.entry for each in found if each.entry is not None]
    pictures = await pictures_of(cluster, entries, shard=shard)
    return [
        Seen(
            invoice=each,
            events=[event for event in events if event.record == each.key],
            picture=picture_of(each.entry, pictures) if each.entry is not None else None,
            held_up=[] if _ended(each) else await hindrances(cluster, connections, {each.connection_id}),
        )
        for each in found
    ]


def _ended(invoice: Invoice) -> bool:
    entries = [each for each in (invoice.entry, invoice.fetch) if each is not None]
    return all(each.phase is Phase.FINAL for each in entries)
