"""The payments of one site as those who act on them see them: looked up, saved, and shown on the voucher."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from peoplesoft_simulator.books import Books, Voucher
from peoplesoft_simulator.payment_rows import CARRIED, Instalment, Payment
from peoplesoft_simulator.payment_schedule import split_amount
from peoplesoft_simulator.row import ZERO

Keys = tuple[str, str]
"""Business unit and voucher id."""


class PaymentRefused(Exception):
    """PeopleSoft's pages would not let this be done; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFile:
    """Works inside the books' transaction.

    `stamp` is written as LAST_UPDATE_DT of every row that is touched, None leaves it as it was. `decimals` are those of
    currencies, two for one that is not named. What is looked up and not there raises :class:`PaymentRefused`.
    """

    books: Books
    node: str
    today: date
    stamp: str | None
    decimals: Mapping[str, int]

    def voucher(self, keys: Keys) -> Voucher:
        """The voucher with these keys."""
        found = self.books.voucher(self.node, *keys)
        if found is None:
            raise PaymentRefused(f"there is no voucher {'/'.join(keys)}")
        return found

    def schedule(self, keys: Keys) -> list[Instalment]:
        """All its scheduled payments, by number."""
        self.voucher(keys)
        return self.books.payments.schedule(self.node, *keys)

    def next_number(self, keys: Keys) -> int:
        """The number after the last."""
        return max((each.number for each in self.schedule(keys)), default=0) + 1

    def unpaid(self, keys: Keys, number: int | None) -> list[Instalment]:
        """Those still to be paid, or the one of that number; at least one."""
        found = [each for each in self.schedule(keys) if each.unpaid and number in (None, each.number)]
        if not found:
            raise PaymentRefused(f"{'/'.join(keys)} has no unpaid instalment {number or ''}".rstrip())
        return found

    def payable(self, keys: Keys, number: int | None) -> Instalment:
        """The first that is still to be paid, of a voucher that may be."""
        voucher = self.voucher(keys)
        if voucher.row.text("ENTRY_STATUS") in ("X", "R"):
            wrong = "deleted" if voucher.deleted else "recycled"
            raise PaymentRefused(f"voucher {'/'.join(keys)} is {wrong} and cannot be paid")
        return self.unpaid(keys, number)[0]

    def part(self, row: Instalment, amount: Decimal | None) -> Instalment:
        """The instalment cut down to that amount; what is left becomes another one."""
        if amount is None or amount == row.gross:
            return row
        if not amount or abs(amount) > abs(row.gross) or amount * row.gross < 0:
            raise PaymentRefused(f"{amount:f} is not part of {row.gross:f}")
        return self.divide(row, [amount, row.gross - amount])

    def divide(self, row: Instalment, amounts: list[Decimal]) -> Instalment:
        """Make several of one; the first keeps its number, the others get the next ones."""
        if sum(amounts, ZERO) != row.gross:
            raise PaymentRefused(
                f"{sum(amounts, ZERO):f} is not {row.gross:f}, the amount of instalment {row.number}"
            )
        following = self.next_number((row.business_unit, row.voucher_id))
        first = replace(row, gross=amounts[0])
        more = [
            replace(row, number=following + at, gross=gross, selection="N", fate="open")
            for at, gross in enumerate(amounts[1:])
        ]
        self.put([first, *more])
        return first

    def equal_parts(self, row: Instalment, parts: int) -> list[Decimal]:
        """Its amount in equal parts."""
        return split_amount(row.gross, parts, decimals=self.decimals.get(row.currency, 2))

    def payments_of(self, rows: Iterable[Instalment]) -> list[Payment]:
        """The payments these name."""
        keys = {(each.bank, each.payment_id) for each in rows if each.payment_id}
        found = (self.books.payments.payment(self.node, *each) for each in sorted(keys))
        return [each for each in found if each is not None]

    def latest_payment(self, keys: Keys, payment_id: str | None) -> Payment:
        """The latest payment of the voucher, or the one named, that was not taken back."""
        rows = [each for each in self.schedule(keys) if each.fate in CARRIED]
        found = [each for each in self.payments_of(rows) if payment_id in (None, each.payment_id)]
        if not found:
            raise PaymentRefused(f"{'/'.join(keys)} has no payment {payment_id or ''}".rstrip())
        return max(found, key=lambda each: (each.day, each.payment_id))

    def carried_by(self, payment: Payment) -> list[Instalment]:
        """What a payment carries, of all vouchers."""
        return [each for each in self.books.payments.on_payment(payment) if each.fate in CARRIED]

    def as_scheduled(self, row: Instalment) -> Instalment:
        """The row as it was before anything was paid or cancelled, in the voucher's currency."""
        voucher = self.voucher((row.business_unit, row.voucher_id))
        return Instalment(
            node=row.node,
            business_unit=row.business_unit,
            voucher_id=row.voucher_id,
            number=row.number,
            method=row.method,
            gross=row.gross,
            currency=voucher.row.text("TXN_CURRENCY_CD"),
            due=row.due,
            scheduled=row.scheduled,
            last_update=row.last_update,
        )

    def put(self, rows: Iterable[Instalment]) -> None:
        """Save scheduled payments, and show on their vouchers what a component interface shows of them."""
        saved = [each if self.stamp is None else replace(each, last_update=self.stamp) for each in rows]
        self.books.payments.put(saved)
        for keys in {(each.business_unit, each.voucher_id) for each in saved}:
            self._show(keys)

    def put_payment(self, payment: Payment) -> None:
        """Save a payment."""
        stamp = self.stamp or payment.last_update
        self.books.payments.put_payments([replace(payment, last_update=stamp)])

    def post(self, keys: Keys) -> None:
        """Only what is posted is paid."""
        voucher = self.voucher(keys)
        if voucher.row.text("POST_STATUS_AP") != "P":
            posted = voucher.having(POST_STATUS_AP="P")
            self.books.save(replace(posted, last_update=self.stamp or posted.last_update))

    def _show(self, keys: Keys) -> None:
        """The header shows the first scheduled payment that was not cancelled; its time of change stays."""
        rows = self.schedule(keys)
        shown = next((each for each in rows if each.selection != "X"), rows[0])
        voucher = self.voucher(keys)
        self.books.save(
            voucher.having(
                PYMNT_SELCT_STATUS=shown.selection,
                PYMNT_ID=shown.payment_id,
                PYMNT_HOLD=shown.hold,
                PYMNT_HOLD_REASON=shown.hold_reason,
            )
        )
