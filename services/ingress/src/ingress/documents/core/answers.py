"""The answers that a fetch brings."""

from dataclasses import dataclass

from ap_domain.document import AccountingDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The document as fetched; its fetch number is not yet known and 0.

    `content` is the digest of what it says, however its bytes say it (`ap_domain.revision.content_digest`).
    """

    document: AccountingDocument
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Basware does not know the id."""

    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """The document belongs to another connection of the tenant, which was durably told to fetch it."""

    to: str
    company_code: str
    content_digest: str
