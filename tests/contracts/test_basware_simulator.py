"""The simulator against the vendor's own OpenAPI files: it takes and refuses what they do, and answers as they say.

The files are not part of this repository. They are looked for beside it; without them these tests are skipped,
and the summary says so.
"""

import copy
import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from basware_simulator import Simulator
from basware_simulator.decimal_json import dumps, loads
from basware_simulator.document_model import ACCOUNTING_DOCUMENT
from basware_simulator.import_apis import IMPORT_APIS
from basware_simulator.responses_model import (
    PAYMENT_RESPONSE,
    REQUEST_STATUS_ACKNOWLEDGEMENT,
    SUBSCRIPTIONS,
    TRANSFER_RESPONSE,
)
from basware_simulator.schema import Kind, check
from basware_simulator.testkit import Customer, listening_webhook
from jsonschema import Draft202012Validator, FormatChecker

SPECS = Path(__file__).parents[3] / "shared" / "vendor-specs"
pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(), reason=f"THE VENDOR'S OPENAPI FILES ARE ABSENT: nothing at {SPECS.name}/ was checked"
)

DATE_TIMES = FormatChecker(formats=())


@DATE_TIMES.checks("date-time")
def is_date_time(text: object) -> bool:
    """RFC 3339 as the vendor writes it; a bare date appears in its texts too."""
    try:
        return not isinstance(text, str) or datetime.fromisoformat(text) is not None
    except ValueError:
        return False


def json_schema(node: Any) -> Any:
    """OpenAPI 3.0's nullable, said in the words of JSON Schema."""
    if isinstance(node, list):
        return [json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: json_schema(item) for key, item in node.items() if key not in ("nullable", "example")}
    if node.get("nullable") is True:
        return {"anyOf": [plain, {"type": "null"}]}
    return plain


def components(file: str) -> Any:
    return json.loads((SPECS / file).read_text())["components"]["schemas"]


def validator(file: str, schema: Any, *, dates: bool = False) -> Draft202012Validator:
    root = {"components": {"schemas": json_schema(components(file))}, **json_schema(schema)}
    return Draft202012Validator(root, format_checker=DATE_TIMES if dates else None)


P2P = "basware-p2p-openapi.json"
PUSH = "basware-push-notification-openapi.json"
LOGIN = "basware-authentication-openapi.json"


