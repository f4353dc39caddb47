"""How long invoices take from the fetch of their document to the committed voucher, and to Basware's word on it."""

from collections import OrderedDict
from datetime import datetime

from ap_domain.invoice_state import InvoiceState, Step
from chassis import metrics
from chassis.ledger.entry import Entry

SECONDS = metrics.histogram(
    "invoice_posting_seconds",
    "Time from the fetch of a document, which follows its webhook at once, to the committed voucher.",
    ("connection",),
    buckets=(0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600),
)
CONFIRMED = metrics.histogram(
    "invoice_confirmed_seconds",
    "Time from the fetch of a document to Basware's confirmation of its voucher, both seen by one process.",
    ("connection",),
    buckets=(1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600, 14_400, 86_400),
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


class ConfirmingTime:
    """Told of every committed entry; counts each confirmation whose asking it saw.

    The fetch is remembered while Basware is asked: the entry that ends may name a newer one, which waited for that.
    """

    def __init__(self) -> None:
        self._fetched: OrderedDict[str, datetime] = OrderedDict()

    def committed(self, entry: Entry[InvoiceState]) -> None:
        """Remember the fetch of an invoice that waits for its confirmation, observe one that has it."""
        fetched_at = self._fetched.pop(entry.key, None)
        if entry.step == Step.CONFIRM:
            self._fetched[entry.key] = entry.body.document.fetched_at
            if len(self._fetched) > REMEMBERED:
                self._fetched.popitem(last=False)
        elif entry.step == Step.CONFIRMED and fetched_at is not None and entry.since is not None:
            taken = (entry.since - fetched_at).total_seconds()
            CONFIRMED.labels(connection=entry.connection_id).observe(max(taken, 0.0))
