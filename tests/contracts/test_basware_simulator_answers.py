"""Every answer of the simulated Basware against the vendor's own OpenAPI files, call by call and status by status.

The files lie beside the repository, not in it; without them these tests are skipped, loudly.
"""

import json
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from basware_simulator import Simulator
from basware_simulator.decimal_json import dumps, loads
from basware_simulator.item_outcomes import ItemStatus
from basware_simulator.sample_kinds import KINDS
from basware_simulator.testkit import Customer, Reply, transfer_response
from jsonschema import Draft4Validator

SPECS = Path(__file__).parents[3] / "shared" / "vendor-specs"
pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason=f"CONTRACT NOT CHECKED: the vendor's OpenAPI files are not in {SPECS}"
)
DOCUMENTS = "/v1/accountingDocuments"
# Told by the gateway in front of the API for any call, and so in none of the files.
OF_THE_GATEWAY = frozenset({403, 413, 429, 503})


@cache
def described(name: str) -> Any:
    return as_json_schema(json.loads((SPECS / f"basware-{name}-openapi.json").read_bytes()))


def as_json_schema(node: Any) -> Any:
    """OpenAPI's nullable, said in the words of JSON Schema."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: as_json_schema(item) for key, item in node.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


def conforms(reply: Reply, method: str, path: str, *, name: str = "p2p") -> None:
    """The status is declared for the call, and the body is what is declared for the status, if anything is."""
    answers = described(name)["paths"][path][method]["responses"]
    if reply.status in OF_THE_GATEWAY and str(reply.status) not in answers:
        assert set(reply.json()) == {"message"}
        return
    declared = answers[str(reply.status)].get("content", {})
    if not declared or not reply.body:
        return
    schema = next(iter(declared.values())).get("schema", {})
    root = {**schema, "components": described(name)["components"]}
    Draft4Validator(root).validate(reply.json())


@pytest.fixture
async def customer(tmp_path: Path) -> AsyncIterator[Customer]:
    async with Simulator(books=tmp_path) as simulator, aiohttp.ClientSession() as session:
        caller = Customer(session=session, url=simulator.api_url)
        await caller.enter("BW00")
        yield caller


async def approved(customer: Customer, kind: str, seed: int) -> str:
    text = (await customer.send("GET", f"{customer.url}/control/sample?kind={kind}&seed={seed}")).body
    document = loads(text)
    order = dumps({"tenant": "acme", "document": document})
    assert (await customer.send("POST", f"{customer.url}/control/documents", data=order)).status == 200
    return str(document["invoiceId"])


@pytest.mark.parametrize("redirect", [True, False])
async def test_documents_of_every_kind_alone_and_in_lists(customer: Customer, redirect: bool) -> None:
    await customer.settings(redirect=redirect)
    for seed, kind in enumerate(KINDS):
        invoice = await approved(customer, kind, seed)
        first = await customer.call("GET", f"{DOCUMENTS}/{invoice}")
        conforms(first, "get", f"{DOCUMENTS}/{{invoiceId}}")
        assert first.status == (302 if redirect else 200)
        conforms(await customer.fetch(invoice), "get", f"{DOCUMENTS}/{{invoiceId}}")
    headers: dict[str, str] = {}
    for _ in range(len(KINDS)):
        page = await customer.call("GET", f"{DOCUMENTS}?pageSize=1&companyCode=BW00", headers=headers)
        conforms(page, "get", DOCUMENTS)
        if redirect:
            page = await customer.send("GET", page.headers["Location"])
            conforms(page, "get", DOCUMENTS)
        headers = {"x-amz-meta-continuationtoken": page.headers.get("x-amz-meta-continuationtoken", "")}
    assert headers["x-amz-meta-continuationtoken"] == ""
    conforms(await customer.call("GET", f"{DOCUMENTS}?companyCode=NONE"), "get", DOCUMENTS)
    conforms(await customer.call("GET", f"{DOCUMENTS}/unheard-of"), "get", f"{DOCUMENTS}/{{invoiceId}}")


@pytest.mark.parametrize("status", [None, *ItemStatus])
async def test_a_response_and_every_outcome_of_it(customer: Customer, status: ItemStatus | None) -> None:
    invoice = await customer.approve()
    acknowledged = await customer.acknowledge(invoice)
    conforms(acknowledged, "post", f"{DOCUMENTS}/{{invoiceId}}/acknowledge")
    conforms(await customer.acknowledge(invoice), "post", f"{DOCUMENTS}/{{invoiceId}}/acknowledge")
    if status is not None:
        await customer.control("POST", f"documents/{invoice}/outcome", {"status": status, "message": "x"})
    stored = await customer.respond(invoice, transferDate="2026-11-22T10:00:00Z", voucherNumber2="US001")
    conforms(stored, "post", f"{DOCUMENTS}/{{invoiceId}}/transferResponses")
    forget = {"requestIds": [stored.headers["x-amzn-RequestId"]]}
    for _ in range(3):
        conforms(await customer.request_status(stored), "get", "/v1/requestStatus/{requestId}")
        listed = await customer.call("GET", "/v1/requestStatus?entityType=TransferResponse&pageSize=1")
        conforms(listed, "get", "/v1/requestStatus")
        assert listed.status == 200
        await customer.advance(5)
        reply = await customer.call("POST", "/v1/requestStatus/acknowledge", json=forget)
        conforms(reply, "post", "/v1/requestStatus/acknowledge")
    served = await customer.fetch(invoice)
    conforms(served, "get", f"{DOCUMENTS}/{{invoiceId}}")
    assert len(served.json()["accountingDocuments"][0]["transferResponses"]) == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"responseMessage": "m" * 251}, 400),
        ({"voucherNumber1": "1" * 26}, 400),
        ({"unheardOf": 1}, 400),
        ({"success": None}, 400),
        ({"responseMessage": "m" * 250, "externalCode": "x" * 36, "voucherNumber1": "1" * 25}, 200),
    ],
)
async def test_refused_responses(customer: Customer, changes: dict[str, object], status: int) -> None:
    invoice = await customer.approve()
    path = f"{DOCUMENTS}/{invoice}/transferResponses"
    reply = await customer.call("POST", path, json=transfer_response() | changes)
    assert reply.status == status
    conforms(reply, "post", f"{DOCUMENTS}/{{invoiceId}}/transferResponses")


async def test_a_payment_and_what_can_be_answered_to_it(customer: Customer) -> None:
    path = f"{DOCUMENTS}/{{invoiceId}}/paymentResponses"
    invoice = await customer.transferred()
    waiting = await customer.approve(2)
    amounts: dict[str, Any] = {
        "paymentDate": "2026-11-22T00:00:00.000Z",
        "paidTotal": 12.5,
        "cashDiscount": 0,
    }
    answered = [
        (await customer.pay(invoice, **amounts, paymentMessage="x" * 100), 200),
        (await customer.pay(invoice, **amounts), 409),
        (await customer.pay(invoice, paymentMessage="x" * 101), 400),
        (await customer.pay(waiting), 400),
        (await customer.pay("unheard-of"), 404),
    ]
    for reply, status in answered:
        assert reply.status == status
        conforms(reply, "post", path)
    await customer.advance(5)
    stored = answered[0][0]
    conforms(await customer.request_status(stored), "get", "/v1/requestStatus/{requestId}")
    served = await customer.fetch(invoice)
    conforms(served, "get", f"{DOCUMENTS}/{{invoiceId}}")
    assert len(served.json()["accountingDocuments"][0]["paymentResponses"]) == 1


async def test_tokens_and_bad_days(customer: Customer) -> None:
    conforms(await customer.log_in(), "post", "/v1/tokens", name="authentication")
    await customer.settings(calls_per_second=1)
    replies = [await customer.call("GET", DOCUMENTS) for _ in range(4)]
    assert 429 in {reply.status for reply in replies}
    await customer.settings(calls_per_second=None)
    await customer.control("POST", "outage", {"seconds": 60})
    replies.append(await customer.call("GET", DOCUMENTS))
    await customer.control("DELETE", "outage")
    await customer.control("POST", "tokens/revoke", {"tenant": "acme"})
    replies.append(await customer.call("GET", DOCUMENTS))
    assert [reply.status for reply in replies[-2:]] == [503, 401]
    for reply in replies:
        conforms(reply, "get", DOCUMENTS)
