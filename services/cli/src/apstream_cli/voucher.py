"""``apstream voucher``: the voucher of an invoice that was not posted from here."""

import asyncio
from typing import Annotated

import typer
from ap_domain.command import Action, CommandedLedger, VoucherLink
from chassis.connections.record import ConnectionRecord
from chassis.keys import record_key
from chassis.ledger_reader import Ledgers, of_connection

from apstream_cli import choosing
from apstream_cli.cluster import Cluster, open_cluster
from apstream_cli.flow_words import hindrances
from apstream_cli.invoices import Case, Invoice, invoices, shard_of
from apstream_cli.links import Link, Linking, LinkState
from apstream_cli.orders import Wish, wish
from apstream_cli.plan import plan
from apstream_cli.refusal import Refusal, refusals
from apstream_cli.screen import line, now
from apstream_cli.standing import standing

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The voucher of an invoice that was not posted from here: keyed by hand, or in PeopleSoft before go-live "
    "(`apstream payments backfill` for many).",
)


@app.callback()
def group() -> None:
    """Makes it a group although there is one command."""


@app.command(
    epilog="Examples: `apstream voucher link 2026/000001 --business-unit US001 --voucher 00012345 --reason 'keyed by "
    "hand'`; one that is not known here: `apstream voucher link 2025/000977 --connection acme --invoice-id "
    "63255782d0a04d8d8defcc6a0062101d --business-unit US001 --voucher 00009999 --reason 'before go-live'`"
)
def link(
    *,
    name: Annotated[
        str,
        typer.Argument(
            metavar="INVOICE",
            help="Basware's invoice id, or the invoice number; with --invoice-id its number as Basware has it.",
        ),
    ],
    business_unit: Annotated[str, typer.Option("--business-unit", help="The voucher's business unit.")],
    voucher: Annotated[
        str, typer.Option("--voucher", help="The voucher as PeopleSoft shows it, leading zeros included.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why, for the audit. Required.")],
    connection: Annotated[str | None, typer.Option("--connection", help="Only this connection.")] = None,
    invoice_id: Annotated[
        str | None,
        typer.Option(
            "--invoice-id", help="Basware's id of an invoice that is not known here; with --connection."
        ),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", envvar=["USER", "LOGNAME"], help="Who decides it, for the record.")
    ] = "unknown",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask after showing the plan.")] = False,
    wait: Annotated[
        float, typer.Option("--wait", min=0, max=600, help="Seconds to wait until PeopleSoft was asked.")
    ] = 60,
    expires: Annotated[
        float,
        typer.Option("--expires", min=1, max=1440, help="Minutes until it may not be carried out any more."),
    ] = 10,
) -> None:
    """Have a voucher that you name stand for an invoice, so that its payment reaches Basware too.

    For an invoice that is parked or over, or not known here at all. PeopleSoft is asked first: the voucher must be
    live, of this invoice number, and of no other invoice. One that the invoice has already makes room only if
    PeopleSoft shows it as deleted. If Basware still waits for the outcome of the transfer, it is told the voucher's
    number. Exit status 1 if it is refused.
    """
    if invoice_id is not None and connection is None:
        raise typer.BadParameter("wants --connection too", param_hint="--invoice-id")
    with refusals():
        work = _Link(
            wanted=wish(Action.LINK, reason=reason, by=by, now=now(), minutes=expires),
            business_unit=business_unit,
            voucher=voucher,
            yes=yes,
            wait=wait,
        )
        asyncio.run(work.run(open_cluster(), name, connection, invoice_id))


