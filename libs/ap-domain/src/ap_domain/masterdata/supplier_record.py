"""A supplier as Basware's vendor: its code by the scheme that invoices are read with, its parts, its location."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ap_domain.mapping.supplier_scheme import SupplierFault, SupplierScheme
from ap_domain.masterdata.basware_fields import REQUIRED
from ap_domain.masterdata.entity import Kind
from ap_domain.masterdata.plan import EntityPlan
from ap_domain.masterdata.record_body import body_of
from ap_domain.masterdata.source_rows import Row, as_text
from ap_domain.masterdata.supplier_parts import SupplierView, address_use, listed_parts

__all__ = ["Supplier", "location_codes", "supplier_body"]

LONGEST_CODE = 25
"""P2P OpenAPI 26.06: vendorCode."""

_LOCATION = "VNDR_LOC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """The current rows of a record's parts, inactive ones included; of other entities there are none.

    `location` is the one that has a code of its own where the scheme says so (`per_location`).
    """

    parts: Mapping[str, Sequence[Row]]
    location: str | None
    per_location: bool

    @property
    def in_use(self) -> bool:
        """Whether the location is effective yet."""
        return not self.per_location or bool(self._at(self.location))

    @property
    def active(self) -> bool:
        return not self.per_location or any(_active(row) for row in self._at(self.location))

    def active_rows(self, part: str) -> list[Row]:
        """The active rows of a part; of a location's own code only that location's accounts."""
        rows = [row for row in self.parts.get(part, ()) if _active(row)]
        if part != "bank_accounts" or not self.per_location:
            return rows
        return [row for row in rows if as_text(row.get(_LOCATION)) == self.location]

    def location_row(self, default: str) -> Row:
        """The location whose terms apply: its own, else the default one; empty where that is not active."""
        wanted = self.location if self.per_location else default
        return next((row for row in self._at(wanted) if _active(row)), {})

    def _at(self, location: str | None) -> list[Row]:
        return [row for row in self.parts.get("locations", ()) if as_text(row.get(_LOCATION)) == location]


def location_codes(rows: Sequence[Row]) -> tuple[str, ...]:
    """Every location a supplier has or will have."""
    return tuple(sorted({as_text(row.get(_LOCATION)) for row in rows}))


def supplier_body(
    supplier: Supplier,
    *,
    entity: EntityPlan,
    row: Row,
    codes: tuple[str, ...],
    scope: Mapping[str, object],
    prefix: str,
    scheme: SupplierScheme | None,
    problems: list[str],
) -> dict[str, Any]:
    """Basware's vendor without externalCode, companies and whether it is active; `codes` are SetID, id and, where
    it has a code of its own, location.
    """
    rows = {name: supplier.active_rows(name) for name in entity.parts}
    addresses = rows.get("addresses", [])
    seen = {
        **{name: scope[name] for name in ("active", "external_code", "tables", "today")},
        "record": row,
        "location": supplier.location_row(as_text(row.get("DEFAULT_LOC"))),
        "address": next((each for each in addresses if address_use(each, row) == "primary"), {}),
    }
    code = _vendor_code(codes, scheme, problems)
    own = {**scope, **rows, "location": seen["location"], "address": seen["address"], "code": code}
    body = body_of(entity.rules, own, problems=problems, required=REQUIRED[Kind.SUPPLIERS])
    view = SupplierView(codes=codes, prefix=prefix, seen=seen, record=row)
    return {**body, "vendorCode": code, **listed_parts(view, entity.parts, rows, problems)}


def _vendor_code(codes: tuple[str, ...], scheme: SupplierScheme | None, problems: list[str]) -> str:
    setid, vendor_id, location = (*codes, None)[:3]
    code = str(vendor_id)
    if scheme is not None:
        try:
            code = scheme.to_basware(setid=str(setid), vendor_id=code, location=location)
        except SupplierFault as fault:
            problems.append(f"vendorCode: {fault}")
    if len(code) > LONGEST_CODE:
        problems.append(
            f"vendorCode {code!r} has {len(code)} characters, Basware has room for {LONGEST_CODE}; "
            "it follows from the supplier scheme of the mapping"
        )
    return code


def _active(row: Row) -> bool:
    return as_text(row.get("EFF_STATUS")) == "A"
