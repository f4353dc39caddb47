"""The invoice's state machine: pure transitions that the effect ledger commits and acts upon.

Steps and calls: acknowledge (Basware), post = look, then create, or settle when in doubt (PeopleSoft), verify
(PeopleSoft), report and confirm (Basware). A voucher is only created from a committed `started`, which only a look
that found nothing can bring about. Before all this an invoice may be rehearsed (shadow mode) or revisit the voucher
it has already. A voucher that a person names is linked (PeopleSoft). What a picture of the voucher's payment shows is
reported and confirmed (Basware). An invoice of which a
create counted as not happened is, once it rests, searched for once more (PeopleSoft).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ap_domain.command import Command
from ap_domain.invoice_state import InvoiceState, Step
from ap_domain.payments import PaymentPicture
from ap_domain.posting import VoucherRef
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Call, Decision, Input, Note, Others
from chassis.ledger.outcomes import Done, Rejected, Retry

from voucher_poster.core import (
    acknowledging,
    calls,
    commands,
    documents,
    late_search,
    linking,
    looking,
    paying,
    pictures,
    reporting,
)
from voucher_poster.core.answers import (
    Acknowledged,
    Confirmed,
    Created,
    Forgotten,
    Linkable,
    Looked,
    NotLinkable,
    PaymentConfirmed,
    PaymentRefused,
    PaymentReported,
    Rehearsed,
    Reported,
    Revisited,
    SearchedAgain,
    TakenElsewhere,
    Verified,
)

InvoiceEntry = Entry[InvoiceState]
InvoiceDecision = Decision[InvoiceState]


class InvoiceMachine:
    """One invoice's rules. Has no state of its own."""

    def received(self, entry: InvoiceEntry | None, record: Input, *, now: datetime) -> InvoiceDecision:
        """A fetch of the document (see `documents`), a command (see `commands`) or a picture of its voucher's payment
        (see `pictures`) arrived.
        """
        match record.payload:
            case Command():
                decision = commands.decide(entry, record, record.payload, now=now)
            case PaymentPicture():
                decision = pictures.received(entry, record, now=now)
            case _:
                decision = paying.after_fetch(entry, documents.received(entry, record, now=now), now=now)
        return decision if decision.entry is entry else _left(entry, decision)

    def call(self, entry: InvoiceEntry) -> Call | None:
        """What the entry's step asks for in its phase."""
        return calls.wanted(entry)

    def claims(self, entry: InvoiceEntry) -> tuple[str, ...]:
        """The natural key, while a create of it may have happened or did happen, and the voucher or, while nobody has
        seen one, the number alone.
        """
        intent, voucher = entry.body.intent, entry.body.voucher
        if voucher is not None:
            key = (looking.claim(entry, intent),) if intent is not None else ()
            return (*key, looking.voucher_claim(entry, voucher))
        if intent is None or not documents.undecided(entry):
            return ()
        return looking.claim(entry, intent), looking.number_claim(entry, intent)

    def withdrawn(self, entry: InvoiceEntry, *, now: datetime) -> InvoiceEntry:
        """Nothing was created: look again, then start anew. A newer fetch that waited for this comes first."""
        body = replace(entry.body, intent=None)
        if entry.phase is Phase.IN_DOUBT:
            late = late_search.ordered(entry, now=now)
            body = replace(body, doubted=entry.body.document.revision, late=late)
        back = replace(entry, phase=Phase.WAITING, due=now, body=body)
        if body.newer is None:
            return back
        return late_search.scheduled(documents.act_on(back, body.newer, now=now).entry or back)

    def wrote(self, entry: InvoiceEntry, outcome: Done | Retry, *, now: datetime) -> InvoiceEntry:
        """Basware's record was, or may have been, written: not again before the spacing is over."""
        match outcome:
            case (
                Done(value=Acknowledged(spacing=seconds))
                | Done(value=Reported(spacing=seconds))
                | Done(value=PaymentReported(spacing=seconds))
            ):
                spacing: float | None = seconds
            case Retry(after=spacing):
                pass
            case _:
                spacing = None
        if spacing is None:
            return entry
        write_after = documents.writable(entry.body, now=now + timedelta(seconds=spacing))
        return replace(entry, body=replace(entry.body, write_after=write_after))

    def rested(self, entry: InvoiceEntry) -> InvoiceEntry:
        """With the search that is still to come."""
        return late_search.scheduled(entry)

    def adopted(
        self, entry: InvoiceEntry, value: object, *, now: datetime, others: Others[InvoiceState]
    ) -> InvoiceDecision:
        """The create in doubt did happen, unless another invoice has the voucher (a person may have linked it)."""
        if not isinstance(value, VoucherRef):
            raise TypeError(f"a sighted voucher is a VoucherRef, not {value!r}")
        taken = others(looking.voucher_claim(entry, value))
        if taken:
            reason = (
                f"a create of this invoice may have made {looking.names([value])}, and {taken[0].key} has it"
            )
            return reporting.park(entry, reason, alert="yes")
        if entry.body.late is not None:
            # It may be an earlier create's: then this one counts as not happened as well.
            late = late_search.ordered(entry, now=now)
            entry = replace(entry, body=replace(entry.body, late=late))
        return reporting.posted(entry, value, now=now, action="adopted")

    def rejected(self, entry: InvoiceEntry, outcome: Rejected, *, now: datetime) -> InvoiceDecision:
        """A business no. After doubt it may be the late first voucher that is in the way: look before telling."""
        if entry.step == Step.REHEARSE:
            return looking.rehearsed(entry, f"would go back: {outcome.reason}", now=now)
        if entry.body.doubted is not None and documents.undecided(entry):
            body = replace(entry.body, refusal=outcome.reason, intent=None)
            back = replace(entry, phase=Phase.WAITING, due=now, body=body, reason=outcome.reason)
            note = Note(action="refused after doubt", detail={"reason": outcome.reason})
            return Decision(entry=back, notes=(note,))
        if entry.body.doubted is not None and entry.body.refusal is None:
            reason = (
                f"{outcome.reason} A create of it was in doubt before: see in PeopleSoft whether it exists."
            )
            return reporting.park(entry, reason)
        return reporting.returned(entry, entry.body.refusal or outcome.reason, now=now)

    def succeeded(
        self, entry: InvoiceEntry, value: object, *, now: datetime, others: Others[InvoiceState]
    ) -> InvoiceDecision:
        """Go on after a call."""
        decision = _succeeded(entry, value, now=now, others=others)
        return decision if isinstance(value, SearchedAgain) else _left(entry, decision)


