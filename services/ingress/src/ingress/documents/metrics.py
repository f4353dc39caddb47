"""What can be seen of fetching documents, beside the ledger's own metrics."""

from chassis import metrics

SWEEPS = metrics.counter(
    "sweeps",
    "Turns of listing what Basware offers, by outcome: complete, failed, or broken_off because the flow no longer ran.",
    ("connection", "outcome"),
)
SWEEP_COMPLETE = metrics.gauge(
    "sweep_complete_timestamp_seconds",
    "When the last complete turn ended, or this process began to sweep the connection; in seconds since 1970.",
    ("connection",),
)
SWEEP_MISSED = metrics.counter(
    "sweep_missed",
    "Documents found waiting of which no webhook had told (or not yet: it may have been on its way).",
    ("connection",),
)
SWEEP_TAKEN = metrics.counter(
    "sweep_taken_by_others",
    "Documents found acknowledged that were never published here as offered: another consumer reads the tenant.",
    ("connection",),
)
WEBHOOK_FETCH = metrics.histogram(
    "webhook_fetch_seconds",
    "Time from the receipt of a webhook to the committed document. One that came during another fetch is left out.",
    ("connection",),
    buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600),
)
HANDED_OVER = metrics.counter(
    "documents_handed_over",
    "Documents handed over to the connection of the same Basware tenant that serves their company code.",
    ("connection", "to"),
)
UNSERVED = metrics.counter(
    "documents_unserved",
    "Fetches of documents whose company code no connection of the Basware tenant serves: parked.",
    ("connection",),
)
