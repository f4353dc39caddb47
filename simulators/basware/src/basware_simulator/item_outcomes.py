"""What P2P makes of a stored response, item by item, where it is told beforehand."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import ConfigDict

Category = Literal["Unknown", "Technical", "DataValidation"]


class ItemStatus(StrEnum):
    """Item statuses that can be ordered, as the vendor names them."""

    WARNING = "Warning"
    NOT_PROCESSED = "NotProcessed"
    ERROR = "Error"
    RECORD_EXPIRED = "RecordExpired"
    UNPUBLISHED = "Unpublished"

    @property
    def fails_the_request(self) -> bool:
        """Whether the request as a whole ends as Error (assumption: the vendor has no table of it)."""
        return self in (ItemStatus.ERROR, ItemStatus.RECORD_EXPIRED)

    @property
    def finding(self) -> str:
        """The vendor's type of the finding that explains the status."""
        return (
            self.value if self in (ItemStatus.ERROR, ItemStatus.RECORD_EXPIRED) else ItemStatus.WARNING.value
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOutcome:
    """How an item ends. With Warning the response takes effect all the same, with the others it does not."""

    status: ItemStatus = ItemStatus.ERROR
    message: str
    category: Category = "DataValidation"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePlan:
    """What the next responses to one document meet.

    Args:
        times: how many responses; None means all from then on.
        status: how the item ends; None leaves the outcome as it is and only delays it.
        delay_seconds: until the outcome is there, on the simulated clock; None leaves it to the tenant.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    status: ItemStatus | None = ItemStatus.ERROR
    message: str = "Record skipped"
    category: Category = "DataValidation"
    times: int | None = 1
    delay_seconds: float | None = None

    def outcome(self) -> ItemOutcome | None:
        """The outcome it plans, if it plans one."""
        if self.status is None:
            return None
        return ItemOutcome(status=self.status, message=self.message, category=self.category)
