"""What lies in the topics of payments, followed as it comes."""

from tests.journeys.topic_records import INVOICES, PICTURES, UNREADABLE
from tests.journeys.topic_watch import TopicWatch

RESULTS = "payments.poll-results"
RECONCILIATIONS = "ap.reconciliations"
AUDIT = "audit.payment-poller"


class PaymentWatch(TopicWatch):
    """Polls, pictures and the poster's ledger."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(bootstrap, (RESULTS, PICTURES, RECONCILIATIONS, AUDIT, INVOICES, UNREADABLE))
