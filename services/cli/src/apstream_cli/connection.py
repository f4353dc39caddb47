"""``apstream connection``: a customer's pair of systems."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from chassis.connections.apply import apply_connection, stored_connections
from chassis.connections.model import read_document
from chassis.connections.secrets import KeyRing
from chassis.settings import ServiceSettings, load
from rich.console import Console
from rich.table import Table

from apstream_cli.refusal import refusals, refuse

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, help="Customers' connections: a YAML document in, a record in Kafka out."
)

console = Console()

File = Annotated[Path, typer.Argument(help="The connection's YAML document.", exists=True, dir_okay=False)]
By = Annotated[str, typer.Option("--by", envvar=["USER", "LOGNAME"], help="Who applies it, for the record.")]


@app.command(
    epilog="Example: `apstream connection apply acme.yaml` with secrets given in the document as "
    "`{file: PATH}`, `{env: NAME}` or `{value: TEXT}`."
)
def apply(file: File, by: By = "unknown") -> None:
    """Check the document as a whole, encrypt its secrets, write the next version.

    Running services take it up at once. Everything that is wrong is said together, and then nothing is
    written.
    """
    settings = load(ServiceSettings)
    with refusals():
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise refuse([f"{file} cannot be read: {error}"]) from None
        record = asyncio.run(
            apply_connection(
                read_document(text),
                bootstrap=settings.kafka_bootstrap,
                keys=KeyRing.from_settings(settings),
                partitions=settings.partitions,
                applied_by=by,
                applied_at=datetime.now(UTC),
            )
        )
    console.print(f"{record.connection_id}: version {record.version} applied, shard {record.shard}")


@app.command(name="list", epilog="Example: `apstream connection list`")
def list_all() -> None:
    """Show every connection's version and where it points. Secrets are not read."""
    settings = load(ServiceSettings)
    with refusals():
        stored = asyncio.run(stored_connections(bootstrap=settings.kafka_bootstrap))
    table = Table("connection", "version", "shard", "stage", "Basware", "PeopleSoft", "applied")
    for connection_id, record in sorted(stored.items()):
        fields = record.fields
        table.add_row(
            connection_id,
            str(record.version),
            str(record.shard),
            fields["stage"],
            f"{fields['basware']['base_url']} ({', '.join(fields['basware']['company_codes'])})",
            f"{fields['peoplesoft']['base_url']} ({', '.join(fields['peoplesoft']['business_units'])})",
            f"{record.applied_at:%Y-%m-%d %H:%M:%S}Z by {record.applied_by}",
        )
    console.print(table)
