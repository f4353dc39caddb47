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


def deactivation_guard(
    *, known_active: int, deactivated: int, limit: Decimal, floor: int, accepted: int = 0
) -> str | None:
    """Why a person must look before so many active records are deactivated; None when they may be.

    `floor` always may, but of few records no more than half, and beyond it `limit` as a part of the active records;
    or `accepted`, a number that a person accepted, and the floor beyond it. That nothing active would be left is never
    taken for the truth without a person, unless there was only one.
    """
    if deactivated <= 0 or deactivated == known_active == 1:
        return None
    if deactivated >= known_active:
        return f"none of the {known_active} active records would be left"
    always = min(floor, known_active // 2)
    allowed = max(always, int(limit * known_active), accepted + always if accepted else 0)
    if deactivated <= allowed:
        return None
    may = f"{accepted} were accepted" if accepted else f"{allowed} may be without a person"
    return f"{deactivated} of {known_active} active records would be deactivated, {may}"
