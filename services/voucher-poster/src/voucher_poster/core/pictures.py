"""What a picture of a voucher's payment means for its invoice: the newest counts, and only of the voucher it has."""

from dataclasses import replace
from datetime import datetime

from ap_domain.invoice_state import InvoiceState, PaymentState, Step
from ap_domain.money import plain
from ap_domain.payments import PaymentPicture, PaymentStanding, PaymentTold, payment_told, supersedes
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Input, Note

from voucher_poster.core import documents, paying

InvoiceEntry = Entry[InvoiceState]
InvoiceDecision = Decision[InvoiceState]


def received(entry: InvoiceEntry | None, record: Input, *, now: datetime) -> InvoiceDecision:
    """A picture arrived. An older one leaves no trace (the poller has the same rule, `supersedes`); of one that shows
    what is known only its poll is kept, lest one between them should count as newer.
    """
    picture = record.payload
    if not isinstance(picture, PaymentPicture):
        raise TypeError(f"not a picture of a payment: {picture!r}")
    if entry is None:
        return _of_nobody(record, picture)
    voucher, before = entry.body.voucher, entry.body.payment
    shown = (picture.business_unit, picture.voucher_id)
    if voucher is None or (voucher.business_unit, voucher.voucher_id) != shown:
        return _of_another(entry, picture)
    if before is not None and not supersedes(
        picture, poll_offset=before.poll_offset, observed_at=before.observed_at
    ):
        return Decision(entry=entry)
    if before is not None and picture.digest == before.digest:
        later = replace(before, poll_offset=picture.poll_offset, observed_at=picture.observed_at)
        return Decision(entry=replace(entry, body=replace(entry.body, payment=later)))
    taken = replace(entry, body=replace(entry.body, payment=_taken_in(entry.body, picture)))
    decision = paying.seen(taken, before, now=now)
    return replace(decision, notes=(_seen(picture, "payment seen"), *decision.notes))


def _taken_in(body: InvoiceState, picture: PaymentPicture) -> PaymentState:
    """What Basware should be told follows from the newest picture that could be read to the end.

    One that proves nothing, because PeopleSoft does not show the voucher whole, does not open what is settled.
    """
    before = body.payment
    wanted = before.wanted if before is not None else None
    unknown = (*picture.unknown, *_of_another_currency(body, picture))
    proves_nothing = picture.standing is PaymentStanding.UNKNOWN and not unknown
    settled = before.settled if before is not None and proves_nothing else picture.settled
    if not unknown:
        wanted = payment_told(picture, before=_last_told(before), transfer_block=body.payment_block)
    given_up = before.given_up if before is not None else None
    return PaymentState(
        poll_offset=picture.poll_offset,
        observed_at=picture.observed_at,
        digest=picture.digest,
        standing=str(picture.standing),
        settled=settled,
        wanted=wanted,
        told=before.told if before is not None else None,
        unknown=unknown,
        report=before.report if before is not None else None,
        reports=before.reports if before is not None else 0,
        # What comes again after something else was wanted is told.
        given_up=given_up if given_up == wanted else None,
    )


def _of_another_currency(body: InvoiceState, picture: PaymentPicture) -> tuple[str, ...]:
    """A paymentResponse names no currency: Basware would take the sum for one in the invoice's."""
    if not body.currency or not picture.currency or body.currency == picture.currency:
        return ()
    return (f"the voucher is in {picture.currency}, the invoice in {body.currency}",)


def _last_told(payment: PaymentState | None) -> PaymentTold | None:
    """What Basware shows by now, or is about to."""
    if payment is None:
        return None
    return payment.report.told if payment.report is not None else payment.told or payment.wanted


def _of_nobody(record: Input, picture: PaymentPicture) -> InvoiceDecision:
    """A payment is never passed over: whose it is must be found out."""
    reason = (
        f"PeopleSoft shows voucher {picture.business_unit}/{picture.voucher_id} of this invoice as {picture.standing}, "
        "and the ledger knows nothing of the invoice: link the voucher to it, or discard it"
    )
    entry = Entry(
        key=record.key,
        connection_id=record.connection_id,
        sequence=0,
        phase=Phase.PARKED,
        step=Step.WITHDRAWN,
        reason=reason,
        trace_id=record.trace_id,
        body=InvoiceState(invoice_id=picture.invoice_id, document=documents.nowhere(at=picture.observed_at)),
    )
    return Decision(entry=entry, notes=(Note(action="parked", detail={"reason": reason}),))


def _of_another(entry: InvoiceEntry, picture: PaymentPicture) -> InvoiceDecision:
    """Of a voucher that the invoice had before, or never had: Basware is told of its own only."""
    note = _seen(picture, "payment of another voucher")
    at_rest = entry.phase is Phase.FINAL and entry.body.voucher is None
    if not at_rest or not picture.paid_total:
        return Decision(entry=entry, notes=(note,))
    reason = (
        f"PeopleSoft shows voucher {picture.business_unit}/{picture.voucher_id} of this invoice as {picture.standing}, "
        "and it has no voucher here: link it, or discard the invoice"
    )
    parked = replace(entry, phase=Phase.PARKED, reason=reason)
    return Decision(entry=parked, notes=(note, Note(action="parked", detail={"reason": reason})))


def _seen(picture: PaymentPicture, action: str) -> Note:
    detail = {
        "voucher": f"{picture.business_unit}/{picture.voucher_id}",
        "standing": str(picture.standing),
        "paid": f"{plain(picture.paid_total)} {picture.currency}",
        "poll": str(picture.poll_offset),
    }
    return Note(action=action, detail=detail, answer_digest=picture.digest)
