"""What people do to scheduled payments before money moves, or instead of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from peoplesoft_simulator.payment_file import Keys, PaymentFile, PaymentRefused
from peoplesoft_simulator.payment_rows import Fate

_SCHEDULED_CODES = {
    "PYMNT_SELCT_STATUS": "selection",
    "PYMNT_ACTION": "action",
    "PYMNT_TYPE": "type",
    "PYMNT_METHOD": "method",
    "PYMNT_HOLD": "hold",
    "PYMNT_HOLD_REASON": "hold_reason",
}
_PAYMENT_CODES = {"PYMNT_STATUS": "status", "CANCEL_ACTION": "cancel_action", "PYMNT_ID_REF": "reference"}


class ScheduleActs:
    """Acts on the scheduled payments of one voucher; `number` None is every one that fits, or the first.

    What cannot be done raises :class:`PaymentRefused`.
    """

    def __init__(self, file: PaymentFile, keys: Keys, *, number: int | None = None) -> None:
        self._file = file
        self._keys = keys
        self._number = number

    def schedule(self, *, day: date | None, method: str | None) -> None:
        """Plan them for another day, or to be paid another way."""
        given = {"scheduled": day, "method": method}
        self._change({name: value for name, value in given.items() if value is not None})

    def split(self, *, amounts: tuple[Decimal, ...], parts: int) -> None:
        """Divide an unpaid one into these amounts, or into equal parts."""
        row = self._file.unpaid(self._keys, self._number)[0]
        self._file.divide(row, list(amounts) or self._file.equal_parts(row, parts))

    def select(self, selection: str) -> None:
        """A pay cycle takes them up (R requested, I in process, S settlement), or with N lets them go."""
        fate: Fate = "open" if selection == "N" else "selected"
        self._change({"selection": selection, "fate": fate})

    def hold(self, reason: str) -> None:
        """Nobody pays them until they are released."""
        self._change({"hold": "Y", "hold_reason": reason})

    def release(self) -> None:
        """They may be paid."""
        self._change({"hold": "N", "hold_reason": ""})

    def prepay(self, amount: Decimal | None) -> None:
        """Apply a prepayment to one, or to part of it: nothing is paid for it any more."""
        row = self._file.part(self._file.payable(self._keys, self._number), amount)
        self._file.put([replace(row, selection="Y", action="P", fate="prepaid")])

    def cancel(self) -> None:
        """One will not be paid."""
        row = self._file.unpaid(self._keys, self._number)[0]
        self._file.put([replace(row, selection="X", action="X", fate="cancelled")])

    def reopen(self) -> None:
        """What was cancelled, or whose liability was closed, is to be paid after all."""
        known = self._file.schedule(self._keys)
        rows = [each for each in known if each.fate == "cancelled" and self._number in (None, each.number)]
        if not rows:
            which = f"{'/'.join(self._keys)} has no cancelled instalment {self._number or ''}"
            raise PaymentRefused(which.rstrip())
        self._file.put(self._file.as_scheduled(each) for each in rows)

    def mark(self, codes: Mapping[str, str]) -> None:
        """Write any letters, whatever they mean; what really happened stays as it is."""
        unknown = codes.keys() - _SCHEDULED_CODES.keys() - _PAYMENT_CODES.keys()
        if unknown:
            raise PaymentRefused(f"neither record has {', '.join(sorted(unknown))}")
        rows = [each for each in self._file.schedule(self._keys) if self._number in (None, each.number)]
        of_row = _renamed(codes, _SCHEDULED_CODES)
        of_payment = _renamed(codes, _PAYMENT_CODES)
        if of_row:
            self._file.put(replace(each, **of_row) for each in rows)
        for payment in self._file.payments_of(rows) if of_payment else ():
            self._file.put_payment(replace(payment, **of_payment))

    def touch(self) -> None:
        """Save all as it is: only LAST_UPDATE_DT changes, of the voucher too."""
        self._file.put(self._file.schedule(self._keys))
        voucher = self._file.voucher(self._keys)
        self._file.books.save(replace(voucher, last_update=self._file.stamp or voucher.last_update))

    def _change(self, values: dict[str, Any]) -> None:
        self._file.put(replace(each, **values) for each in self._file.unpaid(self._keys, self._number))


def _renamed(codes: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    return {names[name]: code for name, code in codes.items() if name in names}
