"""The invoice's state machine: pure transitions that the effect ledger commits and acts upon.

Steps and calls: acknowledge (Basware), post = look, then create, or settle when in doubt (PeopleSoft), verify
(PeopleSoft), report and confirm (Basware). A voucher is only created from a committed `started`, which only a look
that found nothing can bring about.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ap_domain.invoice_state import InvoiceState, Report, Step
from ap_domain.posting import VoucherRef
from ap_domain.response import posted_message
from chassis.ledger import transition
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Call, Decision, Input, Kind, Note, Others
from chassis.ledger.outcomes import Rejected

from voucher_poster.core import documents
from voucher_poster.core.answers import Acknowledged, Confirmed, Created, Looked, Reported, Verified

InvoiceEntry = Entry[InvoiceState]
InvoiceDecision = Decision[InvoiceState]

BASWARE = "basware"
PEOPLESOFT = "peoplesoft"

FIRST_QUESTION_SECONDS = 1.0
"""Basware carries a report out in its own time: asking sooner brings nothing."""

ACKNOWLEDGE = Call(name="acknowledge", remote=BASWARE, kind=Kind.REPEATABLE)
LOOK = Call(name="look", remote=PEOPLESOFT, kind=Kind.READ)
CREATE = Call(name="create", remote=PEOPLESOFT, kind=Kind.ONCE)
SETTLE = Call(name="settle", remote=PEOPLESOFT, kind=Kind.READ, goes_on_when_paused=True)
VERIFY = Call(name="verify", remote=PEOPLESOFT, kind=Kind.READ, goes_on_when_paused=True)
REPORT = Call(name="report", remote=BASWARE, kind=Kind.REPEATABLE)
CONFIRM = Call(name="confirm", remote=BASWARE, kind=Kind.READ, goes_on_when_paused=True)

QUEUE_SECONDS = 2.0
"""How long an invoice waits before it looks again whether another one with its natural key is through."""


_CALLS: dict[str, Call] = {
    Step.ACKNOWLEDGE: ACKNOWLEDGE,
    Step.VERIFY: VERIFY,
    Step.REPORT: REPORT,
    Step.CONFIRM: CONFIRM,
}


class InvoiceMachine:
    """One invoice's rules. Has no state of its own."""

    def received(self, entry: InvoiceEntry | None, record: Input, *, now: datetime) -> InvoiceDecision:
        """A fetch of the document arrived; see `documents`."""
        return documents.received(entry, record, now=now)

    def call(self, entry: InvoiceEntry) -> Call | None:
        """What the entry's step asks for in its phase."""
        if entry.step == Step.POST:
            return {Phase.STARTED: CREATE, Phase.IN_DOUBT: SETTLE}.get(entry.phase, LOOK)
        return _CALLS.get(entry.step)

    def claims(self, entry: InvoiceEntry) -> tuple[str, ...]:
        """The natural key, while a create of it may have happened or did happen."""
        held = entry.body.voucher is not None or documents.undecided(entry)
        return (entry.body.intent.natural_key.claim,) if held and entry.body.intent else ()

    def withdrawn(self, entry: InvoiceEntry, *, now: datetime) -> InvoiceEntry:
        """Nothing was created: look again, then start anew. A newer fetch that waited for this comes first."""
        back = replace(entry, phase=Phase.WAITING, due=now, body=replace(entry.body, intent=None))
        if entry.body.newer is None:
            return back
        return documents.act_on(back, entry.body.newer, now=now).entry or back

    def adopted(self, entry: InvoiceEntry, value: object, *, now: datetime) -> InvoiceDecision:
        """The create in doubt did happen."""
        if not isinstance(value, VoucherRef):
            raise TypeError(f"a sighted voucher is a VoucherRef, not {value!r}")
        return _posted(entry, value, now=now, action="adopted")

    def rejected(self, entry: InvoiceEntry, outcome: Rejected, *, now: datetime) -> InvoiceDecision:
        """A business no. After doubt it may be the late first voucher that is in the way: look before telling."""
        again = entry.started is not None and entry.started.number > 1 and entry.body.refusal is None
        if again and entry.phase is Phase.STARTED:
            body = replace(entry.body, refusal=outcome.reason, intent=None)
            back = replace(entry, phase=Phase.WAITING, due=now, body=body, reason=outcome.reason)
            return Decision(
                entry=back, notes=(Note(action="refused after doubt", detail={"reason": outcome.reason}),)
            )
        return _returned(entry, outcome.reason, now=now)

    def succeeded(
        self, entry: InvoiceEntry, value: object, *, now: datetime, others: Others[InvoiceState]
    ) -> InvoiceDecision:
        """Go on after a call."""
        match value:
            case Acknowledged(spacing=spacing):
                return _acknowledged(entry, spacing, now=now)
            case Looked():
                return _looked(entry, value, now=now, others=others)
            case Created(voucher=voucher, warnings=warnings):
                return _created(entry, voucher, warnings, now=now)
            case Verified(same=same):
                return _verified(entry, same, now=now)
            case Reported():
                return _reported(entry, value, now=now)
            case Confirmed(problem=problem):
                return _confirmed(entry, problem, now=now)
            case _:
                raise TypeError(f"no step of an invoice brings {value!r}")


