"""What the ledger tells to metrics and logs."""

from collections.abc import Mapping

import structlog
from chassis import metrics
from prometheus_client import Counter

log = structlog.get_logger("chassis.ledger")

COUNTERS: Mapping[str, Counter] = {
    "calls": metrics.counter(
        "ledger_calls", "Calls to remotes that came to an end, by outcome.", ("connection", "call", "outcome")
    ),
    "alerts": metrics.counter(
        "ledger_alerts",
        "Times PeopleSoft showed other than the one voucher of an invoice: more than one, one that another invoice "
        "has, one of an invoice that ended without any, or none after a second create. It is parked, its audit says "
        "alert=yes. Alert on any: runbook second-voucher.",
        ("connection",),
    ),
    "ledger_decisions": metrics.counter(
        "ledger_decisions", "Transactions of the ledger: each holds one decision or more.", ("topic",)
    ),
    "ledger_markers_missing": metrics.counter(
        "ledger_markers_missing",
        "Times a partition showed committed records without their markers (a broker crashed); must not grow.",
        ("topic",),
    ),
    "ledger_clock_behind": metrics.counter(
        "ledger_clock_behind",
        "Partitions loaded in which another host wrote a record that this host's clock says is yet to come: set the "
        "clocks of the hosts, runbook clock-behind.",
        ("topic",),
    ),
    "ledger_repeated_version": metrics.counter(
        "ledger_repeated_version",
        "Entries read whose version was not higher than the one before: two owners wrote. Alert on any.",
        ("topic",),
    ),
    "throttled": metrics.counter(
        "throttled",
        "Times a remote asked to be left alone (429, Retry-After), by calls and sweeps.",
        ("connection", "remote"),
    ),
    "unreadable": metrics.counter(
        "ledger_unreadable", "Input records set aside because their bytes cannot be decoded.", ("topic",)
    ),
    "intake_stopped": metrics.counter(
        "ledger_intake_stopped",
        "Times a partition's intake stopped at a schema this release does not know: upgrade.",
        ("topic",),
    ),
}


TOKEN_RENEWALS = metrics.counter(
    "token_renewals",
    "Access tokens asked of Basware, by outcome: renewed, refused (the credentials), or failed.",
    ("connection", "outcome"),
)


def count_renewal(connection_id: str, outcome: str) -> None:
    """A request for an access token ended: renewed, refused or failed."""
    TOKEN_RENEWALS.labels(connection_id, outcome).inc()


class ServiceSignals:
    """Signals, over Prometheus and structlog."""

    def count(self, name: str, **labels: str) -> None:
        """As the port says. A name that is not in the catalogue is logged, once a call."""
        counter = COUNTERS.get(name)
        if counter is None:
            log.error("a count without a metric", name=name, **labels)
            return
        counter.labels(**labels).inc()

    def log(self, level: str, event: str, **fields: object) -> None:
        """As the port says."""
        write = {"error": log.error, "warning": log.warning, "info": log.info}.get(level, log.error)
        write(event, **fields)
