"""What it proves that a query does not show what it showed before: little, and nothing when it is much."""

from dataclasses import dataclass

__all__ = ["Absence"]

ALWAYS = 3
"""So many may be gone of any number."""
PART = 5
"""One of so many may be gone."""


@dataclass(slots=True, kw_only=True)
class Absence:
    """Vouchers of one business unit that a read should show: how many, and how many it did not."""

    expected: int
    absent: int = 0

    @property
    def suspicious(self) -> bool:
        """More than three and more than a fifth: rather the query, or a permission, than the vouchers."""
        return self.absent > ALWAYS and self.absent * PART > self.expected

    def __str__(self) -> str:
        return f"{self.absent} of {self.expected}"
