"""Whatever a document holds: it becomes a voucher or a fault that names a field, and nothing else is raised."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from ap_domain.approved_invoice import parse_document
from ap_domain.document_fault import DocumentFault
from ap_domain.mapping import (
    ConfigurationFault,
    MappingFault,
    VoucherDraft,
    VoucherMapping,
    draft_digest,
    map_voucher,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MakeDocument = Callable[..., dict[str, Any]]

anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(), max_size=40),
        st.sampled_from(["2026-06-05", "1E+400", "0", "-0.00", "\ud800", "\x00", "EUR", "9" * 50]),
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["netTotal", "rowIndex", "a"]), inner)
    ),
    max_leaves=6,
)
header_fields = st.sampled_from(
    [
        "invoiceId",
        "invoiceNumber",
        "companyCode",
        "supplierCode",
        "currencyCode",
        "grossSum",
        "netSum",
        "taxSum1",
        "taxSum2",
        "invoiceDate",
        "dueDate",
        "voucherDate",
        "paymentBlock",
        "paymentTermCode",
        "description",
        "codingRows",
        "transferParameters",
    ]
)
row_fields = st.sampled_from(
    ["rowIndex", "accountCode", "costCenterCode", "netTotal", "taxSum", "orderLineDescription"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    changes=st.dictionaries(header_fields, anything, max_size=3),
    row_changes=st.dictionaries(row_fields, anything, max_size=2),
)
def test_a_document_is_mapped_or_at_fault(
    make_document: MakeDocument, mapping: VoucherMapping, changes: dict[str, Any], row_changes: dict[str, Any]
) -> None:
    document = make_document()
    document["codingRows"][0].update(row_changes)
    document.update(changes)
    outcome = _outcome(json.dumps(document).encode(), mapping)
    if isinstance(outcome, DocumentFault | MappingFault):
        assert outcome.field
        assert outcome.rule
        return
    if isinstance(outcome, ConfigurationFault):
        assert "business_units" in str(outcome)
        return
    draft = outcome
    amounts = [line.properties["MERCHANDISE_AMT"] for line in draft.lines]
    tax = draft.header.get("SALETX_AMT", Decimal(0))
    assert sum(part for part in [*amounts, tax] if isinstance(part, Decimal)) == draft.header["GROSS_AMT"]
    assert draft_digest(draft)
    assert draft.natural_key.claim.isascii()
    assert all(value.isprintable() for value in draft.header.values() if isinstance(value, str))


def _outcome(
    raw: bytes, mapping: VoucherMapping
) -> VoucherDraft | DocumentFault | MappingFault | ConfigurationFault:
    try:
        return map_voucher(parse_document(raw), mapping, today=date(2026, 6, 20))
    except (DocumentFault, MappingFault, ConfigurationFault) as fault:
        return fault
