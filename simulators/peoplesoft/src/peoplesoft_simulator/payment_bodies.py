"""What the control API takes about payments, typed. An unknown field is refused; amounts are text."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from peoplesoft_simulator.payment_file import Keys
from peoplesoft_simulator.row import ZERO
from peoplesoft_simulator.site import STRICT, ReopenForm
from peoplesoft_simulator.stamping import Timed
from peoplesoft_simulator.treasury import HowCancelled, HowPaid
from peoplesoft_simulator.world import DEFAULT_NODE

PaymentActName = Literal[
    "schedule",
    "split",
    "select",
    "hold",
    "release",
    "pay",
    "record",
    "prepay",
    "void",
    "stop",
    "reissue",
    "escheat",
    "undo_escheat",
    "cancel",
    "reopen",
    "mark",
    "touch",
]
Parts = Annotated[int, Field(ge=1, le=60)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAct(Timed):
    """One act on the payments of a voucher. `number` is PYMNT_CNT: None is the first that fits, of some acts all.

    Of schedule: `day`, `method`. Of split: `amounts` or `parts`. Of select: `selection`, N lets go. Of pay, record and
    reissue: the fields of :class:`HowPaid`; `amount` also of prepay. Of void, stop and reissue: those of
    :class:`HowCancelled`. Of acts on a payment: `payment_id`, else the latest. Of mark: `codes` by PeopleSoft's names.
    """

    __pydantic_config__ = STRICT

    action: PaymentActName
    node: str = DEFAULT_NODE
    number: int | None = None
    amounts: tuple[Decimal, ...] = ()
    parts: Parts = 2
    selection: str = "R"
    amount: Decimal | None = None
    discount: Decimal = ZERO
    withheld: Decimal = ZERO
    currency: str | None = None
    rate: Decimal = Decimal(1)
    method: str | None = None
    reference: str | None = None
    day: date | None = None
    payment_id: str | None = None
    status: str | None = None
    cancel_action: Literal["R", "H", "C"] = "R"
    form: ReopenForm | None = None
    reason: str = "OTH"
    codes: dict[str, str] = field(default_factory=dict)

    def how_paid(self) -> HowPaid:
        """How it is paid; a reissue has a number of its own."""
        return HowPaid(
            amount=self.amount,
            discount=self.discount,
            withheld=self.withheld,
            currency=self.currency,
            rate=self.rate,
            method=self.method,
            reference=self.reference,
            day=self.day,
            payment_id=None if self.action == "reissue" else self.payment_id,
        )

    def how_cancelled(self) -> HowCancelled:
        """How it is taken back."""
        return HowCancelled(
            status=self.status or ("S" if self.action == "stop" else "V"),
            cancel_action=self.cancel_action,
            form=self.form,
            day=self.day,
            reason=self.reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PayTogether(Timed):
    """One payment over all that is unpaid of several vouchers, given as pairs of business unit and voucher id."""

    __pydantic_config__ = STRICT

    vouchers: tuple[Keys, ...]
    node: str = DEFAULT_NODE
    currency: str | None = None
    rate: Decimal = Decimal(1)
    method: str | None = None
    reference: str | None = None
    day: date | None = None
    payment_id: str | None = None

    def how_paid(self) -> HowPaid:
        """How it is paid."""
        return HowPaid(
            currency=self.currency,
            rate=self.rate,
            method=self.method,
            reference=self.reference,
            day=self.day,
            payment_id=self.payment_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PayCycle(Timed):
    """Pay what is due `up_to` a day, today unless given, dated `day`.

    By "voucher" every instalment is a payment of its own and credit notes wait; by "supplier" one payment covers all
    that is due to a supplier in one currency, credit notes set off, unless nothing is left to be paid.
    """

    __pydantic_config__ = STRICT

    node: str = DEFAULT_NODE
    business_unit: str | None = None
    up_to: date | None = None
    day: date | None = None
    by: Literal["voucher", "supplier"] = "voucher"
