"""What can be seen of the webhooks."""

from chassis import metrics

ACCEPTED = metrics.counter(
    "webhooks_accepted",
    "Webhooks answered 200, by outcome: published, duplicate, connection_test, unsigned_test or unhandled.",
    ("connection", "outcome"),
)
REFUSED = metrics.counter(
    "webhooks_refused",
    "Webhooks not answered 200, by reason. Refusals of connections that do not exist are counted together.",
    ("connection", "reason"),
)
SECONDS = metrics.histogram(
    "webhook_seconds",
    "Time from the head of a webhook to its answer, by HTTP status.",
    ("status",),
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
IN_FLIGHT = metrics.gauge("webhooks_in_flight", "Webhooks being worked on.")

UNKNOWN = "unknown"
"""The connection label of whatever is not known to be a connection; a sender must not be able to make labels."""
