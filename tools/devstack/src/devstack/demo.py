"""One approved invoice, watched from the webhook to the confirmed voucher."""

import asyncio
import json
from typing import Any

from rich.console import Console

from devstack.connection_spec import ConnectionSpec
from devstack.control import ControlApi
from devstack.invoice_trail import STEPS, InvoiceTrail
from devstack.stack import Stack

_WITHIN = 60.0
_POLL = 0.05
_WIDEST_STEP = max(len(step) for step in STEPS)


async def demonstrate(
    stack: Stack, *, connection: ConnectionSpec, console: Console, within: float = _WITHIN
) -> bool:
    """Approve an invoice in the simulated Basware and show each step as it happens.

    True if it is confirmed on both sides within so many seconds. If not, what both sides know is printed.
    """
    async with (
        ControlApi(name="Basware", base_url=stack.basware_url) as basware,
        ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url) as peoplesoft,
    ):
        invoice = await _approve(basware, connection)
        number, sum_due = invoice["invoiceNumber"], f"{invoice['currencyCode']} {invoice['grossSum']}"
        console.print(
            f"\n[bold]approved in Basware:[/] invoice {number} of {invoice['supplierName']}, {sum_due}"
        )
        started = asyncio.get_running_loop().time()
        shown: set[str] = set()
        with console.status("waiting for Basware's webhook") as spinner:
            while True:
                trail = await _look(basware, peoplesoft, connection=connection, invoice=invoice)
                elapsed = asyncio.get_running_loop().time() - started
                for step, detail in trail.reached().items():
                    if step not in shown:
                        console.print(f"  [green]✓[/] {elapsed:6.2f} s  {step:{_WIDEST_STEP}}  {detail}")
                        shown.add(step)
                if trail.confirmed or trail.failed or elapsed > within:
                    break
                spinner.update(f"next: {next((step for step in STEPS if step not in shown), '')}")
                await asyncio.sleep(_POLL)
        for violation in trail.violations:
            console.print(f"  [red]Basware's rules were broken:[/] {violation}")
        if trail.confirmed:
            console.print("[bold green]confirmed on both sides[/]: one invoice, one voucher\n")
            return True
        await _explain(stack, basware, peoplesoft, invoice=invoice, console=console)
        return False


async def _approve(basware: ControlApi, connection: ConnectionSpec) -> dict[str, Any]:
    """The document as approved. It is passed on as text: its amounts keep the digits they have."""
    document = await basware.get_text("sample", seed="1", company=connection.company_codes[0])
    await basware.post_text("documents", f'{{"tenant": {json.dumps(connection.id)}, "document": {document}}}')
    invoice: dict[str, Any] = json.loads(document, parse_float=str)
    return invoice


async def _look(
    basware: ControlApi, peoplesoft: ControlApi, *, connection: ConnectionSpec, invoice: dict[str, Any]
) -> InvoiceTrail:
    document, found = await asyncio.gather(
        basware.get(f"documents/{invoice['invoiceId']}", tenant=connection.id),
        peoplesoft.get("vouchers", node=connection.node, invoice_id=invoice["invoiceNumber"]),
    )
    return InvoiceTrail.read(document, found["vouchers"])


async def _explain(
    stack: Stack, basware: ControlApi, peoplesoft: ControlApi, *, invoice: dict[str, Any], console: Console
) -> None:
    console.print("[bold red]not confirmed[/]. What Basware's books say of it:")
    document = await basware.get(f"documents/{invoice['invoiceId']}")
    for entry in document["history"]:
        console.print(f"  {entry['at']} {entry['event']} {entry['detail']}", markup=False)
    for report in document["responses"]:
        console.print(f"  response {json.dumps(report)}", markup=False)
    console.print("The calls PeopleSoft got:")
    for call in (await peoplesoft.get("requests", limit="20"))["requests"]:
        console.print(f"  {call['received_at']} {call['operation']}: {call['outcome']}", markup=False)
    console.print(f"What the services did: {stack.run_dir / 'logs'}", markup=False)
