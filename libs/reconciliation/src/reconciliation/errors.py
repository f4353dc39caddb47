"""How a reconciliation fails: as a whole, never with half a result."""

__all__ = ["ReconciliationFailed"]


class ReconciliationFailed(Exception):
    """A system could not be read to its end; the text is that system's, and its own error is the cause."""
