"""The reconciliation of both systems as a service runs it: the clients of a connection, and our ledger from Kafka."""

from collections.abc import Callable
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from ap_domain.payments import PaymentPlan
from ap_domain.reconciliation import Reconciliation
from basware import BaswareClients, BaswareError
from chassis.connections import Connection
from chassis.ledger.ports import Clock
from chassis.ledger.signals import count_renewal
from chassis.ledger.words import words
from peoplesoft import CredentialsRefused, NotAuthorised, PeopleSoftError, SteppingSource
from reconciliation import ReconciliationFailed, read_ledger, reconcile

from payment_poller.adapters.clients import PeopleSoftClients
from payment_poller.ports import SourceFailed

__all__ = ["Reconciler"]


class Reconciler:
    """Every failure is SourceFailed; only that PeopleSoft refuses the operator or the queries stops our flow."""

    def __init__(
        self, *, bootstrap: str, peoplesoft: PeopleSoftClients, basware: BaswareClients, clock: Clock
    ) -> None:
        self._bootstrap = bootstrap
        self._peoplesoft = peoplesoft
        self._basware = basware
        self._clock = clock

    async def reconcile(
        self,
        connection: Connection,
        plan: PaymentPlan,
        *,
        first_day: date,
        last_day: date,
        stepped: Callable[[], None],
    ) -> Reconciliation:
        """As the port says."""
        side = connection.basware
        zone: ZoneInfo = plan.time_zone
        try:
            return await reconcile(
                connection,
                first_day=first_day,
                last_day=last_day,
                ledger=read_ledger(bootstrap=self._bootstrap, connection=connection, zone=zone),
                basware=self._basware.of(
                    connection.id,
                    version=connection.version,
                    base_url=side.base_url,
                    client_id=side.client_id,
                    client_secret=side.client_secret.reveal(),
                    on_renewal=partial(count_renewal, connection.id),
                ),
                peoplesoft=SteppingSource(source=self._peoplesoft.queries(connection, plan), stepped=stepped),
                clock=self._clock.now,
                progress=lambda _: stepped(),
            )
        except ReconciliationFailed as failed:
            stops = isinstance(failed.__cause__, CredentialsRefused | NotAuthorised)
            raise SourceFailed(words(failed), stops=stops) from failed
        except (BaswareError, PeopleSoftError) as error:
            raise SourceFailed(words(error)) from error
