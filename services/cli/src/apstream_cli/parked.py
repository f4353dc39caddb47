"""``apstream parked``: invoices that wait for a person, and what the person decides.

What an invoice says can never be edited here: correct the mapping, or send it back to be corrected in Basware.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from ap_domain.command import Action, CommandedLedger
from ap_domain.invoice_state import InvoiceState
from chassis.ledger.entry import Entry

from apstream_cli import choosing
from apstream_cli.cluster import Cluster, open_cluster
from apstream_cli.flow_words import hindrances
from apstream_cli.invoice_page import show_entry, show_steps
from apstream_cli.invoices import Case
from apstream_cli.orders import carry_out, wish
from apstream_cli.plan import plan, plans
from apstream_cli.refusal import Refusal, refusals
from apstream_cli.screen import ago, instant, line, now, print_json, show_table

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Invoices that wait for a person: what about, and what to do. Amounts, supplier, bank details and coding "
    "cannot be edited here: correct the mapping, or send the invoice back.",
)

Connection = Annotated[str | None, typer.Option("--connection", help="Only this connection; quicker, too.")]
InvoiceName = Annotated[
    str, typer.Argument(metavar="INVOICE", help="Basware's invoice id, or the invoice number.")
]
Ledger = Annotated[
    CommandedLedger | None,
    typer.Option("--ledger", help="Which entry is meant if both its fetch and its posting are parked."),
]
Reason = Annotated[
    str, typer.Option("--reason", help="Why, for the audit and, sent back, for the clerk. Required.")
]
By = Annotated[str, typer.Option("--by", envvar=["USER", "LOGNAME"], help="Who decides it, for the record.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask after showing the plan.")]
Wait = Annotated[
    float, typer.Option("--wait", min=0, max=600, help="Seconds to wait for the owner's answer.")
]
Expires = Annotated[
    float,
    typer.Option(
        "--expires", min=1, max=1440, help="Minutes until the command may not be carried out any more."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command(name="list", epilog="Example: `apstream parked list --connection acme`")
def list_all(connection: Connection = None, as_json: AsJson = False) -> None:
    """Show every invoice that waits for a person: since when, why, and what may be done."""
    with refusals():
        found = asyncio.run(_parked(open_cluster(), connection))
    seen_at = now()
    if as_json:
        for case in found:
            print_json(_fields(case, now=seen_at))
        return
    if not found:
        line("Nothing is parked.")
        return
    columns = (
        "connection",
        "number",
        "invoice id",
        "parked since",
        "age",
        "step",
        "reason",
        "voucher",
        "may be done",
    )
    show_table(columns, (_row(case, now=seen_at) for case in found))


@app.command(epilog="Example: `apstream parked show 2026/000001`")
def show(name: InvoiceName, connection: Connection = None, ledger: Ledger = None) -> None:
    """Show all that is known of a parked invoice, what PeopleSoft said, and what each command would do now."""
    with refusals():
        asyncio.run(_show(open_cluster(), name, connection, ledger))


@app.command(
    epilog="Examples: `apstream parked resubmit 2026/000001 --reason 'period opened'`, "
    "`apstream parked resubmit --all-like 'period is closed' --connection acme --reason 'period opened' --yes`"
)
def resubmit(
    *,
    reason: Reason,
    name: Annotated[
        str | None, typer.Argument(metavar="INVOICE", help="Basware's invoice id, or its number.")
    ] = None,
    all_like: Annotated[
        str | None, typer.Option("--all-like", help="Every parked invoice whose reason contains this.")
    ] = None,
    connection: Connection = None,
    ledger: Ledger = None,
    by: By = "unknown",
    yes: Yes = False,
    wait: Wait = 30,
    expires: Expires = 10,
) -> None:
    """Let it go on from where it waits, through the same guards as ever; what waits with a back-off goes at once."""
    if (name is None) == (all_like is None):
        raise typer.BadParameter("wants INVOICE or --all-like, one of them")
    with refusals():
        decision = _Decision(Action.RESUBMIT, reason=reason, by=by, yes=yes, wait=wait, expires=expires)
        asyncio.run(decision.run(open_cluster(), name, connection, ledger, all_like=all_like))


@app.command(
    name="send-back",
    epilog="Example: `apstream parked send-back 2026/000001 --reason 'Cost centre 4711 is closed; use 4712.'`",
)
def send_back(
    *,
    reason: Reason,
    name: InvoiceName,
    connection: Connection = None,
    ledger: Ledger = None,
    by: By = "unknown",
    yes: Yes = False,
    wait: Wait = 30,
    expires: Expires = 10,
) -> None:
    """Tell Basware that it was not transferred, with the reason. Refused while a voucher of it exists."""
    with refusals():
        decision = _Decision(Action.SEND_BACK, reason=reason, by=by, yes=yes, wait=wait, expires=expires)
        asyncio.run(decision.run(open_cluster(), name, connection, ledger))


@app.command(epilog="Example: `apstream parked discard 2026/000001 --reason 'the supplier sent it twice'`")
def discard(
    *,
    reason: Reason,
    name: InvoiceName,
    connection: Connection = None,
    ledger: Ledger = None,
    by: By = "unknown",
    yes: Yes = False,
    wait: Wait = 30,
    expires: Expires = 10,
) -> None:
    """Do nothing more about it: it was dealt with by hand. Neither Basware nor PeopleSoft is told anything.

    One that was keyed in PeopleSoft by hand is linked instead (`apstream voucher link`), so that Basware learns of its
    payment.
    """
    with refusals():
        decision = _Decision(Action.DISCARD, reason=reason, by=by, yes=yes, wait=wait, expires=expires)
        asyncio.run(decision.run(open_cluster(), name, connection, ledger))


class _Decision:
    """One command of a person: plan first, then the question, then the order."""

    def __init__(
        self, action: Action, *, reason: str, by: str, yes: bool, wait: float, expires: float
    ) -> None:
        self._now = now()
        self._wish = wish(action, reason=reason, by=by, now=self._now, minutes=expires)
        self._yes = yes
        self._wait = wait

    async def run(
        self,
        cluster: Cluster,
        name: str | None,
        connection: str | None,
        ledger: CommandedLedger | None,
        *,
        all_like: str | None = None,
    ) -> None:
        connections = await cluster.connections()
        if name is not None:
            found = await choosing.called(cluster, connections, name, connection)
            chosen: Sequence[Case] = [choosing.one(found, ledger)]
        else:
            chosen = await choosing.alike(cluster, connections, all_like or "", connection)
        possible = self._planned(chosen)
        for each in await hindrances(cluster, connections, {case.invoice.connection_id for case in possible}):
            line(f"note: {each}")
        if not self._yes and not await asyncio.to_thread(typer.confirm, "Do it?"):
            raise Refusal("nothing was ordered")
        await carry_out(possible, self._wish, cluster=cluster, connections=connections, within=self._wait)

    def _planned(self, chosen: Sequence[Case]) -> list[Case]:
        """Prints the plan; those for which it is possible. Raises Refusal when there is none."""
        possible, reasons = [], []
        for case in chosen:
            planned = plan(case, self._wish.action, now=self._now)
            who = f"{case.invoice.connection_id} {case.invoice.number or '(no number)'} {case.invoice.id}"
            if planned.possible:
                possible.append(case)
                line(f"plan: {self._wish.action.replace('_', ' ')} {who}: {planned.says}")
            else:
                reasons.append(f"{who}: {planned.says}")
        if not possible:
            raise Refusal(*reasons)
        for each in reasons:
            line(f"left out: {each}")
        return possible


async def _parked(cluster: Cluster, connection: str | None) -> Sequence[Case]:
    return await choosing.parked(cluster, await cluster.connections(), connection)


async def _show(cluster: Cluster, name: str, connection: str | None, ledger: CommandedLedger | None) -> None:
    connections = await cluster.connections()
    case = choosing.one(await choosing.called(cluster, connections, name, connection), ledger)
    invoice = case.invoice
    shard = connections[invoice.connection_id].shard if invoice.connection_id in connections else None
    events = await cluster.events([invoice.key], shard=shard)
    show_entry(invoice, events)
    line()
    line("What was done:")
    show_steps(events)
    line()
    line("What each command would do now:")
    for each in plans(case, now=now()):
        verb = each.action.replace("_", "-")
        line(f"  {verb:<10} {each.says if each.possible else f'refused: {each.says}'}")
    for hindrance in await hindrances(cluster, connections, {invoice.connection_id}):
        line(f"note: {hindrance}")


def _row(case: Case, *, now: datetime) -> tuple[str, ...]:
    entry = case.entry
    return (
        case.invoice.connection_id,
        case.invoice.number,
        case.invoice.id,
        instant(entry.since),
        ago(entry.since, now=now),
        entry.step,
        entry.reason,
        _voucher(case),
        ", ".join(each.action.replace("_", "-") for each in plans(case, now=now) if each.possible),
    )


def _fields(case: Case, *, now: datetime) -> dict[str, Any]:
    entry = case.entry
    return {
        "connection": case.invoice.connection_id,
        "number": case.invoice.number,
        "invoice_id": case.invoice.id,
        "ledger": case.ledger,
        "since": entry.since,
        "age_seconds": (now - entry.since).total_seconds() if entry.since else None,
        "step": entry.step,
        "reason": entry.reason,
        "voucher": _voucher(case),
        "sequence": entry.sequence,
        "may_be_done": [each.action for each in plans(case, now=now) if each.possible],
    }


def _voucher(case: Case) -> str:
    entry: Entry[InvoiceState] | None = case.invoice.entry
    voucher = entry.body.voucher if entry is not None and case.ledger is CommandedLedger.VOUCHERS else None
    return f"{voucher.business_unit}/{voucher.voucher_id}" if voucher else ""
