"""Master data in memory: records, requests and their items, and the events that the books keep of them.

An event is written once, with every decision that went into it, and applied the same way when it happens and
when the books are opened again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from .item_outcomes import Category, ItemStatus
from .records import Processing

Layer = Literal["api", "p2p", "both"]
ItemEnd = Literal["Success", "Warning", "NotProcessed", "Error", "RecordExpired", "Unpublished"]

RECENT_POSTS = 5
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What P2P says of an item."""

    message: str
    category: Category = "DataValidation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How an item ended. Success and Warning take effect in P2P."""

    status: ItemEnd = "Success"
    findings: tuple[Finding, ...] = ()

    @property
    def takes_effect(self) -> bool:
        """Whether coders can pick the record from then on."""
        return self.status in ("Success", "Warning")

    @property
    def fails_the_request(self) -> bool:
        """Whether the request as a whole ends as Error."""
        return self.status != "Success" and ItemStatus(self.status).fails_the_request

    @property
    def finding_type(self) -> str:
        """The vendor's type of its findings."""
        return ItemStatus.WARNING if self.status == "Success" else ItemStatus(self.status).finding


SUCCESS = Verdict()


@dataclass(slots=True, kw_only=True)
class MasterRecord:
    """One record, in the API layer and in P2P, which may hold different versions of it, or only one of them.

    Args:
        text: the latest version posted, as JSON without lastUpdated; empty where the API layer has none.
        digest: of its content, however it is written.
        posts: how often it was posted; `recent` has the last few, when and by which request.
        in_p2p: the version coders can pick; empty if none.
        p2p_number: number of the request that version came with.
        last: how the last item for it ended.
    """

    code: str
    text: str = ""
    digest: str = ""
    updated: datetime = _NEVER
    posts: int = 0
    recent: tuple[tuple[datetime, str], ...] = ()
    in_p2p: str = ""
    p2p_number: int = 0
    last: Verdict | None = None


@dataclass(slots=True, kw_only=True)
class ImportItem:
    """A record of a request; `text` is let go once there is a verdict."""

    code: str
    text: str
    due: datetime
    unchanged: bool = False
    expired: bool = False
    planned: Verdict | None = None
    verdict: Verdict | None = None


@dataclass(slots=True, kw_only=True)
class ImportRequest:
    """One POST that the API stored and P2P works through."""

    tenant: str
    request_id: str
    number: int
    api: str
    entity_type: str
    version: int
    list_key: str | None
    accepted: datetime
    visible: datetime
    updated: datetime
    items: list[ImportItem]
    status: Processing = Processing.IN_PROGRESS


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedItem:
    """A record as it was accepted."""

    code: str
    text: str
    digest: str
    due: datetime
    unchanged: bool = False
    planned: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The API layer stored a POST."""

    event: Literal["accepted"] = "accepted"
    tenant: str
    api: str
    request_id: str
    number: int
    at: datetime
    visible: datetime
    items: tuple[PostedItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """P2P is done with some items of a request, named by their places; None is a mere success."""

    event: Literal["settled"] = "settled"
    tenant: str
    request_id: str
    at: datetime
    verdicts: tuple[tuple[int, Verdict | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A customer is done with a request."""

    event: Literal["acknowledged"] = "acknowledged"
    tenant: str
    request_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Somebody else changed a record: another interface in both layers, or a person in P2P alone."""

    event: Literal["placed"] = "placed"
    tenant: str
    api: str
    layer: Layer
    at: datetime
    code: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Somebody took a record out."""

    event: Literal["removed"] = "removed"
    tenant: str
    api: str
    layer: Layer
    code: str


Event = Accepted | Settled | Acknowledged | Placed | Removed
