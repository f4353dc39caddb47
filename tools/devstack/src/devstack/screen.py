"""What `python -m devstack` shows: the table of addresses and the table of processes."""

import sys
from datetime import date

from rich.console import Console
from rich.table import Table

from devstack.endpoints import Endpoints
from devstack.run_state import RunState

_WIDTH_OF_FILES = 200


def console() -> Console:
    """Lines are never wrapped: addresses and paths are there to be copied. Tables in a file are as wide as needed."""
    return Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else _WIDTH_OF_FILES)


def addresses(endpoints: Endpoints) -> Table:
    table = Table("what", "where", title="apstream is up", title_justify="left")
    table.add_row("Kafka", endpoints.kafka)
    table.add_row("webhooks", endpoints.ingress)
    table.add_row("Basware (simulated)", f"{endpoints.basware}/control/books")
    table.add_row("PeopleSoft (simulated)", f"{endpoints.peoplesoft}/control/vouchers")
    if endpoints.console is not None:
        table.add_row("console", endpoints.console)
    for service, url in endpoints.metrics.items():
        table.add_row(f"{service} metrics", url)
    for connection, endpoint in endpoints.connections.items():
        table.add_row(f"connection {connection}", endpoint.webhook)
        table.add_row(f"{connection} webhook secret", endpoint.secret_file)
    return table


def worth_trying(endpoints: Endpoints, *, day: date) -> str:
    """Commands that show what the demo of a day left, ready to be copied."""
    return "\n".join(
        (
            "worth trying, in another terminal:",
            f"  export APSTREAM_KAFKA_BOOTSTRAP={endpoints.kafka}",
            "  .venv/bin/apstream invoice show A-401 --connection acme     # refused, corrected, posted",
            "  .venv/bin/apstream invoice show N-822 --connection nordic   # in doubt, proven absent, created again",
            "  .venv/bin/apstream parked show A-514                        # waits for you: what each command would do",
            "  .venv/bin/apstream parked send-back A-514 --reason 'Entered by hand as voucher 00900515.'",
            "  .venv/bin/apstream flow pause acme peoplesoft --reason 'month-end close'   # and `flow resume`",
            "  .venv/bin/apstream audit show --connection nordic",
            "  .venv/bin/apstream masterdata status --connection acme",
            "  .venv/bin/apstream masterdata run-now suppliers --full --connection acme",
            "  .venv/bin/apstream payments status                          # PeopleSoft pays each minute",
            "  .venv/bin/apstream payments show A-103                      # paid, voided, open again",
            "  .venv/bin/apstream payments exceptions",
            "  .venv/bin/apstream voucher link A-514 --business-unit US001 --voucher 00900515 --reason 'it is this'",
            f"  .venv/bin/apstream reconcile --from {day} --to {day}",
        )
    )


def processes(state: RunState) -> Table:
    living = state.living()
    table = Table("process", "number", "state")
    for recorded in state.processes:
        running = recorded.name in living
        table.add_row(recorded.name, str(recorded.identity.pid), "runs" if running else "[red]ended[/]")
    return table
