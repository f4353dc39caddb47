"""A pay cycle: everything that is due and may be paid is paid."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from peoplesoft_simulator.books import Voucher
from peoplesoft_simulator.payment_bodies import PayCycle
from peoplesoft_simulator.payment_file import PaymentFile
from peoplesoft_simulator.payment_rows import Instalment, Payment
from peoplesoft_simulator.row import ZERO
from peoplesoft_simulator.treasury import HowPaid, Treasury


def run_pay_cycle(order: PayCycle, *, file: PaymentFile, treasury: Treasury) -> list[Payment]:
    """The payments made. What is held, or belongs to a voucher that must not be paid, stays as it is."""
    day = order.day or file.today
    how = HowPaid(day=day)
    groups: dict[tuple[str, ...], list[Instalment]] = defaultdict(list)
    for row, voucher in _due(order, file):
        supplier = (voucher.row.text("VENDOR_SETID"), voucher.row.text("VENDOR_ID"), row.currency)
        alone = (row.business_unit, row.voucher_id, str(row.number))
        groups[alone if order.by == "voucher" else supplier].append(row)
    payable = [rows for rows in groups.values() if _worth_paying(rows)]
    return [treasury.pay_rows(rows, replace(how, currency=rows[0].currency)) for rows in payable]


def _due(order: PayCycle, file: PaymentFile) -> Iterator[tuple[Instalment, Voucher]]:
    up_to = order.up_to or file.today
    for row in file.books.payments.due(file.node, up_to=up_to, business_unit=order.business_unit):
        voucher = file.voucher((row.business_unit, row.voucher_id))
        if _may_be_paid(voucher):
            yield row, voucher


def _may_be_paid(voucher: Voucher) -> bool:
    """Postable, open, not denied, without match exception or budget error."""
    row = voucher.row
    return (
        row.text("ENTRY_STATUS") == "P"
        and row.text("CLOSE_STATUS") != "C"
        and row.text("APPR_STATUS") != "D"
        and row.text("MATCH_STATUS_VCHR") != "E"
        and row.text("BUDGET_HDR_STATUS") != "E"
    )


def _worth_paying(rows: list[Instalment]) -> bool:
    """A credit note alone waits; one that is used up by invoices, or a zero amount, is settled."""
    return sum((row.gross for row in rows), ZERO) >= 0
