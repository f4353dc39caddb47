"""The payment of an invoice, told to Basware: the same response however often it is sent."""

from collections.abc import Mapping

from ap_domain.invoice_state import InvoiceState, PaymentReport
from ap_domain.response import external_code
from basware import BaswareClient, NotFound, PaymentResponse, Refused
from chassis.connections import Connection
from chassis.failpoints import reached
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Outcome, Parked, Retry
from chassis.ledger.words import words

from voucher_poster.adapters.confirmation import Stored, Word, trace
from voucher_poster.adapters.document_source import (
    DocumentSource,
    NotReadableNow,
    NotTheDocument,
    PaymentTerms,
)
from voucher_poster.adapters.reported_document import PAYMENTS, SOURCE_SYSTEM, has_response
from voucher_poster.core.answers import PaymentConfirmed, PaymentRefused, PaymentReported

InvoiceEntry = Entry[InvoiceState]


class PaymentSteps:
    """Sends payment responses."""

    def __init__(self, *, documents: DocumentSource) -> None:
        self._documents = documents

    async def report(
        self, entry: InvoiceEntry, connection: Connection, client: BaswareClient, *, repeat: bool
    ) -> Outcome:
        """Stored by Basware, or refused by it for good. Raises BaswareError for anything else. `repeat`: it may have
        been sent before.

        A refusal is not believed before the document was looked into: an earlier send of the same response may have
        been stored, and its answer lost.
        """
        report = _fixed(entry)
        try:
            terms = await self._documents.terms(
                entry.body.document,
                invoice_id=entry.body.invoice_id,
                connection=connection,
                traceparent=trace(entry),
            )
            response = _response(entry, report, terms)
            request_id = await client.send_payment_response(
                entry.body.invoice_id, response, traceparent=trace(entry)
            )
        except NotReadableNow as failed:
            return Retry(reason=words(failed), asked=False, effect=False)
        except NotTheDocument as other:
            return Parked(reason=words(other), asked=False)
        except NotFound as gone:
            reason = f"Basware does not know the invoice any more: {words(gone)}"
            return Done(value=PaymentRefused(number=report.number, reason=reason, sent_before=repeat))
        except Refused as refusal:
            document = await client.get_document(entry.body.invoice_id, traceparent=trace(entry))
            if not has_response(document.content, _code(entry, report), kind=PAYMENTS):
                refused = PaymentRefused(number=report.number, reason=words(refusal), sent_before=repeat)
                return Done(value=refused)
            request_id = None
        reached("payment reported")
        spacing = connection.basware.record_spacing.total_seconds()
        return Done(value=PaymentReported(number=report.number, request_id=request_id, spacing=spacing))


def payment_stored(entry: InvoiceEntry) -> Stored:
    """The response under way, and what the document can show of it: only that it is kept there."""
    report = _fixed(entry)
    code = _code(entry, report)

    def shown(content: Mapping[str, object]) -> Word | None:
        return Word() if has_response(content, code, kind=PAYMENTS) else None

    return Stored(
        external_code=code,
        request_id=report.request_id,
        shown=shown,
        # That it is kept does not prove that it was carried out.
        proven=lambda _: False,
        answer=lambda word: PaymentConfirmed(
            number=report.number, problem=word.problem, overtaken=word.overtaken
        ),
    )


def _response(entry: InvoiceEntry, report: PaymentReport, terms: PaymentTerms) -> PaymentResponse:
    """All that is known, each time: what is left out is cleared (P2P OpenAPI 26.06). What is blank is left out.

    A credit note that Basware has with positive sums and PeopleSoft with negative ones is told as Basware has it.
    """
    told = report.told
    turned = terms.gross * (told.paid_total or told.cash_discount) < 0
    return PaymentResponse(
        external_code=_code(entry, report),
        success=True,
        response_message=told.message or None,
        source_system=SOURCE_SYSTEM,
        payment_block=told.payment_block,
        payment_date=told.payment_date,
        payment_term_code=terms.code,
        payment_method=terms.method,
        paid_total=told.paid_total.copy_negate() if turned else told.paid_total,
        cash_discount=told.cash_discount.copy_negate() if turned else told.cash_discount,
        check_number=told.check_number or None,
        payment_message=told.payment_message or None,
        payment_number=told.payment_number or None,
        payment_document=told.payment_document or None,
        payment_reversal_document=told.payment_reversal_document or None,
    )


def _code(entry: InvoiceEntry, report: PaymentReport) -> str:
    return external_code(
        invoice_id=entry.body.invoice_id,
        cycle=entry.body.cycle,
        step="payment",
        report_number=report.number,
    )


def _fixed(entry: InvoiceEntry) -> PaymentReport:
    report = entry.body.payment.report if entry.body.payment is not None else None
    if report is None:
        raise ValueError(f"{entry.key} has no payment to report")
    return report
