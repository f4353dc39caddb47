"""From an approved invoice to a voucher: pure, and nothing is ever cut or rounded without saying so."""

from ap_domain.mapping.faults import ConfigurationFault, MappingFault
from ap_domain.mapping.map_voucher import map_voucher
from ap_domain.mapping.mapping_document import parse_mapping
from ap_domain.mapping.voucher_draft import (
    Distribution,
    Shortened,
    VoucherDraft,
    VoucherLine,
    draft_digest,
    posting_intent,
)
from ap_domain.mapping.voucher_mapping import LongInvoiceNumber, TaxMode, VoucherMapping, mapping_digest

__all__ = [
    "ConfigurationFault",
    "Distribution",
    "LongInvoiceNumber",
    "MappingFault",
    "Shortened",
    "TaxMode",
    "VoucherDraft",
    "VoucherLine",
    "VoucherMapping",
    "draft_digest",
    "map_voucher",
    "mapping_digest",
    "parse_mapping",
    "posting_intent",
]
