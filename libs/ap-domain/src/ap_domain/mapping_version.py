"""One version of a connection's mapping, kept for ever: what a digest in the audit stands for."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["MappingVersion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingVersion:
    """``document`` is the mapping section as canonical JSON, ``digest`` that of `mapping_digest`."""

    connection_id: str
    digest: str
    document: str
    applied_at: datetime
    applied_by: str
