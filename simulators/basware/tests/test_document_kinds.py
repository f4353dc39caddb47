"""Documents of every kind, as large and as odd as Basware may send them."""

from typing import Any

import pytest
from basware_simulator.decimal_json import dumps, loads
from basware_simulator.document_model import ACCOUNTING_DOCUMENT
from basware_simulator.sample_kinds import KINDS
from basware_simulator.testkit import Customer


async def sample(customer: Customer, query: str) -> dict[str, Any]:
    document: dict[str, Any] = loads(
        (await customer.send("GET", f"{customer.url}/control/sample?{query}")).body
    )
    return document


async def approved(customer: Customer, document: dict[str, Any], **order: object) -> dict[str, Any]:
    """The document as the API serves it after it was approved."""
    body = dumps({"tenant": "acme", "document": document, **order})
    reply = await customer.send("POST", f"{customer.url}/control/documents", data=body)
    assert reply.status == 200, reply.body
    served = loads((await customer.fetch(document["invoiceId"])).body)
    found: dict[str, Any] = served["accountingDocuments"][0]
    return found


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_can_be_approved_and_is_served_as_it_is(customer: Customer, kind: str) -> None:
    document = await sample(customer, f"kind={kind}&seed=3")
    served = await approved(customer, document)
    by_server = {"processingStatus", "lastUpdated", "transferParameters", "p2pProcessingMode"}
    for name in document.keys() - by_server:
        assert served[name] == document[name], name


@pytest.mark.parametrize("kind", ["plain", "credit_note", "purchase_order", "foreign_currency", "zero_value"])
async def test_the_sums_of_every_kind_agree(customer: Customer, kind: str) -> None:
    document = await sample(customer, f"kind={kind}&currency=EUR")
    rows = document["codingRows"]
    assert sum(row["netTotal"] for row in rows) == document["netSum"]
    assert document["netSum"] + document["taxSum1"] == document["grossSum"]
    assert (document["grossSum"] < 0) == (kind == "credit_note")
    assert (document["currencyCode"] != document["currencyCodeCompany"]) == (kind == "foreign_currency")


async def test_one_kind_has_every_field_there_is(customer: Customer) -> None:
    document = await sample(customer, "kind=every_field")
    assert document.keys() == ACCOUNTING_DOCUMENT.fields.keys()
    assert len(document["codingRows"][0]) > 120


@pytest.mark.parametrize(
    ("kind", "absent"), [("without_number", "invoiceNumber"), ("required_only", "codingRows")]
)
async def test_optional_fields_can_be_absent(customer: Customer, kind: str, absent: str) -> None:
    assert absent not in await approved(customer, await sample(customer, f"kind={kind}"))


async def test_a_later_version_may_send_fields_nobody_knows(customer: Customer) -> None:
    document = await sample(customer, "seed=5")
    document |= {"sustainability": {"co2Kg": [1, 2]}}
    document["codingRows"][0]["hedgeCode"] = "H1"
    served = await approved(customer, document, extended=True)
    assert served["sustainability"] == {"co2Kg": [1, 2]}
    assert served["codingRows"][0]["hedgeCode"] == "H1"
    path = f"documents/{document['invoiceId']}/retransfer"
    await customer.control("POST", path, {"changes": {"another": True}})
    wrong = await customer.send("POST", f"{customer.url}/control/{path}", json={"changes": {"grossSum": "1"}})
    assert wrong.status == 400


async def test_a_document_can_be_larger_than_a_message_may_be(customer: Customer) -> None:
    document = await sample(customer, "seed=6")
    served = await approved(customer, document, at_least_bytes=10_500_000)
    assert len((await customer.fetch(document["invoiceId"])).body) > 10_500_000
    assert served["grossSum"] == document["grossSum"]


async def test_an_unknown_kind_is_refused(customer: Customer) -> None:
    reply = await customer.send("GET", f"{customer.url}/control/sample?kind=mistyped")
    assert reply.status == 400
