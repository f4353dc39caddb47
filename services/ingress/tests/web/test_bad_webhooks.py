"""Whatever is wrong with a webhook: the status says whose fault it is, and nothing is published."""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from basware.signature import HEADER, sign
from prometheus_client import REGISTRY

HEAD = b"POST /webhooks/acme HTTP/1.1\r\nHost: x\r\n"
MakeNotification = Callable[..., bytes]
SECRET = "möhkäle-1"
GOOD = json.dumps(
    {"taskId": "t1", "taskStatus": "New", "taskType": "AccountingDocuments", "documentId": "d1"}
).encode()


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("sha256=", id="prefix only"),
        pytest.param(sign(GOOD, "guess"), id="another secret"),
        pytest.param(sign(GOOD, ""), id="empty secret"),
        pytest.param(sign(GOOD, "decoy 0"), id="a decoy"),
        pytest.param(sign(GOOD + b" ", SECRET), id="another body"),
        pytest.param(sign(GOOD, SECRET)[:-1], id="too short"),
        pytest.param(sign(GOOD, SECRET) + "0", id="too long"),
        pytest.param(sign(GOOD, SECRET).replace("sha256=", "sha1="), id="another algorithm"),
        pytest.param(sign(GOOD, SECRET).replace("sha256=", "sha256:"), id="another separator"),
        pytest.param("z" * 64, id="not hex"),
        pytest.param("0" * 64, id="zeros"),
        pytest.param(sign(GOOD, SECRET, "base64")[:-4] + "====", id="broken base64"),
        pytest.param("A" * 3000, id="very long"),
        pytest.param("ünïcode", id="not ascii"),
        pytest.param(f"{sign(GOOD, SECRET)}, {sign(GOOD, SECRET)}", id="two"),
    ],
)
@pytest.mark.parametrize("to", ["acme", "nobody"])
async def test_without_a_valid_signature_everybody_hears_the_same_401(
    door: Any, signature: str | None, to: str
) -> None:
    status, text, _ = await door.send(GOOD, to=to, signature=signature, sign_with=None)
    assert (status, text) == (401, "signature required")
    assert door.kafka.published == []


@pytest.mark.parametrize(
    "to",
    ["nobody", "ACME", "acme2", "acm%65x", "%252e%252e", "acme%00", "%F0%9F%92%A5", "a" * 500, "acme%2Facme"],
)
async def test_an_unknown_connection_is_refused_as_a_wrong_signature_is(door: Any, to: str) -> None:
    status, text, _ = await door.send(GOOD, to=to)
    assert (status, text) == (401, "signature required")
    assert door.kafka.published == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"[%s]" % GOOD, id="a list of one"),
        pytest.param(b'"text"', id="a text"),
        pytest.param(b"<xml/>", id="xml"),
        pytest.param(b"taskId=t1&taskType=AccountingDocuments", id="a form"),
        pytest.param(GOOD + b"{}", id="two objects"),
        pytest.param(b"\xff\xfe\x00", id="not utf-8"),
        pytest.param(gzip.compress(GOOD), id="compressed"),
        pytest.param(b"[" * 60_000, id="very deep"),
        pytest.param(b'{"a":' * 10_000, id="very deep objects"),
        pytest.param(b'{"taskId":NaN}', id="not a number"),
    ],
)
async def test_signed_but_no_notification_is_400(door: Any, body: bytes) -> None:
    status, text, _ = await door.send(body)
    assert status == 400
    assert len(text) < 500
    assert door.kafka.published == []


@pytest.mark.parametrize(
    "changes",
    [
        {"taskId": ...},
        {"taskId": None},
        {"taskId": ""},
        {"taskId": 7},
        {"taskId": "t" * 1000},
        {"taskId": "a\nb"},
        {"taskStatus": ...},
        {"taskType": ...},
        {"taskType": {"name": "AccountingDocuments"}},
        {"documentId": ...},
        {"documentId": ["63255782d0a04d8d8defcc6a0062101d"]},
        {"documentId": "d" * 37},
        {"documentId": ""},
        {"taskSubType": 5},
    ],
)
async def test_a_notification_with_a_bad_field_is_400_and_names_it(
    door: Any, make_notification: MakeNotification, changes: dict[str, Any]
) -> None:
    status, text, _ = await door.send(make_notification(**changes))
    assert status == 400
    assert next(iter(changes)) in text
    assert door.kafka.published == []


