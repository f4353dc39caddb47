"""The simulated imports against the vendor's own OpenAPI file: any record, every call, every answer.

The file lies beside the repository, not in it; without it these tests are skipped, loudly.
"""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from basware_simulator import Simulator
from basware_simulator.decimal_json import loads
from basware_simulator.import_apis import IMPORT_APIS, LIST_CAPACITIES, ImportApi
from basware_simulator.master_data_samples import SAMPLES
from basware_simulator.schema import check
from basware_simulator.testkit import Customer, Reply
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, FormatChecker

SPEC = Path(__file__).parents[3] / "shared" / "vendor-specs" / "basware-p2p-openapi.json"
pytestmark = pytest.mark.skipif(
    not SPEC.is_file(), reason=f"CONTRACT NOT CHECKED: the vendor's OpenAPI file is not in {SPEC.parent}"
)
API_NAMES = sorted(IMPORT_APIS)
TOKEN = "x-amz-meta-continuationtoken"
PLAIN = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "x", "xx", "x" * 40])
ODD = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.just("unheardOf"), PLAIN, max_size=1)
LETTERS = st.sampled_from(["x", "é", "\N{GRINNING FACE}"])
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat().replace("+00:00", "Z"))


DATE_TIMES = FormatChecker(formats=())


@DATE_TIMES.checks("date-time")
def is_date_time(text: object) -> bool:
    """RFC 3339 as the vendor writes it; a bare date appears in its texts too."""
    try:
        return not isinstance(text, str) or datetime.fromisoformat(text) is not None
    except ValueError:
        return False


@cache
def spec() -> Any:
    return json.loads(SPEC.read_bytes())


