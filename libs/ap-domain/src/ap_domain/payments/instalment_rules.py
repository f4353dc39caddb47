"""How the codes of a scheduled payment and of the payment that carries it go together: the first rule that fits."""

from dataclasses import dataclass
from enum import StrEnum

from ap_domain.payments.picture import InstalmentState
from ap_domain.payments.status_rules import COUNTING, ENDED, Certainty

__all__ = ["INSTALMENT_RULES", "Facts", "InstalmentRule", "Money", "state_of"]

_I = InstalmentState


class Money(StrEnum):
    """What PYMNT_STATUS says of the money."""

    NO_PAYMENT = "no payment"
    STANDS = "stands"
    TAKEN_BACK = "taken back"
    ESCHEATED = "escheated"
    NO_MONEY = "moved no money"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One instalment, its codes translated. ``schedule`` is the state of PYMNT_SELCT_STATUS; ``action`` and ``cancel``
    are those of PYMNT_ACTION and CANCEL_ACTION, None where they change nothing. ``last``: no later instalment of the
    voucher exists. ``empty``: nothing was due and nothing paid; ``netted``: credit notes took all of it; ``moneyless``:
    something was due, and nothing was paid, deducted or withheld.
    """

    schedule: InstalmentState
    money: Money
    action: InstalmentState | None
    cancel: InstalmentState | None
    held: bool
    last: bool
    empty: bool
    netted: bool
    moneyless: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentRule:
    """What is None is not looked at. ``state`` None: that of the schedule. ``words`` say it for people."""

    schedule: frozenset[InstalmentState] | None = None
    money: frozenset[Money] | None = None
    action: InstalmentState | None = None
    cancel: InstalmentState | None = None
    held: bool | None = None
    last: bool | None = None
    empty: bool | None = None
    netted: bool | None = None
    moneyless: bool | None = None
    state: InstalmentState | None
    words: str
    certainty: Certainty = Certainty.ASSUMPTION

    def fits(self, facts: Facts) -> bool:
        return (
            (self.schedule is None or facts.schedule in self.schedule)
            and (self.money is None or facts.money in self.money)
            and self.action in (None, facts.action)
            and self.cancel in (None, facts.cancel)
            and self.held in (None, facts.held)
            and self.last in (None, facts.last)
            and self.empty in (None, facts.empty)
            and self.netted in (None, facts.netted)
            and self.moneyless in (None, facts.moneyless)
        )


_BACK = frozenset({Money.TAKEN_BACK})
_CANCELLED = frozenset({_I.CANCELLED})
_PAID = frozenset({_I.PAID})
_MET = ENDED - _CANCELLED

INSTALMENT_RULES: tuple[InstalmentRule, ...] = (
    InstalmentRule(
        money=frozenset({Money.ESCHEATED}),
        state=_I.ESCHEATED,
        words="the payment was escheated",
        certainty=Certainty.CONFIRMED,
    ),
    InstalmentRule(
        money=_BACK,
        cancel=_I.ESCHEATED,
        state=_I.ESCHEATED,
        words="the payment was taken back to be escheated",
    ),
    InstalmentRule(
        money=_BACK,
        cancel=_I.CANCELLED,
        state=_I.CANCELLED,
        words="the payment was taken back and its liability closed",
        certainty=Certainty.CONFIRMED,
    ),
    InstalmentRule(
        money=_BACK,
        schedule=_CANCELLED,
        last=False,
        state=_I.CANCELLED,
        words="the payment was taken back; a later instalment stands for this one",
    ),
    InstalmentRule(
        money=_BACK,
        schedule=_CANCELLED,
        cancel=_I.ON_HOLD,
        state=_I.ON_HOLD,
        words="the payment was taken back to be paid again, on hold; its next instalment is not there yet",
    ),
    InstalmentRule(
        money=_BACK,
        schedule=_CANCELLED,
        cancel=_I.REOPENED,
        state=_I.REOPENED,
        words="the payment was taken back to be paid again; its next instalment is not there yet",
    ),
    InstalmentRule(
        money=_BACK,
        schedule=_MET,
        cancel=_I.ON_HOLD,
        state=_I.ON_HOLD,
        words="the payment was taken back, re-opening it on hold is still to be processed",
    ),
    InstalmentRule(
        money=_BACK,
        schedule=_MET | {_I.SCHEDULED},
        held=True,
        state=_I.ON_HOLD,
        words="the payment was taken back; the instalment is on hold",
    ),
    InstalmentRule(
        money=_BACK,
        schedule=_MET | {_I.SCHEDULED},
        state=_I.REOPENED,
        words="the payment was taken back; the instalment is to be paid again",
    ),
    InstalmentRule(
        money=frozenset({Money.STANDS}),
        schedule=_CANCELLED,
        state=_I.UNKNOWN,
        words="cancelled beside a payment that stands: contradicts itself",
    ),
    InstalmentRule(
        money=frozenset({Money.NO_MONEY}),
        schedule=COUNTING,
        state=_I.UNKNOWN,
        words="paid by a document that moves no money: contradicts itself",
    ),
    InstalmentRule(
        schedule=_PAID,
        action=_I.CANCELLED,
        state=_I.UNKNOWN,
        words="paid and yet to be cancelled: contradicts itself",
    ),
    InstalmentRule(schedule=_PAID, action=_I.PREPAID, state=_I.PREPAID, words="met by a prepayment"),
    InstalmentRule(
        schedule=_PAID, action=_I.ESCHEATED, state=_I.ESCHEATED, words="the payment was escheated"
    ),
    InstalmentRule(
        schedule=_PAID, netted=True, state=_I.NETTED, words="credit notes took all of it, PAID_AMT is 0"
    ),
    InstalmentRule(schedule=_PAID, empty=True, state=_I.ZERO, words="nothing was due and nothing was paid"),
    InstalmentRule(
        schedule=_PAID,
        moneyless=True,
        state=_I.UNKNOWN,
        words="paid, and PAID_AMT is 0: contradicts itself, unless the query lacks NETTED",
    ),
    InstalmentRule(
        schedule=frozenset({_I.SCHEDULED, _I.REOPENED}),
        held=True,
        state=_I.ON_HOLD,
        words="PYMNT_HOLD is Y",
        certainty=Certainty.CONFIRMED,
    ),
    InstalmentRule(
        state=None,
        words="what PYMNT_SELCT_STATUS says; an action alone never ends what is still open",
        certainty=Certainty.CONFIRMED,
    ),
)


def state_of(facts: Facts) -> tuple[InstalmentState, InstalmentRule]:
    """The state of an instalment whose codes are all known, and the rule that says so."""
    rule = next(rule for rule in INSTALMENT_RULES if rule.fits(facts))
    return rule.state or facts.schedule, rule
