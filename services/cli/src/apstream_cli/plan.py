"""What a command would do to an invoice as it stands: told before it is given. Pure.

The owner of the invoice decides by the same rules when the command reaches it, and refuses it if the invoice moved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ap_domain.command import Action, CommandedLedger
from ap_domain.invoice_state import InvoiceState, Step
from chassis.ledger.entry import Entry, Phase

from apstream_cli.invoices import Case

__all__ = ["INVOICE_ACTIONS", "Plan", "plan", "plans"]

INVOICE_ACTIONS = (Action.RESUBMIT, Action.SEND_BACK, Action.DISCARD, Action.LINK)
"""What may be ordered about an invoice, of its fetch all but the last; everything else is about polls and master data.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``says`` is what would be done, or why it would be refused."""

    action: Action
    possible: bool
    says: str


class _Refused(Exception):
    pass


def plans(case: Case, *, now: datetime) -> tuple[Plan, ...]:
    """What each command would do."""
    actions = INVOICE_ACTIONS if case.ledger is CommandedLedger.VOUCHERS else INVOICE_ACTIONS[:-1]
    return tuple(plan(case, action, now=now) for action in actions)


def plan(case: Case, action: Action, *, now: datetime) -> Plan:
    """What this command would do."""
    try:
        if case.ledger is CommandedLedger.DOCUMENTS:
            says = _fetch(case.entry.phase, action)
        else:
            says = _OF_INVOICES[action](_known(case), now)
    except _Refused as refused:
        return Plan(action=action, possible=False, says=str(refused))
    return Plan(action=action, possible=True, says=says)


def _known(case: Case) -> Entry[InvoiceState]:
    if case.invoice.entry is None:
        raise _Refused("nothing is known of this invoice")
    return case.invoice.entry


def _fetch(phase: Phase, action: Action) -> str:
    if action is Action.SEND_BACK:
        raise _Refused("it was never taken over from Basware, so there is nothing to send back")
    if phase is not Phase.PARKED:
        raise _Refused(f"its fetch is {phase}, not parked")
    return "it is fetched from Basware again" if action is Action.RESUBMIT else "it is not fetched any more"


def _resubmit(entry: Entry[InvoiceState], now: datetime) -> str:
    body = entry.body
    if entry.phase is Phase.WAITING:
        return f"it is tried again at once ({entry.step})"
    rests = entry.phase is Phase.FINAL and entry.step in _RESTS_AFTERWARDS
    if rests and body.payment is not None and body.payment.given_up is not None:
        return "Basware is told of the payment that was given up, after all"
    _parked(entry)
    if _undecided(entry):
        return (
            f"PeopleSoft is asked again, {_from(_settled_at(entry, now))}, whether the voucher exists: one that "
            "matches is taken as ours; a new one is created only if nothing is found twice"
        )
    if entry.step in _ENDS and body.late is not None:
        return f"PeopleSoft is searched again; where it shows none but its own, it rests as it ended ({entry.step})"
    if entry.step in _ENDS:
        return f"it goes back to how it ended ({entry.step}); nothing else is done but telling of its payment"
    if entry.step == Step.REPORT_PAYMENT and body.payment is not None and body.payment.unknown:
        raise _Refused(
            f"nobody has a meaning for what PeopleSoft shows: {'; '.join(body.payment.unknown)}. Say it in "
            "payments.statuses of the connection; the next full poll goes on with it"
        )
    if body.voucher is not None and (
        entry.step == Step.POST
        or (entry.step == Step.ACKNOWLEDGE and body.posted_revision != body.document.revision)
    ):
        return (
            f"voucher {body.voucher.voucher_id} stands for it as it is, and Basware is told its number again; "
            "nothing changes in PeopleSoft"
        )
    return _OF_STEPS.get(entry.step, f"{entry.step} is tried again")


_ENDS = {Step.CONFIRMED, Step.PAID, Step.RETURNED, Step.WITHDRAWN, Step.DISCARDED}
_OF_STEPS: dict[str, str] = {
    Step.REVISIT: "its voucher is looked at in PeopleSoft again, and Basware is told of it as it is found",
    Step.ACKNOWLEDGE: "it is acknowledged again; one that Basware has already is taken as ours, and it goes on to "
    "mapping, look-up and posting",
    Step.POST: "it is mapped by the connection's present mapping and looked up in PeopleSoft; a voucher is created if "
    "none is found",
    Step.VERIFY: "PeopleSoft is asked again which vouchers of it exist",
    Step.REPORT: "it is reported to Basware; a report that Basware did not carry out is made anew",
    Step.CONFIRM: "Basware is sent the same report again; if it has it, that counts",
    Step.LINK: "PeopleSoft is asked again whether the voucher that was named can stand for it",
    Step.REPORT_PAYMENT: "Basware is told of the payment again, under a number of its own if it did not carry it out",
    Step.CONFIRM_PAYMENT: "Basware is sent the same word on the payment again; if it has it, that counts",
}
_RESTS_AFTERWARDS = {Step.REPORT_PAYMENT, Step.CONFIRM_PAYMENT, Step.CONFIRMED, Step.PAID}
"""Its voucher is confirmed: what a person gives up is only what waits."""


def _send_back(entry: Entry[InvoiceState], now: datetime) -> str:
    body = entry.body
    if body.voucher is not None:
        raise _Refused(f"voucher {body.voucher.voucher_id} exists: Basware is never told that it failed")
    before_posting = entry.step in {Step.ACKNOWLEDGE, Step.POST} and entry.phase in {
        Phase.WAITING,
        Phase.STOPPED,
    }
    if entry.phase is not Phase.PARKED and not before_posting:
        raise _Refused(f"it is {entry.phase} at {entry.step}")
    told = "Basware is told that it was not transferred, with your reason"
    if _undecided(entry):
        return f"{told}, once PeopleSoft, asked {_from(_settled_at(entry, now))}, shows no voucher of it"
    if entry.step == Step.REHEARSE:
        raise _Refused("the connection is in shadow mode: Basware is told nothing")
    if entry.step == Step.LINK:
        raise _Refused("a voucher is being linked to it; resubmit it to go on with that, or discard it")
    if entry.step not in {Step.ACKNOWLEDGE, Step.POST}:
        raise _Refused(f"at {entry.step} Basware was told, or is being told; resubmit it to go on with that")
    if entry.step == Step.ACKNOWLEDGE:
        return f"{told}, after it is acknowledged"
    if body.doubted:
        return f"{told}, once PeopleSoft shows no voucher of it"
    return told


def _discard(entry: Entry[InvoiceState], now: datetime) -> str:
    _parked(entry)
    if _undecided(entry):
        settled = _settled_at(entry, now)
        if now < settled:
            raise _Refused(f"a voucher may still appear until {settled:%Y-%m-%d %H:%M:%S}Z")
        return (
            "nothing more is done about it here, although a create of it may have been carried out: "
            "make sure in PeopleSoft"
        )
    if entry.body.voucher is not None and entry.body.link is not None:
        return "the voucher that was named is not looked at any more; the one it has still stands"
    if entry.step in _ENDS and entry.body.late is not None and entry.body.late.found:
        return f"what was found in PeopleSoft beside it is let be: {', '.join(entry.body.late.found)}"
    if entry.body.voucher is not None and entry.body.newer is not None and entry.step in _RESTS_AFTERWARDS:
        return "that payment is not told, and the fetch that waited for it is acted on"
    if entry.body.voucher is not None and entry.step in _RESTS_AFTERWARDS:
        return "nothing is done about it until PeopleSoft shows another payment; resubmit it to have it told after all"
    return "nothing more is done about it here, and Basware is told nothing: it was dealt with by hand"


def _link(entry: Entry[InvoiceState], _: datetime) -> str:
    if entry.step in {Step.REPORT_PAYMENT, Step.CONFIRM_PAYMENT}:
        raise _Refused("Basware is being told of its voucher's payment: wait for that, or discard it first")
    if _undecided(entry):
        raise _Refused("a voucher of it may exist that nobody has seen yet; resubmit it first")
    if entry.step == Step.REHEARSE:
        raise _Refused("it is only tried out (shadow mode)")
    over = entry.phase is Phase.FINAL and entry.step in _ENDS
    if entry.phase is not Phase.PARKED and not over:
        raise _Refused(f"it is {entry.phase} at {entry.step}, neither parked nor over")
    voucher = entry.body.voucher
    if voucher is not None:
        return (
            f"a voucher that you name takes the place of {voucher.business_unit}/{voucher.voucher_id}, once PeopleSoft "
            "shows that one as deleted and the other as live, of this invoice and of nobody else's"
        )
    return (
        "a voucher that you name stands for it, once PeopleSoft shows that it is live, of this invoice and of nobody "
        "else's: `apstream voucher link`"
    )


_OF_INVOICES: dict[Action, Callable[[Entry[InvoiceState], datetime], str]] = {
    Action.RESUBMIT: _resubmit,
    Action.SEND_BACK: _send_back,
    Action.DISCARD: _discard,
    Action.LINK: _link,
}


def _parked(entry: Entry[InvoiceState]) -> None:
    if entry.phase is not Phase.PARKED:
        raise _Refused(f"it is {entry.phase} at {entry.step}, not parked")


def _undecided(entry: Entry[InvoiceState]) -> bool:
    """Whether a voucher of it may exist that nobody has seen yet."""
    body = entry.body
    begun = entry.started is not None and body.intent is not None and body.voucher is None
    return begun and entry.phase in {Phase.STARTED, Phase.IN_DOUBT, Phase.PARKED}


def _settled_at(entry: Entry[InvoiceState], now: datetime) -> datetime:
    if entry.started is None:
        return now
    return max(now, entry.started.at + timedelta(seconds=entry.started.settle_seconds))


def _from(at: datetime) -> str:
    return f"from {at:%H:%M:%S}Z on"