def _acknowledged(entry: InvoiceEntry, spacing: float, *, now: datetime) -> InvoiceDecision:
    body = replace(entry.body, acknowledged_at=now, write_after=now + timedelta(seconds=spacing))
    noted = (Note(action="acknowledged"),)
    if body.voucher is not None:
        decision = _report(
            replace(entry, body=body), now=now, success=True, message=_posted_words(body.voucher)
        )
        return replace(decision, notes=noted + decision.notes)
    return Decision(
        entry=replace(entry, phase=Phase.WAITING, step=Step.POST, due=now, body=body), notes=noted
    )


def _looked(
    entry: InvoiceEntry, looked: Looked, *, now: datetime, others: Others[InvoiceState]
) -> InvoiceDecision:
    if looked.fetch_number != entry.body.document.fetch_number:
        return Decision(entry=replace(entry, phase=Phase.WAITING, due=now, reason="a newer fetch arrived"))
    rivals = others(looked.intent.natural_key.claim)
    ahead = [rival for rival in rivals if rival.body.voucher is None]
    undecided = [rival.key for rival in ahead if rival.phase is Phase.PARKED]
    if undecided:
        return _park(entry, f"{undecided[0]} has the same natural key and is parked undecided")
    if ahead:
        due = now + timedelta(seconds=QUEUE_SECONDS)
        reason = f"waits for {ahead[0].key}, which has the same natural key"
        return Decision(entry=replace(entry, phase=Phase.WAITING, due=due, reason=reason))
    if any(rival.body.posted_at is not None and rival.body.posted_at >= looked.asked_at for rival in rivals):
        due = now + timedelta(seconds=QUEUE_SECONDS)
        return Decision(
            entry=replace(entry, phase=Phase.WAITING, due=due, reason="looked before a rival was posted")
        )
    taken = {rival.body.voucher.voucher_id for rival in rivals if rival.body.voucher is not None}
    ours = [voucher for voucher in looked.same if voucher.voucher_id not in taken]
    if entry.started is not None and len(ours) == 1:
        body = replace(entry.body, intent=looked.intent, payment_block=looked.payment_block)
        return _posted(replace(entry, body=body), ours[0], now=now, action="adopted")
    if looked.same or looked.different:
        return _park(entry, _duplicate_words(looked))
    if entry.body.refusal is not None:
        return _returned(entry, entry.body.refusal, now=now)
    body = replace(entry.body, intent=looked.intent, payment_block=looked.payment_block)
    start = transition.started(
        replace(entry, body=body),
        settle_seconds=looked.settle_seconds,
        request_digest=looked.intent.request_digest,
        now=now,
    )
    note = Note(
        action="started",
        detail={"natural key": looked.intent.natural_key.claim},
        mapping_digest=looked.intent.mapping_digest,
        request_digest=looked.intent.request_digest,
    )
    return Decision(entry=start, notes=(note,))


def _created(
    entry: InvoiceEntry, voucher: VoucherRef, warnings: tuple[str, ...], *, now: datetime
) -> InvoiceDecision:
    decision = _posted(entry, voucher, now=now, action="posted", warnings="; ".join(warnings))
    if entry.started is not None and entry.started.number > 1 and decision.entry is not None:
        body = replace(decision.entry.body, report=None, reports=entry.body.reports)
        verify = replace(decision.entry, phase=Phase.WAITING, step=Step.VERIFY, due=now, body=body)
        return replace(decision, entry=verify)
    return decision


def _verified(entry: InvoiceEntry, same: tuple[VoucherRef, ...], *, now: datetime) -> InvoiceDecision:
    voucher = entry.body.voucher
    if voucher is not None and [found.voucher_id for found in same] == [voucher.voucher_id]:
        return _report(entry, now=now, success=True, message=_posted_words(voucher))
    return _park(
        entry, f"after the second create PeopleSoft shows {_names(same) or 'no voucher'}", alert="yes"
    )


