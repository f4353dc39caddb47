"""What makes two invoices the same one to PeopleSoft."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class NaturalKey:
    """Business unit, supplier's SetID, supplier, and the invoice number as mapped: the unit of duplicate
    check.
    """

    business_unit: str
    vendor_setid: str
    vendor_id: str
    invoice_id: str

    @property
    def claim(self) -> str:
        """One text per key. Invoices of a connection with the same claim are posted one after the other.

        PeopleSoft upper-cases coded values and pads them with blanks, so case and blanks at the end do not
        count.
        """
        parts = (self.business_unit, self.vendor_setid, self.vendor_id, self.invoice_id)
        return "/".join(quote(as_compared(part), safe="") for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchFields:
    """What a site's duplicate check may look at beside the key (record VCH_DUP_INV_REG).

    None is a value that was not read, as in an answer that lists keys only.
    """

    invoice_date: date | None = None
    gross: Decimal | None = None
    style: str | None = None


NOT_READ = MatchFields()


def as_compared(text: str) -> str:
    """The form in which PeopleSoft compares a coded value."""
    return unicodedata.normalize("NFC", text).rstrip().upper()
