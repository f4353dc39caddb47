"""Invoices to start from."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from ap_domain.approved_invoice import ApprovedInvoice, parse_document
from ap_domain.mapping import VoucherDraft, VoucherMapping, map_voucher, parse_mapping

MakeDocument = Callable[..., dict[str, Any]]
MakeInvoice = Callable[..., ApprovedInvoice]
MakeMapping = Callable[..., VoucherMapping]
DraftOf = Callable[..., VoucherDraft]


@pytest.fixture
def make_document() -> MakeDocument:
    """A document whose sums agree; arguments replace or (with ...) remove fields of the header."""

    def make(**changes: Any) -> dict[str, Any]:
        document: dict[str, Any] = {
            "invoiceId": "138e7d94997847aebe7432e521b3dac9",
            "invoiceNumber": "80000330200233",
            "processingStatus": "WaitingForTransfer",
            "companyCode": "BW00",
            "supplierCode": "430022",
            "currencyCode": "EUR",
            "netSum": 1000,
            "grossSum": 1160,
            "taxSum1": 160,
            "taxSum2": 0,
            "invoiceDate": "2026-06-05T00:00:00Z",
            "dueDate": "2026-07-05T00:00:00Z",
            "voucherDate": "2026-06-08T00:00:00Z",
            "paymentBlock": False,
            "paymentTermCode": "7D2-NT30",
            "description": "Pencils for the office",
            "lastUpdated": "2026-06-06T10:00:00.123Z",
            "codingRows": [
                {
                    "externalCode": "row-1",
                    "rowIndex": 1,
                    "accountCode": "18620",
                    "accountName": "Office expenses",
                    "costCenterCode": "61300",
                    "netTotal": 600,
                    "grossTotal": 696,
                    "taxSum": 96,
                    "orderLineDescription": "Box of ball-point pencils",
                },
                {
                    "externalCode": "row-2",
                    "rowIndex": 3,
                    "accountCode": "18621",
                    "costCenterCode": None,
                    "netTotal": 400,
                    "grossTotal": 464,
                    "taxSum": 64,
                },
            ],
            "invoiceLines": [{"rowIndex": 1, "date1": '"2023-05-23T11:17:25.830Z"'}],
            "transferParameters": [{"key": "InvoiceBatchId", "value": "batch-1"}],
        }
        document.update(changes)
        return {name: value for name, value in document.items() if value is not ...}

    return make


@pytest.fixture
def make_invoice(make_document: MakeDocument) -> MakeInvoice:
    def make(**changes: Any) -> ApprovedInvoice:
        return parse_document(json.dumps(make_document(**changes)).encode())

    return make


@pytest.fixture
def make_mapping() -> MakeMapping:
    """The smallest mapping with the given keys added or replaced."""

    def make(**keys: Any) -> VoucherMapping:
        return parse_mapping({"business_units": {"BW00": "US001"}, "setid": "SHARE", **keys})

    return make


@pytest.fixture
def mapping(make_mapping: MakeMapping) -> VoucherMapping:
    return make_mapping()


@pytest.fixture
def draft_of(make_invoice: MakeInvoice, make_mapping: MakeMapping) -> DraftOf:
    """The voucher that a mapping with these keys makes of an invoice with these fields, on 20 June 2026."""

    def make(keys: dict[str, Any], **changes: Any) -> VoucherDraft:
        return map_voucher(make_invoice(**changes), make_mapping(**keys), today=date(2026, 6, 20))

    return make