async def test_a_stranger_is_not_told_what_is_wrong_with_the_body(door: Any) -> None:
    status, text, _ = await door.send(b"{", sign_with="guess")
    assert (status, text) == (401, "signature required")


async def test_a_body_is_bounded_whether_or_not_its_length_is_announced(door: Any) -> None:
    largest = b'{"x":"%s"}' % (b"x" * (64 * 1024 - 8))
    assert len(largest) == 64 * 1024
    assert (await door.send(largest))[0] == 400
    assert (await door.send(largest + b" "))[0] == 413

    async def without_length() -> Any:
        for _ in range(100):
            yield b" " * 1024

    async with door.client.post(f"{door.url}/webhooks/acme", data=without_length()) as answer:
        assert answer.status == 413
    assert door.kafka.published == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/webhooks/acme", 405),
        ("PUT", "/webhooks/acme", 405),
        ("DELETE", "/webhooks/nobody", 405),
        ("POST", "/", 404),
        ("POST", "/webhooks", 404),
        ("POST", "/webhooks/", 404),
        ("POST", "/webhooks/acme/more", 404),
        ("GET", "/metrics", 404),
        ("GET", "/readyz", 404),
    ],
)
async def test_the_public_port_serves_webhooks_and_nothing_else(
    door: Any, method: str, path: str, status: int
) -> None:
    async with door.client.request(method, door.url + path, data=GOOD) as answer:
        assert answer.status == status


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(
            HEAD + b"X-Long: " + b"x" * 20_000 + b"\r\n\r\n",
            id="long header",
        ),
        pytest.param(b"POST /webhooks/" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="long path"),
        pytest.param(b"GARBAGE\r\n\r\n", id="no http"),
        pytest.param(
            HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="two lengths",
        ),
        pytest.param(HEAD + b"Content-Length: -5\r\n\r\n", id="negative length"),
    ],
)
async def test_broken_http_is_refused(door: Any, head: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(head)
    async with asyncio.timeout(5):
        answer = await reader.readline()
    writer.close()
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert door.kafka.published == []


@pytest.mark.parametrize("head", [b"", b"POST /webhooks/acme HTTP/1.1\r\nHo"])
async def test_a_connection_that_brings_no_whole_head_is_closed(door: Any, head: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(head)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def test_a_sender_who_hangs_up_in_the_middle_harms_nobody(
    door: Any, make_notification: MakeNotification
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(HEAD + b"Content-Length: 500\r\n\r\n{")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await door.send(make_notification()))[0] == 200


async def test_refusals_are_counted_by_reason_and_strangers_make_no_labels(door: Any) -> None:
    before = (
        _refused("unknown", "unknown_connection"),
        _refused("acme", "signature"),
        _refused("acme", "body"),
    )
    await door.send(GOOD, to="stranger-1")
    await door.send(GOOD, sign_with="guess")
    await door.send(b"{")
    after = _refused("unknown", "unknown_connection"), _refused("acme", "signature"), _refused("acme", "body")
    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1, 1]
    assert (
        REGISTRY.get_sample_value(
            "apstream_webhooks_refused_total", {"connection": "stranger-1", "reason": "unknown_connection"}
        )
        is None
    )


async def test_a_header_of_several_signatures_is_not_searched_for_one_that_fits(door: Any) -> None:
    headers = [(HEADER, "wrong"), (HEADER, sign(GOOD, SECRET))]
    async with door.client.post(f"{door.url}/webhooks/acme", data=GOOD, headers=headers) as answer:
        assert answer.status == 401


def _refused(connection: str, reason: str) -> float:
    labels = {"connection": connection, "reason": reason}
    return REGISTRY.get_sample_value("apstream_webhooks_refused_total", labels) or 0.0
