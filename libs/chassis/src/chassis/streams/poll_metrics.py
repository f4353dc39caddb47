"""What can be seen of polls."""

from chassis import metrics

POLLS = metrics.counter(
    "polls", "Polls that ended, by outcome: complete, failed or held.", ("connection", "subject", "outcome")
)
POLLS_RUNNING = metrics.gauge("polls_running", "Polls under way in this process.", ("connection",))
POLL_OVERDUE = metrics.gauge(
    "poll_overdue_seconds",
    "Age against the schedule: how long ago the first time was due for which no poll has answered since; 0 if none.",
    ("connection", "subject", "kind"),
)
POLLED = metrics.counter(
    "polled_records",
    "Records of polls by what was found: read, changed, deactivated, faulty; grows while a poll runs.",
    ("connection", "subject", "found"),
)
ORDERS_REFUSED = metrics.counter(
    "poll_orders_refused",
    "Orders to poll that could not be carried out; the audit says why.",
    ("connection",),
)
