"""``apstream audit``: what was done to which record, from the audit topics."""

import asyncio
import json
from typing import Annotated, Any

import typer
from ap_domain.audit import AuditEvent
from chassis.audit_reader import read_audit
from chassis.settings import ServiceSettings, load
from rich.console import Console
from rich.table import Table

from apstream_cli.refusal import refusals

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="What was done to which record, why, by whom.")

console = Console()

ConnectionId = Annotated[str | None, typer.Option("--connection", help="Only this connection.")]
Record = Annotated[
    str | None, typer.Option("--record", help="Only records whose key contains this (an invoice id).")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command(
    epilog="Example: `apstream audit show --connection acme --record 63255782d0a04d8d8defcc6a0062101d`"
)
def show(connection: ConnectionId = None, record: Record = None, as_json: AsJson = False) -> None:
    """Show the audit events in order of time."""
    settings = load(ServiceSettings)
    with refusals():
        events = asyncio.run(
            read_audit(bootstrap=settings.kafka_bootstrap, connection_id=connection, record=record)
        )
    if as_json:
        for event in events:
            console.out(json.dumps(_fields(event)), highlight=False)
        return
    table = Table("at", "connection", "record", "service", "action", "attempt", "detail")
    for event in events:
        detail = " ".join(f"{key}={value}" for key, value in event.detail.items())
        table.add_row(
            f"{event.at:%H:%M:%S.%f}",
            event.connection_id,
            event.record,
            event.service,
            event.action,
            str(event.attempt),
            detail,
        )
    console.print(table)


def _fields(event: AuditEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in AuditEvent.__dataclass_fields__} | {
        "at": event.at.isoformat()
    }