def as_json_schema(node: Any) -> Any:
    """OpenAPI's nullable, said in the words of JSON Schema."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: as_json_schema(item) for key, item in node.items() if key not in ("nullable", "example")}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


@cache
def validator(schema: str) -> Draft4Validator:
    """A validator of a schema, given as JSON text."""
    components = as_json_schema(spec()["components"])
    root = {**as_json_schema(json.loads(schema)), "components": components}
    return Draft4Validator(root, format_checker=DATE_TIMES)


def posted_schema(api: ImportApi) -> Any:
    """What the vendor declares for one record of a POST."""
    body = spec()["paths"][api.path]["post"]["requestBody"]["content"]
    return next(iter(body.values()))["schema"]["items"]


def resolved(schema: Any) -> Any:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return spec()["components"]["schemas"][name] if name else schema


def values(schema: Any) -> st.SearchStrategy[Any]:
    """Values as a schema asks for, at and just beyond its limits, and now and then something else altogether."""
    schema = resolved(schema)
    usual = proper(schema)
    if schema.get("nullable"):
        usual = st.one_of(usual, st.none())
    return st.integers(0, 60).flatmap(lambda chance: ODD if chance == 0 else usual)


def proper(schema: Any) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "object":
            return objects(schema)
        case "array":
            return st.lists(st.deferred(lambda: values(schema["items"])), max_size=2)
        case "boolean":
            return st.booleans()
        case "string" if schema.get("format") == "date-time":
            return MOMENTS
        case "string":
            shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 300)
            ends = [*([shortest, longest] * 10), max(shortest - 1, 0), longest + 1]
            return st.builds(lambda length, letter: letter * length, st.sampled_from(ends), LETTERS)
        case kind:
            least, most = schema.get("minimum", -100), schema.get("maximum", 100)
            whole = st.sampled_from([*([least, most, (least + most) // 2] * 10), least - 1, most + 1])
            return whole if kind == "integer" else whole | st.decimals(least, most, places=2).map(float)


def objects(schema: Any) -> st.SearchStrategy[Any]:
    """Every required field, mostly; some of the others; now and then one that is unheard of."""
    fields, required = schema["properties"], schema.get("required", [])
    optional = [name for name in fields if name not in required]

    @st.composite
    def build(draw: st.DrawFn) -> dict[str, Any]:
        chosen = draw(st.lists(st.sampled_from(optional), max_size=6, unique=True)) if optional else []
        made = {name: draw(values(fields[name])) for name in (*required, *chosen)}
        if required and draw(st.integers(0, 40)) == 0:
            del made[draw(st.sampled_from(required))]
        if draw(st.integers(0, 40)) == 0:
            made["unheardOf"] = 1
        return made

    return build()


@pytest.mark.parametrize("name", API_NAMES)
def test_any_record_is_taken_and_refused_as_the_vendors_schema_does(name: str) -> None:
    api = IMPORT_APIS[name]
    schema = posted_schema(api)
    vendor = validator(json.dumps(schema))
    verdicts: set[bool] = set()

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(record=values(schema))
    def compare(record: Any) -> None:
        ours = list(check(api.shape, loads(json.dumps(record))))
        accepted = vendor.is_valid(record)
        verdicts.add(accepted)
        assert accepted == (not ours), ours or "the vendor refuses it"

    compare()
    assert verdicts == {True, False}


def test_lists_are_those_of_the_vendor() -> None:
    [key, *_] = spec()["paths"]["/v1/lists/{listKey}"]["post"]["parameters"]
    assert set(key["schema"]["enum"]) == set(LIST_CAPACITIES)


@pytest.fixture
async def customer(tmp_path: Path) -> AsyncIterator[Customer]:
    async with Simulator(books=tmp_path) as simulator, aiohttp.ClientSession() as session:
        caller = Customer(session=session, url=simulator.api_url)
        await caller.enter("BW00")
        yield caller


def conforms(reply: Reply, method: str, path: str) -> None:
    """The status is declared for the call, and the body is what is declared for the status, if anything is."""
    declared = spec()["paths"][path][method]["responses"][str(reply.status)].get("content", {})
    if declared and reply.body:
        schema = next(iter(declared.values()))["schema"]
        validator(json.dumps(schema)).validate(reply.json())


@pytest.mark.parametrize("name", SAMPLES)
async def test_every_call_is_answered_as_declared(customer: Customer, name: str) -> None:
    api = IMPORT_APIS[name.partition("/")[0]]
    sample = SAMPLES[name]
    validator(json.dumps(posted_schema(api))).validate(sample("a"))
    conforms(await customer.read_records(name), "get", api.path)
    for records in ([sample("a"), sample("b")], [sample("a"), sample("a")], [{}, 1], [sample("c", text_9=7)]):
        conforms(await customer.post_records(name, *records), "post", api.path)
    first = await customer.read_records(name, "?pageSize=1&companyCode=BW00&lastUpdated=2020-01-01T00:00:00Z")
    assert (first.status, list(first.json())) == (200, [api.wrapper])
    conforms(first, "get", api.path)
    assert TOKEN in first.headers
    conforms(await customer.read_records(name, "?companyCode=NONE"), "get", api.path)


@pytest.mark.parametrize(
    "status", [None, "Success", "Warning", "NotProcessed", "Error", "RecordExpired", "Unpublished"]
)
async def test_every_outcome_is_told_as_declared(customer: Customer, status: str | None) -> None:
    order = {"tenant": "acme", "api": "lists/ACC_LIST_1", "status": status, "external_code": "a"}
    await customer.control("POST", "masterdata/outcome", order)
    sample = SAMPLES["lists/ACC_LIST_1"]
    reply = await customer.post_records("lists/ACC_LIST_1", sample("a"), sample("b"))
    for _ in range(2):
        conforms(await customer.request_status(reply), "get", "/v1/requestStatus/{requestId}")
        listed = await customer.call(
            "GET", "/v1/requestStatus?entityType=GenericList&ignoreSuccessfullItems=true"
        )
        assert listed.status == 200
        conforms(listed, "get", "/v1/requestStatus")
        await customer.advance(5)
    ids = {"requestIds": [reply.headers["x-amzn-RequestId"]]}
    for _ in range(2):
        acknowledged = await customer.call("POST", "/v1/requestStatus/acknowledge", json=ids)
        conforms(acknowledged, "post", "/v1/requestStatus/acknowledge")
