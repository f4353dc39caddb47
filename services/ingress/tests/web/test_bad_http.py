"""What is hardly HTTP, or not what this port serves: refused before anything is known of a body."""

import gzip
import json
from typing import Any

import pytest
from basware.signature import HEADER, sign

SECRET = "möhkäle-1"
MARK = "mark-5b1e"
BODY = json.dumps(
    {"taskId": MARK, "taskStatus": "New", "taskType": "AccountingDocuments", "documentId": "d1"}
).encode()
SIGNED = f"{HEADER}: {sign(BODY, SECRET)}\r\n".encode()
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
HOST = b"Host: x\r\nConnection: close\r\n"


def request(
    headers: bytes = LENGTH,
    body: bytes = BODY,
    *,
    line: bytes = b"POST /webhooks/acme HTTP/1.1",
    host: bytes = HOST,
) -> bytes:
    """A genuine webhook as bytes, with whatever the arguments spoil."""
    return line + b"\r\n" + host + SIGNED + headers + b"\r\n" + body


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@pytest.mark.parametrize(
    "sent", [request(), request(CHUNKED, chunk(BODY[:9]) + chunk(BODY[9:]) + b"0\r\n\r\n")]
)
async def test_what_the_rows_spoil_is_otherwise_accepted(door: Any, sent: bytes) -> None:
    assert (await door.raw(sent)).startswith(b"HTTP/1.1 200")
    assert len(door.kafka.published) == 1


