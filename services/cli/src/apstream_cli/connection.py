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

from apstream_cli.check import Check, show_checks
from apstream_cli.cluster import open_cluster
from apstream_cli.connection_source import applied_connection, connection_in, text_of
from apstream_cli.refusal import refusals
from apstream_cli.screen import instant, line, show_table

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, help="Customers' connections: a YAML document in, a record in Kafka out."
)

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
        record = asyncio.run(
            apply_connection(
                read_document(text_of(file)),
                bootstrap=settings.kafka_bootstrap,
                keys=KeyRing.from_settings(settings),
                partitions=settings.partitions,
                applied_by=by,
                applied_at=datetime.now(UTC),
            )
        )
    line(f"{record.connection_id}: version {record.version} applied, shard {record.shard}")


@app.command(name="list", epilog="Example: `apstream connection list`")
def list_all() -> None:
    """Show every connection's version and where it points. Secrets are not read."""
    settings = load(ServiceSettings)
    with refusals():
        stored = asyncio.run(stored_connections(bootstrap=settings.kafka_bootstrap))
    rows = []
    for connection_id, record in sorted(stored.items()):
        fields = record.fields
        rows.append(
            (
                connection_id,
                str(record.version),
                str(record.shard),
                fields["stage"],
                fields.get("mode", "live"),
                f"{fields['basware']['base_url']} ({', '.join(fields['basware']['company_codes'])})",
                f"{fields['peoplesoft']['base_url']} ({', '.join(fields['peoplesoft']['business_units'])})",
                f"{instant(record.applied_at)} by {record.applied_by}",
            )
        )
    show_table(("connection", "version", "shard", "stage", "mode", "Basware", "PeopleSoft", "applied"), rows)


@app.command(
    name="test",
    epilog="Examples: `apstream connection test acme`, `apstream connection test --file acme.yaml`",
)
def check(
    connection: Annotated[str | None, typer.Argument(help="A connection that is applied.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", help="A connection's document, before it is applied.", exists=True, dir_okay=False
        ),
    ] = None,
) -> None:
    """Call both systems and show what works. Changes nothing there. Exit status 1 if anything fails.

    A password that was refused is not tried a second time.
    """
    if (connection is None) == (file is None):
        raise typer.BadParameter("wants CONNECTION or --file, one of them")
    with refusals():
        found = asyncio.run(_test(connection, file))
    show_checks(found)


async def _test(connection: str | None, file: Path | None) -> list[Check]:
    # The vendors' clients take a third of a second to import, and only this command needs them.
    from apstream_cli.connection_checks import checks  # noqa: PLC0415

    if file is not None:
        chosen = connection_in(file)
    else:
        chosen = await applied_connection(open_cluster(), connection or "")
    return [check async for check in checks(chosen)]
