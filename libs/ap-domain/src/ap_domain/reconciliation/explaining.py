"""Why a difference is as it should be, where it is: in the words of whoever reads the list, blank where it is not."""

import re

from ap_domain.reconciliation.findings import Finding
from ap_domain.reconciliation.matching import MatchedInvoice
from ap_domain.reconciliation.result import DifferenceKind
from ap_domain.reconciliation.rules import Rules
from ap_domain.reconciliation.sides import LedgerInvoice, LedgerOutcome

__all__ = ["explanation"]

_NEVER = (DifferenceKind.DUPLICATE, DifferenceKind.UNKNOWN_VOUCHER)
"""No state of ours makes these right."""
_OTHERS_POST = (DifferenceKind.NOT_POSTED, DifferenceKind.NOT_IN_LEDGER, DifferenceKind.KEYED_BY_HAND)
"""What is everyday life beside a system that posts while apstream only rehearses."""


def explanation(finding: Finding, invoice: MatchedInvoice, rules: Rules) -> str:
    """Why nobody need look at this finding."""
    kind, ledger = finding.kind, invoice.ledger
    if ledger is not None and rules.moved(ledger.changed_at):
        return "it moved on while it was counted"
    if kind in _NEVER:
        return ""
    if rules.shadow and kind in _OTHERS_POST:
        return "the connection is in shadow mode, where apstream posts nothing"
    if kind is DifferenceKind.AMOUNT and _rounded(invoice, rules):
        return "within the rounding that the mapping allows"
    if kind is DifferenceKind.PAYMENT:
        return _payment_explained(invoice, rules)
    if ledger is not None and (why := _by_ledger(finding, ledger)):
        return why
    return _basware_explained(kind, invoice, rules)


def _by_ledger(finding: Finding, ledger: LedgerInvoice) -> str:
    """What our ledger knows of it already."""
    kind = finding.kind
    if kind is DifferenceKind.KEYED_BY_HAND and _names(ledger, finding):
        return f"whoever decides was told of this voucher: {ledger.words}"
    if kind is DifferenceKind.KEYED_BY_HAND and ledger.outcome is LedgerOutcome.ON_ITS_WAY:
        # What merely waits has not created anything: this voucher is somebody else's.
        return (
            f"apstream is finding out whether it made this voucher: {ledger.words}"
            if ledger.undecided
            else ""
        )
    if ledger.outcome is LedgerOutcome.ON_ITS_WAY:
        return f"on its way: {ledger.words}"
    if kind is DifferenceKind.VOUCHER_NUMBER and ledger.linked:
        return "a person linked the voucher, and Basware keeps the number it was given before"
    if ledger.outcome is LedgerOutcome.DISCARDED:
        return f"discarded by a person: {ledger.words}" if ledger.words else "discarded by a person"
    return ""


def _names(ledger: LedgerInvoice, finding: Finding) -> bool:
    """Whether what the invoice waits for, or went back with, says which voucher was found."""
    voucher = finding.voucher.voucher_id if finding.voucher is not None else ""
    return bool(voucher) and re.search(rf"(?<!\w){re.escape(voucher)}(?!\w)", ledger.words) is not None


def _payment_explained(invoice: MatchedInvoice, rules: Rules) -> str:
    ledger, voucher, document = invoice.ledger, invoice.voucher, invoice.basware
    if ledger is not None and ledger.outcome is LedgerOutcome.ON_ITS_WAY:
        return f"on its way: {ledger.words}"
    if ledger is not None and ledger.payment_waits:
        return f"Basware was not told of the payment: {ledger.payment_waits}"
    if voucher is None or document is None or voucher.paid_total is None:
        return ""
    if voucher.unclear:
        return f"PeopleSoft shows what no rule knows, so Basware is not told: {', '.join(voucher.unclear)}"
    if rules.fresh(voucher.changed_at):
        return "changed in PeopleSoft a moment ago, Basware is told with the next poll"
    agrees = document.paid_total == voucher.paid_total and document.told_block in (None, voucher.held)
    return "Basware was told, and whether it takes back its status Paid is its own" if agrees else ""


def _basware_explained(kind: DifferenceKind, invoice: MatchedInvoice, rules: Rules) -> str:
    """What Basware's own status says of an invoice that it does not show as transferred."""
    ledger, document = invoice.ledger, invoice.basware
    if document is None or kind not in (DifferenceKind.NOT_POSTED, DifferenceKind.NOT_CONFIRMED):
        return ""
    if kind is DifferenceKind.NOT_POSTED and document.status == "TransferFailed":
        why = f": {ledger.words}" if ledger is not None and ledger.words else ""
        return f"with the clerk in Basware{why}"
    return (
        "changed in Basware a moment ago, apstream takes it next" if rules.fresh(document.updated_at) else ""
    )


def _rounded(invoice: MatchedInvoice, rules: Rules) -> bool:
    voucher, document = invoice.voucher, invoice.basware
    if voucher is None or document is None or voucher.gross is None or document.gross is None:
        return False
    return voucher.currency == document.currency and abs(voucher.gross - document.gross) <= rules.rounding
