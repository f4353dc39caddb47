"""What is remembered of fetching one document, and the answers its call brings."""

from dataclasses import dataclass
from enum import StrEnum

from ap_domain.document import AccountingDocument


class Step(StrEnum):
    """`fetch` is wanted, `fetched` rests until the next notification."""

    FETCH = "fetch"
    FETCHED = "fetched"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchState:
    """The body of a document's entry in `ledger.documents`.

    `fingerprint` is what was last published, by what counts as different (content, batch id, status,
    lastUpdated); `again` asks for one more fetch, because a notification came while one may have been under way;
    `tasks` are the latest task ids, by which a repeated notification is known.
    """

    invoice_id: str
    fetch_number: int = 0
    fingerprint: str = ""
    again: bool = False
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The document as fetched; its fetch number is not yet known and 0."""

    document: AccountingDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Basware does not know the id."""

    said: str
