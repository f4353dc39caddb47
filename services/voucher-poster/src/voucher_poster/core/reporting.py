"""Telling Basware: a voucher's number, or why there is none; and when that is over."""

from dataclasses import replace
from datetime import datetime, timedelta

from ap_domain.invoice_state import InvoiceState, Report, Step
from ap_domain.posting import Standing, VoucherRef
from ap_domain.response import posted_message
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Note

from voucher_poster.core import documents, paying
from voucher_poster.core.answers import Forgotten, Reported

InvoiceEntry = Entry[InvoiceState]
InvoiceDecision = Decision[InvoiceState]

FIRST_QUESTION_SECONDS = 1.0
"""Basware carries a report out in its own time: asking sooner brings nothing."""
MOST_REPEATS = 3
"""How often a report that Basware forgot is sent again before a person is asked."""


def posted(
    entry: InvoiceEntry,
    voucher: VoucherRef,
    *,
    now: datetime,
    action: str,
    revision: str | None = None,
    warnings: tuple[str, ...] = (),
) -> InvoiceDecision:
    """A voucher of the invoice exists: tell Basware its number and its real hold.

    `revision` is the content it was made of, the document's unless said otherwise.
    """
    held = entry.body.payment_block if voucher.payment_hold is None else voucher.payment_hold
    body = replace(
        entry.body,
        voucher=voucher,
        posted_revision=revision or entry.body.document.revision,
        posted_at=now,
        payment_block=held,
        refusal=None,
        doubted=None,
        repeats=(),
    )
    detail = {
        "voucher": voucher.voucher_id,
        "business unit": voucher.business_unit,
        "status": voucher.entry_status,
    }
    if warnings:
        detail["warnings"] = "; ".join(warnings)
    note = Note(action=action, detail=detail)
    if (again := followed(replace(entry, body=body), now=now)) is not None:
        return replace(again, notes=(note, *again.notes))
    newer = body.newer
    offered = newer is not None and newer.status in (documents.WAITING, documents.IN_PROGRESS)
    if newer is not None and offered and newer.revision != body.posted_revision:
        # It was changed while the voucher was made: what Basware transferred is that content.
        body = replace(body, document=newer, newer=None)
    problem = _problem(entry, voucher, body)
    if problem is not None:
        parked = park(replace(entry, step=Step.POST, body=body), problem)
        return replace(parked, notes=(note, *parked.notes))
    message = words_of(voucher, why="; ".join(warnings))
    decision = report(replace(entry, body=body), now=now, success=True, message=message)
    return replace(decision, notes=(note, *decision.notes))


def _problem(entry: InvoiceEntry, voucher: VoucherRef, body: InvoiceState) -> str | None:
    """Why Basware may not simply be told the number."""
    if body.posted_revision != body.document.revision:
        return documents.other_content(body)
    if entry.body.payment_block and voucher.payment_hold is False:
        return (
            f"payment is blocked in Basware and voucher {voucher.voucher_id} is not held: hold it in PeopleSoft, then "
            "resubmit (Basware is told the hold as it then is)"
        )
    return None


def followed(entry: InvoiceEntry, *, now: datetime) -> InvoiceDecision | None:
    """What is done where Basware offered it once more meanwhile: nobody awaits an answer to a transfer that was
    followed by another one, which is acted on. None where it was not.
    """
    newer = entry.body.newer
    if newer is None or not documents.offered_again(entry.body, newer):
        return None
    return documents.act_on(entry, newer, now=now)


def returned(entry: InvoiceEntry, reason: str, *, now: datetime) -> InvoiceDecision:
    """The invoice goes back to the clerk, unless a live voucher says otherwise."""
    if entry.body.voucher is not None:
        return park(entry, f"refused ({reason}) although voucher {entry.body.voucher.voucher_id} exists")
    back = replace(entry, body=replace(entry.body, intent=None))
    decision = report(back, now=now, success=False, message=reason)
    return replace(decision, notes=(Note(action="rejected", detail={"reason": reason}), *decision.notes))


def report(entry: InvoiceEntry, *, now: datetime, success: bool, message: str) -> InvoiceDecision:
    """A new report, due when Basware's record may be written again; none where it was offered again meanwhile."""
    if (again := followed(entry, now=now)) is not None:
        return again
    number = entry.body.reports + 1
    held = success and entry.body.payment_block
    told = Report(number=number, success=success, message=message, payment_block=held)
    payment = paying.told_again(entry.body.payment)
    body = replace(entry.body, report=told, reports=number, payment=payment)
    due = documents.writable(body, now=now)
    return Decision(
        entry=replace(entry, phase=Phase.WAITING, step=Step.REPORT, due=due, reason="", body=body)
    )


