"""A person's order to read a connection's payments now."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.poll import PollKind, PollResult
from chassis.connections.record import ConnectionRecord
from chassis.topics import PAYMENT_POLL_RESULTS

from apstream_cli.cluster import Cluster, version_of
from apstream_cli.flow_words import PAYMENT_FLOWS, standstill
from apstream_cli.orders import Asked, Wish
from apstream_cli.payments_book import SUBJECT, PaymentsBook
from apstream_cli.payments_choice import the_polled
from apstream_cli.poll_order import PollOrder
from apstream_cli.screen import line

__all__ = ["PaymentsRun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsRun:
    """``wait``: seconds for the owner's answer, and again for the poll's end."""

    cluster: Cluster
    wish: Wish
    connection_id: str
    wait: float

    async def carry_out(self) -> None:
        """Returns when it has been read, or ``wait`` is over. Raises Refusal, also when the poll failed."""
        connections = await self.cluster.connections()
        record = the_polled(connections, self.connection_id)
        what = "every voucher that is watched" if self.wish.action is Action.RUN_FULL else "what changed"
        line(f"plan: read {what} of {record.connection_id} from PeopleSoft, and publish what differs")
        states = await self.cluster.flows(version_of(connections))
        for each in standstill(states, [record.connection_id], flows=PAYMENT_FLOWS):
            line(f"note: {each}")
        poll = PollOrder(
            asked=Asked(command=self._command(), called=SUBJECT, key=SUBJECT),
            cluster=self.cluster,
            connections=connections,
            results=lambda: self._results(record),
            wait=self.wait,
            status=f"apstream payments status {record.connection_id}",
        )
        await poll.carry_out()

    async def _results(self, record: ConnectionRecord) -> Mapping[PollKind, PollResult]:
        book = PaymentsBook(connection_id=record.connection_id)
        await self.cluster.read(book.take, topics=[PAYMENT_POLL_RESULTS.name], shard=record.shard)
        return book.results(record.connection_id)

    def _command(self) -> Command:
        return Command(
            command_id=str(uuid.uuid4()),
            connection_id=self.connection_id,
            ledger=CommandedLedger.PAYMENTS,
            record_id=SUBJECT,
            action=self.wish.action,
            reason=self.wish.reason,
            actor=self.wish.by,
            issued_at=self.wish.issued_at,
            expires_at=self.wish.expires_at,
            expected_sequence=0,
        )