def _posted(
    entry: InvoiceEntry, voucher: VoucherRef, *, now: datetime, action: str, warnings: str = ""
) -> InvoiceDecision:
    body = replace(
        entry.body, voucher=voucher, posted_revision=entry.body.document.revision, posted_at=now, refusal=None
    )
    detail = {
        "voucher": voucher.voucher_id,
        "business unit": voucher.business_unit,
        "status": voucher.entry_status,
    }
    if warnings:
        detail["warnings"] = warnings
    decision = _report(replace(entry, body=body), now=now, success=True, message=_posted_words(voucher))
    return replace(decision, notes=(Note(action=action, detail=detail), *decision.notes))


def _returned(entry: InvoiceEntry, reason: str, *, now: datetime) -> InvoiceDecision:
    """The invoice goes back to the clerk, unless a live voucher says otherwise."""
    if entry.body.voucher is not None:
        return _park(entry, f"refused ({reason}) although voucher {entry.body.voucher.voucher_id} exists")
    back = replace(entry, body=replace(entry.body, intent=None))
    decision = _report(back, now=now, success=False, message=reason)
    return replace(decision, notes=(Note(action="rejected", detail={"reason": reason}), *decision.notes))


def _report(entry: InvoiceEntry, *, now: datetime, success: bool, message: str) -> InvoiceDecision:
    number = entry.body.reports + 1
    held = success and entry.body.payment_block
    report = Report(number=number, success=success, message=message, payment_block=held)
    body = replace(entry.body, report=report, reports=number)
    due = max(now, body.write_after) if body.write_after is not None else now
    return Decision(entry=replace(entry, phase=Phase.WAITING, step=Step.REPORT, due=due, body=body))


def _reported(entry: InvoiceEntry, reported: Reported, *, now: datetime) -> InvoiceDecision:
    if entry.body.report is None:
        raise ValueError(f"{entry.key} was reported without a report")
    report = replace(entry.body.report, request_id=reported.request_id)
    body = replace(entry.body, report=report, write_after=now + timedelta(seconds=reported.spacing))
    due = now + timedelta(seconds=FIRST_QUESTION_SECONDS)
    note = Note(action="reported", detail={"success": str(report.success).lower(), "message": report.message})
    return Decision(
        entry=replace(entry, phase=Phase.WAITING, step=Step.CONFIRM, due=due, body=body), notes=(note,)
    )


def _confirmed(entry: InvoiceEntry, problem: str | None, *, now: datetime) -> InvoiceDecision:
    if problem is not None:
        return _park(entry, f"Basware stored the report but did not carry it out: {problem}")
    report = entry.body.report
    posted = report is None or report.success
    final = replace(
        entry,
        phase=Phase.FINAL,
        step=Step.CONFIRMED if posted else Step.RETURNED,
        due=None,
        started=None,
        body=_stub(entry.body),
    )
    note = Note(action="confirmed" if posted else "return confirmed")
    if entry.body.newer is None:
        return Decision(entry=final, notes=(note,))
    decision = documents.act_on(final, entry.body.newer, now=now)
    return replace(decision, notes=(note, *decision.notes))


def _stub(body: InvoiceState) -> InvoiceState:
    """What must be found again for ever: natural key, revision, cycle, voucher. Reports only keep their count."""
    return replace(body, newer=None, refusal=None, report=None, write_after=None)


def _park(entry: InvoiceEntry, reason: str, **detail: str) -> InvoiceDecision:
    parked = replace(entry, phase=Phase.PARKED, due=None, reason=reason)
    return Decision(entry=parked, notes=(Note(action="parked", detail={"reason": reason, **detail}),))


def _posted_words(voucher: VoucherRef) -> str:
    recycled = voucher.entry_status == "R"
    return posted_message(
        business_unit=voucher.business_unit, voucher_id=voucher.voucher_id, recycled=recycled
    )


def _duplicate_words(looked: Looked) -> str:
    if looked.same:
        return f"PeopleSoft already has {_names(looked.same)} for this invoice, not made by it"
    return f"PeopleSoft has {_names(looked.different)} under this number, with other values"


def _names(vouchers: tuple[VoucherRef, ...]) -> str:
    return ", ".join(f"voucher {each.business_unit}/{each.voucher_id}" for each in vouchers)
