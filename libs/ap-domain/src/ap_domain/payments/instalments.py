"""From the rows of a voucher's schedule to its instalments, each with the state it is in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ap_domain.payments.instalment_rules import Facts, Money, state_of
from ap_domain.payments.payment_row import PaymentRow, PaymentRowFault
from ap_domain.payments.picture import Instalment, InstalmentState
from ap_domain.payments.plan import PaymentPlan
from ap_domain.payments.status_rules import COUNTING, ENDED, StatusField, rules_of

__all__ = ["ReadInstalment", "read_instalments"]

_SELECTION, _ACTION, _PAYMENT, _CANCEL = (
    rules_of(field)
    for field in (StatusField.SELECTION, StatusField.ACTION, StatusField.PAYMENT, StatusField.CANCEL)
)
_NO_MONEY = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadInstalment:
    """An instalment, whether it waits because it is held, whether a later one stands for it, and what of its codes
    nobody knows, in words.
    """

    instalment: Instalment
    held: bool
    replaced: bool = False
    unknown: tuple[str, ...] = ()


def read_instalments(
    rows: Sequence[PaymentRow], *, voucher: str, currency: str, plan: PaymentPlan
) -> tuple[ReadInstalment, ...]:
    """By number. A row that is there twice counts once; two that differ are a join that multiplies rows, and raise
    PaymentRowFault. ``currency`` is the voucher's.
    """
    by_number: dict[int, PaymentRow] = {}
    for row in rows:
        if by_number.setdefault(row.number, row) != row:
            raise PaymentRowFault(
                voucher=voucher,
                field="PYMNT_CNT",
                value=str(row.number),
                rule="is there twice with different content: the query joins more than its payment",
            )
    last = max(by_number, default=0)
    return tuple(
        _instalment(row, last=number == last, currency=currency, plan=plan)
        for number, row in sorted(by_number.items())
    )


def _instalment(row: PaymentRow, *, last: bool, currency: str, plan: PaymentPlan) -> ReadInstalment:
    unknown = _unknown_codes(row, plan)
    state, replaced = InstalmentState.UNKNOWN, False
    if not unknown:
        state, rule = state_of(_facts(row, last=last, plan=plan))
        replaced = rule.last is False
        if state is InstalmentState.UNKNOWN:
            unknown = (f"instalment {row.number}: {rule.words} ({_letters(row)})",)
    counts = state in COUNTING
    held = (row.hold or state is InstalmentState.ON_HOLD) and state not in ENDED | {InstalmentState.UNKNOWN}
    return ReadInstalment(
        instalment=Instalment(
            number=row.number,
            state=state,
            selection=row.selection,
            action=row.action,
            payment_status=row.payment_status,
            cancel_action=row.cancel_action,
            gross=row.gross,
            paid=row.paid if counts else _NO_MONEY,
            discount=row.discount if counts else _NO_MONEY,
            withheld=row.withheld if counts else _NO_MONEY,
            currency=row.currency or currency,
            due=row.due,
            scheduled=row.scheduled,
            hold_reason=row.hold_reason if held else "",
            method=row.method,
            payment_id=row.payment_id,
            reference=row.reference,
            paid_on=row.paid_on,
            cancelled_on=row.cancelled_on,
        ),
        held=held,
        replaced=replaced,
        unknown=unknown,
    )


def _facts(row: PaymentRow, *, last: bool, plan: PaymentPlan) -> Facts:
    action, cancel = _ACTION.get(row.action), _CANCEL.get(row.cancel_action)
    money, ending = _money(row, plan.payment)
    moneyless = not (row.paid or row.discount or row.withheld)
    return Facts(
        schedule=_schedule(row.selection, plan.selection),
        money=money,
        action=action.state if action else None,
        cancel=ending or (cancel.state if cancel else None),
        held=row.hold,
        last=last,
        empty=not row.gross and not row.paid,
        netted=row.netted and moneyless,
        moneyless=moneyless and bool(row.gross),
    )


def _schedule(code: str, site: Mapping[str, InstalmentState]) -> InstalmentState:
    rule = _SELECTION.get(code)
    return site.get(code) or (rule.state if rule else None) or InstalmentState.UNKNOWN


def _money(row: PaymentRow, site: Mapping[str, InstalmentState]) -> tuple[Money, InstalmentState | None]:
    """What became of the money, and how the instalment ends where the site's own code says that too."""
    code = row.payment_status
    if not code:
        return Money.NO_PAYMENT, None
    state = site[code] if code in site else _PAYMENT[code].state
    match state:
        case InstalmentState.PAID:
            return Money.STANDS, None
        case InstalmentState.ESCHEATED:
            return Money.ESCHEATED, None
        case InstalmentState.CANCELLED:
            return Money.TAKEN_BACK, InstalmentState.CANCELLED
        case InstalmentState.REOPENED:
            return Money.TAKEN_BACK, None
        case _:
            return Money.NO_MONEY, None


def _unknown_codes(row: PaymentRow, plan: PaymentPlan) -> tuple[str, ...]:
    """Codes that neither the rules nor the site's own know, and which therefore say nothing about money."""
    known = (
        (StatusField.SELECTION, row.selection, _SELECTION.keys() | plan.selection.keys()),
        (StatusField.ACTION, row.action, _ACTION.keys() | {""}),
        (StatusField.PAYMENT, row.payment_status, _PAYMENT.keys() | plan.payment.keys() | {""}),
        (StatusField.CANCEL, row.cancel_action, _CANCEL.keys() | {""}),
    )
    return tuple(
        f"instalment {row.number}: {field} {code or 'blank'} is not known"
        for field, code, codes in known
        if code not in codes
    ) + tuple(
        f"instalment {row.number}: {field} {code} is left open by the site"
        for field, code, site in (
            (StatusField.SELECTION, row.selection, plan.selection),
            (StatusField.PAYMENT, row.payment_status, plan.payment),
        )
        if site.get(code) is InstalmentState.UNKNOWN
    )


def _letters(row: PaymentRow) -> str:
    shown = {
        StatusField.SELECTION: row.selection,
        StatusField.ACTION: row.action,
        StatusField.PAYMENT: row.payment_status,
        StatusField.CANCEL: row.cancel_action,
    }
    return ", ".join(f"{field} {code}" for field, code in shown.items() if code)
