"""What is remembered of fetching one document: the body of its entry in `ledger.documents`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    """`fetch` is wanted, `fetched` rests until the next notification."""

    FETCH = "fetch"
    FETCHED = "fetched"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchState:
    """The body of a document's entry in `ledger.documents`.

    `fingerprint` is what was last published, by what counts as different (content, batch id, status,
    lastUpdated); `again` asks for one more fetch, because a notification came while one may have been under way;
    `tasks` are the latest task ids, by which a repeated notification is known (those that led nowhere are marked as
    such); `webhook_at` is when the webhook was received that the fetch under way, or the last one if it published
    something, answers (None: it was no webhook, or it came during another fetch).
    """

    invoice_id: str
    fetch_number: int = 0
    fingerprint: str = ""
    again: bool = False
    tasks: tuple[str, ...] = ()
    webhook_at: datetime | None = None