def reported(entry: InvoiceEntry, answer: Reported, *, now: datetime) -> InvoiceDecision:
    """Basware stored the report; whether it carried it out is asked next.

    Nobody asks where another transfer took its place during the call.
    """
    if entry.step != Step.REPORT:
        note = Note(action="too late", detail={"reason": "another transfer followed the one it answers"})
        return Decision(entry=entry, notes=(note,))
    if entry.body.report is None:
        raise ValueError(f"{entry.key} was reported without a report")
    told = replace(entry.body.report, request_id=answer.request_id)
    body = replace(entry.body, report=told)
    due = now + timedelta(seconds=FIRST_QUESTION_SECONDS)
    note = Note(action="reported", detail={"success": str(told.success).lower(), "message": told.message})
    return Decision(
        entry=replace(entry, phase=Phase.WAITING, step=Step.CONFIRM, due=due, body=body), notes=(note,)
    )


def forgotten(entry: InvoiceEntry, answer: Forgotten, *, now: datetime) -> InvoiceDecision:
    """The same report is sent again: where Basware has it after all, that changes nothing."""
    told = entry.body.report
    if told is None or entry.step != Step.CONFIRM or told.number != answer.number:
        note = Note(action="too late", detail={"reason": "it is about an earlier report"})
        return Decision(entry=entry, notes=(note,))
    if (again := followed(entry, now=now)) is not None:
        return again
    if told.repeats >= MOST_REPEATS:
        return park(entry, f"Basware stored the report {told.repeats + 1} times and shows nothing of it")
    repeated = sent_again(entry, replace(told, repeats=told.repeats + 1), now=now)
    return Decision(
        entry=repeated, notes=(Note(action="report forgotten", detail={"number": str(told.number)}),)
    )


def sent_again(entry: InvoiceEntry, told: Report, *, now: datetime) -> InvoiceEntry:
    """The report goes out once more, under the code it has."""
    body = replace(entry.body, report=replace(told, request_id=None))
    due = documents.writable(body, now=now)
    return replace(
        entry, phase=Phase.WAITING, step=Step.REPORT, due=due, attempts=0, reason="", stop=None, body=body
    )


def confirmed(entry: InvoiceEntry, problem: str | None, *, now: datetime) -> InvoiceDecision:
    """Basware carried the report out, or says in its words why not: then a new one waits for a person's word."""
    told = entry.body.report
    success = told is None or told.success
    if problem is not None:
        message = told.message if told is not None else ""
        anew = report(entry, now=now, success=success, message=message)
        if anew.entry is None or anew.entry.step != Step.REPORT:
            return anew
        return park(anew.entry, f"Basware stored the report but did not carry it out: {problem}")
    if success:
        return finished(entry, Step.CONFIRMED, Note(action="confirmed"), now=now)
    # What the clerk was told is what a reconciliation names later.
    said = told.message if told is not None else ""
    return finished(entry, Step.RETURNED, Note(action="return confirmed"), now=now, reason=said)


def finished(
    entry: InvoiceEntry, step: Step, note: Note, *, now: datetime, reason: str = ""
) -> InvoiceDecision:
    """Nothing more is wanted; a fetch that had to wait for this is acted on, and what is known of a payment."""
    final = replace(
        entry,
        phase=Phase.FINAL,
        step=step,
        due=None,
        started=None,
        reason=reason,
        stop=None,
        body=_stub(entry.body, now=now),
    )
    return paying.over(final, note, now=now)


def park(entry: InvoiceEntry, reason: str, **detail: str) -> InvoiceDecision:
    """A person must decide."""
    parked = replace(entry, phase=Phase.PARKED, due=None, reason=reason)
    return Decision(entry=parked, notes=(Note(action="parked", detail={"reason": reason, **detail}),))


def words_of(voucher: VoucherRef, *, why: str = "") -> str:
    """What the clerk reads of a voucher."""
    return posted_message(
        business_unit=voucher.business_unit,
        voucher_id=voucher.voucher_id,
        recycled=voucher.standing is Standing.RECYCLED,
        why=why,
    )


def _stub(body: InvoiceState, *, now: datetime) -> InvoiceState:
    """What must be found again for ever: natural key, revision, cycle, voucher, the payment as last seen and told.

    Reports only keep their count, and a write just made when the next may follow.
    """
    spaced = body.write_after is not None and body.write_after > now
    payment = replace(body.payment, report=None) if body.payment is not None else None
    return replace(
        body,
        refusal=None,
        report=None,
        write_after=body.write_after if spaced else None,
        link=None,
        payment=payment,
    )
