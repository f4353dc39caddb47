"""Audit events of stream services: written by the plain producer, the same event however often it is told."""

from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from ap_domain.audit import AuditEvent
from ap_domain.command import Command

from chassis.keys import record_key
from chassis.ledger.words import words
from chassis.producer import DurableProducer
from chassis.records import AUDIT_EVENT
from chassis.topics import Topic

__all__ = ["StreamAudit"]

_AUDIT: UUID = uuid5(NAMESPACE_URL, "apstream:stream-audit")


class StreamAudit:
    """The audit of one stream service. An event's id is made of what it is about (a poll, an order) and what was done:
    told again after a crash it replaces itself.
    """

    def __init__(self, *, producer: DurableProducer, topic: Topic, service: str, instance: str) -> None:
        self._producer = producer
        self._topic = topic
        self._service = service
        self._instance = instance

    async def tell(
        self,
        *,
        shard: int,
        connection_id: str,
        record: tuple[str, ...],
        about: str,
        action: str,
        at: datetime,
        detail: Mapping[str, str],
        attempt: int = 1,
    ) -> None:
        """Returns once the event is durable. ``record`` is the rest of its record's key. Raises NotDurable."""
        event_id = str(uuid5(_AUDIT, f"{self._service}|{about}|{action}"))
        event = AuditEvent(
            event_id=event_id,
            connection_id=connection_id,
            record=record_key(connection_id, *record).decode(),
            service=self._service,
            at=at,
            action=action,
            detail={name: words(said) for name, said in detail.items()},
            attempt=attempt,
            actor=self._instance,
            sequence=0,
        )
        await self._producer.send(
            topic=self._topic.name,
            partition=shard,
            key=event_id.encode(),
            value=AUDIT_EVENT.encode(event),
        )

    async def answer(self, command: Command, *, shard: int, applied: bool, said: str, at: datetime) -> None:
        """What became of an order, under its id, as every service answers. Raises NotDurable."""
        await self.tell(
            shard=shard,
            connection_id=command.connection_id,
            record=(command.record_id,),
            about=command.command_id,
            action="command applied" if applied else "command refused",
            at=at,
            detail={
                "command": command.command_id,
                "action": str(command.action),
                "by": command.actor,
                "reason": command.reason,
                "said": said,
            },
        )
