"""One poll of one connection's payments: read, compared with what was published, the difference published."""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from ap_domain.mapping.faults import ConfigurationFault
from ap_domain.payments import PaymentPlan, Proof, parse_payments
from ap_domain.payments.inquiry import InquiryRow
from ap_domain.poll import PollDue, PollKind, PollOutcome
from chassis.connections import Connection
from chassis.errors import NotAnswered, NotDurable
from chassis.failpoints import reached
from chassis.ledger.ports import Clock, Flows
from chassis.ledger.words import words
from chassis.streams.poll_port import Polled, Progress
from chassis.streams.poll_remarks import Remarks
from chassis.streams.poll_watermark import WatermarkFault, since
from chassis.streams.ports import TableView

from payment_poller.book import VoucherBook, VoucherKey, Watching
from payment_poller.flow import stop_flow
from payment_poller.inquiring import inquire
from payment_poller.picturing import Picturing
from payment_poller.ports import Publisher, Reading, Source, SourceFailed
from payment_poller.turn import Turn, Unbelieved

__all__ = ["PaymentPoller"]

log = structlog.get_logger("payment_poller")


class PaymentPoller:
    """Polls what is due. What it publishes is an overwrite: a poll that broke off anywhere is repeated."""

    def __init__(
        self,
        *,
        source: Source,
        publisher: Publisher,
        book: VoucherBook,
        view: TableView,
        flows: Flows,
        clock: Clock,
    ) -> None:
        self._source = source
        self._publisher = publisher
        self._book = book
        self._view = view
        self._flows = flows
        self._clock = clock

    async def poll(
        self,
        connection: Connection,
        due: PollDue,
        *,
        poll_offset: int,
        watermark: str | None,
        progress: Progress,
    ) -> Polled:
        """As the port says: every failure of the source is an outcome."""
        try:
            plan = parse_payments(connection.payments)
        except ConfigurationFault as fault:
            return Polled(outcome=PollOutcome.FAILED, words=words(fault))
        remarks = Remarks()
        try:
            read_to = await self._read(
                connection,
                plan,
                due,
                poll_offset=poll_offset,
                watermark=watermark,
                progress=progress,
                remarks=remarks,
            )
        except SourceFailed as failed:
            if failed.stops:
                await stop_flow(connection, failed.words, flows=self._flows, clock=self._clock)
            return Polled(outcome=PollOutcome.FAILED, words=words(failed.words))
        except (Unbelieved, NotDurable, NotAnswered) as failed:
            return Polled(outcome=PollOutcome.FAILED, words=words(failed))
        return Polled(outcome=PollOutcome.COMPLETE, words=words(remarks.text), watermark=read_to)

    async def _read(
        self,
        connection: Connection,
        plan: PaymentPlan,
        due: PollDue,
        *,
        poll_offset: int,
        watermark: str | None,
        progress: Progress,
        remarks: Remarks,
    ) -> str | None:
        """How far the source has been read, once all it showed is durable."""
        now, began = self._clock.now(), self._clock.monotonic()
        watching = await self._book.of(shard=connection.shard, connection_id=connection.id)
        _tell_shared(connection, watching, remarks)
        reading = self._source.open(connection, plan, stepped=progress.step)
        inquired = await self._inquire(connection, plan, due, reading=reading, remarks=remarks)
        turn = Turn(
            plan=plan,
            since=self._since(due, plan, watermark),
            watermark=watermark,
            reading=reading,
            watching=watching,
            inquired=inquired,
            picturing=Picturing(
                connection=connection,
                plan=plan,
                poll_offset=poll_offset,
                watching=watching,
                inquired=inquired,
                view=self._view,
                publisher=self._publisher,
                progress=progress,
                remarks=remarks,
                now=now,
            ),
            remarks=remarks,
            now=now,
        )
        await turn.run()
        reached("payments read")
        return turn.reached(timedelta(seconds=self._clock.monotonic() - began))

    async def _inquire(
        self,
        connection: Connection,
        plan: PaymentPlan,
        due: PollDue,
        *,
        reading: Reading,
        remarks: Remarks,
    ) -> Mapping[VoucherKey, InquiryRow]:
        """What the inquiry shows. Where it is only compared, its failure ends no poll."""
        try:
            return await inquire(
                connection,
                plan,
                due.kind,
                reading=reading,
                view=self._view,
                remarks=remarks,
                now=self._clock.now(),
            )
        except SourceFailed as failed:
            if plan.sources[0] is Proof.INQUIRY:
                raise
            remarks.of_read(f"nothing was compared with the payment inquiry: {failed.words}")
            return {}

    def _since(self, due: PollDue, plan: PaymentPlan, watermark: str | None) -> str | None:
        """From when to read; None reads every voucher that can still change, as the first poll must."""
        if due.kind is PollKind.FULL or watermark is None or plan.prompts.since is None:
            return None
        try:
            now = self._clock.now().astimezone(plan.time_zone)
            return since(watermark, overlap=plan.overlap, now=now)
        except WatermarkFault:
            return None


def _tell_shared(connection: Connection, watching: Watching, remarks: Remarks) -> None:
    """A voucher that two invoices claim should not be; somebody linked or keyed it wrongly."""
    if watching.shared:
        named = sorted("/".join(each) for each in watching.shared)[:3]
        log.error("vouchers stand for several invoices", connection=connection.id, vouchers=named)
        remarks.of_read(
            f"{len(watching.shared)} vouchers stand for several invoices ({', '.join(named)}): only one of the "
            f"invoices learns of payments"
        )
