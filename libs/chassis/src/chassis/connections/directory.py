"""All connections, as a service sees them: read whole at the start, followed from then on."""

from collections.abc import Callable
from types import MappingProxyType

import structlog

from chassis.connections.connection import Connection
from chassis.connections.record import CONNECTION, ConnectionRecord, unseal_connection
from chassis.connections.secrets import KeyMissing, KeyRing, SealBroken
from chassis.errors import Undecodable
from chassis.follower import CompactedFollower, ConsumerRecord
from chassis.keys import split_key
from chassis.topics import CONNECTIONS

__all__ = ["ConnectionDirectory", "OnChange"]

OnChange = Callable[[Connection], None]
"""Called on the event loop with each connection that is read or changed; must not block."""

log = structlog.get_logger(__name__)


class ConnectionDirectory:
    """A connection whose secrets cannot be decrypted, or whose document this release cannot read, is in
    ``unusable`` with the reason, and `get` does not give it; the others go on.

    A version not higher than the one held is reported and ignored. A schema that is not known ends `run`:
    this process would work with old credentials.
    """

    def __init__(self, *, bootstrap: str, keys: KeyRing) -> None:
        self._keys = keys
        self._records: dict[str, ConnectionRecord] = {}
        self._usable: dict[str, Connection] = {}
        self._unusable: dict[str, str] = {}
        self._listeners: list[OnChange] = []
        self._follower = CompactedFollower(bootstrap=bootstrap, topic=CONNECTIONS, apply=self._on_record)

    async def run(self) -> None:
        """Follows until cancelled; belongs in the service's task group. Raises when the first load fails."""
        await self._follower.run()

    async def load(self) -> None:
        """Reads what is there and returns: for commands."""
        await self._follower.load()

    async def loaded(self) -> None:
        """Returns once everything that lay in the topic at the start has been read."""
        await self._follower.ready.wait()

    @property
    def ready(self) -> bool:
        """Whether the topic has been read to its end: before that, an unknown connection may exist."""
        return self._follower.ready.is_set()

    @property
    def unusable(self) -> MappingProxyType[str, str]:
        """Connections that exist but cannot be used here, and why."""
        return MappingProxyType(self._unusable)

    def problem(self) -> str | None:
        """For `AdminServer.ready_when`."""
        if not self.ready:
            return "ap.connections has not been read to its end"
        if self._unusable:
            return "; ".join(
                f"{connection}: {reason}" for connection, reason in sorted(self._unusable.items())
            )
        return None

    def get(self, connection_id: str) -> Connection | None:
        """None when there is no such connection or it is unusable."""
        return self._usable.get(connection_id)

    def version(self, connection_id: str) -> int | None:
        """The current version, usable or not."""
        record = self._records.get(connection_id)
        return record.version if record else None

    def all(self) -> tuple[Connection, ...]:
        """The usable connections, by id."""
        return tuple(self._usable[connection_id] for connection_id in sorted(self._usable))

    def on_change(self, listener: OnChange) -> None:
        """Calls ``listener`` for every connection known already and for every later change."""
        self._listeners.append(listener)
        for connection in self.all():
            listener(connection)

    def _on_record(self, message: ConsumerRecord) -> None:
        if message.value is None:
            log.warning(
                "a connection's record was erased in Kafka; it stays as it was", key=repr(message.key)
            )
            return
        try:
            record = CONNECTION.decode(message.value)
        except Undecodable as error:
            self._refuse_undecodable(message, error)
            return
        self.take(record)

    def take(self, record: ConnectionRecord) -> None:
        """Makes ``record`` the current one of its connection, if it is newer."""
        held = self._records.get(record.connection_id)
        if held is not None and record.version <= held.version:
            log.error(
                "a connection's version is not higher than the one held; ignored",
                connection=record.connection_id,
                version=record.version,
                held=held.version,
            )
            return
        self._records[record.connection_id] = record
        try:
            connection = unseal_connection(record, keys=self._keys)
        except (KeyMissing, SealBroken) as error:
            self._set_aside(record.connection_id, str(error))
            return
        except Exception as error:  # noqa: BLE001 - one customer's document must not end the service of all
            said = f"{type(error).__name__}: {error}"
            self._set_aside(record.connection_id, f"this release cannot read its document: {said}")
            return
        self._unusable.pop(record.connection_id, None)
        self._usable[record.connection_id] = connection
        for listener in self._listeners:
            listener(connection)

    def _refuse_undecodable(self, message: ConsumerRecord, error: Undecodable) -> None:
        try:
            connection_id = split_key(message.key or b"")[0]
        except ValueError:
            connection_id = repr(message.key)
        self._set_aside(connection_id, f"its record cannot be decoded: {error}")

    def _set_aside(self, connection_id: str, reason: str) -> None:
        self._usable.pop(connection_id, None)
        self._unusable[connection_id] = reason
        log.error("a connection cannot be used", connection=connection_id, reason=reason)
