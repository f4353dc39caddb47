"""Which vouchers of PeopleSoft belong to which invoice: by our ledger first, then as a duplicate check finds them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from ap_domain.reconciliation.sides import (
    BaswareInvoice,
    InvoiceKey,
    LedgerInvoice,
    LedgerOutcome,
    PeopleSoftVoucher,
)

__all__ = ["MatchedInvoice", "VoucherBook", "VoucherKey", "in_scope", "is_told", "matched", "may_be_paid"]

VoucherKey = tuple[str, str]
"""Business unit and voucher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedInvoice:
    """What all sides say of one invoice. ``voucher`` is the one our ledger names, ``others`` are live vouchers of the
    same supplier, number, sum and currency that stand for no other invoice.
    """

    invoice_id: str
    ledger: LedgerInvoice | None = None
    basware: BaswareInvoice | None = None
    voucher: PeopleSoftVoucher | None = None
    others: tuple[PeopleSoftVoucher, ...] = ()


class VoucherBook:
    """The vouchers that were read: by their key, and those that our ledger does not name by what they stand for."""

    def __init__(
        self, vouchers: Mapping[VoucherKey, PeopleSoftVoucher], ledger: Iterable[LedgerInvoice]
    ) -> None:
        self._vouchers = vouchers
        self._free: dict[InvoiceKey, list[PeopleSoftVoucher]] = {}
        claimed = {(each.business_unit, each.voucher_id) for each in ledger if each.voucher_id}
        for place, voucher in vouchers.items():
            if place not in claimed and voucher.live:
                self._free.setdefault(voucher.key, []).append(voucher)

    def named(self, invoice: LedgerInvoice) -> PeopleSoftVoucher | None:
        """The voucher that the ledger names for the invoice."""
        place = (invoice.business_unit, invoice.voucher_id)
        return self._vouchers.get(place) if invoice.voucher_id else None

    def take(
        self, invoice: LedgerInvoice | BaswareInvoice, *, known: Collection[str] = ()
    ) -> tuple[PeopleSoftVoucher, ...]:
        """The free vouchers that stand for this invoice, but those known to be another's; they are free no longer."""
        free = self._free.get(invoice.key, []) if invoice.vendor_id else []
        found = [each for each in free if each.voucher_id not in known and _alike(each, invoice)]
        if found:
            self._free[invoice.key] = [each for each in free if each not in found]
        return tuple(found)

    def left(self) -> Iterator[PeopleSoftVoucher]:
        """The live vouchers that stand for no invoice of ours."""
        for vouchers in self._free.values():
            yield from vouchers


def matched(
    *, ledger: Mapping[str, LedgerInvoice], basware: Mapping[str, BaswareInvoice], book: VoucherBook
) -> Iterator[MatchedInvoice]:
    """Every invoice once, those that our ledger has a voucher of before those that look for one."""
    known = (name for name, entry in ledger.items() if entry.voucher_id)
    others = (name for name in basware if (entry := ledger.get(name)) is None or not entry.voucher_id)
    unlisted = (name for name, entry in ledger.items() if not entry.voucher_id and name not in basware)
    for invoice_id in chain(known, sorted(chain(others, unlisted))):
        entry, document = ledger.get(invoice_id), basware.get(invoice_id)
        strangers = entry.known if entry is not None else ()
        sides = (side for side in (entry, document) if side is not None)
        alike = tuple(each for side in sides for each in book.take(side, known=strangers))
        voucher = book.named(entry) if entry is not None else None
        yield MatchedInvoice(
            invoice_id=invoice_id, ledger=entry, basware=document, voucher=voucher, others=alike
        )


def in_scope(
    invoice: LedgerInvoice,
    *,
    first_day: date,
    last_day: date,
    listed: Collection[str],
    seen: Collection[VoucherKey],
) -> bool:
    """Whether a run over these days looks at the entry: it was posted then, is not done, Basware listed it, or its
    voucher was seen. What ended without a voucher and is not in Basware either is over.
    """
    if invoice.invoice_id in listed or (invoice.business_unit, invoice.voucher_id) in seen:
        return True
    if invoice.outcome is LedgerOutcome.ON_ITS_WAY:
        return True
    posted = invoice.posted_on if invoice.voucher_id else None
    return posted is not None and first_day <= posted <= last_day


def may_be_paid(invoice: LedgerInvoice, *, since: datetime) -> bool:
    """Whether its payment is looked at whatever day it was posted: it is not settled, or not settled since before then,
    so that it may be taken back.
    """
    if not invoice.voucher_id or invoice.outcome is not LedgerOutcome.POSTED:
        return False
    return invoice.settled_at is None or invoice.settled_at >= since


def is_told(invoice: LedgerInvoice, voucher: PeopleSoftVoucher | None) -> bool:
    """Whether what PeopleSoft shows of its payment is what Basware confirmed to us. A settled voucher that PeopleSoft
    does not show any more was archived.
    """
    if voucher is None:
        return invoice.settled_at is not None
    known = (invoice.told_paid, invoice.told_held)
    return voucher.live and (voucher.paid_total, voucher.held) == known


def _alike(voucher: PeopleSoftVoucher, invoice: LedgerInvoice | BaswareInvoice) -> bool:
    return voucher.gross == invoice.gross and voucher.currency == invoice.currency
