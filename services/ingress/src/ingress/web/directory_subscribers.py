"""The connections of `ap.connections` as subscribers of webhooks."""

from chassis.connections import ConnectionDirectory

from ingress.web.decision import Subscriber
from ingress.web.ports import NotUsable


class DirectorySubscribers:
    """Looks a connection up at every webhook, so a changed secret counts at once."""

    def __init__(self, *, directory: ConnectionDirectory) -> None:
        self._directory = directory

    def not_ready(self) -> str | None:
        """As the port says. One connection that cannot be used does not close the door for the others."""
        return None if self._directory.ready else self._directory.problem()

    def find(self, connection_id: str) -> Subscriber | None:
        """As the port says."""
        connection = self._directory.get(connection_id)
        if connection is not None:
            return Subscriber(
                connection_id=connection.id,
                shard=connection.shard,
                secrets=tuple(secret.reveal() for secret in connection.basware.webhook_secrets),
                timestamp=connection.basware.timestamp,
                unsigned_test_until=connection.basware.unsigned_test_until,
            )
        reason = self._directory.unusable.get(connection_id)
        if reason is not None:
            raise NotUsable(reason)
        return None
