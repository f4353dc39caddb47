"""One more search, a settle time after the last create, for what counted as not happened and may have come after all.

Nobody can take back a create that is under way somewhere: it was sent by a process that was frozen in the wrong
instant, or PeopleSoft worked on it longer than the settle time. The invoice goes on meanwhile; what is found is for a
person.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ap_domain.invoice_state import InvoiceState, LateSearch, Step
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Note, Others

from voucher_poster.core import documents, looking, reporting
from voucher_poster.core.answers import SearchedAgain

InvoiceEntry = Entry[InvoiceState]
InvoiceDecision = Decision[InvoiceState]

_ENDED = (Step.CONFIRMED, Step.PAID, Step.RETURNED, Step.WITHDRAWN, Step.DISCARDED)


def ordered(entry: InvoiceEntry, *, now: datetime) -> LateSearch | None:
    """What is to be searched for once the create of this entry counts as not happened."""
    intent, late = entry.body.intent, entry.body.late
    if intent is None or entry.started is None:
        return late
    before = late.intents if late is not None else ()
    intents = before if intent in before else (*before, intent)
    return LateSearch(due=now + timedelta(seconds=entry.started.settle_seconds), intents=intents)


def scheduled(entry: InvoiceEntry) -> InvoiceEntry:
    """Once nothing else is wanted of the invoice, the search is; it holds up nothing.

    So it is while a person must decide, for who knows how long, unless that is what was found.
    """
    late = entry.body.late
    wanted = entry.phase is Phase.FINAL or (
        entry.phase is Phase.PARKED and late is not None and not late.found
    )
    if late is None or not wanted or entry.due is not None:
        return entry
    return replace(entry, due=late.due)


def searched(entry: InvoiceEntry, answer: SearchedAgain, *, others: Others[InvoiceState]) -> InvoiceDecision:
    """No voucher but the invoice's own: it rests. Any other that no invoice of ours has: a person must look.

    Parked before it has a voucher, it may have one by now: a person's word has it looked for. Two are told.
    """
    late, own = entry.body.late, entry.body.voucher
    resting = entry.phase in (Phase.FINAL, Phase.PARKED) and entry.due is not None
    if late is None or not resting or late.due != answer.due:
        note = Note(action="too late", detail={"reason": "another search is wanted by now"})
        return Decision(entry=entry, notes=(note,))
    ours = (own.business_unit, own.voucher_id) if own is not None else None
    beside = [
        each
        for each in answer.vouchers
        if (each.business_unit, each.voucher_id) != ours and not others(looking.voucher_claim(entry, each))
    ]
    at_work = entry.step not in _ENDED
    open_yet = at_work and own is None
    if not beside or (open_yet and len(beside) == 1 and not _renumbered(entry, late)):
        rests = replace(entry, due=None, body=replace(entry.body, late=late if open_yet else None))
        found = looking.names(answer.vouchers) or "no voucher"
        return Decision(entry=rests, notes=(Note(action="searched again", detail={"found": found}),))
    reason = "a create that counted as not happened came after all: PeopleSoft has "
    if at_work:
        found = looking.names([own, *beside] if own is not None else beside)
        reason += (
            f"{found} for this invoice. Delete there what is too many, then resubmit (searched again). It was parked "
            f"before: {entry.reason}"
        )
    elif own is not None:
        reason += (
            f"{looking.names([own, *beside])} for this invoice, and Basware was told {own.voucher_id}. Delete the "
            "other there, then resubmit (searched again); where it is closed unpaid, discard (what was told stays)"
        )
    else:
        reason += (
            f"{looking.names(beside)} for this invoice, which is {entry.step} here. Delete it there and resubmit, or "
            "have the clerk transfer the invoice again: then the voucher is taken up"
        )
    after = replace(late, found=tuple(each.voucher_id for each in beside))
    return reporting.park(replace(entry, body=replace(entry.body, late=after)), reason, alert="yes")


def _renumbered(entry: InvoiceEntry, late: LateSearch) -> bool:
    """Whether a create is in doubt under another number than was searched for: what was found is not what it made."""
    intent = entry.body.intent
    if intent is None or not documents.undecided(entry):
        return False
    return any(each.natural_key != intent.natural_key for each in late.intents)


def settled_by_a_person(body: InvoiceState) -> InvoiceState:
    """Who lets go of an invoice whose second voucher was found answers for it."""
    return replace(body, late=None) if body.late is not None and body.late.found else body
