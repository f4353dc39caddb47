"""Reading and acknowledging, on both origins."""

import json

import pytest
from basware_simulator.testkit import Customer

LIST = "/v1/accountingDocuments"


async def test_a_document_is_behind_a_redirect_that_refuses_credentials(customer: Customer) -> None:
    invoice = await customer.approve()
    first = await customer.call("GET", f"{LIST}/{invoice}")
    location = first.headers["Location"]
    assert first.status == 302
    assert not location.startswith(customer.url)
    refused = await customer.send("GET", location, headers={"Authorization": f"Bearer {customer.token}"})
    assert refused.status == 400
    assert b"<Code>InvalidArgument</Code>" in refused.body
    served = await customer.send("GET", location)
    assert served.status == 200
    assert [held["invoiceId"] for held in served.json()["accountingDocuments"]] == [invoice]


@pytest.mark.parametrize("spoil", ["forged", "late"])
async def test_a_presigned_address_holds_for_fifteen_minutes_and_only_as_signed(
    customer: Customer, spoil: str
) -> None:
    invoice = await customer.approve()
    location = (await customer.call("GET", f"{LIST}/{invoice}")).headers["Location"]
    if spoil == "late":
        await customer.advance(15 * 60 - 60)
        assert (await customer.send("GET", location)).status == 200
        await customer.advance(60)
    else:
        location += "0"
    assert (await customer.send("GET", location)).status == 403


async def test_a_document_is_served_directly_where_the_tenant_is_set_so(customer: Customer) -> None:
    invoice = await customer.approve()
    await customer.settings(redirect=False)
    served = await customer.call("GET", f"{LIST}/{invoice}")
    assert served.status == 200
    assert served.json()["accountingDocuments"][0]["processingStatus"] == "WaitingForTransfer"


async def test_amounts_keep_their_digits(customer: Customer) -> None:
    order = b"""{"tenant": "acme", "document": {"invoiceId": "digits", "companyCode": "BW00",
        "supplierCode": "1", "currencyCode": "EUR", "paymentBlock": false, "grossSum": 1160.00,
        "netSum": 0.1000000000000000055511151231257827}}"""
    await customer.send("POST", f"{customer.url}/control/documents", data=order)
    body = (await customer.fetch("digits")).body
    assert b'"grossSum":1160.00,' in body
    assert b"0.1000000000000000055511151231257827" in body


async def test_another_tenants_document_does_not_exist(customer: Customer) -> None:
    invoice = await customer.approve()
    other = Customer(session=customer.session, url=customer.url, tenant="other")
    await other.enter()
    assert (await other.call("GET", f"{LIST}/{invoice}")).status == 404
    assert (await other.acknowledge(invoice)).status == 404


async def test_acknowledge_works_once_per_transfer(customer: Customer) -> None:
    invoice = await customer.approve()
    first = await customer.acknowledge(invoice)
    assert (first.status, isinstance(first.json(), str)) == (200, True)
    assert (await customer.seen(invoice))["status"] == "TransferInProgress"
    assert (await customer.acknowledge(invoice)).status == 405
    await customer.control("POST", f"documents/{invoice}/retransfer", {})
    assert (await customer.acknowledge(invoice)).status == 200
    assert (await customer.seen(invoice))["acknowledgements"] == 2


async def test_acknowledge_needs_a_waiting_document_and_no_body(customer: Customer) -> None:
    invoice = await customer.approve(status="New")
    assert (await customer.acknowledge(invoice)).status == 400
    waiting = await customer.approve(2, status="WaitingForPrebook")
    path = f"{LIST}/{waiting}/acknowledge"
    assert (await customer.call("POST", path, json={})).status == 400
    assert (await customer.acknowledge(waiting)).status == 200
    assert (await customer.seen(waiting))["status"] == "PrebookInProgress"


