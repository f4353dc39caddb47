"""Reads both systems and our ledger afresh, and says where they differ."""

from reconciliation.errors import ReconciliationFailed
from reconciliation.ledger_side import ledger_invoice, read_ledger
from reconciliation.ports import Documents, RowSource
from reconciliation.run import reconcile, yesterday_and_before

__all__ = [
    "Documents",
    "ReconciliationFailed",
    "RowSource",
    "ledger_invoice",
    "read_ledger",
    "reconcile",
    "yesterday_and_before",
]
