"""Telling Basware of a voucher's payment: the whole of it, once the invoice is at rest, and nothing that it knows.

A response is one call and one question, as with reports. While one is under way, a newer picture only changes what is
wanted, and that is compared again afterwards.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ap_domain.invoice_state import InvoiceState, PaymentReport, PaymentState, Step
from ap_domain.money import plain
from ap_domain.payments import PaymentTold
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Note

from voucher_poster.core import documents
from voucher_poster.core.answers import PaymentConfirmed, PaymentRefused, PaymentReported

InvoiceEntry = Entry[InvoiceState]
InvoiceDecision = Decision[InvoiceState]

FIRST_QUESTION_SECONDS = 1.0
"""Basware carries a response out in its own time: asking sooner brings nothing."""
LONGEST_SILENCE = 24 * 3600.0
"""Seconds for which the outcome of a response is asked for before a person is told."""
MOST_OVERTAKEN = 5
"""How often in a row the same response may be overtaken before a person is asked."""


def at_rest(entry: InvoiceEntry, *, now: datetime) -> InvoiceDecision:
    """An invoice of which nothing more is wanted than to tell what Basware does not know of its payment."""
    payment = entry.body.payment
    if payment is not None and payment.unknown:
        return _parked(replace(entry, step=Step.REPORT_PAYMENT), _no_rule_for(payment))
    if payment is not None and payment.wanted is not None and _differs(payment):
        return Decision(entry=_report(entry, payment, payment.wanted, now=now))
    step = Step.PAID if payment is not None and payment.settled else Step.CONFIRMED
    final = replace(entry, phase=Phase.FINAL, step=step, due=None, reason="", stop=None)
    return Decision(entry=final)


def seen(entry: InvoiceEntry, before: PaymentState | None, *, now: datetime) -> InvoiceDecision:
    """A newer picture is in the entry; it is acted on where the invoice rests or waits for a person because of one."""
    if entry.phase is Phase.FINAL and entry.step in documents.AT_REST:
        return at_rest(entry, now=now)
    if entry.phase is not Phase.PARKED or entry.step not in documents.PAYING:
        return Decision(entry=entry)
    payment, report = _under_way(entry)
    waits_to_be_sent = entry.step == Step.REPORT_PAYMENT
    if payment.unknown:
        reason = _no_rule_for(payment) if waits_to_be_sent else entry.reason
        return Decision(entry=replace(entry, reason=reason))
    if waits_to_be_sent and not entry.tried and payment.wanted == payment.told:
        # The response before was not taken and this one never sent: Basware shows what is wanted.
        unsent = replace(payment, report=None)
        return at_rest(replace(entry, body=replace(entry.body, payment=unsent)), now=now)
    due = documents.writable(entry.body, now=now) if waits_to_be_sent else now
    goes_on = replace(entry, phase=Phase.WAITING, due=due, attempts=0, reason="")
    if report is None or payment.wanted != report.told:
        # Carried out after the next one, it would be what Basware shows for good: what becomes of it comes first.
        if _may_come(entry, now=now):
            return Decision(entry=goes_on)
        known = _unsure(entry, payment, now=now) if documents.payment_on_its_way(entry) else entry
        return at_rest(known, now=now)
    if waits_to_be_sent and before is not None and before.unknown:
        return Decision(entry=goes_on)
    return Decision(entry=entry)


def reported(entry: InvoiceEntry, answer: PaymentReported, *, now: datetime) -> InvoiceDecision:
    """Basware stored the response; whether it carried it out is asked next."""
    payment, report = _under_way(entry)
    if report is None or entry.step != Step.REPORT_PAYMENT or report.number != answer.number:
        return _too_late(replace(entry, due=max(entry.due or now, documents.writable(entry.body, now=now))))
    stored = replace(payment, report=replace(report, request_id=answer.request_id))
    asking = replace(
        entry,
        phase=Phase.WAITING,
        step=Step.CONFIRM_PAYMENT,
        due=now + timedelta(seconds=FIRST_QUESTION_SECONDS),
        body=replace(entry.body, payment=stored),
    )
    return Decision(entry=asking, notes=(Note(action="payment reported", detail=_in_words(report)),))


def confirmed(entry: InvoiceEntry, answer: PaymentConfirmed, *, now: datetime) -> InvoiceDecision:
    """Basware carried the response out, dropped it for a later one, or says in its words why it did not."""
    payment, report = _under_way(entry)
    if report is None or entry.step != Step.CONFIRM_PAYMENT or report.number != answer.number:
        return _too_late(entry)
    number = {"number": str(report.number)}
    if answer.overtaken:
        # Whatever it was overtaken by is what Basware shows.
        payment = replace(payment, told=None)
    if answer.overtaken and report.overtaken < MOST_OVERTAKEN:
        wanted = payment.wanted or report.told
        overtaken = report.overtaken + 1 if wanted == report.told else 0
        again = _report(entry, payment, wanted, now=now, overtaken=overtaken)
        return Decision(entry=again, notes=(Note(action="payment overtaken", detail=number),))
    if answer.problem is not None:
        said = f"Basware stored the payment but did not carry it out: {answer.problem}"
        return _not_taken(entry, payment, report, said, now=now)
    known = replace(payment, told=report.told, report=None, given_up=None)
    return over(_rested(entry, known), Note(action="payment confirmed", detail=number), now=now)


def refused(entry: InvoiceEntry, answer: PaymentRefused, *, now: datetime) -> InvoiceDecision:
    """Basware does not take the response, and does not have it: a person must look."""
    payment, report = _under_way(entry)
    if report is None or entry.step != Step.REPORT_PAYMENT or report.number != answer.number:
        return _too_late(entry)
    if answer.sent_before:
        entry = _unsure(entry, payment, now=now)
        payment, _ = _under_way(entry)
    return _not_taken(entry, payment, report, answer.reason, now=now)


def after_fetch(entry: InvoiceEntry | None, decision: InvoiceDecision, *, now: datetime) -> InvoiceDecision:
    """A fetch ended the look at a voucher that a person named: payments that came meanwhile are told."""
    left = decision.entry
    if entry is None or left is None or entry.step != Step.LINK:
        return decision
    if left.phase is not Phase.FINAL or left.step not in documents.AT_REST:
        return decision
    rest = at_rest(left, now=now)
    return replace(rest, notes=(*decision.notes, *rest.notes))


def over(final: InvoiceEntry, note: Note, *, now: datetime) -> InvoiceDecision:
    """Nothing more is wanted, unless a fetch had to wait for this, or there is a payment to be told."""
    newer = final.body.newer
    after = documents.act_on(final, newer, now=now) if newer is not None else Decision(entry=final)
    notes = (note, *after.notes)
    entry = after.entry
    if entry is None or entry.phase is not Phase.FINAL or entry.step not in documents.AT_REST:
        return replace(after, notes=notes)
    rest = at_rest(entry, now=now)
    return replace(rest, notes=(*notes, *rest.notes))


def told_again(payment: PaymentState | None) -> PaymentState | None:
    """After another transferResponse: what that clears in Basware is told once more."""
    return replace(payment, told=None, report=None, given_up=None) if payment is not None else None


def given_up(entry: InvoiceEntry, reason: str, *, now: datetime) -> InvoiceDecision:
    """A person lets go of the response that waits: the invoice rests, unless a fetch had to wait for this, and the next
    payment that says something else is told. Its voucher is confirmed all the same.
    """
    payment = entry.body.payment
    note = Note(action="discarded", detail={"reason": reason})
    if payment is None or entry.step not in documents.PAYING:
        rest = at_rest(entry, now=now)
        return replace(rest, notes=(note, *rest.notes))
    report = payment.report
    if documents.payment_on_its_way(entry):
        entry = _unsure(entry, payment, now=now)
        payment, _ = _under_way(entry)
    left = replace(payment, report=None, given_up=report.told if report is not None else payment.given_up)
    rested = replace(
        entry,
        phase=Phase.FINAL,
        step=Step.CONFIRMED,
        due=None,
        reason=reason,
        stop=None,
        body=replace(entry.body, payment=left),
    )
    newer = rested.body.newer
    after = documents.act_on(rested, newer, now=now) if newer is not None else Decision(entry=rested)
    return replace(after, notes=(note, *after.notes))


def taken_up(entry: InvoiceEntry, *, now: datetime) -> InvoiceDecision | None:
    """What was given up is told after all; None where nothing was."""
    payment = entry.body.payment
    at_rest_without = entry.phase is Phase.FINAL and entry.step in documents.AT_REST
    if payment is None or payment.given_up is None or not at_rest_without:
        return None
    again = replace(payment, given_up=None)
    return at_rest(replace(entry, body=replace(entry.body, payment=again)), now=now)


def held_back(entry: InvoiceEntry) -> str | None:
    """Why the payment may not be told even if a person orders it: codes that nobody has a meaning for."""
    payment = entry.body.payment
    if entry.step != Step.REPORT_PAYMENT or payment is None or not payment.unknown:
        return None
    return _no_rule_for(payment)


def _may_come(entry: InvoiceEntry, *, now: datetime) -> bool:
    """Whether the response of a parked entry may still be carried out: it was parked for another reason than that
    Basware refused it, or has not said for so long what became of it.
    """
    if entry.body.payment is None or entry.body.payment.report is None:
        return False
    if entry.step == Step.REPORT_PAYMENT:
        return entry.tried
    sent = entry.body.write_after or entry.since
    return sent is not None and (now - sent).total_seconds() <= LONGEST_SILENCE


def _differs(payment: PaymentState) -> bool:
    """Whether Basware may show something else; what became of a report that was given up is not known."""
    return payment.report is not None or payment.wanted not in (payment.told, payment.given_up)


def _report(
    entry: InvoiceEntry, payment: PaymentState, told: PaymentTold, *, now: datetime, overtaken: int = 0
) -> InvoiceEntry:
    """A new response, due when Basware's record may be written again."""
    number = payment.reports + 1
    report = PaymentReport(number=number, told=told, overtaken=overtaken)
    return replace(
        entry,
        phase=Phase.WAITING,
        step=Step.REPORT_PAYMENT,
        due=documents.writable(entry.body, now=now),
        attempts=0,
        tried=False,
        reason="",
        stop=None,
        body=replace(entry.body, payment=replace(payment, report=report, reports=number)),
    )


