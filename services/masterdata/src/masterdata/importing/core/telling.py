"""Makes words on records known: durable first, then here, then in the audit."""

import asyncio
from collections.abc import Mapping, Sequence

from ap_domain.audit import AuditEvent
from ap_domain.masterdata.record import ImportState, ImportStep
from chassis.keys import record_key
from chassis.ledger.ports import Clock

from masterdata.importing import metrics
from masterdata.importing.core.events import batch_event, command_event, refusal_event
from masterdata.importing.core.ports import Journal
from masterdata.importing.core.workload import Workload

__all__ = ["Telling"]

AT_ONCE = 500
"""Words on their way to Kafka at once; its producer queues 20,000 for the whole process."""


class Telling:
    """The words on one connection's records. Raises nothing."""

    def __init__(
        self, *, journal: Journal, work: Workload, connection_id: str, shard: int, actor: str, clock: Clock
    ) -> None:
        """`actor` is the name of this process."""
        self._journal = journal
        self._work = work
        self._connection_id = connection_id
        self._shard = shard
        self._actor = actor
        self._clock = clock

    async def say(self, states: Sequence[ImportState]) -> bool:
        """Whether all of them are durable; those that are, count."""
        durable = 0
        for start in range(0, len(states), AT_ONCE):
            told = await self._journal.publish(self._shard, states[start : start + AT_ONCE])
            durable += len(told)
            for state in told:
                key = record_key(state.connection_id, state.entity, state.external_code)
                self._work.made_known(key, state)
                metrics.told(state)
            refused = [state for state in told if state.step is ImportStep.REFUSED]
            await asyncio.gather(*(self._audit(refusal_event(state, actor=self._actor)) for state in refused))
        return durable == len(states)

    async def of_request(
        self, action: str, *, entity: str, request_id: str, counts: Mapping[str, int]
    ) -> None:
        """The event of a request that was sent, or settled."""
        await self._audit(
            batch_event(
                action,
                connection_id=self._connection_id,
                entity=entity,
                request_id=request_id,
                at=self._clock.now(),
                actor=self._actor,
                counts=counts,
            )
        )

    async def answer(self, action: str, *, command: Mapping[str, str], record: str) -> bool:
        """The answer to a person's order. False where it must be said again."""
        return await self._audit(
            command_event(
                action,
                connection_id=self._connection_id,
                command=command,
                record=record,
                at=self._clock.now(),
                actor=self._actor,
            )
        )

    async def _audit(self, event: AuditEvent) -> bool:
        return await self._journal.audit(self._shard, event)
