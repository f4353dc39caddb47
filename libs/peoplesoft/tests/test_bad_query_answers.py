"""What comes in place of a query's answer, over real HTTP: none of it is ever taken for a complete one.

One row per case: what came and the class a caller must get. Reads are harmless to repeat, so none leaves a doubt.
"""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from peoplesoft import OutcomeUnknown, PeopleSoftError, QueryRoute, QueryTimeouts
from peoplesoft.testing.answers import CREDENTIALS, fault, soap
from peoplesoft.testing.bad_answers import (
    AGAIN,
    CONFIGURATION,
    GARBLED,
    PASSWORD,
    PERMISSION,
    PERSON,
    Kind,
)
from peoplesoft.testing.query_answers import (
    ACCOUNTS,
    ROWS,
    block_answer,
    instance_answer,
    json_answer,
    query_client,
    results,
    status_element,
    xml_row,
)
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

LIMIT = 50_000
JSON, BLOCK, INSTANCE = json_answer(), block_answer(), instance_answer()
SIGN_ON = (
    b"<!DOCTYPE html><html><form>Oracle PeopleSoft Sign-in <input name='pwd' type='password'></form></html>"
)
PAGE = b"<html><body><h1>We will be back on Monday</h1></body></html>"
BOMB = b'<?xml version="1.0"?><!DOCTYPE E [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><E>&b;</E>'
XXE = b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + BLOCK.partition(b"?>")[2].replace(
    b"<![CDATA[001000]]>", b"&x;"
)


@dataclass(frozen=True, kw_only=True)
class Bad:
    """What came, in which class it ends; `wait` are the seconds passed on, `said` what the error must tell."""

    what: str
    replies: Sequence[Reply]
    kind: Kind
    wait: float | None = None
    said: str = ""


def bad(
    what: str,
    reply: Reply | bytes,
    kind: Kind,
    *,
    status: int = 200,
    wait: float | None = None,
    said: str = "",
    before: bytes | None = None,
    **headers: str,
) -> Bad:
    """A row; `before` is answered first, as a result's blocks follow the query's instance."""
    if isinstance(reply, bytes):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = Reply(body=reply, status=status, headers=named)
    replies = [reply] if before is None else [Reply(body=before), reply]
    return Bad(what=what, replies=replies, kind=kind, wait=wait, said=said)


def anywhere(whole: bytes, before: bytes | None) -> list[Bad]:
    """What can happen to an answer of either route."""
    rows = [
        bad("closed without an answer", Reply(drop=True), AGAIN, before=before),
        bad("reset without an answer", Reply(drop=True, reset=True), AGAIN, before=before),
        bad("silence", Reply(silent=True), AGAIN, before=before, said="in time"),
        bad("the last byte never comes", Reply(body=whole, missing=1, stalled=True), AGAIN, before=before),
        bad("the line breaks at the last byte", Reply(body=whole, missing=1), AGAIN, before=before),
        bad("it trickles", Reply(body=whole, piece=10, pause=0.1), AGAIN, before=before, said="given up"),
        bad("no HTTP", Reply(raw=b"SSH-2.0-x\r\n\r\n"), AGAIN, before=before),
        bad("empty", b"", AGAIN, before=before),
        bad("blank", b" \r\n ", AGAIN, before=before),
        bad("204", b"", AGAIN, status=204, before=before),
        bad("sign-on page", SIGN_ON, PASSWORD, before=before),
        bad("redirect", b"", PASSWORD, status=302, Location="https://sso.invalid/", before=before),
        bad("web page", PAGE, AGAIN, before=before),
        bad("web page behind a byte order mark", b"\xef\xbb\xbf" + PAGE, AGAIN, before=before),
        bad("401", PAGE, PASSWORD, status=401, before=before),
        bad("403", PAGE, PERMISSION, status=403, before=before),
        bad("404", PAGE, CONFIGURATION, status=404, before=before),
        bad("405", b"", CONFIGURATION, status=405, before=before),
        bad("400", b'{"error": "prompt"}', GARBLED, status=400, before=before, said="prompt"),
        bad("429", b"", AGAIN, status=429, wait=17.0, Retry_After="17", before=before),
        bad("429 without a word on when", PAGE, AGAIN, status=429, before=before),
        bad("500", PAGE, AGAIN, status=500, before=before),
        bad("503", b"busy", AGAIN, status=503, wait=3.0, Retry_After="3", before=before),
        bad("504", b"", AGAIN, status=504, before=before),
        bad("binary", bytes(range(256)) * 9, GARBLED, before=before),
        bad("no gzip though it says so", b"\x00" + whole, AGAIN, Content_Encoding="gzip", before=before),
        bad("entity bomb", BOMB, GARBLED, before=before),
    ]
    return [
        *rows,
        bad(
            "refused password", fault("User password failed. (158,45)", number="45"), PASSWORD, before=before
        ),
        bad(
            "not authorised",
            fault("User X not authorized to invoke Service Operation. (158,536)", number="536"),
            PERMISSION,
            status=500,
            before=before,
        ),
        bad(
            "no app server behind the gateway",
            fault("External System Contact Error (158,10721)", number="10721"),
            AGAIN,
            before=before,
        ),
        bad(
            "another fault",
            fault("Query does not exist. (139,99)"),
            PERSON,
            before=before,
            said="does not exist",
        ),
    ]


