"""How long invoices take from the fetch of their document to the committed voucher."""

from collections import OrderedDict
from datetime import datetime

from ap_domain.invoice_state import InvoiceState
from chassis import metrics
from chassis.ledger.entry import Entry

SECONDS = metrics.histogram(
    "invoice_posting_seconds",
    "Time from the fetch of a document, which follows its webhook at once, to the committed voucher.",
    ("connection",),
    buckets=(0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600),
)
REMEMBERED = 10_000


class PostingTime:
    """Told of every committed entry; counts each voucher once (a restart may count the latest ones again)."""

    def __init__(self) -> None:
        self._counted: OrderedDict[str, datetime] = OrderedDict()

    def committed(self, entry: Entry[InvoiceState]) -> None:
        """Observe the voucher of this entry, unless it was observed before."""
        posted_at = entry.body.posted_at
        if posted_at is None or posted_at != entry.since or self._counted.get(entry.key) == posted_at:
            return
        self._counted[entry.key] = posted_at
        if len(self._counted) > REMEMBERED:
            self._counted.popitem(last=False)
        taken = (posted_at - entry.body.document.fetched_at).total_seconds()
        SECONDS.labels(connection=entry.connection_id).observe(max(taken, 0.0))
