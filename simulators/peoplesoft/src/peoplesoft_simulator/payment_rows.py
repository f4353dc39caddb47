"""Scheduled payments of vouchers (PYMNT_VCHR_XREF) and the payments that carry them (PAYMENT_TBL).

Beside PeopleSoft's letters a scheduled payment keeps what really became of it (`fate`, and the amounts in the voucher's
currency): a checker can tell right from wrong without interpreting a single letter.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from peoplesoft_simulator.row import ZERO

Fate = Literal[
    "open", "selected", "paid", "escheated", "netted", "zero", "prepaid", "cancelled", "replaced_by_new_row"
]
"""`netted` was set off against credit notes without any money (PAID_AMT 0), `zero` had nothing to pay, `cancelled` will
not be paid, `replaced_by_new_row` was voided and goes on as another scheduled payment."""
UNPAID: frozenset[Fate] = frozenset({"open", "selected"})
CARRIED: frozenset[Fate] = frozenset({"paid", "escheated", "netted", "zero"})
"""Those that a payment carries which was not taken back."""
BANK_SETID = "SHARE"
BANK_CODE = "EXBNK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One row of PYMNT_VCHR_XREF.

    `gross` is in the voucher's currency. `paid`, `paid_gross`, `paid_discount` and `paid_withheld` are in `currency`,
    the payment's, as the letters stand: PAID_AMT, PAID_AMT_GROSS, PAID_AMT_DSCNT, WTHD_AMT. `bank` is the key of the
    bank account (BANK_ACCT_KEY): numbers of payments are only unique within one. `net`, `discount` and `withheld`
    are the truth in the voucher's currency, 0 while nothing is paid.
    """

    node: str
    business_unit: str
    voucher_id: str
    number: int
    selection: str = "N"
    action: str = "S"
    type: str = "R"
    method: str = ""
    hold: str = "N"
    hold_reason: str = ""
    gross: Decimal
    paid: Decimal = ZERO
    paid_gross: Decimal = ZERO
    paid_discount: Decimal = ZERO
    paid_withheld: Decimal = ZERO
    currency: str
    due: date | None = None
    scheduled: date | None = None
    bank: str = ""
    payment_id: str = ""
    last_update: str
    fate: Fate = "open"
    net: Decimal = ZERO
    discount: Decimal = ZERO
    withheld: Decimal = ZERO

    @property
    def unpaid(self) -> bool:
        """Whether it is still to be paid."""
        return self.fate in UNPAID

    @property
    def held(self) -> bool:
        """Whether it waits for somebody to release it."""
        return self.unpaid and self.hold == "Y"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One row of PAYMENT_TBL: a cheque or transfer, over one voucher or many.

    `netted` says that credit notes were set off in it, which a site shows by an expression.
    """

    node: str
    bank: str
    payment_id: str
    reference: str
    day: date
    amount: Decimal
    currency: str
    method: str = ""
    status: str = "P"
    cancel_action: str = "N"
    cancel_day: date | None = None
    netted: str = "N"
    last_update: str
