"""How long webhooks wait for the document they name."""

from ap_domain.fetch_state import FetchState, Step
from chassis.ledger.entry import Entry

from ingress.documents.metrics import WEBHOOK_FETCH


def observe_fetch(entry: Entry[FetchState]) -> None:
    """To be told of every committed entry: one at rest that names a webhook is committed once, as it publishes.

    Two processes' clocks take part; what would be negative counts as 0.
    """
    webhook_at = entry.body.webhook_at
    if entry.step != Step.FETCHED or webhook_at is None or entry.since is None:
        return
    WEBHOOK_FETCH.labels(entry.connection_id).observe(max((entry.since - webhook_at).total_seconds(), 0.0))