ROWS = [
    ("two lengths that differ", request(LENGTH + b"Content-Length: 5\r\n"), 400, "malformed"),
    ("two lengths that agree", request(LENGTH + LENGTH), 400, "malformed"),
    ("length and chunks", request(LENGTH + CHUNKED, chunk(BODY) + b"0\r\n\r\n"), 400, "malformed"),
    ("a list of lengths", request(b"Content-Length: 5, 5\r\n"), 400, "malformed"),
    ("a negative length", request(b"Content-Length: -5\r\n"), 400, "malformed"),
    ("a length with a plus", request(b"Content-Length: +5\r\n"), 400, "malformed"),
    ("a length in hex", request(b"Content-Length: 0x5\r\n"), 400, "malformed"),
    ("a length of nothing", request(b"Content-Length: \r\n"), 400, "malformed"),
    ("a length of letters", request(b"Content-Length: many\r\n"), 400, "malformed"),
    ("a length beyond all numbers", request(b"Content-Length: " + b"9" * 30 + b"\r\n"), 400, "malformed"),
    ("a length of a terabyte", request(b"Content-Length: 1099511627776\r\n"), 413, "too_large"),
    ("a chunk size of letters", request(CHUNKED, b"zz\r\n{}\r\n0\r\n\r\n"), 400, "malformed"),
    ("a negative chunk", request(CHUNKED, b"-1\r\n{}\r\n0\r\n\r\n"), 400, "malformed"),
    ("a chunk beyond all numbers", request(CHUNKED, b"f" * 20 + b"\r\n{}\r\n0\r\n\r\n"), 400, "malformed"),
    ("a chunk without its end", request(CHUNKED, b"2\r\n{}XX0\r\n\r\n"), 400, "malformed"),
    ("a chunk size with blanks", request(CHUNKED, b" 2 \r\n{}\r\n0\r\n\r\n"), 400, "malformed"),
    ("too many bytes in chunks", request(CHUNKED, chunk(b" " * 70_000)), 413, "too_large"),
    ("chunks twice", request(b"Transfer-Encoding: chunked, chunked\r\n", chunk(BODY)), 400, "malformed"),
    ("chunks before another coding", request(b"Transfer-Encoding: chunked, gzip\r\n"), 400, "malformed"),
    ("an unknown transfer coding", request(b"Transfer-Encoding: xchunked\r\n"), 400, "malformed"),
    ("a header folded over two lines", request(LENGTH + b"X-A: 1\r\n 2\r\n"), 400, "malformed"),
    ("a blank before the colon", request(b"Content-Length : 5\r\n"), 400, "malformed"),
    ("a header without a colon", request(LENGTH + b"X-A\r\n"), 400, "malformed"),
    ("a header without a name", request(LENGTH + b": 1\r\n"), 400, "malformed"),
    ("a header name with a blank", request(LENGTH + b"X A: 1\r\n"), 400, "malformed"),
    ("a nul in a header", request(LENGTH + b"X-A: 1\x002\r\n"), 400, "malformed"),
    ("a carriage return in a header", request(LENGTH + b"X-A: 1\r2\r\n"), 400, "malformed"),
    ("a long header", request(LENGTH + b"X-A: " + b"x" * 5000 + b"\r\n"), 400, "malformed"),
    ("very many headers", request(LENGTH + b"X-A: 1\r\n" * 100), 400, "malformed"),
    ("a long target", request(line=b"POST /webhooks/" + b"a" * 5000 + b" HTTP/1.1"), 400, "malformed"),
    ("a long query", request(line=b"POST /webhooks/acme?" + b"a" * 5000 + b" HTTP/1.1"), 400, "malformed"),
    ("a blank in the target", request(line=b"POST /webhooks/ac me HTTP/1.1"), 400, "malformed"),
    ("a version of the future", request(line=b"POST /webhooks/acme HTTP/9.9"), 400, "malformed"),
    ("another protocol", request(line=b"POST /webhooks/acme ICE/1.0"), 400, "malformed"),
    ("a method in small letters", request(line=b"post /webhooks/acme HTTP/1.1"), 400, "malformed"),
    ("a method that does not exist", request(line=b"PUNCH /webhooks/acme HTTP/1.1"), 400, "malformed"),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed"),
    ("TLS on a plain port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 60, 400, "malformed"),
    ("garbage", b"GARBAGE\r\n\r\n", 400, "malformed"),
    ("an expectation nobody has", request(LENGTH + b"Expect: miracles\r\n"), 417, "expectation"),
    ("compressed with gzip", request(LENGTH + b"Content-Encoding: gzip\r\n"), 415, "content_encoding"),
    ("compressed twice", request(LENGTH + b"Content-Encoding: identity, br\r\n"), 415, "content_encoding"),
    ("another unknown coding", request(LENGTH + b"Content-Encoding: zebra\r\n"), 415, "content_encoding"),
    ("GET", request(line=b"GET /webhooks/acme HTTP/1.1"), 405, "method"),
    ("PUT", request(line=b"PUT /webhooks/acme HTTP/1.1"), 405, "method"),
    ("OPTIONS", request(line=b"OPTIONS /webhooks/acme HTTP/1.1"), 405, "method"),
    ("TRACE", request(line=b"TRACE /webhooks/acme HTTP/1.1"), 405, "method"),
    ("the root", request(line=b"POST / HTTP/1.1"), 404, "path"),
    ("no connection", request(line=b"POST /webhooks/ HTTP/1.1"), 404, "path"),
    ("a path below", request(line=b"POST /webhooks/acme/more HTTP/1.1"), 404, "path"),
    ("a slash too many", request(line=b"POST //webhooks/acme HTTP/1.1"), 404, "path"),
    ("a step up", request(line=b"POST /webhooks/../metrics HTTP/1.1"), 404, "path"),
    ("the metrics", request(line=b"GET /metrics HTTP/1.1"), 404, "path"),
    ("the readiness", request(line=b"GET /readyz HTTP/1.1"), 404, "path"),
    ("a proxy's asterisk", request(line=b"OPTIONS * HTTP/1.1"), 404, "path"),
]


@pytest.mark.parametrize(("sent", "status", "reason"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
async def test_broken_or_strange_http_is_refused_and_counted(
    door: Any, refused: Any, sent: bytes, status: int, reason: str
) -> None:
    with refused(reason):
        answer = await door.raw(sent)
    assert answer.startswith((b"HTTP/1.1 %d" % status, b"HTTP/1.0 %d" % status))
    assert b"Traceback" not in answer
    if reason != "malformed":  # the parser shows a sender where its own bytes are wrong
        assert MARK.encode() not in answer


@pytest.mark.parametrize(
    "signatures",
    [
        pytest.param([sign(BODY, SECRET), "wrong"], id="right then wrong"),
        pytest.param(["wrong", sign(BODY, SECRET)], id="wrong then right"),
        pytest.param([sign(BODY, SECRET)] * 2, id="right twice"),
    ],
)
async def test_of_several_signature_headers_none_is_believed(
    door: Any, refused: Any, signatures: list[str]
) -> None:
    headers = "".join(f"{HEADER}: {signature}\r\n" for signature in signatures).encode()
    with refused("signature", connection="acme"):
        answer = await door.raw(request().replace(SIGNED, headers))
    assert answer.startswith(b"HTTP/1.1 401")
    assert MARK.encode() not in answer


async def test_a_signature_after_the_body_comes_too_late(door: Any, refused: Any) -> None:
    sent = request(CHUNKED, chunk(BODY) + b"0\r\n" + SIGNED + b"\r\n").replace(SIGNED, b"", 1)
    with refused("signature", connection="acme"):
        assert (await door.raw(sent)).startswith(b"HTTP/1.1 401")


async def test_a_second_request_in_the_body_is_only_a_body(door: Any, refused: Any) -> None:
    """A body that is itself a request must not be answered as one."""
    inner = request()
    with refused("signature", connection="acme"):
        answer = await door.raw(request(b"Content-Length: %d\r\n" % len(inner), inner))
    assert answer.count(b"HTTP/1.1") == 1


async def test_a_genuine_body_that_was_compressed_on_the_way_is_not_unpacked(door: Any, refused: Any) -> None:
    packed = gzip.compress(BODY)
    sent = request(b"Content-Encoding: gzip\r\nContent-Length: %d\r\n" % len(packed), packed)
    with refused("content_encoding"):
        assert (await door.raw(sent)).startswith(b"HTTP/1.1 415")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(request(LENGTH + b"Expect: 100-continue\r\n"), id="asks before it sends"),
        pytest.param(request(LENGTH + b"Content-Encoding: identity\r\n"), id="says that nothing was done"),
        pytest.param(request(LENGTH + b"Upgrade: h2c\r\n"), id="offers HTTP/2"),
        pytest.param(request(line=b"POST /webhooks/acme?from=basware HTTP/1.1"), id="with a query"),
        pytest.param(request(line=b"POST /webhooks/%61cme HTTP/1.1"), id="with an escaped letter"),
        pytest.param(request(line=b"POST http://x/webhooks/acme HTTP/1.1"), id="through a proxy"),
        pytest.param(request(line=b"POST /webhooks/acme HTTP/1.0"), id="in HTTP/1.0"),
        pytest.param(request().replace(b"X-BWAPI", b"x-bwapi"), id="header in small letters"),
        pytest.param(request().replace(b"256: ", b"256: \t  "), id="blanks before the signature"),
        pytest.param(request(LENGTH + b"Content-Type: text/plain\r\n"), id="another content type"),
    ],
)
async def test_what_is_only_unusual_is_accepted(door: Any, sent: bytes) -> None:
    answer = await door.raw(sent)
    assert b"HTTP/1.1 200" in answer or b"HTTP/1.0 200" in answer
    assert len(door.kafka.published) == 1
