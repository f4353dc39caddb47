"""Rows have suppliers' bank accounts in them: none is in an error, whatever came in place of the answer."""

import json
import traceback

import pytest
from peoplesoft import PeopleSoftError, ProtocolError, QueryRoute, QueryTimeouts
from peoplesoft.errors import ConfigurationError
from peoplesoft.outline import json_error, outline
from peoplesoft.testing.answers import soap
from peoplesoft.testing.query_answers import (
    ACCOUNTS,
    block_answer,
    instance_answer,
    json_answer,
    query_client,
    results,
    xml_row,
)
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

IBAN = "DE89370400440532013000"
ROW = {"A.SETID": "SHARE", "A.IBAN_ID": IBAN, "A.NOTE": " "}
ROWS = [ROW] * 3
JSON, BLOCK = json_answer(ROWS), block_answer(ROWS)
CSV = f"SETID,IBAN_ID\r\nSHARE,{IBAN}\r\n".encode()
BARE = b'<?xml version="1.0"?><query numrows="1">' + xml_row(ROW).encode() + b"</query>"

BODIES = {
    "the other route's form": BLOCK,
    "JSON": JSON,
    "JSON cut in a value": JSON[: JSON.rindex(IBAN.encode()) + 8],
    "JSON with a damaged value": JSON.replace(IBAN.encode(), IBAN.encode() + b'"x', 1),
    "JSON with a bad character": JSON.replace(IBAN.encode(), IBAN.encode() + b"\xff", 1),
    "rows at the top": json.dumps({"rows": [ROW]}).encode(),
    "rows at the top of an error": json.dumps({"status": "error", "rows": [{"message": IBAN}]}).encode(),
    "an error with data": json.dumps({"status": "error", "data": {"message": IBAN}}).encode(),
    "a list of rows": json.dumps([ROW]).encode(),
    "a value in brackets": JSON.replace(f'"{IBAN}"'.encode(), f'["{IBAN}"]'.encode()),
    "a number": JSON.replace(f'"{IBAN}"'.encode(), IBAN[2:].encode() * 3),
    "XML without SOAP": BARE,
    "XML cut": BARE[:-30],
    "SOAP cut": BLOCK[:-30],
    "two messages": soap(f"<a>{IBAN}</a><b/>"),
    "rows outside of a query": results(xml_row(ROW)),
    "rows as a web page": f"<html><body><td>{IBAN}</td></body></html>".encode(),
    "CSV": CSV,
}


@pytest.mark.parametrize("status", [200, 400, 403, 404, 500])
@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize("route", list(QueryRoute))
async def test_no_row_is_in_an_error(route: QueryRoute, what: str, status: int) -> None:
    async with ScriptedGateway() as gateway, query_client(gateway, route) as client:
        if route is QueryRoute.SOAP:
            gateway.replies.append(Reply(body=instance_answer()))
        gateway.replies.append(Reply(body=BODIES[what], status=status))
        try:
            async for _ in client.rows(ACCOUNTS):
                pass
        except PeopleSoftError as error:
            shown = "".join(traceback.format_exception(error)) + repr(vars(error))
            assert IBAN not in shown
            assert IBAN[2:10] not in shown


async def test_an_answer_that_comes_too_slowly_is_not_quoted() -> None:
    timeouts = QueryTimeouts(connect=2.0, silence=5.0, whole=0.3)
    async with (
        ScriptedGateway() as gateway,
        query_client(gateway, timeouts=timeouts, answer_limit=100_000) as client,
    ):
        gateway.replies.append(Reply(body=JSON, piece=200, pause=0.2))
        with pytest.raises(PeopleSoftError) as caught:
            async for _ in client.rows(ACCOUNTS):
                pass
    assert "given up" in str(caught.value)
    assert IBAN not in repr(vars(caught.value))


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"status": "error", "message": "Invalid prompt SETID"}, ProtocolError),
        (400, {"errors": {"message": "Invalid prompt SETID"}}, ProtocolError),
        (404, {"error": "Invalid prompt SETID", "status": 404}, ConfigurationError),
    ],
)
async def test_the_message_of_an_error_in_json_is_what_the_remote_said(
    status: int, body: dict[str, object], kind: type[PeopleSoftError]
) -> None:
    async with ScriptedGateway() as gateway, query_client(gateway) as client:
        gateway.replies.append(Reply(body=json.dumps(body).encode(), status=status))
        with pytest.raises(kind) as caught:
            await anext(client.rows(ACCOUNTS))
    assert caught.value.what == f"HTTP {status}"
    assert caught.value.said == "Invalid prompt SETID"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", ""),
        (b" \r\n", ""),
        (BARE, f"{len(BARE)} bytes of XML or HTML that begin with query"),
        (
            b"<html><head><title> Bad gateway </title>",
            "40 bytes of XML or HTML that begin with html, titled 'Bad gateway'",
        ),
        (b"<!-- x", "6 bytes of XML or HTML that begin with no element"),
        (CSV, f"{len(CSV)} bytes that are neither XML nor JSON"),
        (b"{" * 100_000, "100000 bytes of JSON"),
        (b'{"message": "no"}', "no"),
    ],
)
def test_the_outline_of_an_answer(body: bytes, told: str) -> None:
    assert outline(body) == told


def test_a_long_message_is_cut() -> None:
    assert len(json_error(json.dumps({"message": "m" * 5000}).encode())) == 1000
