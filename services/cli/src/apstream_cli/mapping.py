"""``apstream mapping``: what a mapping makes of documents, tried before anything is sent."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from ap_domain.approved_invoice import load_document
from ap_domain.document_fault import DocumentFault
from ap_domain.mapping import (
    ConfigurationFault,
    MappingCase,
    VoucherMapping,
    parse_cases,
    parse_mapping,
    run_case,
)
from ap_domain.mapping_version import MappingVersion
from lxml import etree
from peoplesoft import PeopleSoftError

from apstream_cli.cluster import Cluster, open_cluster
from apstream_cli.connection_source import applied_connection, clear_document, connection_in, text_of
from apstream_cli.refusal import Refusal, refusals
from apstream_cli.screen import console, instant, line, now
from apstream_cli.site import open_site, shape_in
from apstream_cli.voucher_try import Tried, try_document, without_bank_details

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="What a connection's mapping makes of documents. Nothing here sends or stores anything.",
)

File = Annotated[Path, typer.Argument(help="YAML file of cases.", exists=True, dir_okay=False)]
ConnectionId = Annotated[
    str | None, typer.Option("--connection", help="The mapping that is applied for this connection.")
]
ConnectionFile = Annotated[
    Path | None,
    typer.Option(
        "--connection-file", help="The mapping in this connection document.", exists=True, dir_okay=False
    ),
]
Document = Annotated[
    Path,
    typer.Option(
        "--document",
        help="An accounting document as Basware's API shows it (JSON).",
        exists=True,
        dir_okay=False,
    ),
]
Wsdl = Annotated[
    Path | None,
    typer.Option(
        "--wsdl",
        help="The site's WSDL in a file; otherwise it is read from the site.",
        exists=True,
        dir_okay=False,
    ),
]
Today = Annotated[
    datetime | None,
    typer.Option(
        "--today", formats=["%Y-%m-%d"], help="The day it would be posted on; today in UTC if not given."
    ),
]
Indent = Annotated[bool, typer.Option("--indent", help="Show the message indented instead of as it is sent.")]


@app.command(
    name="test", epilog="Example: `apstream mapping test acme-cases.yaml --connection-file acme.yaml`"
)
def run_cases(file: File, connection: ConnectionId = None, connection_file: ConnectionFile = None) -> None:
    """Run the cases that stand beside a mapping. Exit status 1 if one of them comes out differently."""
    with refusals():
        mapping = _parsed(_mapping_section(connection, connection_file))
        results = [run_case(mapping, _with_document(case, file)) for case in _cases(file)]
    for result in results:
        line(f"{'ok    ' if result.passed else 'FAILED'} {result.name}")
        for difference in result.differences:
            line(f"         {difference}")
    failed = sum(not result.passed for result in results)
    line(f"{len(results) - failed} of {len(results)} cases passed")
    if failed:
        raise typer.Exit(1)


@app.command(
    name="try",
    epilog="Example: `apstream mapping try --document invoice.json --connection-file acme.yaml --wsdl ci.wsdl`",
)
def try_one(
    *,
    document: Document,
    connection: ConnectionId = None,
    connection_file: ConnectionFile = None,
    wsdl: Wsdl = None,
    today: Today = None,
    indent: Indent = False,
) -> None:
    """Show the exact message a document would become, or why it would go back. Sends nothing but the WSDL's GET."""
    day = today.date() if today is not None else now().date()
    with refusals():
        tried = asyncio.run(_try(document, connection, connection_file, wsdl=wsdl, today=day))
    key = tried.draft.natural_key
    line(f"natural key: {key.business_unit} / {key.vendor_setid} / {key.vendor_id} / {key.invoice_id}")
    line(f"payment hold: {'yes' if tried.draft.payment_hold else 'no'}")
    for note in tried.draft.notes:
        line(f"note: {note}")
    message = without_bank_details(tried.message)
    hidden = "; bank details are hidden below" if message != tried.message else ""
    line(f"message, {len(tried.message)} bytes without its security header, sha256 {tried.digest}{hidden}:")
    text = etree.tostring(etree.fromstring(message), pretty_print=True) if indent else message
    console.out(text.decode("utf-8"), highlight=False)


@app.command(epilog="Example: `apstream mapping show 3f9c21 --connection acme`")
def show(
    digest: Annotated[str, typer.Argument(help="A mapping digest of the audit, or how it begins.")],
    connection: Annotated[str | None, typer.Option("--connection", help="Only this connection's.")] = None,
) -> None:
    """Show the mapping that a digest in the audit stands for."""
    with refusals():
        found = asyncio.run(_versions(open_cluster(), digest, connection))
    for version in found:
        line(f"# {version.connection_id}, {version.digest}")
        line(f"# applied {instant(version.applied_at)} by {version.applied_by}")
        console.out(
            yaml.safe_dump(yaml.safe_load(version.document), sort_keys=False, allow_unicode=True),
            highlight=False,
        )


def _mapping_section(connection: str | None, file: Path | None) -> Mapping[str, Any]:
    """Only this section: cases are run without the secrets of a connection."""
    section = asyncio.run(clear_document(connection, file, open_cluster)).get("mapping")
    if not isinstance(section, dict):
        raise Refusal(f"{file} has no section `mapping`")
    return section


def _parsed(section: Mapping[str, Any]) -> VoucherMapping:
    try:
        return parse_mapping(section)
    except ConfigurationFault as fault:
        raise Refusal(*(f"mapping: {problem}" for problem in fault.problems)) from None


def _cases(file: Path) -> tuple[MappingCase, ...]:
    try:
        return parse_cases(text_of(file))
    except ConfigurationFault as fault:
        raise Refusal(*(f"{file}: {problem}" for problem in fault.problems)) from None


def _with_document(case: MappingCase, cases_file: Path) -> MappingCase:
    """A case's document file lies beside the cases."""
    if case.file is None:
        return case
    file = cases_file.parent / case.file
    try:
        return replace(case, document=load_document(text_of(file).encode()))
    except DocumentFault as fault:
        raise Refusal(f"case {case.name}: {file}: {fault}") from None


async def _try(
    document: Path, connection: str | None, file: Path | None, *, wsdl: Path | None, today: date
) -> Tried:
    _one_of(connection, file)
    if file is not None:
        chosen = connection_in(file)
    else:
        chosen = await applied_connection(open_cluster(), connection or "")
    raw = text_of(document).encode()
    try:
        shape = await asyncio.to_thread(shape_in, wsdl) if wsdl is not None else None
        async with open_site(chosen, shape=shape) as site:
            return await try_document(raw, chosen, site, today=today)
    except PeopleSoftError as error:
        raise Refusal(str(error)) from None


async def _versions(cluster: Cluster, digest: str, connection: str | None) -> list[MappingVersion]:
    versions = await cluster.mappings()
    found = [
        each
        for each in versions
        if each.digest.startswith(digest) and connection in {None, each.connection_id}
    ]
    if not found:
        raise Refusal(
            f"none of the {len(versions)} mapping versions ever applied has a digest that begins with {digest}"
        )
    return found


def _one_of(connection: str | None, file: Path | None) -> None:
    if (connection is None) == (file is None):
        raise typer.BadParameter("wants --connection or --connection-file, one of them")
