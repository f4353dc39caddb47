"""The ``apstream`` command: its groups, each in a module of its own."""

import logging
import sys

import structlog
import typer

from apstream_cli.groups import LazyGroups

__all__ = ["app"]

app = typer.Typer(
    cls=LazyGroups,
    name="apstream",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="Operate apstream: invoices that wait for a person, flows, master data, payments, customers' "
    "connections and mappings, Kafka topics, the audit.\n\n"
    "Kafka is found by `APSTREAM_KAFKA_BOOTSTRAP` (host:port), keys by `APSTREAM_KEYS_FILE`.\n\n"
    "Exit status: 0 done, 1 refused (the reasons are printed), 2 wrong usage or settings.",
)


@app.callback()
def begin() -> None:
    """Clients' logs are not for people: what went wrong is said by the command itself."""
    for name in ("aiokafka", "chassis.librdkafka", "kafka"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger("error"),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
