"""The bounds of every call: how long it may wait and how much it may read."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one HTTP exchange; times in seconds, sizes in bytes after decompression.

    An operation is at most five exchanges: token, request, renewed token, repeated request, redirect.
    `pages`, `listed_documents` and `listed_records` bound one list. `import_bytes` bounds the echo of an import and
    the outcome of one, which name hundreds of records.
    The platform's own gateway gives up after about 29 seconds, so the read time-out lies above that.
    """

    connect: float = 10.0
    read: float = 35.0
    total: float = 60.0
    document_bytes: int = 10 * MEGABYTE
    page_bytes: int = 32 * MEGABYTE
    answer_bytes: int = MEGABYTE
    import_bytes: int = 16 * MEGABYTE
    pages: int = 10_000
    listed_documents: int = 100_000
    listed_records: int = 1_000_000
    redirects: int = 2
    renewal_margin: float = 60.0
