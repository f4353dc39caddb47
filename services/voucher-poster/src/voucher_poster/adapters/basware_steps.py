"""The steps that Basware takes part in: acknowledge, report, confirm. All are harmless to repeat."""

from collections.abc import Mapping
from dataclasses import replace

from ap_domain.invoice_state import InvoiceState, Report
from ap_domain.response import external_code
from basware import (
    AlreadyAcknowledged,
    BaswareClient,
    BaswareError,
    ItemState,
    ItemStatus,
    Refused,
    RequestState,
    RequestStatus,
    TransferResponse,
)
from chassis.connections import Connection
from chassis.failpoints import reached
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Outcome, Parked, Retry
from chassis.ledger.ports import Clock
from chassis.ledger.words import words
from chassis.trace import TraceContext

from voucher_poster.adapters.basware_clients import BaswareClients
from voucher_poster.adapters.basware_outcomes import outcome_of
from voucher_poster.adapters.reported_document import has_response, outcome_in_document
from voucher_poster.core.answers import Acknowledged, Confirmed, Reported, TakenElsewhere

InvoiceEntry = Entry[InvoiceState]

SOURCE_SYSTEM = "PeopleSoft"
IN_PROGRESS = "TransferInProgress"
LONGEST_SILENCE = 24 * 3600.0
"""How long the outcome of a report is asked for before a person is told."""
UNKNOWN_SECONDS = 60.0
"""How long Basware may not know a request it stored before the document's own status is asked instead."""
_LONGEST_WAIT = 60.0
_SUCCESS = (RequestState.SUCCESS, RequestState.ACKNOWLEDGED_SUCCESS)
_CARRIED_OUT = (ItemState.SUCCESS, ItemState.WARNING)
_ERROR = (RequestState.ERROR, RequestState.ACKNOWLEDGED_ERROR)


class BaswareSteps:
    """Each step turns everything that can happen into an outcome; what it raises is a bug of ours."""

    def __init__(self, *, clients: BaswareClients, clock: Clock) -> None:
        self._clients = clients
        self._clock = clock

    async def call(self, name: str, entry: InvoiceEntry, connection: Connection, *, repeat: bool) -> Outcome:
        """The step of this name: acknowledge, report or confirm."""
        client = self._clients.of(connection)
        try:
            match name:
                case "acknowledge":
                    return await self._acknowledge(entry, connection, client, repeat=repeat)
                case "report":
                    return await self._report(entry, connection, client)
                case "confirm":
                    return await self._confirm(entry, client)
        except BaswareError as error:
            outcome = outcome_of(error, connection_version=connection.version, attempts=entry.attempts)
            return _spaced(outcome, name, _spacing(connection))
        raise ValueError(f"Basware has no part in {name!r}")

    async def _acknowledge(
        self, entry: InvoiceEntry, connection: Connection, client: BaswareClient, *, repeat: bool
    ) -> Outcome:
        try:
            await client.acknowledge(entry.body.invoice_id, traceparent=_trace(entry))
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
            document = await client.get_document(entry.body.invoice_id, traceparent=_trace(entry))
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
                entry.body.invoice_id, response, traceparent=_trace(entry)
            )
        except Refused:
            # Our own earlier identical response may have been carried out, and its answer lost.
            document = await client.get_document(entry.body.invoice_id, traceparent=_trace(entry))
            if not has_response(document.content, response.external_code):
                raise
        reached("reported")
        return Done(value=Reported(request_id=request_id, spacing=_spacing(connection)))

    async def _confirm(self, entry: InvoiceEntry, client: BaswareClient) -> Outcome:
        report, request_id = _fixed_report(entry), _fixed_report(entry).request_id
        waited = self._waited(entry)
        status = None
        if request_id is not None:
            status = await client.request_status(request_id, traceparent=_trace(entry))
        if status is None and (request_id is None or waited > UNKNOWN_SECONDS):
            return await self._by_document(entry, client, report, waited=waited)
        if status is None or status.state not in (*_SUCCESS, *_ERROR):
            if waited > LONGEST_SILENCE:
                return await self._by_document(entry, client, report, waited=waited)
            return _ask_again(
                f"Basware works on the report ({status.state if status else 'unknown'})", waited
            )
        problem = _problem(status, _code(entry, report))
        outcome = Done(value=await self._last_word(problem, entry, client, report))
        await self._forget(status, client, entry)
        return outcome

    async def _last_word(
        self, problem: str | None, entry: InvoiceEntry, client: BaswareClient, report: Report
    ) -> Confirmed:
        """The document's own status outweighs what an item says: it may be an overtaken or a repeated response."""
        if problem is None:
            return Confirmed()
        document = await client.get_document(entry.body.invoice_id, traceparent=_trace(entry))
        shown = outcome_in_document(
            document.content,
            success=report.success,
            voucher_number=entry.body.voucher.voucher_id if entry.body.voucher else None,
            external_code=_code(entry, report),
        )
        return Confirmed() if shown is not None and shown.problem is None else Confirmed(problem=problem)

    async def _by_document(
        self, entry: InvoiceEntry, client: BaswareClient, report: Report, *, waited: float
    ) -> Outcome:
        document = await client.get_document(entry.body.invoice_id, traceparent=_trace(entry))
        confirmed = outcome_in_document(
            document.content,
            success=report.success,
            voucher_number=entry.body.voucher.voucher_id if entry.body.voucher else None,
            external_code=_code(entry, report),
        )
        if (
            confirmed is None
            and not report.success
            and _offered_again(document.content, _code(entry, report))
        ):
            return Done(value=Confirmed())
        if confirmed is None and waited > LONGEST_SILENCE:
            return Parked(
                reason=f"Basware has not said within {waited / 3600:.0f} h what became of the report"
            )
        if confirmed is None:
            return _ask_again(f"Basware has the invoice in status {document.processing_status}", waited)
        return Done(value=confirmed)

    async def _forget(self, status: RequestStatus, client: BaswareClient, entry: InvoiceEntry) -> None:
        """Tell Basware that the outcome was seen; nothing depends on it."""
        if status.state not in (RequestState.SUCCESS, RequestState.ERROR):
            return
        try:
            await client.acknowledge_request_status([status.request_id], traceparent=_trace(entry))
        except BaswareError:
            return

    def _waited(self, entry: InvoiceEntry) -> float:
        """Seconds since the report was stored, less the spacing of writes."""
        if entry.since is None:
            return 0.0
        return max((self._clock.now() - (entry.body.write_after or entry.since)).total_seconds(), 0.0)