def _not_taken(
    entry: InvoiceEntry, payment: PaymentState, report: PaymentReport, said: str, *, now: datetime
) -> InvoiceDecision:
    """The next response is prepared: sent at once if it says something else by now, else when a person says so. None
    is if what Basware shows is what it should show by now.

    A fetch that waited for this comes first: an invoice that is offered again takes no payment.
    """
    wanted = payment.wanted or report.told
    refusal = Note(action="payment refused", detail={"reason": said})
    if wanted == payment.told != report.told:
        return over(_rested(entry, replace(payment, report=None)), refusal, now=now)
    again = _report(entry, payment, wanted, now=now)
    parked = replace(again, phase=Phase.PARKED, due=None, reason=said)
    newer = parked.body.newer
    after = documents.act_on(parked, newer, now=now) if newer is not None else Decision(entry=parked)
    still = after.entry is not None and after.entry.step == Step.REPORT_PAYMENT
    if after.entry is not None and still and wanted != report.told and not payment.unknown:
        sent = replace(again, body=after.entry.body)
        return Decision(entry=sent, notes=(refusal, *after.notes))
    waits = (Note(action="parked", detail={"reason": said}),) if still else ()
    return replace(after, notes=(refusal, *after.notes, *waits))


def _unsure(entry: InvoiceEntry, payment: PaymentState, *, now: datetime) -> InvoiceEntry:
    """A response is let go that may have been sent: nobody knows what Basware will show, until the next one."""
    body = replace(entry.body, payment=replace(payment, told=None))
    return replace(entry, body=documents.awaiting_what_comes(body, now=now))


