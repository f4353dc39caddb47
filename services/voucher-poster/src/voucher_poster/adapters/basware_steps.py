"""The steps that Basware takes part in: acknowledge, report, confirm, and those of a payment.

All are harmless to repeat.
"""

from collections.abc import Mapping
from dataclasses import replace

from ap_domain.invoice_state import InvoiceState, Report
from ap_domain.response import external_code
from basware import AlreadyAcknowledged, BaswareClient, BaswareError, Refused, TransferResponse
from chassis.connections import Connection
from chassis.failpoints import reached
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Outcome, Parked, Retry
from chassis.ledger.ports import Clock
from chassis.ledger.words import words

from voucher_poster.adapters.basware_clients import BaswareClients
from voucher_poster.adapters.basware_outcomes import outcome_of
from voucher_poster.adapters.confirmation import Confirmation, Stored, Word, trace
from voucher_poster.adapters.payment_steps import PaymentSteps, payment_stored
from voucher_poster.adapters.reported_document import (
    SOURCE_SYSTEM,
    has_response,
    offered_again,
    transfer_in_document,
)
from voucher_poster.core.answers import Acknowledged, Confirmed, Forgotten, Reported, TakenElsewhere

InvoiceEntry = Entry[InvoiceState]

IN_PROGRESS = "TransferInProgress"
_READS = ("confirm", "confirm_payment")


class BaswareSteps:
    """Each step turns everything that can happen into an outcome; what it raises is a bug of ours."""

    def __init__(self, *, clients: BaswareClients, payments: PaymentSteps, clock: Clock) -> None:
        self._clients = clients
        self._payments = payments
        self._confirmation = Confirmation(clock=clock)

    async def call(self, name: str, entry: InvoiceEntry, connection: Connection, *, repeat: bool) -> Outcome:
        """The step of this name: acknowledge, report, confirm, report_payment or confirm_payment."""
        client = self._clients.of(connection)
        try:
            match name:
                case "acknowledge":
                    return await self._acknowledge(entry, connection, client, repeat=repeat)
                case "report":
                    return await self._report(entry, connection, client)
                case "confirm":
                    return await self._confirmation.of(_stored(entry), entry, client)
                case "report_payment":
                    return await self._payments.report(entry, connection, client, repeat=repeat)
                case "confirm_payment":
                    return await self._confirmation.of(payment_stored(entry), entry, client)
        except BaswareError as error:
            outcome = outcome_of(error, connection_version=connection.version, attempts=entry.attempts)
            return _spaced(outcome, name, _spacing(connection))
        raise ValueError(f"Basware has no part in {name!r}")

    async def _acknowledge(
        self, entry: InvoiceEntry, connection: Connection, client: BaswareClient, *, repeat: bool
    ) -> Outcome:
        try:
            await client.acknowledge(entry.body.invoice_id, traceparent=trace(entry))
        except AlreadyAcknowledged as already:
            ours = repeat or already.may_have_taken_effect
            if entry.body.rehearsal and not ours:
                said = "acknowledged by another consumer since it was rehearsed"
                return Done(value=TakenElsewhere(fetch_number=entry.body.document.fetch_number, said=said))
            if entry.body.rehearsal and not already.may_have_taken_effect and not entry.tried:
                # This process just began: whether the one before it acknowledged is not known.
                return Parked(reason="acknowledged before, by us or by whoever transferred it before go-live")
            problem = await self._not_ours(entry, client, ours=ours)
            if problem is not None:
                return Parked(reason=words(problem))
        reached("acknowledged")
        return Done(value=Acknowledged(spacing=_spacing(connection)))

    async def _not_ours(self, entry: InvoiceEntry, client: BaswareClient, *, ours: bool) -> str | None:
        """Why an acknowledge that was done before may not count as ours; None if it does."""
        if ours:
            return None
        try:
            document = await client.get_document(entry.body.invoice_id, traceparent=trace(entry))
        except BaswareError as error:
            return f"acknowledged before, not by us, and the document cannot be read: {error}"
        status = document.processing_status
        if status == IN_PROGRESS:
            return "another consumer acknowledged this invoice: two systems read this tenant"
        return f"acknowledged before, not by us; Basware has the invoice in status {status}"

    async def _report(self, entry: InvoiceEntry, connection: Connection, client: BaswareClient) -> Outcome:
        response = _response(entry)
        request_id = None
        try:
            request_id = await client.send_transfer_response(
                entry.body.invoice_id, response, traceparent=trace(entry)
            )
        except Refused:
            # Our own earlier identical response may have been carried out, and its answer lost.
            document = await client.get_document(entry.body.invoice_id, traceparent=trace(entry))
            kept = has_response(document.content, response.external_code)
            if not kept and _stored(entry).shown(document.content) != Word():
                raise
        reached("reported")
        return Done(value=Reported(request_id=request_id, spacing=_spacing(connection)))


def _spaced(outcome: Outcome, name: str, spacing: float) -> Outcome:
    """A write that may have reached Basware is repeated only after the spacing of writes on a record."""
    if name in _READS or not isinstance(outcome, Retry):
        return outcome
    return replace(outcome, after=max(spacing, outcome.after or 0.0))


def _response(entry: InvoiceEntry) -> TransferResponse:
    report, voucher = _fixed_report(entry), entry.body.voucher
    told = voucher if report.success else None
    return TransferResponse(
        external_code=_code(entry, report),
        success=report.success,
        response_message=report.message,
        payment_block=report.payment_block,
        source_system=SOURCE_SYSTEM,
        voucher_number1=told.voucher_id if told else None,
        voucher_number2=told.business_unit if told else None,
    )


def _code(entry: InvoiceEntry, report: Report) -> str:
    return external_code(
        invoice_id=entry.body.invoice_id,
        cycle=entry.body.cycle,
        step="transfer",
        report_number=report.number,
    )


def _stored(entry: InvoiceEntry) -> Stored:
    report = _fixed_report(entry)
    code = _code(entry, report)

    def judged(content: Mapping[str, object]) -> Word | None:
        return transfer_in_document(
            content,
            success=report.success,
            voucher_number=entry.body.voucher.voucher_id if entry.body.voucher else None,
            external_code=code,
        )

    def shown(content: Mapping[str, object]) -> Word | None:
        word = judged(content)
        if word is None and not report.success and offered_again(content, code):
            return Word()
        return word

    def forgotten(content: Mapping[str, object]) -> Forgotten | None:
        awaited = content.get("processingStatus") == IN_PROGRESS and not has_response(content, code)
        return Forgotten(number=report.number) if awaited else None

    return Stored(
        external_code=code,
        request_id=report.request_id,
        shown=shown,
        proven=lambda content: judged(content) == Word(),
        answer=lambda word: Confirmed(problem=word.problem),
        forgotten=forgotten,
    )


def _fixed_report(entry: InvoiceEntry) -> Report:
    if entry.body.report is None:
        raise ValueError(f"{entry.key} has nothing to report")
    return entry.body.report


def _spacing(connection: Connection) -> float:
    return connection.basware.record_spacing.total_seconds()