def _spaced(outcome: Outcome, name: str, spacing: float) -> Outcome:
    """A write that may have reached Basware is repeated only after the spacing of writes on a record."""
    if name == "confirm" or not isinstance(outcome, Retry):
        return outcome
    return replace(outcome, after=max(spacing, outcome.after or 0.0))


def _ask_again(reason: str, waited: float) -> Retry:
    """Nobody is to blame: one second at first, a tenth of the time waited later."""
    return Retry(reason=reason, after=min(max(1.0, waited / 10), _LONGEST_WAIT), blame=False)


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


def _offered_again(content: Mapping[str, object], code: str) -> bool:
    """Whether the invoice was corrected and offered again after it had been returned by this response."""
    return content.get("processingStatus") == "WaitingForTransfer" and has_response(content, code)


def _fixed_report(entry: InvoiceEntry) -> Report:
    if entry.body.report is None:
        raise ValueError(f"{entry.key} has nothing to report")
    return entry.body.report


def _problem(status: RequestStatus, code: str) -> str | None:
    """Basware's words where the response was not carried out; of other items only if none names ours."""
    items = status.items_of(code) or status.items
    failed = [item for item in items if item.state not in _CARRIED_OUT]
    if not failed and status.state in _SUCCESS:
        return None
    return words("; ".join(map(_said, failed)) or f"the request ended as {status.state} without a reason")


def _said(item: ItemStatus) -> str:
    return ", ".join(
        f"{error.type}: {error.message}" if error.type else error.message for error in item.errors
    ) or (f"item {item.external_code} is {item.state}, without a reason")


def _spacing(connection: Connection) -> float:
    return connection.basware.record_spacing.total_seconds()


def _trace(entry: InvoiceEntry) -> str | None:
    trace = TraceContext.parse(entry.trace_id)
    return trace.child().traceparent if trace else None
