"""Whether both systems and our ledger say the same of every invoice: counted afresh from the systems themselves."""

from ap_domain.reconciliation.compare import compare
from ap_domain.reconciliation.counting import STAGES
from ap_domain.reconciliation.guidance import GUIDANCE, Guidance
from ap_domain.reconciliation.matching import in_scope, is_told, may_be_paid
from ap_domain.reconciliation.result import Count, Difference, DifferenceKind, Reconciliation
from ap_domain.reconciliation.rules import Rules
from ap_domain.reconciliation.sides import BaswareInvoice, LedgerInvoice, LedgerOutcome, PeopleSoftVoucher

__all__ = [
    "GUIDANCE",
    "STAGES",
    "BaswareInvoice",
    "Count",
    "Difference",
    "DifferenceKind",
    "Guidance",
    "LedgerInvoice",
    "LedgerOutcome",
    "PeopleSoftVoucher",
    "Reconciliation",
    "Rules",
    "compare",
    "in_scope",
    "is_told",
    "may_be_paid",
]
