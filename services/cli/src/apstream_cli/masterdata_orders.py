"""What people order about master data: poll now, accept that the source has shrunk, send again."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import typer
from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.poll import PollKind, PollOutcome, PollResult
from chassis.connections.record import ConnectionRecord
from chassis.keys import record_key
from chassis.topics import MASTERDATA_POLL_RESULTS

from apstream_cli.cluster import Cluster, version_of
from apstream_cli.flow_words import IMPORT_FLOWS, POLL_FLOWS, in_shadow, standstill
from apstream_cli.masterdata_book import Known, MasterDataBook, Stage
from apstream_cli.masterdata_choice import entity_of, plan_of, read_book, the_connection
from apstream_cli.orders import Asked, Wish, order
from apstream_cli.poll_order import PollOrder
from apstream_cli.refusal import Refusal
from apstream_cli.screen import instant, line

__all__ = ["Ordering"]

ONE_BY_ONE = 1000
"""Records ordered one by one; beyond that the whole entity is sent again."""
CHUNK = 200


@dataclass(slots=True, kw_only=True)
class Ordering:
    """One person's order about one connection. ``wait``: seconds for its owner's answer, and again for a poll's end.

    ``connections`` are those of the last look.
    """

    cluster: Cluster
    wish: Wish
    connection_id: str | None
    wait: float
    yes: bool = False
    connections: Mapping[str, ConnectionRecord] = field(default_factory=dict)

    async def chosen(self) -> ConnectionRecord:
        """The connection that is meant, looked up anew. Raises Refusal."""
        self.connections = await self.cluster.connections()
        return the_connection(self.connections, self.connection_id)

    async def run_now(self, entity: str) -> None:
        """Reads the entity at once; returns when it has been read, or ``wait`` is over."""
        record = await self._polled(entity)
        what = "all of" if self.wish.action is Action.RUN_FULL else "what changed of"
        line(
            f"plan: read {what} {entity} of {record.connection_id} from PeopleSoft, and publish what differs"
        )
        await self._poll(record, entity)

    async def accept_shrink(self, entity: str) -> None:
        """Shows what is held, asks, and has everything read once more and what is missing deactivated."""
        record = await self._polled(entity)
        results = await self._results(record, entity)
        held = [result for result in results.values() if result.outcome is PollOutcome.HELD]
        if not held:
            raise Refusal(
                f"nothing of {entity} is held: its last polls ended otherwise (`apstream masterdata status "
                f"--connection {record.connection_id}`)"
            )
        for result in held:
            line(
                f"held: {result.kind} poll of {instant(result.finished_at)}, {result.read} read: {result.words}"
            )
        line(
            f"plan: read all of {entity} once more, and deactivate in Basware what is not there any more, "
            "if that is not much more than was held"
        )
        await self._confirm()
        await self._poll(record, entity)

    async def resend(self, entity: str, codes: Sequence[str], *, refused: bool) -> None:
        """Has records imported again although nothing changed: named ones, the refused ones, or the whole entity."""
        record = await self.chosen()
        book = await read_book(self.cluster, self.connections, record.connection_id, entity=entity)
        known = book.records(record.connection_id, entity)
        if not known:
            raise Refusal(f"no record of {entity} of {record.connection_id} was ever published")
        if codes:
            await self.send_again(record, {entity: self._sendable(entity, codes, known)})
            return
        stages = (Stage.REFUSED,) if refused else (Stage.REFUSED, Stage.CONFIRMED, Stage.ASKING)
        count = sum(each.stage in stages for each in known.values())
        if not count:
            raise Refusal(
                f"none of the {len(known)} records of {entity} is to be sent again: all wait to be sent"
            )
        what = "that are refused" if refused else "all"
        line(f"plan: send {count} records of {entity} ({what}) of {record.connection_id} to Basware again")
        await self._hindered(record, IMPORT_FLOWS)
        await self._confirm()
        target = f"{entity}?refused" if refused else entity
        await self._order([self._asked(record, target, called=target)])

    async def send_again(self, record: ConnectionRecord, wanted: Mapping[str, Sequence[str]]) -> None:
        """Has these records of the `chosen` connection, by entity, imported again; the whole entity where they are very
        many.
        """
        asked: list[Asked] = []
        for entity, codes in wanted.items():
            if len(codes) > ONE_BY_ONE:
                line(f"plan: send all of {entity} again, as {len(codes)} of its records are to be")
                asked.append(self._asked(record, entity, called=entity))
            elif codes:
                some = ", ".join(codes[:5]) + (", ..." if len(codes) > 5 else "")
                line(f"plan: send {len(codes)} records of {entity} again: {some}")
                asked += [
                    self._asked(record, f"{entity}/{code}", called=f"{entity} {code}") for code in codes
                ]
        if not asked:
            raise Refusal("nothing is to be sent again")
        await self._hindered(record, IMPORT_FLOWS)
        await self._confirm()
        for start in range(0, len(asked), CHUNK):
            await self._order(asked[start : start + CHUNK])

    async def _polled(self, entity: str) -> ConnectionRecord:
        record = await self.chosen()
        entity_of(plan_of(record), entity)
        return record

    async def _poll(self, record: ConnectionRecord, entity: str) -> None:
        await self._hindered(record, POLL_FLOWS)
        poll = PollOrder(
            asked=self._asked(record, entity, called=entity),
            cluster=self.cluster,
            connections=self.connections,
            results=lambda: self._results(record, entity),
            wait=self.wait,
            status=f"apstream masterdata status --connection {record.connection_id}",
        )
        await poll.carry_out()

    async def _results(self, record: ConnectionRecord, entity: str) -> Mapping[PollKind, PollResult]:
        book = MasterDataBook(connection_id=record.connection_id, entity=entity)
        await self.cluster.read(book.take, topics=[MASTERDATA_POLL_RESULTS.name], shard=record.shard)
        return book.results(record.connection_id, entity)

    def _sendable(self, entity: str, codes: Sequence[str], known: Mapping[str, Known]) -> list[str]:
        unknown = [code for code in codes if code not in known]
        if unknown:
            raise Refusal(
                *(
                    f"{entity} {code} was never published; codes are Basware's external codes"
                    for code in unknown
                )
            )
        waiting = [code for code in codes if known[code].stage is Stage.PENDING]
        for code in waiting:
            line(f"left out: {entity} {code} waits to be sent already")
        return [code for code in dict.fromkeys(codes) if code not in waiting]

    def _asked(self, record: ConnectionRecord, target: str, *, called: str) -> Asked:
        command = Command(
            command_id=str(uuid.uuid4()),
            connection_id=record.connection_id,
            ledger=CommandedLedger.MASTERDATA,
            record_id=target,
            action=self.wish.action,
            reason=self.wish.reason,
            actor=self.wish.by,
            issued_at=self.wish.issued_at,
            expires_at=self.wish.expires_at,
            expected_sequence=0,
        )
        return Asked(command=command, called=called, key=record_key(*target.split("/", 1)).decode())

    async def _order(self, asked: Sequence[Asked]) -> None:
        await order(asked, cluster=self.cluster, connections=self.connections, within=self.wait)

    async def _hindered(self, record: ConnectionRecord, flows: Sequence[str]) -> None:
        if in_shadow(record):
            raise Refusal(
                f"{record.connection_id} is in shadow mode: nothing is polled or imported before it is applied with "
                "mode live"
            )
        states = await self.cluster.flows(version_of(self.connections))
        for each in standstill(states, [record.connection_id], flows=flows):
            line(f"note: {each}")

    async def _confirm(self) -> None:
        if not self.yes and not await asyncio.to_thread(typer.confirm, "Do it?"):
            raise Refusal("nothing was ordered")
