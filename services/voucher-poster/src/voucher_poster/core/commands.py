"""What a person's command does to an invoice: nothing that the guards would not allow.

A command holds only for the entry it was given for. What an invoice says can never be changed here.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.invoice_state import InvoiceState, Step
from ap_domain.response import clerk_message
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Decision, Input, Note

from voucher_poster.core import calls, documents, late_search, linking, paying, reporting

InvoiceEntry = Entry[InvoiceState]
InvoiceDecision = Decision[InvoiceState]


_ASKING = {Step.CONFIRM: Step.REPORT, Step.CONFIRM_PAYMENT: Step.REPORT_PAYMENT}
"""What is awaited of Basware, and the step that sent it."""


class NotNow(Exception):
    """The command cannot be carried out as the invoice stands; says why."""


def decide(entry: InvoiceEntry | None, record: Input, command: Command, *, now: datetime) -> InvoiceDecision:
    """Carry the command out, or refuse it; either way the audit says so under the command's id."""
    if command.ledger is not CommandedLedger.VOUCHERS:
        return Decision(entry=entry)
    try:
        known = _known(entry, record, command, now=now)
        _still_holds(known, command, now=now)
        if command.action not in _DO:
            raise NotNow(f"{command.action} is no order about an invoice")  # noqa: TRY301 - one place answers
        said, decision = _DO[command.action](known, command, now)
    except NotNow as refusal:
        return Decision(entry=entry, notes=(_answer("command refused", command, str(refusal)),))
    if command.action is Action.DISCARD and known.missed:
        # Read again, what the log does not take might park it for ever.
        said = f"{said}; nor about what came and could not be written ({len(known.missed)})"
    return replace(decision, notes=(_answer("command applied", command, said), *decision.notes))


def _known(entry: InvoiceEntry | None, record: Input, command: Command, *, now: datetime) -> InvoiceEntry:
    if entry is not None:
        return entry
    if command.action is not Action.LINK:
        raise NotNow("nothing is known of this invoice")
    return linking.first_known(record, command, now=now)


def _still_holds(entry: InvoiceEntry, command: Command, *, now: datetime) -> None:
    if now > command.expires_at:
        raise NotNow(f"it expired at {command.expires_at.isoformat()}")
    if entry.sequence != command.expected_sequence:
        raise NotNow(
            f"the invoice moved on since it was looked at (entry {entry.sequence}, not {command.expected_sequence})"
        )


def _resubmit(entry: InvoiceEntry, _: Command, now: datetime) -> tuple[str, InvoiceDecision]:
    if entry.phase is Phase.WAITING:
        return "tried again at once", Decision(entry=replace(entry, due=_soonest(entry, now=now)))
    if (told := paying.taken_up(entry, now=now)) is not None:
        return "Basware is told of the payment after all", told
    _parked(entry)
    again = replace(entry, phase=Phase.WAITING, due=_soonest(entry, now=now), attempts=0, reason="")
    if documents.undecided(entry):
        doubt = replace(again, phase=Phase.IN_DOUBT, due=_settled_at(entry, now=now), looks=0)
        return "PeopleSoft is asked again whether the voucher exists", Decision(entry=doubt)
    if calls.wanted(again) is None:
        # What arrived when it was over could not be written: that is over too.
        over = replace(_standing(again), phase=Phase.FINAL, due=None)
        rests = over.step in documents.AT_REST
        return "it stays as it ended", paying.at_rest(over, now=now) if rests else Decision(entry=over)
    if (why_not := paying.held_back(entry)) is not None:
        raise NotNow(why_not)
    if entry.step == Step.ACKNOWLEDGE and _asked_whose(entry.body):
        # That it was tried before is what makes "already acknowledged" count as ours.
        return "acknowledged again", Decision(entry=replace(again, tried=True))
    if entry.body.voucher is not None and entry.step in (Step.ACKNOWLEDGE, Step.POST):
        # Only as PeopleSoft shows it then: it may have been deleted since the person looked.
        revisit = replace(_standing(again), step=Step.REVISIT, due=now)
        return f"voucher {entry.body.voucher.voucher_id}, if it is live, stands for it", Decision(
            entry=revisit
        )
    if entry.step in _ASKING:
        return _answered_again(again, now=now)
    return f"{entry.step} is tried again", Decision(entry=again)


def _answered_again(again: InvoiceEntry, *, now: datetime) -> tuple[str, InvoiceDecision]:
    """Basware does not say what became of a response. Where it has this very one already, that counts."""
    offer = reporting.followed(again, now=now) if again.step == Step.CONFIRM else None
    if offer is not None:
        return "the transfer that followed is acted on", offer
    due = documents.writable(again.body, now=now)
    report = again.body.report
    fresh = replace(report, repeats=0, request_id=None) if report is not None else None
    step = _ASKING[Step(again.step)]
    resent = replace(again, step=step, due=due, body=replace(again.body, report=fresh))
    return "Basware is sent the same response again", Decision(entry=resent)


def _asked_whose(body: InvoiceState) -> bool:
    """Whether, at its acknowledge, a person is not asked about its voucher's content but who takes the transfer over.

    A voucher it has was revisited before, and is once more when that is answered.
    """
    if body.voucher is None:
        return True
    return documents.offered_again(body, body.document) and body.posted_revision == body.document.revision


