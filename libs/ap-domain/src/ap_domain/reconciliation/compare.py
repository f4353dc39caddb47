"""The comparison itself: counts and differences out of what the three sides said."""

from collections.abc import Mapping
from datetime import datetime

from ap_domain.reconciliation.counting import Counts
from ap_domain.reconciliation.explaining import explanation
from ap_domain.reconciliation.findings import Finding, findings
from ap_domain.reconciliation.matching import MatchedInvoice, VoucherBook, VoucherKey, matched
from ap_domain.reconciliation.result import Difference, DifferenceKind, Reconciliation
from ap_domain.reconciliation.rules import Rules
from ap_domain.reconciliation.sides import BaswareInvoice, LedgerInvoice, PeopleSoftVoucher

__all__ = ["compare"]

_ORDER = list(DifferenceKind)


def compare(
    *,
    ledger: Mapping[str, LedgerInvoice],
    basware: Mapping[str, BaswareInvoice],
    vouchers: Mapping[VoucherKey, PeopleSoftVoucher],
    rules: Rules,
    run_at: datetime,
) -> Reconciliation:
    """Every invoice of the ledger and of Basware beside its voucher, and every voucher that is left.

    Invoices are keyed by Basware's id, vouchers by business unit and voucher. ``ledger`` holds the entries that
    `in_scope` picks, ``vouchers`` those entered in the window and those that these entries name, payments included.
    Vouchers of another origin that stand for no invoice of Basware's are not ours and are passed over.
    """
    book = VoucherBook(vouchers, ledger.values())
    counts = Counts(rules.first_day, rules.last_day)
    differences: list[Difference] = []
    compared = 0
    for invoice in matched(ledger=ledger, basware=basware, book=book):
        compared += 1
        counts.add(invoice)
        differences += (_difference(each, invoice, rules) for each in findings(invoice))
    differences += (_unknown(each) for each in book.left() if _ours(each, rules))
    return Reconciliation(
        connection_id=rules.connection_id,
        run_at=run_at,
        first_day=rules.first_day,
        last_day=rules.last_day,
        counts=counts.all(),
        differences=tuple(sorted(differences, key=_place)),
        compared=compared,
    )


def _difference(finding: Finding, invoice: MatchedInvoice, rules: Rules) -> Difference:
    ledger, document = invoice.ledger, invoice.basware
    voucher = finding.voucher
    amount, currency = finding.amount, voucher.currency if voucher is not None else ""
    if amount is None and document is not None:
        amount, currency = document.gross, document.currency
    return Difference(
        kind=finding.kind,
        invoice_id=invoice.invoice_id,
        invoice_number=_first(document and document.invoice_number, ledger and ledger.invoice_number),
        supplier=_first(
            ledger and ledger.vendor_id, document and (document.vendor_id or document.supplier_code)
        ),
        business_unit=_first(
            voucher and voucher.business_unit,
            ledger and ledger.business_unit,
            document and document.business_unit,
        ),
        voucher_id=_first(voucher and voucher.voucher_id, ledger and ledger.voucher_id),
        currency=_first(currency, ledger and ledger.currency),
        amount=amount,
        words=finding.words,
        explained=explanation(finding, invoice, rules),
        coding=document.coding if finding.kind is DifferenceKind.NOT_POSTED and document is not None else (),
    )


def _ours(voucher: PeopleSoftVoucher, rules: Rules) -> bool:
    return bool(rules.origin) and voucher.origin == rules.origin


def _unknown(voucher: PeopleSoftVoucher) -> Difference:
    return Difference(
        kind=DifferenceKind.UNKNOWN_VOUCHER,
        invoice_number=voucher.invoice_number,
        supplier=voucher.vendor_id,
        business_unit=voucher.business_unit,
        voucher_id=voucher.voucher_id,
        currency=voucher.currency,
        amount=voucher.gross,
        words=f"voucher {voucher.voucher_id} has the origin {voucher.origin}, and neither our ledger nor Basware has"
        " an invoice for it",
    )


def _first(*texts: object) -> str:
    return next((text for text in texts if isinstance(text, str) and text), "")


def _place(difference: Difference) -> tuple[bool, int, str, str, str]:
    """What somebody must look at comes first."""
    return (
        bool(difference.explained),
        _ORDER.index(difference.kind),
        difference.business_unit,
        difference.invoice_number,
        difference.invoice_id + difference.voucher_id,
    )
