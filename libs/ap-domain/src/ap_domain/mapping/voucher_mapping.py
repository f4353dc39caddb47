"""The settings of a connection that turn its invoices into vouchers."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum


class TaxMode(StrEnum):
    """Where the tax of an invoice goes; lines and header must make up the gross amount in every mode."""

    SALES_TAX_HEADER = "sales_tax_header"
    """Lines carry net amounts, the tax is SALETX_AMT of the header."""
    VAT_HEADER = "vat_header"
    """Lines carry net amounts, the tax is VAT_ENTRD_AMT of the header."""
    GROSS_CODED = "gross_coded"
    """Lines carry gross amounts, the header carries no tax."""


class LongInvoiceNumber(StrEnum):
    """What to do with an invoice number longer than PeopleSoft's 30 characters."""

    REJECT = "reject"
    KEEP_LAST = "keep_last"
    """The last 30 characters become INVOICE_ID; the full number is kept in DESCR254_MIXED."""


def default_dimensions() -> dict[str, str]:
    return {"accountCode": "ACCOUNT", "costCenterCode": "DEPTID"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherMapping:
    """One version of a connection's mapping. Its lookups are not changed after construction."""

    business_units: Mapping[str, str]
    """Basware company code -> BUSINESS_UNIT."""
    setid: str
    """VENDOR_SETID of every supplier."""
    gl_business_units: Mapping[str, str] = field(default_factory=dict)
    """Basware company code -> BUSINESS_UNIT_GL; a company not listed uses its business unit."""
    suppliers: Mapping[str, str] = field(default_factory=dict)
    """Basware supplier code -> VENDOR_ID; a code not listed is the id, digits filled with zeros to 10."""
    payment_terms: Mapping[str, str] = field(default_factory=dict)
    """Basware payment term -> PYMNT_TERMS_CD. Empty: no term is sent and the supplier's own applies."""
    dimensions: Mapping[str, str] = field(default_factory=default_dimensions)
    """Field of a coding row -> chart field of the distribution."""
    origin: str = "BSW"
    voucher_style: str = "REG"
    tax: TaxMode = TaxMode.SALES_TAX_HEADER
    long_invoice_number: LongInvoiceNumber = LongInvoiceNumber.REJECT
    hold_reason: str = "OTH"
    """PYMNT_HOLD_REASON of an invoice that is blocked for payment in Basware."""
    send_due_date: bool = True


def mapping_digest(mapping: VoucherMapping) -> str:
    """SHA-256 in hex; equal for mappings that say the same, in whatever order their keys stand."""
    content: dict[str, object] = {}
    for setting in fields(mapping):
        value: object = getattr(mapping, setting.name)
        content[setting.name] = dict(value) if isinstance(value, Mapping) else value
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
