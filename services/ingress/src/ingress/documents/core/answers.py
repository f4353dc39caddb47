"""The answers that a fetch brings."""

from dataclasses import dataclass

from ap_domain.document import AccountingDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The document as fetched; its fetch number is not yet known and 0."""

    document: AccountingDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Basware does not know the id."""

    said: str
