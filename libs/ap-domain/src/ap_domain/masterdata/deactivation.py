"""Taking records out of Basware's use: never by deleting them, and never many of them because of one odd answer."""

from decimal import Decimal

from ap_domain.masterdata.canonical_json import canonical_json, read_json
from ap_domain.masterdata.entity import Kind

__all__ = ["deactivated", "deactivation_guard"]


def deactivated(content: str, kind: Kind) -> str:
    """The last published content, made inactive in every company; everything else stays as Basware has it, because
    an import overwrites the whole record. Content that was never importable ("") stays "".
    """
    if not content:
        return ""
    record = read_json(content)
    if kind is Kind.SUPPLIERS:
        record.setdefault("processingStatus", {})["active"] = False
    else:
        for company in record["companies"]:
            company["active"] = False
    return canonical_json(record)


def deactivation_guard(*, known_active: int, deactivated: int, limit: Decimal, floor: int) -> str | None:
    """Why a person must look before so many active records are deactivated; None when they may be.

    `floor` always may, and beyond it `limit` as a part of the active records. That nothing active would be left
    is never taken for the truth without a person, unless there was only one.
    """
    if deactivated <= 0:
        return None
    if deactivated >= known_active > 1:
        return f"none of the {known_active} active records would be left"
    allowed = max(floor, int(limit * known_active))
    if deactivated <= allowed:
        return None
    return f"{deactivated} of {known_active} active records would be deactivated, {allowed} may be without a person"