def replaced(old: bytes, new: bytes, whole: bytes = JSON) -> bytes:
    assert old in whole
    return whole.replace(old, new, 1)


OVER_REST = [
    *anywhere(JSON, None),
    *(bad(f"cut after {cut} bytes", JSON[:cut], AGAIN) for cut in (1, 9, 60, 100, 150, 250, len(JSON) - 4)),
    bad("cut at the last bracket", JSON[:-1], AGAIN, said="cut or damaged after 2 rows"),
    bad("cut behind a row, brackets closed", replaced(b'"numrows": 2', b'"numrows": 3'), GARBLED, said="3"),
    bad("fewer rows counted", json_answer(numrows=1), GARBLED, said="not taken for the whole"),
    bad("a count that is none", json_answer(numrows="many"), GARBLED),
    bad("a web page in the middle", JSON[:150] + PAGE, AGAIN),
    bad("something after the end", JSON + b"{}", AGAIN),
    bad("not UTF-8", JSON.replace("ü".encode(), b"\xfc"), AGAIN),
    bad("a control character", JSON.replace(b"Cash", b"Ca\x00sh"), AGAIN),
    bad("a number of thousands of digits", replaced(b"1.5", b"1" * 5000), AGAIN),
    bad("a number nobody meant", replaced(b"1.5", b"1e99"), GARBLED, said="A.RATE"),
    bad("a number with too many digits", replaced(b"1.5", b"1" * 41), GARBLED, said="A.RATE"),
    bad("not a number", replaced(b"1.5", b"NaN"), AGAIN),
    bad("a list in a field", replaced(b"1.5", b"[1]"), GARBLED, said="A.RATE"),
    bad("an object in a field", replaced(b"1.5", b'{"a": 1}'), GARBLED, said="A.RATE"),
    bad("true in a field", replaced(b"1.5", b"true"), GARBLED, said="A.RATE"),
    bad("a field twice", replaced(b'"A.RATE": 1.5', b'"A.RATE": 1.5, "A.RATE": 2'), GARBLED, said="A.RATE"),
    bad("a row that is a list", replaced(b'"rows": [', b'"rows": [[], '), GARBLED),
    bad("a row that is a word", replaced(b'"rows": [', b'"rows": ["x", '), GARBLED),
    bad(
        "rows that are an object", replaced(b'"rows": [', b'"rows": {"a": [').replace(b"]}", b"]}}"), GARBLED
    ),
    bad("rows twice", replaced(b'"rows": [', b'"rows": [], "rows": ['), GARBLED, said="twice"),
    bad("another query's answer", json_answer(query="APS_SUPPLIERS"), GARBLED, said="APS_SUPPLIERS"),
    bad("an error", b'{"status": "error", "message": "Query timed out"}', PERSON, said="Query timed out"),
    bad("an error that has rows", json_answer(status="error"), PERSON),
    bad("no status", replaced(b'"status": "success", ', b""), GARBLED),
    bad("success and no query", b'{"status": "success", "data": {}}', GARBLED),
    bad("other JSON", b'{"rows": []}', GARBLED),
    bad("a JSON list", b"[1, 2]", GARBLED),
    bad("JSON nested without end", b'{"a":' * 200_000, GARBLED),
    bad("an answer over the limit", JSON + b" " * LIMIT, GARBLED, said="fewer rows"),
    bad(
        "an answer over the limit once unzipped",
        gzip.compress(JSON + b" " * LIMIT),
        GARBLED,
        Content_Encoding="gzip",
    ),
    bad("XML", BLOCK, GARBLED, said="instead of JSON"),
    bad("text", b"OK", GARBLED),
]
OVER_SOAP = [
    *anywhere(INSTANCE, None),
    *(
        Bad(what=f"in a block: {row.what}", replies=row.replies, kind=row.kind, wait=row.wait, said=row.said)
        for row in anywhere(BLOCK, INSTANCE)
    ),
    bad("no instance", results(""), GARBLED, said="query instance"),
    bad("rows in place of an instance", BLOCK, GARBLED, said="query instance"),
    *(
        bad(f"cut after {cut} bytes", BLOCK[:cut], AGAIN, before=INSTANCE)
        for cut in (1, 30, 300, 500, len(BLOCK) - 1)
    ),
    bad("fewer rows counted", block_answer(numrows=1), GARBLED, before=INSTANCE),
    bad("more rows counted", block_answer(numrows=3), GARBLED, before=INSTANCE, said="3"),
    bad("another query's block", block_answer(query="APS_X"), GARBLED, before=INSTANCE, said="APS_X"),
    bad(
        "a status nobody knows", block_answer(status="cancelled"), GARBLED, before=INSTANCE, said="cancelled"
    ),
    bad("no status", results(""), GARBLED, before=INSTANCE),
    bad("final without a query", results(status_element("finalBlockRetrieved")), GARBLED, before=INSTANCE),
    bad(
        "no rows and not the last",
        block_answer([], status="blockRetrieved"),
        GARBLED,
        before=INSTANCE,
    ),
    bad("two queries", BLOCK.replace(b"</query>", b"</query><query/>"), GARBLED, before=INSTANCE),
    bad(
        "rows outside of a query",
        results(xml_row(ROWS[0]) + status_element("blockRetrieved")),
        GARBLED,
        before=INSTANCE,
    ),
    bad("a field in a field", BLOCK.replace(b"<A.RATE>", b"<A.RATE><x/>"), GARBLED, before=INSTANCE),
    bad("a field twice", BLOCK.replace(b"<A.RATE>", b"<A.SETID/><A.RATE>"), GARBLED, before=INSTANCE),
    bad("two messages", soap("<a/><b/>"), GARBLED, before=INSTANCE),
    bad("a file wanted", XXE, GARBLED, before=INSTANCE, said="DOCTYPE"),
    bad(
        "a DOCTYPE behind a long comment",
        b"<!--" + b"x" * 70_000 + b"--><!DOCTYPE x>" + BLOCK.partition(b"?>")[2],
        GARBLED,
        before=INSTANCE,
    ),
    bad("an undeclared entity", BLOCK.replace(b"<![CDATA[001000]]>", b"&x;"), AGAIN, before=INSTANCE),
    bad("a block over the limit", BLOCK.replace(b"Cash", b"C" * LIMIT), GARBLED, before=INSTANCE),
    bad("JSON", JSON, GARBLED, before=INSTANCE),
    bad("XML that is no SOAP", b"<a/>", GARBLED, before=INSTANCE),
]
CASES = [(QueryRoute.REST, row) for row in OVER_REST] + [(QueryRoute.SOAP, row) for row in OVER_SOAP]


