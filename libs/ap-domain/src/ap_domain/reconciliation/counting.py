"""How many invoices came how far: each counted once, under the day its voucher was entered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ap_domain.money import exact_sum
from ap_domain.reconciliation.matching import MatchedInvoice
from ap_domain.reconciliation.result import Count
from ap_domain.reconciliation.sides import PeopleSoftVoucher

__all__ = ["STAGES", "Counts"]

STAGES = ("approved", "posted", "postable", "confirmed", "paid")
"""In the order an invoice comes through them."""

Place = tuple[str, str, date, str, str]
"""Stage, business unit, day, period, currency."""


@dataclass(slots=True)
class _Sum:
    number: int = 0
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Counts:
    """Invoices by stage and place, over the days of the window.

    The day of an invoice is the one its voucher was entered on, without a voucher the one on which Basware changed it
    last; what lies outside the window is compared but not counted. Its accounting period is its voucher's.
    """

    first_day: date
    last_day: date
    _sums: dict[Place, _Sum] = field(default_factory=dict)

    def add(self, invoice: MatchedInvoice) -> None:
        """Counts one invoice in each stage it has reached."""
        document, voucher = invoice.basware, _counted(invoice)
        day = (
            voucher.entered_on
            if voucher is not None
            else document.updated_on
            if document is not None
            else None
        )
        if day is None or not self.first_day <= day <= self.last_day:
            return
        side = voucher if voucher is not None else document
        if side is None:
            return
        posted = voucher.accounting_date if voucher is not None else None
        period = f"{posted:%Y-%m}" if posted is not None else ""
        for stage, amount in _stages(invoice, voucher):
            total = self._sums.setdefault((stage, side.business_unit, day, period, side.currency), _Sum())
            total.number += 1
            total.amount = exact_sum((total.amount, amount))

    def all(self) -> tuple[Count, ...]:
        """By business unit, day, period and currency, then in the order of the stages."""
        rows = sorted(self._sums.items(), key=lambda each: (each[0][1:], STAGES.index(each[0][0])))
        return tuple(
            Count(
                stage=stage,
                business_unit=unit,
                day=day,
                period=period,
                currency=currency,
                number=total.number,
                amount=total.amount,
            )
            for (stage, unit, day, period, currency), total in rows
        )


def _counted(invoice: MatchedInvoice) -> PeopleSoftVoucher | None:
    """The live voucher of an invoice: the ledger's, else one that was found for it."""
    if invoice.voucher is not None and invoice.voucher.live:
        return invoice.voucher
    return invoice.others[0] if invoice.others else None


def _stages(invoice: MatchedInvoice, voucher: PeopleSoftVoucher | None) -> Iterator[tuple[str, Decimal]]:
    document = invoice.basware
    if document is not None and (document.transferred or document.awaits_transfer):
        yield "approved", document.gross or Decimal(0)
    if voucher is None:
        return
    gross = voucher.gross or Decimal(0)
    yield "posted", gross
    if voucher.postable:
        yield "postable", gross
    linked = invoice.ledger is not None and invoice.ledger.linked
    if (
        document is not None
        and document.transferred
        and (linked or document.voucher_id == voucher.voucher_id)
    ):
        yield "confirmed", document.gross or Decimal(0)
    if voucher.paid_total:
        yield "paid", voucher.paid_total
