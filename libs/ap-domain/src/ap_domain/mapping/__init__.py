"""From an approved invoice to a voucher: pure, and nothing is ever cut or rounded without saying so."""

from ap_domain.mapping.cases import CaseResult, MappingCase, parse_cases, run_case
from ap_domain.mapping.faults import ConfigurationFault, MappingFault
from ap_domain.mapping.map_voucher import map_voucher
from ap_domain.mapping.mapping_document import parse_mapping
from ap_domain.mapping.supplier_scheme import SupplierFault, SupplierScheme
from ap_domain.mapping.voucher_draft import (
    Distribution,
    Shortened,
    Transliterated,
    VoucherDraft,
    VoucherLine,
    posting_intent,
)
from ap_domain.mapping.voucher_mapping import LongInvoiceNumber, TaxMode, VoucherMapping, mapping_digest

__all__ = [
    "CaseResult",
    "ConfigurationFault",
    "Distribution",
    "LongInvoiceNumber",
    "MappingCase",
    "MappingFault",
    "Shortened",
    "SupplierFault",
    "SupplierScheme",
    "TaxMode",
    "Transliterated",
    "VoucherDraft",
    "VoucherLine",
    "VoucherMapping",
    "map_voucher",
    "mapping_digest",
    "parse_cases",
    "parse_mapping",
    "posting_intent",
    "run_case",
]
