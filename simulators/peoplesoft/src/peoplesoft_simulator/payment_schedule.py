"""The schedule a voucher gets when it becomes payable: as many equal instalments as its terms have."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from peoplesoft_simulator.books import Books, Voucher
from peoplesoft_simulator.payment_rows import Instalment
from peoplesoft_simulator.reference_data import ReferenceData

APART = timedelta(days=30)
"""From one instalment of terms to the next (assumption)."""
# Statuses that a schedule starts from when the header changes: nobody has touched it yet.
_UNTOUCHED = ("open", "N")


def schedule(books: Books, voucher: Voucher, *, data: ReferenceData) -> None:
    """Schedule a postable voucher that has no schedule, or one that nobody has touched yet, by its header."""
    if voucher.row.text("ENTRY_STATUS") != "P":
        return
    known = books.payments.schedule(voucher.node, *voucher.keys)
    if all((each.fate, each.selection) == _UNTOUCHED for each in known):
        books.payments.clear(voucher.node, *voucher.keys)
        books.payments.put(_instalments(voucher, data=data))


def split_amount(amount: Decimal, parts: int, *, decimals: int) -> list[Decimal]:
    """So many equal parts in whole coins; the last one takes what rounding leaves."""
    smallest = Decimal(1).scaleb(-decimals)
    part = (amount / parts).quantize(smallest, rounding=ROUND_DOWN)
    return [*[part] * (parts - 1), amount - part * (parts - 1)]


def _instalments(voucher: Voucher, *, data: ReferenceData) -> Iterator[Instalment]:
    row = voucher.row
    unit = data.business_units.get(row.text("BUSINESS_UNIT"))
    day = row.day("ACCOUNTING_DT") or row.day("ENTERED_DT") or date.max
    parts = data.instalments(row.text("PYMNT_TERMS_CD"), setid=unit.vendor_setid if unit else "", day=day)
    currency = row.text("TXN_CURRENCY_CD")
    decimals = data.codes.currencies.get(currency, 2)
    due = row.day("DUE_DT")
    scheduled = row.day("SCHEDULED_PAY_DT") or due
    for number, gross in enumerate(split_amount(row.amount("GROSS_AMT"), parts, decimals=decimals), start=1):
        later = APART * (number - 1)
        yield Instalment(
            node=voucher.node,
            business_unit=row.text("BUSINESS_UNIT"),
            voucher_id=row.text("VOUCHER_ID"),
            number=number,
            method=row.text("PYMNT_METHOD") or "CHK",
            hold=row.text("PYMNT_HOLD") or "N",
            hold_reason=row.text("PYMNT_HOLD_REASON"),
            gross=gross,
            currency=currency,
            due=due + later if due else None,
            scheduled=scheduled + later if scheduled else None,
            last_update=voucher.last_update,
        )
