"""Every request that the Basware client can send, against the vendor's own OpenAPI files.

They lie beside the repository, not in it; without them these tests are skipped, loudly."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl

import aiohttp
import pytest
from basware import (
    BaswareClient,
    InvalidRequest,
    PaymentResponse,
    ProcessingStatus,
    TransferResponse,
    parse_notification,
)
from basware._call import Call
from basware.testing import Canned, StubApi
from hypothesis import given, settings
from hypothesis import strategies as st

from .vendor_openapi import check, check_request, example, needs_specs, spec

pytestmark = needs_specs

INVOICE = "63000000000000000000000000000001"
REQUEST = "fbc082a2-66f5-4b2a-8d4e-27f0f3f9e5a1"
RESPONSE = TransferResponse(
    external_code="b7f9f1b6-0f6c-5a5e-8f55-6d2f60a1f0aa",
    success=True,
    response_message="Posted as voucher 00000123",
    payment_block=False,
    source_system="PeopleSoft",
    voucher_number1="00000123",
    voucher_number2="US001",
    transfer_date=datetime(2026, 6, 5, 10, 0, tzinfo=UTC),
)
PAYMENT = PaymentResponse(
    external_code="x" * 36,
    payment_block=True,
    response_message="m" * 250,
    source_system="s" * 32,
    payment_date=date(2026, 6, 5),
    payment_term_code="t" * 25,
    payment_method="m" * 25,
    paid_total=Decimal("1136.80"),
    cash_discount=Decimal("23.20"),
    check_number="c" * 25,
    payment_message="m" * 100,
    payment_number="n" * 250,
    payment_document="d" * 250,
    payment_reversal_document="r" * 250,
)


@pytest.fixture
async def stub() -> AsyncIterator[StubApi]:
    async with StubApi() as stub:
        document = {"accountingDocuments": [{"invoiceId": INVOICE}]}
        page = Canned.of_json(document, headers={"x-amz-meta-continuationtoken": "next"})
        stub.script("GET", "/v1/accountingDocuments", page, Canned.of_json(document))
        stub.script("GET", f"/v1/accountingDocuments/{INVOICE}", Canned.of_json(document))
        stub.script("POST", f"/v1/accountingDocuments/{INVOICE}/acknowledge", Canned())
        stub.script(
            "POST",
            f"/v1/accountingDocuments/{INVOICE}/transferResponses",
            Canned.of_json({"externalCode": RESPONSE.external_code}),
        )
        stub.script(
            "POST",
            f"/v1/accountingDocuments/{INVOICE}/paymentResponses",
            Canned.of_json({"externalCode": PAYMENT.external_code}),
        )
        stub.script("POST", "/v1/requestStatus/acknowledge", Canned())
        yield stub


@pytest.fixture
async def client(stub: StubApi) -> AsyncIterator[BaswareClient]:
    async with aiohttp.ClientSession() as session:
        yield BaswareClient(base_url=stub.url(), client_id="acme", client_secret="secret", session=session)


async def test_every_request_is_one_the_vendor_describes(stub: StubApi, client: BaswareClient) -> None:
    await client.get_document(INVOICE)
    await client.acknowledge(INVOICE)
    await client.send_transfer_response(INVOICE, RESPONSE)
    await client.send_payment_response(INVOICE, PAYMENT)
    await client.request_status(REQUEST)
    await client.acknowledge_request_status([REQUEST, "another"])
    for status in ProcessingStatus:
        assert [document async for document in client.list_documents(processing_status=status)]
    await client.ping()

    assert len(stub.requests) >= 8 + len(ProcessingStatus)
    for request in stub.requests:
        check_request(request)
    assert any("x-amz-meta-continuationtoken" in request.headers for request in stub.requests)


async def test_a_response_at_the_edges_of_our_limits_is_within_the_vendors(
    stub: StubApi, client: BaswareClient
) -> None:
    response = TransferResponse(
        external_code="x" * 36,
        success=True,
        response_message="m" * 250,
        payment_block=False,
        source_system="s" * 32,
        voucher_number1="1" * 25,
        voucher_number2="",
    )
    path = f"/v1/accountingDocuments/{INVOICE}/transferResponses"
    stub.script("POST", path, Canned.of_json({"externalCode": response.external_code}))
    await client.send_transfer_response(INVOICE, response)
    (request,) = stub.seen("POST", path)
    check_request(request)


@pytest.mark.parametrize("page_size", [1, 50, 100])
@pytest.mark.parametrize("company", [None, "B", "BW 00/ä&=+", "x" * 32])
@pytest.mark.parametrize(
    "updated", [None, datetime(2026, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
async def test_every_query_of_a_list_is_one_the_vendor_describes(
    stub: StubApi, client: BaswareClient, page_size: int, company: str | None, updated: datetime | None
) -> None:
    found = client.list_documents(
        processing_status=ProcessingStatus.TRANSFER_IN_PROGRESS,
        company_code=company,
        last_updated=updated,
        page_size=page_size,
    )
    assert len([document async for document in found]) == 1
    first, second = stub.seen("GET", "/v1/accountingDocuments")
    for request in (first, second):
        check_request(request)
        query = dict(parse_qsl(request.target.partition("?")[2]))
        assert query.get("companyCode") == company
        assert ("lastUpdated" in query) == (updated is not None)
    assert first.target == second.target


def responses(*, code: int, message: int, system: int, number: int) -> st.SearchStrategy[TransferResponse]:
    """Any response with texts up to so many characters."""
    return st.builds(
        TransferResponse,
        external_code=st.text(max_size=code),
        success=st.booleans(),
        response_message=st.text(max_size=message),
        payment_block=st.booleans(),
        source_system=st.none() | st.text(max_size=system),
        voucher_number1=st.none() | st.text(max_size=number),
        voucher_number2=st.none() | st.text(max_size=number),
        transfer_date=st.none() | st.datetimes(timezones=st.timezones()),
    )


FITTING = responses(code=36, message=250, system=32, number=25)


@settings(deadline=None)
@given(response=FITTING | responses(code=40, message=300, system=40, number=40))
def test_whatever_is_reported_is_within_the_vendors_schema_or_not_sent(response: TransferResponse) -> None:
    try:
        body = response.to_json(Call(operation="send_transfer_response", remote="api.example"))
    except InvalidRequest:
        return
    sent = json.loads(body)
    check("p2p", {"$ref": "#/components/schemas/TransferResponseEntity"}, sent)
    assert (sent["responseMessage"], sent["success"]) == (response.response_message, response.success)


def texts(longest: int) -> st.SearchStrategy[str | None]:
    """Any text up to a little more than the field takes."""
    return st.none() | st.text(max_size=longest) | st.text(min_size=longest, max_size=longest + 1)


@settings(deadline=None)
@given(
    payment=st.builds(
        PaymentResponse,
        external_code=st.text(max_size=37),
        payment_block=st.booleans(),
        success=st.booleans(),
        response_message=texts(250),
        source_system=texts(32),
        payment_date=st.none() | st.dates(),
        payment_term_code=texts(25),
        payment_method=texts(25),
        paid_total=st.none() | st.decimals(),
        cash_discount=st.none() | st.decimals(places=3, min_value=-(10**9), max_value=10**9),
        check_number=texts(25),
        payment_message=texts(100),
        payment_number=texts(250),
        payment_document=texts(250),
        payment_reversal_document=texts(250),
    )
)
def test_whatever_is_said_of_a_payment_is_within_the_vendors_schema_or_not_sent(
    payment: PaymentResponse,
) -> None:
    try:
        body = payment.to_json(Call(operation="send_payment_response", remote="api.example"))
    except InvalidRequest:
        return
    sent = json.loads(body, parse_float=Decimal)
    check("p2p", {"$ref": "#/components/schemas/PaymentResponseEntity"}, sent)
    given_amounts = {"paidTotal": payment.paid_total, "cashDiscount": payment.cash_discount}
    assert {name: sent.get(name) for name in given_amounts} == given_amounts


def test_our_limits_are_the_vendors() -> None:
    assert lengths("TransferResponseEntity") == {
        "externalCode": 36,
        "responseMessage": 250,
        "sourceSystem": 32,
        "voucherNumber1": 25,
        "voucherNumber2": 25,
    }
    assert lengths("PaymentResponseEntity") == {
        "externalCode": 36,
        "responseMessage": 250,
        "sourceSystem": 32,
        "paymentTermCode": 25,
        "paymentMethod": 25,
        "checkNumber": 25,
        "paymentMessage": 100,
        "paymentNumber": 250,
        "paymentDocument": 250,
        "paymentReversalDocument": 250,
    }
    listing = spec("p2p")["paths"]["/v1/accountingDocuments"]["get"]["parameters"]
    (status,) = (p["schema"] for p in listing if p["name"] == "ProcessingStatus")
    assert {s.value for s in ProcessingStatus} == set(status["enum"])


def lengths(entity: str) -> dict[str, int]:
    """The longest texts that the vendor takes, by field."""
    fields = spec("p2p")["components"]["schemas"][entity]["properties"]
    return {name: field["maxLength"] for name, field in fields.items() if "maxLength" in field}


async def test_what_the_vendor_would_refuse_is_not_sent(stub: StubApi, client: BaswareClient) -> None:
    too_long = TransferResponse(
        external_code="x", success=True, response_message="m" * 251, payment_block=False
    )
    with pytest.raises(InvalidRequest):
        await client.send_transfer_response(INVOICE, too_long)
    assert stub.requests == []


async def test_the_vendors_own_document_is_read(stub: StubApi, client: BaswareClient) -> None:
    document = example({"$ref": "#/components/schemas/AccountingDocumentEntity"})
    assert len(document) > 100
    path = f"/v1/accountingDocuments/{document['invoiceId']}"
    stub.script("GET", path, Canned.of_json({"accountingDocuments": [document]}))
    fetched = await client.get_document(document["invoiceId"])
    assert json.loads(fetched.raw) == document
    assert fetched.processing_status == document["processingStatus"]


def test_the_vendors_own_notification_is_understood() -> None:
    schemas = spec("push-notification")["components"]["schemas"]
    examples = [
        {name: field["example"] for name, field in schema["properties"].items() if "example" in field}
        for schema in schemas.values()
        if {"taskId", "taskType", "documentId"} <= set(schema.get("properties", {}))
        and "taskHistory" not in schema["properties"]
    ]
    assert examples
    for notification in examples:
        assert parse_notification(json.dumps(notification).encode()).document_id == notification["documentId"]
