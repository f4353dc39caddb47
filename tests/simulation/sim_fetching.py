"""The caller of the document fetcher: reads what Basware holds at that moment."""

from ap_domain.document import AccountingDocument
from ap_domain.fetch_state import FetchState
from chassis.ledger.entry import Entry
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Done, Outcome, Retry
from chassis.ledger.ports import Gate
from ingress.documents.core.answers import Fetched

from .sim_remotes import Away, Network, NoAnswer


class FetchCaller:
    """Caller of the document fetcher: reads what Basware holds at that moment."""

    def __init__(self, network: Network, current: dict[str, AccountingDocument]) -> None:
        self._network = network
        self._current = current

    async def call(self, entry: Entry[FetchState], call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        try:
            document = await self._network.exchange(lambda: self._current[entry.body.invoice_id])
        except (Away, NoAnswer):
            return Retry(reason="away")
        return Done(value=Fetched(document=document, content=document.content_digest))

    async def probe(self, connection_id: str, remote: str) -> bool:
        return True
