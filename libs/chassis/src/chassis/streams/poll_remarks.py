"""What a person should know of a poll that ended well."""

__all__ = ["NAMED", "Remarks"]

NAMED = 3
"""Records named in a result's words; the rest is counted."""


class Remarks:
    """Kept short: what holds for the whole read, then some of the records that something is wrong with."""

    def __init__(self) -> None:
        self._read: list[str] = []
        self._records: list[str] = []
        self._count = 0

    def of_read(self, said: str) -> None:
        """Something about the read as a whole."""
        self._read.append(said)

    def of_record(self, said: str) -> None:
        """Something about one record."""
        self._count += 1
        if len(self._records) < NAMED:
            self._records.append(said)

    @property
    def text(self) -> str:
        """All in one; empty when there is nothing to say."""
        more = self._count - len(self._records)
        return "; ".join((*self._read, *self._records, *([f"and {more} more"] if more else ())))
