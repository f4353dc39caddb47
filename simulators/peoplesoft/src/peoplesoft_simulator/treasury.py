"""Money out, and back: payments made, recorded, taken back, issued again, handed to the state."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from peoplesoft_simulator.payment_file import Keys, PaymentFile, PaymentRefused
from peoplesoft_simulator.payment_rows import Fate, Instalment, Payment
from peoplesoft_simulator.row import ZERO
from peoplesoft_simulator.site import STRICT, ReopenForm

_NOTHING_PAID: dict[str, Any] = {"net": ZERO, "discount": ZERO, "withheld": ZERO}


@dataclass(frozen=True, slots=True, kw_only=True)
class HowPaid:
    """How something is paid.

    `amount`, `discount` and `withheld` are in the voucher's currency and of the sign of what is paid; without an
    amount a whole instalment is paid, a smaller one splits it. `rate` is what one unit of the voucher's currency is
    in `currency`. A `payment_id` that exists at the bank takes the voucher on as well.
    """

    __pydantic_config__ = STRICT

    amount: Decimal | None = None
    discount: Decimal = ZERO
    withheld: Decimal = ZERO
    currency: str | None = None
    rate: Decimal = Decimal(1)
    method: str | None = None
    reference: str | None = None
    day: date | None = None
    payment_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HowCancelled:
    """How a payment is taken back.

    `status` is PYMNT_STATUS: V void, S stopped or another. `cancel_action` says what becomes of the liability: R open
    again, H open and on hold for `reason`, C closed. `form` "row" gives the scheduled payment back as it was, "new_row"
    cancels it and schedules the next number; None is as the site's settings say.
    """

    __pydantic_config__ = STRICT

    status: str = "V"
    cancel_action: Literal["R", "H", "C"] = "R"
    form: ReopenForm | None = None
    day: date | None = None
    reason: str = "OTH"


class Treasury:
    """Pays what is on a :class:`PaymentFile`; `form` is how the site re-opens. Refusals are :class:`PaymentRefused`."""

    def __init__(self, file: PaymentFile, *, form: ReopenForm) -> None:
        self._file = file
        self._form: ReopenForm = form

    def pay(self, keys: Keys, how: HowPaid, *, number: int | None = None) -> Payment:
        """Pay an instalment, the first unpaid one unless told, or part of it."""
        row = self._file.payable(keys, number)
        if row.held:
            raise PaymentRefused(
                f"instalment {row.number} of {'/'.join(keys)} is on hold ({row.hold_reason})"
            )
        return self.pay_rows([self._file.part(row, how.amount)], how)

    def pay_together(self, vouchers: Iterable[Keys], how: HowPaid) -> Payment:
        """Pay all that is unpaid and not held of several vouchers with one payment, credit notes set off in it."""
        rows = []
        for keys in vouchers:
            self._file.payable(keys, None)
            rows += [each for each in self._file.unpaid(keys, None) if not each.held]
        if not rows or how.amount is not None:
            raise PaymentRefused(
                "several vouchers are paid whole, and something of them must be free to be paid"
            )
        if len({row.currency for row in rows}) > 1:
            raise PaymentRefused("the vouchers are in different currencies")
        if sum((row.gross for row in rows), ZERO) < 0:
            raise PaymentRefused("the credit notes are more than the invoices")
        return self.pay_rows(rows, how)

    def record(self, keys: Keys, how: HowPaid, *, number: int | None = None) -> Payment:
        """Record that it was paid outside PeopleSoft; a hold is no obstacle and ends."""
        row = self._file.part(self._file.payable(keys, number), how.amount)
        outside = replace(row, type="M", action="R", hold="N", hold_reason="")
        return self.pay_rows([outside], replace(how, method=how.method or "MAN"), selection="E")

    def take_back(self, keys: Keys, how: HowCancelled, *, payment_id: str | None = None) -> list[Instalment]:
        """Void or stop a payment, the latest of the voucher unless told; what became of all that it carried."""
        payment = self._file.latest_payment(keys, payment_id)
        carried = self._file.carried_by(payment)
        changed = [each for row in carried for each in self._taken_back(row, how)]
        day = how.day or self._file.today
        cancelled = replace(payment, status=how.status, cancel_action=how.cancel_action, cancel_day=day)
        self._file.put_payment(cancelled)
        return changed

    def reissue(self, keys: Keys, how: HowPaid, cancelled: HowCancelled) -> Payment:
        """Take the latest payment back and pay all it carried again with another one."""
        reopened = self.take_back(keys, replace(cancelled, cancel_action="R"))
        return self.pay_rows([each for each in reopened if each.unpaid], how)

    def escheat(self, keys: Keys, *, payment_id: str | None = None) -> None:
        """The payee never cashed it; the money went to the state."""
        payment, rows = self._carrying(keys, payment_id, fate="paid")
        self._file.put(replace(each, action="W", fate="escheated") for each in rows)
        self._file.put_payment(replace(payment, status="W", cancel_action="W", cancel_day=self._file.today))

    def undo_escheat(self, keys: Keys, *, payment_id: str | None = None) -> None:
        """The money came back and the payee has it."""
        payment, rows = self._carrying(keys, payment_id, fate="escheated")
        self._file.put(replace(each, action="S", fate="paid") for each in rows)
        self._file.put_payment(replace(payment, status="T", cancel_action="N", cancel_day=None))

    def _carrying(
        self, keys: Keys, payment_id: str | None, *, fate: Fate
    ) -> tuple[Payment, list[Instalment]]:
        payment = self._file.latest_payment(keys, payment_id)
        rows = [each for each in self._file.carried_by(payment) if each.fate == fate]
        if not rows:
            raise PaymentRefused(f"payment {payment.payment_id} carries nothing that is {fate}")
        return payment, rows

    def pay_rows(self, rows: list[Instalment], how: HowPaid, *, selection: str = "P") -> Payment:
        """One payment over these unpaid rows, which are in one currency; netted where credit notes are among them."""
        if len(rows) > 1 and (how.discount or how.withheld):
            raise PaymentRefused(
                "discount and withholding belong to one instalment, the payment carries several"
            )
        money = how.currency or rows[0].currency
        netted = len({row.gross > 0 for row in rows if row.gross}) > 1
        numbered = how.payment_id or self._file.books.next_number(self._file.node, f"bank {money}", first=1)
        number = numbered.zfill(10)
        known = self._file.books.payments.payment(self._file.node, money, number)
        if known is not None and known.status != "P":
            raise PaymentRefused(f"payment {number} was cancelled ({known.status})")
        without_money = netted and not sum((row.gross for row in rows), ZERO)
        made = [
            replace(
                self._paid(row, how, money=money, without_money=without_money),
                selection=selection,
                bank=money,
                payment_id=number,
            )
            for row in rows
        ]
        payment = known or Payment(
            node=self._file.node,
            bank=money,
            payment_id=number,
            reference=how.reference or f"REF{number}",
            day=how.day or self._file.today,
            amount=ZERO,
            currency=money,
            method=made[0].method,
            last_update=made[0].last_update,
        )
        payment = replace(
            payment,
            amount=payment.amount + sum((row.paid for row in made), ZERO),
            netted="Y" if netted else payment.netted,
        )
        self._file.put(made)
        self._file.put_payment(payment)
        for keys in {(row.business_unit, row.voucher_id) for row in made}:
            self._file.post(keys)
        return payment

    def _paid(self, row: Instalment, how: HowPaid, *, money: str, without_money: bool) -> Instalment:
        less = how.discount + how.withheld
        if abs(less) > abs(row.gross) or less * row.gross < 0:
            raise PaymentRefused(f"discount and withholding {less:f} are not part of {row.gross:f}")
        gross, discount, withheld = (
            self._converted(each, money, how.rate) for each in (row.gross, how.discount, how.withheld)
        )
        fate: Fate = "netted" if without_money else "paid" if row.gross else "zero"
        return replace(
            row,
            method=how.method or row.method,
            paid=ZERO if without_money else gross - discount - withheld,
            paid_gross=gross,
            paid_discount=discount,
            paid_withheld=withheld,
            currency=money,
            fate=fate,
            net=ZERO if without_money else row.gross - less,
            discount=how.discount,
            withheld=how.withheld,
        )

    def _taken_back(self, row: Instalment, how: HowCancelled) -> list[Instalment]:
        """Saves the row as it is after its payment was taken back, and the one that goes on in its place."""
        rows = [replace(row, selection="C", fate="cancelled", **_NOTHING_PAID)]
        if how.cancel_action != "C":
            again = self._file.as_scheduled(row)
            if how.cancel_action == "H":
                again = replace(again, hold="Y", hold_reason=how.reason)
            rows = [again]
            if (how.form or self._form) == "new_row":
                closed = replace(row, selection="X", fate="replaced_by_new_row", **_NOTHING_PAID)
                number = self._file.next_number((row.business_unit, row.voucher_id))
                rows = [closed, replace(again, number=number)]
        self._file.put(rows)
        return rows

    def _converted(self, amount: Decimal, currency: str, rate: Decimal) -> Decimal:
        return round(amount * rate, self._file.decimals.get(currency, 2)) if rate != 1 else amount