def _rested(entry: InvoiceEntry, payment: PaymentState) -> InvoiceEntry:
    body = replace(entry.body, payment=payment)
    return replace(entry, phase=Phase.FINAL, step=Step.CONFIRMED, due=None, body=body)


def _under_way(entry: InvoiceEntry) -> tuple[PaymentState, PaymentReport | None]:
    payment = entry.body.payment
    if payment is None:
        raise ValueError(f"{entry.key} is paid without a picture of its payment")
    return payment, payment.report


def _parked(entry: InvoiceEntry, reason: str) -> InvoiceDecision:
    parked = replace(entry, phase=Phase.PARKED, due=None, reason=reason)
    return Decision(entry=parked, notes=(Note(action="parked", detail={"reason": reason}),))


def _too_late(entry: InvoiceEntry) -> InvoiceDecision:
    reason = "it is about an earlier report of the payment"
    return Decision(entry=entry, notes=(Note(action="too late", detail={"reason": reason}),))


def _no_rule_for(payment: PaymentState) -> str:
    return (
        f"nobody has a meaning for what PeopleSoft shows: {'; '.join(payment.unknown)}. Say it in payments.statuses of "
        "the connection; the next full poll goes on with it"
    )


def _in_words(report: PaymentReport) -> dict[str, str]:
    told = report.told
    return {
        "number": str(report.number),
        "paid": plain(told.paid_total),
        "block": str(told.payment_block).lower(),
        "settled": str(told.settled).lower(),
        "message": told.message,
    }
