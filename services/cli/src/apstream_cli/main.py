"""The ``apstream`` command: its groups, each in a module of its own."""

import typer

from apstream_cli import audit, connection, topics

__all__ = ["app"]

app = typer.Typer(
    name="apstream",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="Operate apstream: its Kafka topics, its customers' connections, its audit.\n\n"
    "Kafka is found by `APSTREAM_KAFKA_BOOTSTRAP` (host:port), keys by `APSTREAM_KEYS_FILE`.\n\n"
    "Exit status: 0 done, 1 refused (the reasons are printed), 2 wrong usage or settings.",
)
app.add_typer(topics.app, name="topics")
app.add_typer(connection.app, name="connection")
app.add_typer(audit.app, name="audit")