async def test_a_list_is_read_page_by_page_with_the_token_in_the_header(customer: Customer) -> None:
    invoices = {await customer.approve(seed) for seed in range(1, 6)}
    query = "?ProcessingStatus=WaitingForTransfer&pageSize=2"
    found: list[str] = []
    headers: dict[str, str] = {}
    for _ in range(3):
        first = await customer.call("GET", LIST + query, headers=headers)
        page = await customer.send("GET", first.headers["Location"])
        found += [held["invoiceId"] for held in page.json()["accountingDocuments"]]
        assert "x-amz-meta-continuationtoken" not in first.headers
        token = page.headers.get("x-amz-meta-continuationtoken")
        headers = {"x-amz-meta-continuationtoken": token or ""}
    assert token is None
    assert len(found) == 5
    assert set(found) == invoices


async def test_a_continuation_token_belongs_to_its_query(customer: Customer) -> None:
    await customer.settings(redirect=False)
    for seed in (1, 2):
        await customer.approve(seed)
    page = await customer.call("GET", f"{LIST}?pageSize=1")
    headers = {"x-amz-meta-continuationtoken": page.headers["x-amz-meta-continuationtoken"]}
    assert (await customer.call("GET", f"{LIST}?pageSize=2", headers=headers)).status == 400
    assert (await customer.call("GET", f"{LIST}?pageSize=1", headers=headers)).status == 200


async def test_pages_are_cut_short_by_coding_rows(customer: Customer) -> None:
    await customer.settings(redirect=False)
    for seed in (1, 2, 3):
        document = await customer.control("GET", f"sample?seed={seed}&rows=300")
        await customer.control("POST", "documents", {"tenant": "acme", "document": document})
    page = await customer.call("GET", f"{LIST}?pageSize=50")
    assert len(page.json()["accountingDocuments"]) == 2
    assert page.headers["x-amz-meta-continuationtoken"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("?ProcessingStatus=WaitingForTransfer&companyCode=BW00&p2pProcessingMode=Standard", 200),
        ("?ProcessingStatus=Transferred", 404),
        ("?companyCode=OTHER", 404),
        ("?p2pProcessingMode=InvoiceEnrichment", 404),
        ("?lastUpdated=2100-01-01T00:00:00Z", 404),
        ("?lastUpdated=2000-01-01", 200),
        ("?processingStatus=WaitingForTransfer", 400),
        ("?ProcessingStatus=waitingfortransfer", 400),
        ("?pageSize=0", 400),
        ("?pageSize=101", 400),
        ("?lastUpdated=yesterday", 400),
    ],
)
async def test_filters_are_taken_literally(customer: Customer, query: str, status: int) -> None:
    await customer.settings(redirect=False)
    await customer.approve()
    assert (await customer.call("GET", LIST + query)).status == status


async def test_a_sample_agrees_with_itself_and_with_its_seed(customer: Customer) -> None:
    for seed in range(20):
        reply = await customer.send("GET", f"{customer.url}/control/sample?seed={seed}&currency=JPY")
        document = json.loads(reply.body)
        rows = document["codingRows"]
        assert sum(row["netTotal"] for row in rows) == document["netSum"]
        assert sum(row["taxSum"] for row in rows) == document["taxSum1"]
        assert document["netSum"] + document["taxSum1"] == document["grossSum"]
        assert len(rows) >= 2
        again = await customer.send("GET", f"{customer.url}/control/sample?seed={seed}&currency=JPY")
        assert again.body == reply.body


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"supplierCode": "x" * 26}, "supplierCode"),
        ({"currencyCode": None}, "currencyCode"),
        ({"unheardOf": 1}, "unheardOf"),
        ({"codingRows": [{"rowIndex": 1}]}, "codingRows[0].externalCode"),
        ({"grossSum": "12.00"}, "grossSum"),
        ({"companyCode": "ELSEWHERE"}, "ELSEWHERE"),
    ],
)
async def test_only_documents_the_vendor_could_send_are_approved(
    customer: Customer, change: dict[str, object], word: str
) -> None:
    document = await customer.control("GET", "sample") | change
    order = {"tenant": "acme", "document": document}
    reply = await customer.send("POST", f"{customer.url}/control/documents", json=order)
    assert reply.status == 400
    assert word in reply.body.decode()