def _left(before: InvoiceEntry | None, decision: InvoiceDecision) -> InvoiceDecision:
    """With what must not be forgotten, and the search that is still to come where nothing else is wanted."""
    kept = acknowledging.kept_in_mind(before, decision)
    return kept if kept.entry is None else replace(kept, entry=late_search.scheduled(kept.entry))


def _succeeded(
    entry: InvoiceEntry, value: object, *, now: datetime, others: Others[InvoiceState]
) -> InvoiceDecision:
    match value:
        case Acknowledged():
            return acknowledging.acknowledged(entry, now=now)
        case Looked():
            return looking.looked(entry, value, now=now, others=others)
        case Created(voucher=voucher, warnings=warnings):
            return _created(entry, voucher, warnings, now=now)
        case Verified():
            return _verified(entry, value, now=now, others=others)
        case Linkable():
            return linking.linked(entry, value, now=now, others=others)
        case SearchedAgain():
            return late_search.searched(entry, value, others=others)
        case _:
            return _told_or_seen(entry, value, now=now)


def _told_or_seen(entry: InvoiceEntry, value: object, *, now: datetime) -> InvoiceDecision:
    match value:
        case Reported():
            return reporting.reported(entry, value, now=now)
        case Forgotten():
            return reporting.forgotten(entry, value, now=now)
        case Confirmed(problem=problem):
            return reporting.confirmed(entry, problem, now=now)
        case Revisited():
            return looking.revisited(entry, value, now=now)
        case Rehearsed(outcome=words):
            return looking.rehearsed(entry, words, now=now, answer=value)
        case TakenElsewhere():
            return acknowledging.taken_elsewhere(entry, value, now=now)
        case NotLinkable():
            return linking.not_linkable(entry, value, now=now)
        case _:
            return _of_payment(entry, value, now=now)


def _of_payment(entry: InvoiceEntry, value: object, *, now: datetime) -> InvoiceDecision:
    match value:
        case PaymentReported():
            return paying.reported(entry, value, now=now)
        case PaymentConfirmed():
            return paying.confirmed(entry, value, now=now)
        case PaymentRefused():
            return paying.refused(entry, value, now=now)
        case _:
            raise TypeError(f"no step of an invoice brings {value!r}")


def _created(
    entry: InvoiceEntry, voucher: VoucherRef, warnings: tuple[str, ...], *, now: datetime
) -> InvoiceDecision:
    first = entry if entry.body.doubted is None else replace(entry, body=replace(entry.body, newer=None))
    decision = reporting.posted(first, voucher, now=now, action="posted", warnings=warnings)
    if entry.body.doubted is not None and decision.entry is not None:
        # What PeopleSoft shows comes first, whatever Basware offers by now; the hold asked for is compared then.
        body = replace(
            decision.entry.body,
            report=None,
            reports=entry.body.reports,
            newer=entry.body.newer,
            payment_block=entry.body.payment_block,
        )
        verify = replace(decision.entry, phase=Phase.WAITING, step=Step.VERIFY, due=now, reason="", body=body)
        return Decision(entry=verify, notes=decision.notes[:1])
    return decision


def _verified(
    entry: InvoiceEntry, answer: Verified, *, now: datetime, others: Others[InvoiceState]
) -> InvoiceDecision:
    """One voucher, whichever create made it, unless it is another invoice's or stands beside a strange one."""
    claims = [looking.voucher_claim(entry, each) for each in answer.same]
    if entry.body.intent is not None:
        claims.append(looking.claim(entry, entry.body.intent))
    rivals = [rival.body.voucher for each in claims for rival in others(each)]
    taken = {voucher.voucher_id for voucher in rivals if voucher is not None}
    ours = [each for each in answer.same if each.voucher_id not in taken]
    shown = (*answer.same, *answer.different)
    if len(ours) == len(shown) == 1:
        return reporting.posted(
            entry, ours[0], now=now, action="verified", revision=entry.body.posted_revision
        )
    reason = f"after the second create PeopleSoft shows {looking.names(shown) or 'no voucher'}"
    return reporting.park(entry, reason, alert="yes")
