"""What a reconciliation reads: two ports that the clients of both systems fit as they are."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from basware import FetchedDocument
from peoplesoft import RowSource

__all__ = ["Documents", "RowSource"]


class Documents(Protocol):
    """Basware's accounting documents; `basware.BaswareClient` is one. Raises BaswareError."""

    def list_documents(
        self,
        *,
        processing_status: str,
        company_code: str | None = None,
        last_updated: datetime | None = None,
        max_documents: int | None = None,
    ) -> AsyncIterator[FetchedDocument]:
        """Those in one status, each once, updated after that instant."""
        ...

    async def get_document(self, invoice_id: str) -> FetchedDocument:
        """One of them. Raises basware.NotFound."""
        ...