class _Link:
    """One link: plan first, then the question, then the order."""

    def __init__(self, *, wanted: Wish, business_unit: str, voucher: str, yes: bool, wait: float) -> None:
        self._wish = wanted
        self._unit = business_unit.strip()
        self._voucher = voucher.strip()
        self._yes = yes
        self._wait = wait
        if not self._unit or not self._voucher:
            raise Refusal("--business-unit and --voucher must name the voucher")

    async def run(self, cluster: Cluster, name: str, connection: str | None, invoice_id: str | None) -> None:
        connections = await cluster.connections()
        shard_of(connections, connection)
        found = await _meant(cluster, connections, name, connection, invoice_id)
        invoice, number = found
        record = connections.get(invoice.connection_id)
        if record is None:
            raise Refusal(f"connection {invoice.connection_id} is not applied any more")
        units = record.fields["peoplesoft"]["business_units"]
        if self._unit not in units:
            raise Refusal(
                f"{self._unit} is no business unit of {record.connection_id}; it serves {', '.join(units)}"
            )
        wanted = self._planned(invoice, number, record)
        for each in await hindrances(cluster, connections, {record.connection_id}):
            line(f"note: {each}")
        if not self._yes and not await asyncio.to_thread(typer.confirm, "Do it?"):
            raise Refusal("nothing was ordered")
        linking = Linking(cluster=cluster, connections=connections, record=record, wait=self._wait)
        (came,) = await linking.carry_out([wanted], self._wish, say_done=True)
        told = f"{came.state}: {came.link.called}: {came.says}"
        if came.state is LinkState.LINKED:
            line(told)
            return
        if came.state is LinkState.WAITING:
            told += f"; it goes on, and `apstream invoice show {invoice.id}` shows how it ends"
        raise Refusal(told)

    def _planned(self, invoice: Invoice, number: str, record: ConnectionRecord) -> Link:
        who = f"{invoice.connection_id} {number} {invoice.id}"
        if invoice.entry is None:
            line(f"{who}: not known in the ledger of vouchers")
        else:
            line(f"{who}: {standing(invoice)}")
            case = Case(invoice=invoice, ledger=CommandedLedger.VOUCHERS)
            planned = plan(case, Action.LINK, now=self._wish.issued_at)
            if not planned.possible:
                raise Refusal(f"{who}: {planned.says}")
            known = invoice.entry.body.voucher
            if known is not None and (known.business_unit, known.voucher_id) != (self._unit, self._voucher):
                line(f"plan: {planned.says}")
        line(
            f"plan: voucher {self._unit}/{self._voucher} stands for it, once PeopleSoft shows that it is live, of "
            f"invoice number {number} and of nobody else; from then on its payment is watched and told to Basware"
        )
        if not record.fields.get("payments"):
            line(
                f"note: {record.connection_id} has no section payments: nobody asks PeopleSoft about payments"
            )
        return Link(
            invoice_id=invoice.id,
            voucher=VoucherLink(business_unit=self._unit, voucher_id=self._voucher, invoice_number=number),
            sequence=invoice.entry.sequence if invoice.entry is not None else 0,
        )


async def _meant(
    cluster: Cluster,
    connections: dict[str, ConnectionRecord],
    name: str,
    connection: str | None,
    invoice_id: str | None,
) -> tuple[Invoice, str]:
    """The invoice, known or not, and its number as Basware has it. Raises Refusal."""
    if invoice_id is not None and connection is not None:
        key = record_key(connection, invoice_id)
        ledgers: Ledgers = await cluster.ledgers(
            of_connection(connection, lambda each, _: each == key), shard=connections[connection].shard
        )
        known = invoices(ledgers)
        invoice = known[0] if known else Invoice(key=key.decode(), connection_id=connection)
        if invoice.number and invoice.number != name:
            raise Refusal(f"{invoice_id} has the number {invoice.number} here, not {name}")
        return invoice, name
    found = await choosing.called(cluster, connections, name, connection)
    case = choosing.one(found, CommandedLedger.VOUCHERS) if len(found) > 1 else None
    invoice = case.invoice if case is not None else found[0]
    if not invoice.number:
        raise Refusal(
            f"the number of {invoice.id} is not known here: give it instead, with --invoice-id {invoice.id} "
            f"--connection {invoice.connection_id}"
        )
    return invoice, invoice.number