def _standing(again: InvoiceEntry) -> InvoiceEntry:
    """A person saw what is in PeopleSoft beside the document and lets it stand."""
    if again.body.voucher is None:
        return again
    return replace(again, body=replace(again.body, posted_revision=again.body.document.revision))


def _send_back(entry: InvoiceEntry, command: Command, now: datetime) -> tuple[str, InvoiceDecision]:
    body = entry.body
    if body.voucher is not None:
        raise NotNow(f"voucher {body.voucher.voucher_id} exists: Basware is never told that it failed")
    before_posting = entry.step in (Step.ACKNOWLEDGE, Step.POST) and entry.phase in (
        Phase.WAITING,
        Phase.STOPPED,
    )
    if entry.phase is not Phase.PARKED and not before_posting:
        raise NotNow(f"it is {entry.phase} at {entry.step}")
    reason = clerk_message(cause=command.reason)
    again = replace(entry, phase=Phase.WAITING, due=now, attempts=0, reason=reason, stop=None)
    if documents.undecided(entry):
        doubt = replace(again, phase=Phase.IN_DOUBT, due=_settled_at(entry, now=now), looks=0)
        return "once PeopleSoft shows no voucher of it", Decision(
            entry=replace(doubt, body=replace(body, refusal=reason))
        )
    refused = replace(again, body=replace(body, refusal=reason))
    if entry.step == Step.REHEARSE:
        raise NotNow("in shadow mode Basware is told nothing")
    if entry.step == Step.LINK:
        raise NotNow("a voucher is being linked to it; resubmit it to go on with that, or discard it")
    if entry.step not in (Step.ACKNOWLEDGE, Step.POST):
        raise NotNow(f"at {entry.step} Basware was told, or is being told; resubmit it to go on with that")
    if entry.step == Step.ACKNOWLEDGE:
        # Of a parked one a person says that it is ours to return, also if Basware says it was acknowledged before.
        tried = entry.tried or entry.phase is Phase.PARKED
        due = _soonest(entry, now=now)
        return "after it is acknowledged", Decision(entry=replace(refused, tried=tried, due=due))
    if body.doubted is not None:
        return "once PeopleSoft shows no voucher of it", Decision(entry=replace(refused, step=Step.POST))
    return "Basware is told", reporting.returned(again, reason, now=now)


def _discard(entry: InvoiceEntry, command: Command, now: datetime) -> tuple[str, InvoiceDecision]:
    _parked(entry)
    if documents.undecided(entry) and now < _settled_at(entry, now=now):
        raise NotNow(f"a voucher may still appear until {_settled_at(entry, now=now).isoformat()}")
    entry = replace(entry, missed=(), body=late_search.settled_by_a_person(entry.body))
    if documents.undecided(entry):
        # Offered again with another number, it would be looked for under that one only.
        late = late_search.ordered(entry, now=now)
        entry = replace(entry, body=replace(entry.body, doubted=entry.body.document.revision, late=late))
    if entry.body.voucher is not None and entry.body.link is not None:
        return "the voucher it has still stands", linking.given_up(entry, command.reason, now=now)
    if entry.body.voucher is not None and entry.step in (*documents.PAYING, *documents.AT_REST):
        said = "nothing is done about it until PeopleSoft shows another payment"
        if entry.body.newer is not None:
            said = "it is not told, and the fetch that waited for it is acted on"
        left = _standing(entry) if entry.step in documents.AT_REST else entry
        return said, paying.given_up(left, command.reason, now=now)
    note = Note(action="discarded", detail={"reason": command.reason})
    return "nothing more is done about it", reporting.finished(
        entry, Step.DISCARDED, note, now=now, reason=command.reason
    )


def _link(entry: InvoiceEntry, command: Command, now: datetime) -> tuple[str, InvoiceDecision]:
    link = command.voucher
    why_not = linking.why_not(entry, link)
    if link is None or why_not is not None:
        raise NotNow(why_not)
    said = f"PeopleSoft is asked whether voucher {link.business_unit}/{link.voucher_id} can stand for it"
    return said, Decision(entry=linking.ordered(entry, link, now=now))


_DO: dict[Action, Callable[[InvoiceEntry, Command, datetime], tuple[str, InvoiceDecision]]] = {
    Action.RESUBMIT: _resubmit,
    Action.SEND_BACK: _send_back,
    Action.DISCARD: _discard,
    Action.LINK: _link,
}


def _parked(entry: InvoiceEntry) -> None:
    if entry.phase is not Phase.PARKED:
        raise NotNow(f"it is {entry.phase} at {entry.step}, not parked")


def _soonest(entry: InvoiceEntry, *, now: datetime) -> datetime:
    """Also a person's order keeps the spacing of writes on Basware's record."""
    writes = entry.step in (Step.ACKNOWLEDGE, Step.REPORT, Step.REPORT_PAYMENT)
    return documents.writable(entry.body, now=now) if writes else now


def _settled_at(entry: InvoiceEntry, *, now: datetime) -> datetime:
    if entry.started is None:
        return now
    return max(now, entry.started.at + timedelta(seconds=entry.started.settle_seconds))


def _answer(action: str, command: Command, said: str) -> Note:
    return Note(
        action=action,
        detail={
            "command": command.command_id,
            "action": str(command.action),
            "by": command.actor,
            "reason": command.reason,
            "said": said,
        },
    )
