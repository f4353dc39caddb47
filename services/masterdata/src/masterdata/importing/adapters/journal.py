"""The port Journal over Kafka's plain producer: every word is an overwrite that may be repeated."""

import asyncio
from collections.abc import Sequence

import structlog
from ap_domain.audit import AuditEvent
from ap_domain.masterdata.record import ImportState
from chassis import topics
from chassis.errors import NotDurable, RecordTooLarge
from chassis.keys import record_key
from chassis.producer import DurableProducer
from chassis.records import AUDIT_EVENT, IMPORT_STATE

__all__ = ["KafkaJournal"]

log = structlog.get_logger("masterdata.importing")


class KafkaJournal:
    """Journal."""

    def __init__(self, *, producer: DurableProducer) -> None:
        self._producer = producer

    async def publish(self, shard: int, states: Sequence[ImportState]) -> Sequence[ImportState]:
        """As the port says."""
        durable = await asyncio.gather(*(self._publish(shard, state) for state in states))
        return [state for state, done in zip(states, durable, strict=True) if done]

    async def audit(self, shard: int, event: AuditEvent) -> bool:
        """As the port says."""
        try:
            await self._producer.send(
                topic=topics.AUDIT_MASTERDATA.name,
                partition=shard,
                key=event.event_id.encode(),
                value=AUDIT_EVENT.encode(event),
            )
        except (NotDurable, RecordTooLarge) as failed:
            log.warning(
                "an audit event is not durable", record=event.record, action=event.action, said=str(failed)
            )
            return isinstance(failed, RecordTooLarge)
        return True

    async def _publish(self, shard: int, state: ImportState) -> bool:
        try:
            await self._producer.send(
                topic=topics.MASTERDATA_IMPORTS.name,
                partition=shard,
                key=record_key(state.connection_id, state.entity, state.external_code),
                value=IMPORT_STATE.encode(state),
            )
        except (NotDurable, RecordTooLarge) as failed:
            log.warning("a word on a record is not durable", said=str(failed))
            return False
        return True
