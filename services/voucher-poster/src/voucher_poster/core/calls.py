"""The calls an invoice asks for, by step and phase."""

from ap_domain.invoice_state import InvoiceState, Step
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Call, Kind

BASWARE = "basware"
PEOPLESOFT = "peoplesoft"

REHEARSE = Call(name="rehearse", remote=PEOPLESOFT, kind=Kind.READ, goes_on_when_paused=True)
REVISIT = Call(name="revisit", remote=PEOPLESOFT, kind=Kind.READ)
ACKNOWLEDGE = Call(name="acknowledge", remote=BASWARE, kind=Kind.REPEATABLE)
LOOK = Call(name="look", remote=PEOPLESOFT, kind=Kind.READ)
CREATE = Call(name="create", remote=PEOPLESOFT, kind=Kind.ONCE)
SETTLE = Call(name="settle", remote=PEOPLESOFT, kind=Kind.READ, goes_on_when_paused=True)
VERIFY = Call(name="verify", remote=PEOPLESOFT, kind=Kind.READ, goes_on_when_paused=True)
SEARCH_AGAIN = Call(name="search_again", remote=PEOPLESOFT, kind=Kind.READ, goes_on_when_paused=True)
REPORT = Call(name="report", remote=BASWARE, kind=Kind.REPEATABLE)
CONFIRM = Call(name="confirm", remote=BASWARE, kind=Kind.READ, goes_on_when_paused=True)
LINK = Call(name="link", remote=PEOPLESOFT, kind=Kind.READ)
REPORT_PAYMENT = Call(name="report_payment", remote=BASWARE, kind=Kind.REPEATABLE)
CONFIRM_PAYMENT = Call(name="confirm_payment", remote=BASWARE, kind=Kind.READ, goes_on_when_paused=True)

_OF_STEP: dict[str, Call] = {
    Step.REHEARSE: REHEARSE,
    Step.REVISIT: REVISIT,
    Step.ACKNOWLEDGE: ACKNOWLEDGE,
    Step.VERIFY: VERIFY,
    Step.REPORT: REPORT,
    Step.CONFIRM: CONFIRM,
    Step.LINK: LINK,
    Step.REPORT_PAYMENT: REPORT_PAYMENT,
    Step.CONFIRM_PAYMENT: CONFIRM_PAYMENT,
}


def wanted(entry: Entry[InvoiceState]) -> Call | None:
    """What the entry's step asks for in its phase; at rest, or parked, it may still ask for one more search."""
    if entry.phase in (Phase.FINAL, Phase.PARKED):
        return SEARCH_AGAIN if entry.body.late is not None else None
    if entry.step == Step.POST:
        return {Phase.STARTED: CREATE, Phase.IN_DOUBT: SETTLE}.get(entry.phase, LOOK)
    return _OF_STEP.get(entry.step)
