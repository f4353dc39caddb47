"""What can be seen of fetching documents, beside the ledger's own metrics."""

from chassis import metrics

SWEEPS = metrics.counter(
    "sweeps",
    "Turns of listing what Basware offers, by outcome: complete, failed, or broken_off because the flow no longer ran.",
    ("connection", "outcome"),
)
SWEEP_COMPLETE = metrics.gauge(
    "sweep_complete_timestamp_seconds",
    "When the last complete turn ended, in seconds since 1970; only at the process that owns the connection.",
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
