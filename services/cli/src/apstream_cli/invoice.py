"""``apstream invoice``: where an invoice stands and why, and every step it took."""

import asyncio
from typing import Annotated

import typer
from ap_domain.audit import AuditEvent

from apstream_cli import choosing
from apstream_cli.cluster import Cluster, open_cluster
from apstream_cli.invoice_page import as_fields, show_entry, show_steps
from apstream_cli.invoices import Invoice
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
    for position, (invoice, events) in enumerate(found):
        if as_json:
            print_json(as_fields(invoice, events))
            continue
        if position:
            line()
        show_entry(invoice)
        show_steps(events)


async def _look(
    cluster: Cluster, name: str, connection: str | None
) -> list[tuple[Invoice, list[AuditEvent]]]:
    connections = await cluster.connections()
    found = (await choosing.called(cluster, connections, name, connection))[:MOST]
    shards = {connections[each.connection_id].shard for each in found if each.connection_id in connections}
    records = [each.key for each in found]
    events = await cluster.events(records, shard=shards.pop() if len(shards) == 1 else None)
    return [(each, [event for event in events if event.record == each.key]) for each in found]
