"""Tells the end of a poll; what a crash keeps from being told is done again."""

from ap_domain.poll import PollResult

from chassis.errors import NotDurable
from chassis.failpoints import reached
from chassis.producer import DurableProducer
from chassis.records import POLL_RESULT
from chassis.streams.audit import StreamAudit
from chassis.streams.poll_agenda import TakenDue
from chassis.streams.poll_decision import attempt_of
from chassis.streams.poll_records import result_key
from chassis.topics import Topic

__all__ = ["PollEnding"]

TELLINGS = 3
"""How often a result is written before the poll is left to be found missing, and done again."""


class PollEnding:
    """First to the audit, where telling it again changes nothing, then as the result that everything else goes by."""

    def __init__(self, *, audit: StreamAudit, producer: DurableProducer, topic: Topic) -> None:
        """``topic``: where results are published, sharded as the polls are."""
        self._audit = audit
        self._producer = producer
        self._topic = topic

    async def tell(self, taken: TakenDue, result: PollResult) -> None:
        """Returns once both are durable. Raises NotDurable when the last try failed."""
        for left in reversed(range(TELLINGS)):
            try:
                await self._audit_end(taken, result)
                reached("poll audited")
                await self._producer.send(
                    topic=self._topic.name,
                    partition=taken.shard,
                    key=result_key(result.connection_id, result.subject, result.kind),
                    value=POLL_RESULT.encode(result),
                )
            except NotDurable:
                if not left:
                    raise
            else:
                reached("poll result written")
                return

    async def _audit_end(self, taken: TakenDue, result: PollResult) -> None:
        await self._audit.tell(
            shard=taken.shard,
            connection_id=result.connection_id,
            record=(result.subject,),
            about=result.poll_id,
            action=f"poll {result.outcome}",
            at=result.finished_at,
            attempt=attempt_of(result.poll_id),
            detail={
                "kind": str(result.kind),
                "reason": str(taken.due.reason),
                "by": taken.due.actor,
                "said": result.words,
                "read": str(result.read),
                "changed": str(result.changed),
                "deactivated": str(result.deactivated),
                "faulty": str(result.faulty),
            },
        )
