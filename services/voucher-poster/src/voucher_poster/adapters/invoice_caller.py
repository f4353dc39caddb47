"""The calls of an invoice, each by the steps of its remote."""

from ap_domain.invoice_state import InvoiceState
from basware import BaswareError
from basware import CredentialsRefused as RefusedByBasware
from chassis.connections import Connection, ConnectionDirectory
from chassis.ledger.entry import Entry, Stop
from chassis.ledger.machine import Call
from chassis.ledger.outcomes import Outcome, Retry
from chassis.ledger.ports import Clock, Flows, Gate
from chassis.ledger.words import words
from peoplesoft import (
    ConfigurationError,
    NotAuthorised,
    PeopleSoftError,
)
from peoplesoft import CredentialsRefused as RefusedByPeopleSoft

from voucher_poster.adapters.basware_clients import BaswareClients
from voucher_poster.adapters.basware_steps import BaswareSteps
from voucher_poster.adapters.peoplesoft_clients import PeopleSoftClients
from voucher_poster.adapters.peoplesoft_steps import PeopleSoftSteps
from voucher_poster.adapters.refusals_in_a_row import RefusalsInARow
from voucher_poster.core.calls import BASWARE

ASK_AGAIN_SECONDS = 5.0


class InvoiceCaller:
    """Caller of the voucher poster."""

    def __init__(
        self,
        *,
        directory: ConnectionDirectory,
        flows: Flows,
        clock: Clock,
        basware: BaswareClients,
        peoplesoft: PeopleSoftClients,
        basware_steps: BaswareSteps,
        peoplesoft_steps: PeopleSoftSteps,
    ) -> None:
        self._directory = directory
        self._flows = flows
        self._clock = clock
        self._basware = basware
        self._peoplesoft = peoplesoft
        self._basware_steps = basware_steps
        self._peoplesoft_steps = peoplesoft_steps
        self._refusals = RefusalsInARow()

    async def call(self, entry: Entry[InvoiceState], call: Call, *, gate: Gate, repeat: bool) -> Outcome:
        """As the port says."""
        connection = self._directory.get(entry.connection_id)
        if connection is None:
            reason = f"connection {entry.connection_id} cannot be used here"
            return Retry(reason=reason, after=ASK_AGAIN_SECONDS, blame=False, effect=False, asked=False)
        if call.remote == BASWARE:
            gate()
            return await self._basware_steps.call(call.name, entry, connection, repeat=repeat)
        outcome = await self._peoplesoft_steps.call(call.name, entry, connection, gate=gate)
        return self._refusals.seen(outcome, entry, connection, call=call.name)

    async def probe(self, connection_id: str, remote: str) -> bool:
        """As the port says. Refused credentials stop the flow again: each try brings an account nearer its lock."""
        connection = self._directory.get(connection_id)
        if connection is None:
            return False
        try:
            if remote == BASWARE:
                await self._basware.of(connection).ping()
            else:
                await self._peoplesoft.of(connection).interface.ping()
        except (RefusedByBasware, RefusedByPeopleSoft, NotAuthorised, ConfigurationError) as refused:
            await self._stop(connection, remote, refused)
            return False
        except (BaswareError, PeopleSoftError):
            return False
        return True

    async def _stop(self, connection: Connection, remote: str, refused: Exception) -> None:
        stop = Stop(
            flow=remote, connection_version=connection.version, at=self._clock.now(), reason=words(refused)
        )
        await self._flows.stop(connection.id, stop)
