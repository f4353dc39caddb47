"""What of a document counts as different: its fingerprint, as `ledger.documents` keeps it of the last published."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from ap_domain.document import AccountingDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Content, transfer batch, status and lastUpdated; empty where Basware left one out.

    `content_digest` is of what the document says, not of its bytes: a list may write it otherwise than a single answer.
    """

    content_digest: str
    batch_id: str
    processing_status: str
    last_updated: str

    @classmethod
    def of(cls, document: AccountingDocument, *, content: str) -> Self:
        """The fingerprint of a document as fetched; `content` is the digest of its content."""
        return cls.made(
            content_digest=content,
            batch_id=document.batch_id,
            processing_status=document.processing_status,
            last_updated=document.last_updated,
        )

    @classmethod
    def made(
        cls,
        *,
        content_digest: str,
        batch_id: str | None,
        processing_status: str | None,
        last_updated: datetime | None,
    ) -> Self:
        """From its parts, each of which Basware may have left out."""
        return cls(
            content_digest=content_digest,
            batch_id=batch_id or "",
            processing_status=processing_status or "",
            last_updated=last_updated.isoformat() if last_updated else "",
        )

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What `str` made; None for the empty text of a document of which nothing was published."""
        digest, found, rest = text.partition("|")
        if not found:
            return None
        batch, status, updated = rest.rsplit("|", 2)
        return cls(content_digest=digest, batch_id=batch, processing_status=status, last_updated=updated)

    def __str__(self) -> str:
        return f"{self.content_digest}|{self.batch_id}|{self.processing_status}|{self.last_updated}"
