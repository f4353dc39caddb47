"""Whether both systems and our ledger say the same of every invoice: counted afresh from the systems themselves."""

from ap_domain.reconciliation.result import Count, Difference, DifferenceKind, Reconciliation

__all__ = ["Count", "Difference", "DifferenceKind", "Reconciliation"]
