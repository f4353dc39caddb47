"""Basware's own OpenAPI files as a judge of requests. They lie beside the repository, not in it."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from basware.testing import SeenRequest
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT4

SPECS = Path(__file__).parents[3] / "shared" / "vendor-specs"

needs_specs = pytest.mark.skipif(
    not SPECS.is_dir(), reason=f"CONTRACT NOT CHECKED: the vendor's OpenAPI files are not in {SPECS}"
)


@cache
def spec(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SPECS / f"basware-{name}-openapi.json").read_bytes())
    return loaded


@cache
def registry(name: str) -> Registry[Any]:
    empty: Registry[Any] = Registry()
    filled: Registry[Any] = empty.with_resource(
        f"urn:{name}", DRAFT4.create_resource(as_json_schema(spec(name)))
    )
    return filled


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 is JSON Schema draft 4 but for `nullable`, which is spelled out here."""
    if isinstance(node, list):
        return [as_json_schema(element) for element in node]
    if not isinstance(node, dict):
        return node
    converted = {key: as_json_schema(value) for key, value in node.items()}
    if converted.get("nullable") is True and isinstance(converted.get("type"), str):
        converted["type"] = [converted["type"], "null"]
        if "enum" in converted:
            converted["enum"] = [*converted["enum"], None]
    return converted


def check(name: str, schema: dict[str, Any], value: object) -> None:
    absolute = json.loads(json.dumps(schema).replace('"#/', f'"urn:{name}#/'))
    Draft4Validator(
        as_json_schema(absolute), registry=registry(name), format_checker=FormatChecker()
    ).validate(value)


def operation(name: str, request: SeenRequest) -> tuple[dict[str, Any], dict[str, str]]:
    """The one operation of the specification that a request is for, and its path parameters."""
    given = request.path.strip("/").split("/")
    found = []
    for path, methods in spec(name)["paths"].items():
        template = path.strip("/").split("/")
        pairs = list(zip(template, given, strict=False))
        matches = len(template) == len(given) and all(t == g or t.startswith("{") for t, g in pairs)
        if matches and request.method.lower() in methods:
            values = {t.strip("{}"): unquote(g) for t, g in pairs if t.startswith("{")}
            found.append((len(values), methods[request.method.lower()], values))
    assert found, f"{request.method} {request.path} is not in the specification"
    _, described, values = min(found, key=lambda match: match[0])
    return described, values


def check_parameters(
    name: str, described: dict[str, Any], request: SeenRequest, path: dict[str, str]
) -> None:
    query = dict(parse_qsl(request.target.partition("?")[2], keep_blank_values=True))
    parameters = described.get("parameters", [])
    for parameter in parameters:
        key, place = parameter["name"], parameter["in"]
        sent = {"path": path, "query": query, "header": request.headers}[place]
        value = sent.get(key.lower() if place == "header" else key)
        assert value is not None or not parameter.get("required"), f"{key} is required"
        if value is not None:
            written_as_text = parameter["schema"].get("type") not in ("integer", "boolean")
            check(name, parameter["schema"], value if written_as_text else json.loads(value))
    assert set(query) <= {p["name"] for p in parameters if p["in"] == "query"}


def check_body(name: str, described: dict[str, Any], request: SeenRequest) -> None:
    contents = described.get("requestBody", {}).get("content")
    if contents is None:
        assert request.body == b""
        return
    media_type = request.headers["content-type"]
    assert media_type in contents
    text = request.body.decode()
    form = media_type == "application/x-www-form-urlencoded"
    check(name, contents[media_type]["schema"], dict(parse_qsl(text)) if form else json.loads(text))


def check_request(request: SeenRequest) -> None:
    """One request against the operation that it is for."""
    name = "authentication" if request.path == "/v1/tokens" else "p2p"
    described, path = operation(name, request)
    check_parameters(name, described, request, path)
    check_body(name, described, request)


def example(schema: dict[str, Any]) -> Any:
    """A value made of the examples that the specification gives property by property, where they keep it."""
    if "$ref" in schema:
        return example(spec("p2p")["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if "example" in schema and schema["example"] in schema.get("enum", [schema["example"]]):
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [example(schema["items"])]
    if "properties" in schema:
        return {name: example(field) for name, field in schema["properties"].items()}
    return {"string": "text", "boolean": False, "number": 1.5, "integer": 1}.get(schema.get("type", ""))
