"""Taking an invoice over from Basware, and where it goes from there."""

from dataclasses import replace
from datetime import datetime

from ap_domain.invoice_state import InvoiceState, Step
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Note

from voucher_poster.core import documents, reporting
from voucher_poster.core.answers import TakenElsewhere

InvoiceEntry = Entry[InvoiceState]
InvoiceDecision = Decision[InvoiceState]


def acknowledged(entry: InvoiceEntry, *, now: datetime) -> InvoiceDecision:
    """It is ours: what a rehearsal said is history."""
    body = replace(
        entry.body,
        acknowledged_at=now,
        acknowledged_batch=entry.body.document.batch_id,
        acknowledged_fetch=entry.body.document.fetch_number,
        acknowledge_tried=None,
        rehearsal="",
    )
    entry = replace(entry, body=body)
    if entry.step in (Step.REVISIT, Step.LINK):
        # A fetch that came during the acknowledge may have other content than the voucher; a voucher that a person
        # named meanwhile is looked at all the same.
        decision = Decision(entry=entry)
    elif entry.tried and body.voucher is not None:
        # It took long, or a person's word: only as PeopleSoft shows the voucher at this moment is it told.
        decision = Decision(entry=replace(entry, phase=Phase.WAITING, step=Step.REVISIT, due=now, reason=""))
    else:
        decision = _beyond(entry, now=now)
    return replace(decision, notes=(Note(action="acknowledged"), *decision.notes))


def kept_in_mind(before: InvoiceEntry | None, decision: InvoiceDecision) -> InvoiceDecision:
    """That an acknowledge may have taken effect is known until one of the transfer is answered, whatever steps lie
    between: else Basware's "already acknowledged" would look like somebody else's.
    """
    after = decision.entry
    if before is None or after is None or before.step == after.step:
        return decision
    if before.step == Step.ACKNOWLEDGE and before.tried and not _answered(before, after):
        body = replace(after.body, acknowledge_tried=before.body.document.batch_id or "")
        return replace(decision, entry=replace(after, body=body))
    if after.step == Step.ACKNOWLEDGE and after.body.acknowledge_tried == (
        after.body.document.batch_id or ""
    ):
        return replace(decision, entry=replace(after, tried=True))
    return decision


def _answered(before: InvoiceEntry, after: InvoiceEntry) -> bool:
    return after.body.acknowledged_at != before.body.acknowledged_at


def taken_elsewhere(entry: InvoiceEntry, answer: TakenElsewhere, *, now: datetime) -> InvoiceDecision:
    """Somebody else took it over between a rehearsal and going live; a fetch that came meanwhile stands for itself."""
    note = Note(action="taken by another consumer", detail={"reason": answer.said})
    if entry.step != Step.ACKNOWLEDGE or entry.body.document.fetch_number != answer.fetch_number:
        return Decision(entry=entry, notes=(note,))
    return reporting.finished(entry, Step.WITHDRAWN, note, now=now, reason=answer.said)


def onward(entry: InvoiceEntry, *, now: datetime) -> InvoiceDecision:
    """To the acknowledge, or beyond it where Basware took one since the document was fetched."""
    document = entry.body.document
    if documents.outdated(entry.body, document) or document.status == documents.IN_PROGRESS:
        return _beyond(entry, now=now)
    due = documents.writable(entry.body, now=now)
    return Decision(entry=replace(entry, phase=Phase.WAITING, step=Step.ACKNOWLEDGE, due=due, reason=""))


def _beyond(entry: InvoiceEntry, *, now: datetime) -> InvoiceDecision:
    body = entry.body
    if body.voucher is not None and body.posted_revision != body.document.revision:
        return reporting.park(replace(entry, step=Step.POST), documents.other_content(body))
    if body.voucher is not None:
        return reporting.report(entry, now=now, success=True, message=reporting.words_of(body.voucher))
    if body.refusal is not None and body.doubted is None:
        return reporting.returned(entry, body.refusal, now=now)
    return Decision(entry=replace(entry, phase=Phase.WAITING, step=Step.POST, due=now, reason=""))