@pytest.mark.parametrize(("route", "row"), CASES, ids=lambda value: getattr(value, "what", value))
async def test_each_bad_answer_has_its_class(route: QueryRoute, row: Bad) -> None:
    last = row.replies[-1]
    silence = 1.5 if last.silent or last.stalled else 20.0
    timeouts = QueryTimeouts(connect=20.0, silence=silence, whole=1.0 if last.pause else 20.0)
    limit = 150_000 if "comment" in row.what else LIMIT
    async with (
        ScriptedGateway() as gateway,
        query_client(gateway, route, timeouts=timeouts, answer_limit=limit) as client,
    ):
        gateway.replies.extend(row.replies)
        if again := last.drop and route is QueryRoute.REST:
            gateway.replies.append(last)  # aiohttp asks a GET once more
        with pytest.raises(PeopleSoftError) as caught:
            async for _ in client.rows(ACCOUNTS, record="poll 7"):
                pass
        error = caught.value
        assert (type(error), error.retry_after) == (row.kind, row.wait)
        assert row.said in str(error)
        assert (error.record, error.operation) == ("poll 7", "query APS_ACCOUNTS")
        assert error.remote.startswith(gateway.url)
        assert len(str(error)) < 4000
        assert len(gateway.seen) == len(row.replies) + again, "nothing is repeated by itself"


def test_the_table_is_as_long_as_the_ways_things_go_wrong() -> None:
    named = {(route, row.what) for route, row in CASES}
    assert len(named) == len(CASES) >= 100
    assert OutcomeUnknown not in {row.kind for _, row in CASES}


@pytest.mark.parametrize("route", list(QueryRoute))
async def test_a_password_that_the_remote_echoes_is_not_passed_on(route: QueryRoute) -> None:
    echo = f"<html>{CREDENTIALS.basic()} {CREDENTIALS.password}</html>".encode()
    async with ScriptedGateway() as gateway, query_client(gateway, route) as client:
        gateway.replies.append(Reply(body=echo, status=500))
        with pytest.raises(PeopleSoftError) as caught:
            await anext(client.rows(ACCOUNTS))
    assert CREDENTIALS.password not in str(caught.value)
    assert CREDENTIALS.basic().removeprefix("Basic ") not in str(caught.value)


async def test_nothing_listens() -> None:
    async with ScriptedGateway() as gateway:
        client = query_client(gateway)
    async with client:
        with pytest.raises(AGAIN):
            await anext(client.rows(ACCOUNTS))


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("kind", ["text/html", "application/json; charset=utf-8", "text/plain"])
async def test_an_answer_is_believed_in_any_dress(kind: str, zipped: bool) -> None:
    body = b"\xef\xbb\xbf \n" + JSON
    headers = {"Content-Type": kind, **({"Content-Encoding": "gzip"} if zipped else {})}
    async with ScriptedGateway() as gateway, query_client(gateway) as client:
        gateway.replies.append(Reply(body=gzip.compress(body) if zipped else body, headers=headers, piece=7))
        assert len([row async for row in client.rows(ACCOUNTS)]) == len(ROWS)
