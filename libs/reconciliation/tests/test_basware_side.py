"""What Basware's lists give, read by its real client over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from ap_domain.mapping import parse_mapping
from basware import BaswareClient, FetchedDocument
from basware.testing import Canned, StubApi
from reconciliation import ReconciliationFailed
from reconciliation.basware_side import BaswareSide, InvoiceReader

DOCUMENTS = "/v1/accountingDocuments"
CONTINUATION = "x-amz-meta-continuationtoken"


def reader(make: Any) -> InvoiceReader:
    return InvoiceReader(
        mapping=parse_mapping(make.connection().mapping), zone=ZoneInfo("UTC"), today=date(2026, 11, 23)
    )


@pytest.fixture
async def api() -> AsyncIterator[StubApi]:
    async with StubApi() as stub:
        yield stub


@pytest.fixture
async def side(api: StubApi, make: Any) -> AsyncIterator[BaswareSide]:
    async with aiohttp.ClientSession() as session:
        client = BaswareClient(base_url=api.url(), client_id="acme", client_secret="secret", session=session)
        yield BaswareSide(documents=client, companies=("BW00",), reader=reader(make))


def page(*documents: Any, bare: bool = False, more: str = "") -> Canned:
    content = list(documents) if bare else {"accountingDocuments": list(documents)}
    return Canned.of_json(content, headers={CONTINUATION: more} if more else {})


async def test_every_page_of_every_status_is_read_wrapped_or_bare(
    api: StubApi, side: BaswareSide, make: Any
) -> None:
    api.script(
        "GET",
        DOCUMENTS,
        page(make.document("1", "WaitingForTransfer"), more="token"),
        page(make.document("2", "WaitingForTransfer"), bare=True),
        Canned(status=404),
        page(),
        page(make.document("3"), bare=True),
        page(make.document("3", "Paid")),
    )
    found = [each async for each in side.invoices(first_day=date(2026, 11, 1))]
    assert [(each.invoice_id, each.status) for each in found] == [
        ("1", "WaitingForTransfer"), ("2", "WaitingForTransfer"), ("3", "Transferred"), ("3", "Paid"),
    ]  # fmt: skip
    asked = [
        {name: value[0] for name, value in parse_qs(urlsplit(each.target).query).items()}
        for each in api.seen("GET", DOCUMENTS)
    ]
    assert [(each["ProcessingStatus"], each.get("lastUpdated")) for each in asked] == [
        ("WaitingForTransfer", None),
        ("WaitingForTransfer", None),
        ("TransferInProgress", None),
        ("TransferFailed", None),
        ("Transferred", "2026-10-31T00:00:00.000Z"),
        ("Paid", "2026-10-31T00:00:00.000Z"),
    ]
    assert {each["companyCode"] for each in asked} == {"BW00"}


async def test_a_list_that_is_cut_short_is_no_result(api: StubApi, side: BaswareSide, make: Any) -> None:
    api.script("GET", DOCUMENTS, page(make.document("1"), more="token"), Canned(status=200, body=b"[{"))
    with pytest.raises(ReconciliationFailed, match="Basware could not be read"):
        async for _ in side.invoices(first_day=date(2026, 11, 1)):
            pass


async def test_an_invoice_that_is_not_there_is_none(side: BaswareSide) -> None:
    assert await side.invoice("1") is None


def test_a_document_is_reduced_to_what_is_compared(make: Any) -> None:
    responses = [
        {"success": True, "paidTotal": Decimal("50.10"), "paymentBlock": True},
        {"success": True, "paidTotal": Decimal("116.00"), "paymentBlock": False},
        {"success": False, "responseMessage": "refused"},
    ]
    content = make.document("1", "Paid", paymentResponses=responses, lastUpdated="2026-11-20T23:30:00+00:00")
    found = reader(make).read(FetchedDocument(invoice_id="1", raw=b"", content=content))
    assert found.key == ("US001", "SHARE", "0000000007", "N/1")
    assert (found.gross, found.currency, found.voucher_id) == (Decimal(116), "EUR", "v1")
    assert (found.paid_total, found.told_block) == (Decimal("116.00"), False)
    assert found.updated_at == datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert found.coding == ()


@pytest.mark.parametrize(
    ("changes", "number", "block"),
    [
        ({}, "v1", False),
        ({"voucherNumber1": None}, "", False),
        (
            {"voucherNumber1": None, "transferResponses": [{"success": True, "voucherNumber1": "7"}]},
            "7",
            None,
        ),
        ({"transferResponses": [{"success": True, "paymentBlock": True}]}, "v1", True),
        ({"transferResponses": "none", "paymentResponses": None}, "v1", None),
    ],
)
def test_the_voucher_number_and_the_block_come_from_what_basware_was_told(
    make: Any, changes: dict[str, Any], number: str, block: bool | None
) -> None:
    content = make.document("1", **changes)
    found = reader(make).read(FetchedDocument(invoice_id="1", raw=b"", content=content))
    assert (found.voucher_id, found.told_block, found.paid_total) == (number, block, Decimal(0))


def test_a_credit_note_with_positive_sums_has_the_signs_of_its_voucher(make: Any) -> None:
    section = make.connection().mapping | {"credit_notes": {"types": ["CR"], "sign": "by_type"}}
    side = InvoiceReader(mapping=parse_mapping(section), zone=ZoneInfo("UTC"), today=date(2026, 11, 23))
    paid = [{"success": True, "paidTotal": 116, "paymentBlock": False}]
    content = make.document("1", "Paid", invoiceTypeCode="CR", paymentResponses=paid)
    found = side.read(FetchedDocument(invoice_id="1", raw=b"", content=content))
    assert (found.gross, found.paid_total) == (Decimal(-116), Decimal(-116))
