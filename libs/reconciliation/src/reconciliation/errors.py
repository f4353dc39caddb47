"""How a reconciliation fails: as a whole, never with half a result."""

__all__ = ["ReconciliationFailed"]


class ReconciliationFailed(Exception):
    """A system could not be read to its end; the text is that system's. ``refused``: our credentials were."""

    def __init__(self, words: str, *, refused: bool = False) -> None:
        super().__init__(words)
        self.refused = refused
