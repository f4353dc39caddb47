"""``apstream masterdata``: what PeopleSoft has, on its way into what Basware's coders may pick."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from ap_domain.command import Action
from ap_domain.mapping import ConfigurationFault, SupplierScheme, parse_mapping
from ap_domain.masterdata import parse_masterdata, parse_masterdata_cases, run_masterdata_case

from apstream_cli.cluster import Cluster, open_cluster, version_of
from apstream_cli.connection_source import clear_document, text_of
from apstream_cli.flow_words import IMPORT_FLOWS, POLL_FLOWS, standstill
from apstream_cli.invoices import shard_of
from apstream_cli.masterdata_choice import read_book
from apstream_cli.masterdata_orders import Ordering
from apstream_cli.masterdata_refused import REFUSED_COLUMNS, Refused, refused_records
from apstream_cli.masterdata_status import COLUMNS as STATUS_COLUMNS
from apstream_cli.masterdata_status import EntityStatus, of_connection
from apstream_cli.orders import wish
from apstream_cli.refusal import Refusal, refusals
from apstream_cli.screen import line, now, print_json, show_table

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Master data of PeopleSoft on its way into Basware: polls, imports, what was refused and why, what differs. "
    "Entities are named as in the section `masterdata`: suppliers, accounts, list:ACC_LIST_1. Records are named by "
    "Basware's external code.",
)

ConnectionId = Annotated[
    str | None,
    typer.Option("--connection", help="Only this connection; needed where several have master data."),
]
Entity = Annotated[str, typer.Argument(help="The entity, such as suppliers.")]
OnlyEntity = Annotated[str | None, typer.Option("--entity", help="Only this entity.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the audit. Required.")]
By = Annotated[str, typer.Option("--by", envvar=["USER", "LOGNAME"], help="Who decides it, for the record.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask after showing the plan.")]
Wait = Annotated[
    float,
    typer.Option("--wait", min=0, max=3600, help="Seconds to wait for the answer, and for a poll's end."),
]
Expires = Annotated[
    float,
    typer.Option("--expires", min=1, max=1440, help="Minutes until it may not be carried out any more."),
]


@app.command(epilog="Example: `apstream masterdata status --connection acme`")
def status(connection: ConnectionId = None, entity: OnlyEntity = None, as_json: AsJson = False) -> None:
    """Show each entity's last polls, when it is due next, and how far its records have come into Basware.

    *wanted* are all records that were ever published, inactive ones included; each is one of *confirmed* (Basware has
    it so), *pending* (still to be sent), *asking* (sent, Basware's word is awaited) and *refused*. Polls begin up to a
    minute after they are due.
    """
    with refusals():
        found, notes = asyncio.run(_status(open_cluster(), connection, entity))
    if as_json:
        for each in found:
            print_json(each.fields())
        return
    if not found and not notes:
        line("No connection has a section masterdata.")
        return
    show_table(STATUS_COLUMNS, (each.row() for each in found))
    for said in (*(remark for each in found for remark in each.remarks()), *notes):
        line(f"note: {said}")


@app.command(epilog="Example: `apstream masterdata refused --connection acme --entity suppliers`")
def refused(connection: ConnectionId = None, entity: OnlyEntity = None, as_json: AsJson = False) -> None:
    """Show every record that Basware, or a rule of it that is checked before, refused: its words and what to do."""
    with refusals():
        found = asyncio.run(_refused(open_cluster(), connection, entity))
    seen_at = now()
    if as_json:
        for each in found:
            print_json(each.fields())
        return
    if not found:
        line("Nothing is refused.")
        return
    show_table(REFUSED_COLUMNS, (each.row(now=seen_at) for each in found))


@app.command(
    name="run-now",
    epilog="Examples: `apstream masterdata run-now suppliers`, `apstream masterdata run-now suppliers --full`",
)
def run_now(
    *,
    entity: Entity,
    connection: ConnectionId = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything, not only what changed.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the audit.")] = "polled by hand",
    by: By = "unknown",
    wait: Wait = 30,
    expires: Expires = 10,
) -> None:
    """Poll an entity at once and show how the poll ended. Exit status 1 if it failed or was held."""
    with refusals():
        action = Action.RUN_FULL if full else Action.RUN_NOW
        ordering = _ordering(action, connection, reason=reason, by=by, wait=wait, expires=expires)
        asyncio.run(ordering.run_now(entity))


@app.command(
    name="accept-shrink",
    epilog="Example: `apstream masterdata accept-shrink suppliers --reason 'archived 400 on 1 July' --yes`",
)
def accept_shrink(
    *,
    entity: Entity,
    reason: Reason,
    connection: ConnectionId = None,
    by: By = "unknown",
    yes: Yes = False,
    wait: Wait = 30,
    expires: Expires = 10,
) -> None:
    """Let through a poll that was held because it would deactivate suspiciously many records.

    Shows what was held. Everything is read once more; what is missing then is deactivated in Basware, never deleted.
    """
    with refusals():
        ordering = _ordering(
            Action.ACCEPT_SHRINK, connection, reason=reason, by=by, wait=wait, expires=expires, yes=yes
        )
        asyncio.run(ordering.accept_shrink(entity))


@app.command(
    epilog="Examples: `apstream masterdata resend suppliers SHARE_0000430022 --reason 'BW10 was added in Basware'`, "
    "`apstream masterdata resend suppliers --refused --reason 'BW10 was added in Basware'`"
)
def resend(
    *,
    entity: Entity,
    codes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CODE]...", help="External codes; without any, all records."),
    ] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only those that are refused.")] = False,
    reason: Reason,
    connection: ConnectionId = None,
    by: By = "unknown",
    yes: Yes = False,
    wait: Wait = 30,
    expires: Expires = 10,
) -> None:
    """Import records again although nothing changed: after what was wrong in Basware is right there."""
    if codes and refused:
        raise typer.BadParameter("wants codes or --refused, not both")
    with refusals():
        ordering = _ordering(
            Action.RESEND, connection, reason=reason, by=by, wait=wait, expires=expires, yes=yes
        )
        asyncio.run(ordering.resend(entity, codes or (), refused=refused))


@app.command(
    epilog="Examples: `apstream masterdata compare --connection acme`, "
    "`apstream masterdata compare --entity suppliers --company BW00 --repair --yes`"
)
def compare(
    *,
    connection: ConnectionId = None,
    entity: OnlyEntity = None,
    company: Annotated[str | None, typer.Option("--company", help="Only this company of Basware.")] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Send again what is missing or different.")
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", help="Of the repair, for the audit.")
    ] = "compare --repair",
    show: Annotated[int, typer.Option("--show", min=0, help="Findings of each kind shown by entity.")] = 20,
    by: By = "unknown",
    yes: Yes = False,
    wait: Wait = 30,
    expires: Expires = 10,
    as_json: AsJson = False,
) -> None:
    """Read Basware's lists back and compare every record with what was published last.

    Records still on their way (waiting) and refused ones (see `refused`) are told apart and are no differences. What
    Basware's coders may pick and was never published from here (extra: PeopleSoft has it not, or only inactive) is
    listed and never deleted. Basware is read as its API holds it. Exit status 1 if anything differs; with --repair, if
    something remains that is not sent again.
    """
    # Basware's client takes a third of a second to import, and only this command needs it.
    from apstream_cli.masterdata_compare import Comparing  # noqa: PLC0415

    with refusals():
        order = _ordering(
            Action.RESEND, connection, reason=reason, by=by, wait=wait, expires=expires, yes=yes
        )
        comparing = Comparing(order=order, entity=entity, company=company, show=show, as_json=as_json)
        differs = asyncio.run(comparing.run(repair=repair))
    if differs:
        raise typer.Exit(1)


@app.command(
    name="test",
    epilog="Example: `apstream masterdata test acme-masterdata-cases.yaml --connection-file acme.yaml`",
)
def run_cases(
    file: Annotated[Path, typer.Argument(help="YAML file of cases.", exists=True, dir_okay=False)],
    connection: Annotated[
        str | None, typer.Option("--connection", help="The section that is applied for this connection.")
    ] = None,
    connection_file: Annotated[
        Path | None,
        typer.Option(
            "--connection-file", help="The section in this connection document.", exists=True, dir_okay=False
        ),
    ] = None,
) -> None:
    """Run the cases that stand beside a section `masterdata`. Exit status 1 if one comes out differently.

    A case is rows of the queries and the records they must become.
    """
    with refusals():
        document = asyncio.run(clear_document(connection, connection_file, open_cluster))
        scheme = _scheme(document)
        try:
            plan = parse_masterdata(document.get("masterdata") or {}, scheme=scheme)
            cases = parse_masterdata_cases(text_of(file))
        except ConfigurationFault as fault:
            raise Refusal(*fault.problems) from None
        results = [run_masterdata_case(plan, case, scheme=scheme) for case in cases]
    for result in results:
        line(f"{'ok    ' if result.passed else 'FAILED'} {result.name}")
        for difference in result.differences:
            line(f"         {difference}")
    failed = sum(not result.passed for result in results)
    line(f"{len(results) - failed} of {len(results)} cases passed")
    if failed:
        raise typer.Exit(1)


def _ordering(
    action: Action,
    connection: str | None,
    *,
    reason: str,
    by: str,
    wait: float,
    expires: float,
    yes: bool = False,
) -> Ordering:
    return Ordering(
        cluster=open_cluster(),
        wish=wish(action, reason=reason, by=by, now=now(), minutes=expires),
        connection_id=connection,
        wait=wait,
        yes=yes,
    )


def _scheme(document: Mapping[str, Any]) -> SupplierScheme | None:
    """Of the connection's mapping, which has to be right for it."""
    return parse_mapping(document["mapping"]).scheme if document.get("mapping") else None


async def _status(
    cluster: Cluster, connection: str | None, entity: str | None
) -> tuple[list[EntityStatus], list[str]]:
    connections = await cluster.connections()
    book = await read_book(cluster, connections, connection)
    seen_at = now()
    chosen = [record for name, record in sorted(connections.items()) if connection in {None, name}]
    found: list[EntityStatus] = []
    notes: list[str] = []
    for record in chosen:
        entities, problems = of_connection(record, book, now=seen_at, entity=entity)
        found += entities
        notes += problems
    states = await cluster.flows(version_of(connections))
    concerned = [record.connection_id for record in chosen if record.fields.get("masterdata")]
    flows = tuple(dict.fromkeys((*POLL_FLOWS, *IMPORT_FLOWS)))
    return found, [*notes, *standstill(states, concerned, flows=flows)]


async def _refused(cluster: Cluster, connection: str | None, entity: str | None) -> list[Refused]:
    connections = await cluster.connections()
    shard_of(connections, connection)
    return list(refused_records(await read_book(cluster, connections, connection), entity=entity))
