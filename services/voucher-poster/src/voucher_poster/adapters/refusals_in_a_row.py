"""Many invoices refused one after the other mean that the mapping is wrong, not that all clerks are."""

from ap_domain.invoice_state import InvoiceState
from chassis.connections import Connection
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Outcome, Rejected, Stopped


class RefusalsInARow:
    """Counts per connection version; a voucher that is created begins the count anew.

    Counted in this process only: after a restart as many are refused again before the flow stops.
    """

    def __init__(self) -> None:
        self._refused: dict[str, tuple[int, set[str]]] = {}

    def seen(
        self, outcome: Outcome, entry: Entry[InvoiceState], connection: Connection, *, call: str
    ) -> Outcome:
        """The outcome, or a stop in the place of the refusal that is one too many."""
        if call not in ("look", "create"):
            return outcome
        if isinstance(outcome, Done) and call == "create":
            self._refused.pop(connection.id, None)
        if not isinstance(outcome, Rejected):
            return outcome
        version, invoices = self._refused.get(connection.id, (connection.version, set()))
        if version != connection.version:
            invoices = set()
        invoices.add(entry.key)
        self._refused[connection.id] = (connection.version, invoices)
        most = connection.peoplesoft.refusals_in_a_row
        if len(invoices) < most:
            return outcome
        del self._refused[connection.id]
        reason = (
            f"{most} invoices in a row were refused, the last one: {outcome.reason} Correct the mapping and apply the "
            "connection, or resume the flow if they were rightly refused."
        )
        return Stopped(reason=reason, connection_version=connection.version)
