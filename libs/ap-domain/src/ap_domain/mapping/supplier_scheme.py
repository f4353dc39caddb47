"""How a Basware supplier code names a PeopleSoft supplier; declared once, used both ways.

Invoices go from the code to the supplier, master data from the supplier to the code. Every answer of one
direction is checked by the other, so the two can never drift apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

_SETID, _VENDOR_ID, _LOCATION = 5, 10, 10


class SupplierFault(ValueError):
    """A code, or a supplier, that the scheme cannot express on the other side."""


class Zeros(StrEnum):
    FILL = "fill"
    """PeopleSoft's ids of digits are filled to ten; Basware's codes may leave the zeros out."""
    AS_IS = "as_is"
    """The same text on both sides."""


class PeopleSoftSupplier(NamedTuple):
    setid: str
    vendor_id: str
    location: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierScheme:
    """A code is `[SetID separator] VENDOR_ID [separator VNDR_LOC]`; the parts in brackets only where the
    scheme says so.
    """

    setid: str
    setid_in_code: bool = False
    location_in_code: bool = False
    separator: str = "-"
    zeros: Zeros = Zeros.FILL
    listed: Mapping[str, str] = field(default_factory=dict)
    """Codes that follow no rule -> VENDOR_ID, under the scheme's SetID."""

    def to_peoplesoft(self, code: str) -> PeopleSoftSupplier:
        """The supplier that a Basware code names. Raises SupplierFault, fit to be shown to a clerk."""
        if (listed := self.listed.get(code)) is not None:
            return PeopleSoftSupplier(self.setid, listed, None)
        setid, rest = self.setid, code
        if self.setid_in_code:
            setid, found, rest = code.partition(self.separator)
            if not found:
                raise SupplierFault(f"a supplier code is written SetID{self.separator}supplier")
        vendor_id, location = rest, None
        if self.location_in_code:
            vendor_id, found, after = rest.partition(self.separator)
            location = after if found else None
        vendor_id = self._filled(vendor_id)
        _check("the SetID", setid, _SETID)
        _check("the supplier id", vendor_id, _VENDOR_ID)
        if location is not None:
            _check("the supplier's location", location, _LOCATION)
        return PeopleSoftSupplier(setid, vendor_id, location)

    def to_basware(self, *, setid: str, vendor_id: str, location: str | None = None) -> str:
        """The code of a supplier: the one that `to_peoplesoft` turns back into exactly this supplier.

        Raises SupplierFault where there is none, as for a location under a scheme without locations.
        """
        supplier = PeopleSoftSupplier(setid, vendor_id, location)
        codes = [code for code, listed in self.listed.items() if listed == vendor_id]
        for code in (*codes, self._written(supplier)):
            try:
                if self.to_peoplesoft(code) == supplier:
                    return code
            except SupplierFault:
                continue
        raise SupplierFault(
            f"supplier {setid}/{vendor_id}{f'/{location}' if location else ''} has no code in this scheme"
        )

    def _written(self, supplier: PeopleSoftSupplier) -> str:
        vendor_id = supplier.vendor_id
        if self.zeros is Zeros.FILL and vendor_id.isascii() and vendor_id.isdigit():
            vendor_id = vendor_id.lstrip("0") or "0"
        parts = [vendor_id]
        if self.setid_in_code:
            parts.insert(0, supplier.setid)
        if supplier.location is not None:
            parts.append(supplier.location)
        return self.separator.join(parts)

    def _filled(self, vendor_id: str) -> str:
        digits = self.zeros is Zeros.FILL and vendor_id.isascii() and vendor_id.isdigit()
        return vendor_id.zfill(_VENDOR_ID) if digits else vendor_id


def _check(what: str, value: str, longest: int) -> None:
    if not value or value != value.strip() or not value.isprintable():
        raise SupplierFault(f"{what} in the supplier code is blank or has characters it cannot have")
    if len(value) > longest:
        raise SupplierFault(f"{what} has room for {longest} characters in PeopleSoft")
