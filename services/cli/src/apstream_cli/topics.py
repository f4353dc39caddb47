"""``apstream topics``: the cluster's topics against the catalogue."""

from typing import Annotated

import typer
from chassis.settings import ServiceSettings, load
from chassis.topic_admin import Change, ChangeKind, TopicAdmin
from rich.console import Console
from rich.table import Table

from apstream_cli.refusal import refusals, refuse

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, help="Create and check the topics of the catalogue; nothing is ever deleted."
)

console = Console()

MEANING = {
    ChangeKind.CREATE: "create",
    ChangeKind.CONFIGURE: "set",
    ChangeKind.DIFFERS: "differs, left alone",
}

Partitions = Annotated[
    int | None,
    typer.Option(
        min=1, max=1024, help="Partitions of the topics of work; by default APSTREAM_PARTITIONS, else 12."
    ),
]


@app.command(epilog="Example: `apstream topics plan --partitions 48`")
def plan(partitions: Partitions = None) -> None:
    """Show what `apply` would do. Changes nothing."""
    with refusals(), _admin(partitions) as admin:
        changes = admin.plan()
    _show(changes)
    _refuse_differences(changes)


@app.command(epilog="Example: `APSTREAM_KAFKA_BOOTSTRAP=127.0.0.1:9092 apstream topics apply`")
def apply(partitions: Partitions = None) -> None:
    """Create missing topics and correct settings. What could lose data is shown and left alone (exit status 1)."""
    with refusals(), _admin(partitions) as admin:
        changes = admin.apply()
    _show(changes)
    _refuse_differences(changes)


def _admin(partitions: int | None) -> TopicAdmin:
    settings = load(ServiceSettings)
    return TopicAdmin(bootstrap=settings.kafka_bootstrap, partitions=partitions or settings.partitions)


def _show(changes: tuple[Change, ...]) -> None:
    if not changes:
        console.print("All topics are as the catalogue has them.")
        return
    table = Table("topic", "change", "what")
    for change in changes:
        table.add_row(change.topic.name, MEANING[change.kind], change.what)
    console.print(table)


def _refuse_differences(changes: tuple[Change, ...]) -> None:
    if differing := [change for change in changes if change.kind is ChangeKind.DIFFERS]:
        raise refuse(f"{change.topic.name} {change.what}" for change in differing)