def named(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def example(schemas: Any, name: str) -> Any:
    """An instance made of the vendor's examples, with every field there is."""
    return example_of(schemas, schemas[name])


def example_of(schemas: Any, schema: Any) -> Any:
    if "$ref" in schema:
        return example(schemas, schema["$ref"].rsplit("/", 1)[1])
    if "example" in schema:
        return schema["example"]
    for key in ("allOf", "anyOf"):
        if key in schema:
            return example_of(schemas, schema[key][0])
    if "properties" in schema:
        return {key: example_of(schemas, item) for key, item in schema["properties"].items()}
    if "items" in schema:
        return [example_of(schemas, schema["items"])]
    plain = {"string": "text", "boolean": True}.get(schema["type"], 1)
    words = schema.get("enum", [plain])
    return "2026-11-22T10:00:00Z" if schema.get("format") == "date-time" else words[0]


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place inside a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield (*path, key)
        yield from places(item, (*path, key))


def pruned(value: Any, path: tuple[str | int, ...], kept: frozenset[str]) -> Any:
    """A copy with little more than the way to one place: what is required anywhere stays."""
    if not path:
        return copy.deepcopy(value)
    if isinstance(value, list):
        return [pruned(item, path[1:], kept) for item in value]
    return {
        key: pruned(item, path[1:], kept) if key == path[0] else item
        for key, item in value.items()
        if key in kept or key == path[0]
    }


WRONG_FOR_SOME: tuple[Any, ...] = (None, True, 0, "", "x", "x" * 2100, [], {}, [None], [{}], {"unheardOf": 1})
WRONG_FOR_NUMBERS: tuple[Any, ...] = (-1, 101, 1.5, 100_001, 2_000_000_000, -2_000_000_000)


def lengths(schemas: Any) -> dict[str, list[str]]:
    """Texts just within and just beyond every limit that the vendor sets for fields of a name."""
    limits: dict[str, set[int]] = {}
    for held in schemas.values():
        for name, field in held.get("properties", {}).items():
            ends = {field[end] for end in ("minLength", "maxLength") if end in field}
            limits.setdefault(name, set()).update(ends)
    return {
        name: ["x" * (end + by) for end in ends for by in (-1, 0, 1) if end + by > 1]
        for name, ends in limits.items()
    }


def mutations(schemas: Any, whole: Any) -> Iterator[tuple[str, Any]]:
    """The instance with one place changed, left out or added, for every place and change."""
    kept = frozenset(name for held in schemas.values() for name in held.get("required", ()))
    texts = lengths(schemas)
    yield "as the examples have it", whole
    yield "not an object", 1
    for path in places(whole):
        instance = pruned(whole, path, kept)
        parent: Any = instance
        for key in path[:-1]:
            parent = parent[key]
        if isinstance(parent, dict):
            parent["unheardOf"] = 1
            yield f"{path[:-1]} with an unknown field", instance
            del parent["unheardOf"]
        wrong = [*WRONG_FOR_SOME, *texts.get(str(path[-1]), [])]
        if isinstance(parent[path[-1]], int | float):
            wrong += WRONG_FOR_NUMBERS
        for value in wrong:
            parent[path[-1]] = value
            yield f"{path} = {str(value)[:20]!r} ({len(str(value))})", instance
        del parent[path[-1]]
        yield f"{path} left out", instance


@pytest.mark.parametrize(
    ("file", "schema", "kind", "count"),
    [
        (P2P, named("AccountingDocumentEntity"), ACCOUNTING_DOCUMENT, 4_000),
        (P2P, named("TransferResponseEntity"), TRANSFER_RESPONSE, 100),
        (P2P, named("PaymentResponseEntity"), PAYMENT_RESPONSE, 200),
        (P2P, named("ProcessingStatusGetBatchRequest"), REQUEST_STATUS_ACKNOWLEDGEMENT, 20),
        (PUSH, {"type": "array", "items": named("Subscription-Input")}, SUBSCRIPTIONS, 100),
        (P2P, named("PaymentTermEntity"), IMPORT_APIS["paymentTerms"].shape, 500),
        (P2P, named("TaxCodeEntity"), IMPORT_APIS["taxCodes"].shape, 400),
        (P2P, named("AccountEntity"), IMPORT_APIS["accounts"].shape, 300),
        (P2P, named("CostCenterEntity"), IMPORT_APIS["costCenters"].shape, 500),
        (P2P, named("ProjectEntityV2"), IMPORT_APIS["projects"].shape, 150),
        (P2P, named("ExchangeRateEntity"), IMPORT_APIS["exchangeRates"].shape, 150),
        (P2P, named("VendorEntity"), IMPORT_APIS["vendors"].shape, 2_000),
        (P2P, named("GenericListEntity"), IMPORT_APIS["lists"].shape, 900),
    ],
    ids=[
        "document",
        "transferResponse",
        "paymentResponse",
        "requestStatus acknowledgement",
        "subscription",
        *IMPORT_APIS,
    ],
)
def test_the_models_accept_and_refuse_what_the_vendors_schema_does(
    file: str, schema: Any, kind: Kind, count: int
) -> None:
    strict_dates = kind is not ACCOUNTING_DOCUMENT
    vendor = validator(file, schema, dates=strict_dates)
    schemas = components(file)
    differing, seen = [], 0
    for what, value in mutations(schemas, example_of(schemas, schema)):
        seen += 1
        ours = list(check(kind, loads(json.dumps(value))))
        if vendor.is_valid(value) != (not ours):
            differing.append(f"{what}: {ours or 'the vendor refuses it'}")
    assert not differing, differing[:20]
    assert seen > count


async def test_the_vendors_own_examples_are_approved(customer: Customer) -> None:
    document = example(components(P2P), "AccountingDocumentEntity")
    receipt = await customer.control("POST", "documents", {"tenant": "acme", "document": document})
    served = (await customer.fetch(receipt["invoiceId"])).json()["accountingDocuments"][0]
    odd = served["invoiceLines"][0]["date1"]
    assert odd == document["invoiceLines"][0]["date1"]
    with pytest.raises(ValueError, match="isoformat"):
        datetime.fromisoformat(odd)


@pytest.fixture
async def customer(tmp_path: Path) -> AsyncIterator[Customer]:
    async with Simulator(books=tmp_path) as simulator, aiohttp.ClientSession() as session:
        caller = Customer(session=session, url=simulator.api_url)
        await caller.enter("BW00")
        yield caller


async def test_the_answers_are_those_of_the_vendors_schema(customer: Customer) -> None:
    def conforms(body: bytes, name: str, file: str = P2P) -> None:
        validator(file, named(name), dates=True).validate(json.loads(body))

    conforms((await customer.log_in()).body, "AccessTokenResponse", LOGIN)
    form = {"scope": "accountingDocuments.read"}
    headers = {"Authorization": "Basic eDp5"}
    url = f"{customer.url}/v1/tokens"
    conforms(
        (await customer.send("POST", url, data=form, headers=headers)).body, "ValidationErrorResponse", LOGIN
    )
    conforms((await customer.send("POST", url, data=form)).body, "HTTPValidationError", LOGIN)
    form["grant_type"] = "client_credentials"
    unauthorized = await customer.send("POST", url, data=form, headers=headers)
    conforms(unauthorized.body, "UnauthorizedErrorResponse", LOGIN)

    invoice = await customer.approve()
    conforms((await customer.fetch(invoice)).body, "AccountingDocumentResponse")
    assert isinstance((await customer.acknowledge(invoice)).json(), str)
    conforms((await customer.acknowledge(invoice)).body, "ResponseEntityList")
    conforms((await customer.respond(invoice, responseMessage="")).body, "ResponseEntityList")
    await customer.settings(item_error={"message": "Record skipped"})
    refused = await customer.respond(invoice, "code-1")
    accepted = await customer.respond(invoice, "code-2", transferDate="2026-11-22T10:00:00Z")
    conforms(accepted.body, "TransferResponseEntity")
    for _ in range(2):
        conforms((await customer.request_status(refused)).body, "RequestStatusResponse")
        conforms((await customer.request_status(accepted)).body, "RequestStatusResponse")
        await customer.advance(5)
    paid = await customer.pay(invoice, paymentDate="2026-11-22T10:00:00Z", paidTotal=1)
    conforms(paid.body, "PaymentResponseEntity")
    conforms((await customer.pay(invoice)).body, "ResponseEntityList")
    conforms((await customer.request_status(paid)).body, "RequestStatusResponse")
    await customer.advance(5)
    conforms((await customer.call("GET", "/v1/requestStatus")).body, "RequestStatusResponse")
    conforms((await customer.call("GET", "/v1/requestStatus?pageSize=x")).body, "ResponseEntityList")
    conforms((await customer.fetch(invoice)).body, "AccountingDocumentResponse")


async def test_samples_are_documents_of_the_vendors_schema(customer: Customer) -> None:
    vendor = validator(P2P, named("AccountingDocumentEntity"), dates=True)
    for seed in range(20):
        document = await customer.control("GET", f"sample?seed={seed}")
        vendor.validate(document | {"processingStatus": "WaitingForTransfer"})


async def test_notifications_and_subscriptions_are_those_of_the_vendors_schema(customer: Customer) -> None:
    notification = validator(PUSH, named("NotificationPayload"))
    async with listening_webhook() as webhook:
        subscription = {
            "taskType": "AccountingDocuments",
            "subscriptionType": "Webhook",
            "notificationWebhookURL": webhook.url,
            "webhookAuthenticationToken": "secret",
        }
        stored = await customer.call("POST", "/v1/subscriptions", json=[subscription])
        output = {"type": "array", "items": named("Subscription-Output")}
        validator(PUSH, output, dates=True).validate(stored.json())
        listed = await customer.call("GET", "/v1/subscriptions")
        validator(PUSH, named("SubscriptionsResponse")).validate(listed.json())
        refused = await customer.call("POST", "/v1/subscriptions", json=[{}])
        validator(PUSH, named("ValidationErrorResponse")).validate(refused.json())
        await customer.approve()
        for _, body in await webhook.wait_for(2):
            notification.validate(json.loads(body))


def test_the_digits_of_the_vendors_examples_are_kept() -> None:
    text = json.dumps(example(components(P2P), "AccountingDocumentEntity"))
    assert json.loads(dumps(loads(text))) == json.loads(text)
