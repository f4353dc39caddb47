import gzip
import json
from decimal import Decimal

import aiohttp
import pytest
from basware import BaswareClient, BaswareError, Limits, NotFound, ProtocolError, Refused, RetryLater
from basware.testing import Canned, StubApi

INVOICE = "63000000000000000000000000000001"
PATH = f"/v1/accountingDocuments/{INVOICE}"
RAW = b'{ "invoiceId" : "63000000000000000000000000000001",\n "grossSum": 1234.10, "n": 5, "t": "\xc3\xa4\\u00e4" }'
WRAPPED = b'{"accountingDocuments": [ ' + RAW + b" ]}"


@pytest.mark.parametrize(
    "body",
    [
        WRAPPED,
        b"[" + RAW + b"]",
        RAW,
        b"\xef\xbb\xbf" + WRAPPED,
        b'{"extra": {"a": [1]}, "accountingDocuments": [' + RAW + b'], "more": null}\n',
        b'[{"invoiceId": "another"},' + RAW + b"]",
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/octet-stream"])
async def test_a_document_keeps_its_own_bytes_and_its_decimals(
    stub: StubApi, client: BaswareClient, body: bytes, content_type: str
) -> None:
    stub.script("GET", PATH, Canned(body=body, headers={"Content-Type": content_type}))
    document = await client.get_document(INVOICE)
    assert document.raw == RAW
    assert document.invoice_id == INVOICE
    assert document.content == {
        "invoiceId": INVOICE,
        "grossSum": Decimal("1234.10"),
        "n": 5,
        "t": "ää",
    }
    assert str(document.content["grossSum"]) == "1234.10"


async def test_a_redirect_is_followed_without_authorization_and_byte_by_byte(
    stub: StubApi, client: BaswareClient
) -> None:
    target = "/bucket/a%2Fb%20c+d?X-Amz-Signature=ab%2Fc%3D&x=%7e"
    stub.script("GET", PATH, Canned(status=302, headers={"Location": stub.url("storage") + target}))
    stub.script("GET", "/bucket/a%2Fb%20c+d", Canned(body=WRAPPED), origin="storage")
    document = await client.get_document(INVOICE, traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    assert document.raw == RAW
    first, second = stub.requests[-2:]
    assert first.headers["authorization"] == "Bearer token-1"
    assert first.headers["traceparent"] == f"00-{'a' * 32}-{'b' * 16}-01"
    assert (second.origin, second.target) == ("storage", target)
    assert "authorization" not in second.headers
    assert "traceparent" not in second.headers
    assert second.headers["host"] == stub.url("storage").removeprefix("http://")


async def test_a_redirect_within_the_api_gets_no_authorization_either(
    stub: StubApi, client: BaswareClient
) -> None:
    stub.script("GET", PATH, Canned(status=307, headers={"Location": "/stored/1"}))
    stub.script("GET", "/stored/1", Canned(body=WRAPPED))
    await client.get_document(INVOICE)
    assert "authorization" not in stub.seen("GET", "/stored/1")[0].headers


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "http://storage.example/doc",
        "http://10.0.0.1/doc",
        "http://127.0.0.1.example.com/doc",
        "ftp://127.0.0.1/doc",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://user:secret@storage.example/doc",
        "https://storage.example:0/doc",
        "https://storage.example:99999/doc",
        "https://[::1/doc",
        "https://",
        "//storage.example/doc",
        "https://storage.example/a b",
        "https://storage.example/" + "a" * 9000,
    ],
)
async def test_a_redirect_elsewhere_is_not_followed(
    stub: StubApi, client: BaswareClient, location: str | None
) -> None:
    headers = {} if location is None else {"Location": location}
    stub.script("GET", PATH, Canned(status=302, headers=headers))
    with pytest.raises(ProtocolError) as failed:
        await client.get_document(INVOICE)
    assert "secret" not in str(failed.value)
    assert "aaaa" not in str(failed.value)


async def test_redirects_that_do_not_end_are_given_up(stub: StubApi, client: BaswareClient) -> None:
    stub.script("GET", PATH, Canned(status=302, headers={"Location": "/round"}))
    stub.script("GET", "/round", Canned(status=302, headers={"Location": "/round"}))
    with pytest.raises(ProtocolError, match="more than 2 times"):
        await client.get_document(INVOICE)
    assert len(stub.seen("GET", "/round")) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Canned(status=403, body=b"<Error><Code>AccessDenied</Code></Error>"), RetryLater),
        (Canned(status=404, body=b"<Error><Code>NoSuchKey</Code></Error>"), RetryLater),
        (Canned(status=401), RetryLater),
        (Canned(status=503, headers={"Retry-After": "3"}), RetryLater),
        (Canned(status=400, body=b"<Error><Code>InvalidArgument</Code></Error>"), ProtocolError),
        (Canned(status=206, body=WRAPPED), ProtocolError),
        (Canned(body=b"<html>"), ProtocolError),
        (Canned(drop=True), RetryLater),
    ],
)
async def test_a_refusing_document_store_is_no_matter_of_credentials(
    stub: StubApi, client: BaswareClient, answer: Canned, kind: type[BaswareError]
) -> None:
    stub.script(
        "GET", PATH, Canned(status=302, headers={"Location": f"{stub.url('storage')}/d?sig=topsecret"})
    )
    stub.script("GET", "/d", answer, origin="storage")
    with pytest.raises(kind) as failed:
        await client.get_document(INVOICE)
    assert stub.tokens_given == 1
    assert failed.value.retry_after == (3.0 if answer.status == 503 else None)
    assert "topsecret" not in f"{failed.value} {vars(failed.value)}"


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (Canned(body=b""), ProtocolError, "empty"),
        (Canned(body=b" \n"), ProtocolError, "empty"),
        (Canned(body=b"<html><body>Sign on</body></html>"), ProtocolError, "Sign on"),
        (Canned(body=WRAPPED[:-1]), ProtocolError, "character"),
        (Canned(body=WRAPPED[:60]), ProtocolError, "character"),
        (Canned(body=WRAPPED + b"x"), ProtocolError, "more text"),
        (Canned(body=b'{"accountingDocuments": [' + RAW + b",]}"), ProtocolError, "expected"),
        (Canned(body=b'{"accountingDocuments" [' + RAW + b"]}"), ProtocolError, "':' was expected"),
        (Canned(body=b'{7: 1, "accountingDocuments": []}'), ProtocolError, "name was expected"),
        (Canned(body=b'{"accountingDocuments": []}'), ProtocolError, "another document .*: none"),
        (Canned(body=b'{"accountingDocuments": null}'), ProtocolError, "another document"),
        (Canned(body=b'{"accountingDocuments": [null]}'), ProtocolError, "not an object"),
        (Canned(body=b'{"accountingDocuments": [{}]}'), ProtocolError, "without invoiceId"),
        (Canned(body=b'{"accountingDocuments": [{"invoiceId": 6}]}'), ProtocolError, "without invoiceId"),
        (Canned(body=b'[{"invoiceId": "wrong-one"}]'), ProtocolError, "wrong-one"),
        (Canned(body=b"[" + RAW + b"," + RAW + b"]"), ProtocolError, "2 times"),
        (Canned(body=b'{"message": "Success"}'), ProtocolError, "without invoiceId"),
        (Canned(body=b"null"), ProtocolError, "neither an object"),
        (Canned(body=b"7"), ProtocolError, "neither an object"),
        (Canned(body=b"[" * 30_000), ProtocolError, "too deeply"),
        (Canned(body=b'[{"invoiceId": NaN}]'), ProtocolError, "NaN"),
        (Canned(body=b'[{"grossSum": 1e99999999999999999999}]'), ProtocolError, "number"),
        (Canned(body=b'[{"invoiceId": "\xff"}]'), ProtocolError, "UTF-8"),
        (Canned(body=b" " * 100_001), ProtocolError, "larger than 100000 bytes"),
        (Canned(body=b"not gzip at all", headers={"Content-Encoding": "gzip"}), RetryLater, "broke"),
        (Canned(body=WRAPPED, cut=20), RetryLater, "broke"),
        (Canned(drop=True), RetryLater, "broke"),
        (Canned(hang=True), RetryLater, "time allowed"),
        (Canned(raw=b"SSH-2.0-OpenSSH\r\n\r\n"), ProtocolError, "not HTTP"),
        (Canned(status=204), ProtocolError, "does not have"),
        (Canned(status=304), ProtocolError, "does not have"),
        (Canned.of_json({"message": "Not found"}, status=404), NotFound, "Not found"),
        (Canned(status=404, body=b"<html>IIS</html>"), ProtocolError, "page"),
        (Canned(status=405), Refused, "refused"),
        (Canned.of_json({"message": "Too Many Requests"}, status=429), RetryLater, "Too Many Requests"),
        (Canned.of_json({"message": "Endpoint request timed out"}, status=504), RetryLater, "timed out"),
        (Canned(status=500, body=b"<html>oops</html>"), RetryLater, "oops"),
        (Canned(status=503), RetryLater, "at the moment"),
    ],
)
async def test_a_bad_answer_is_told_apart(
    stub: StubApi, client: BaswareClient, answer: Canned, kind: type[BaswareError], says: str
) -> None:
    stub.script("GET", PATH, answer)
    with pytest.raises(kind, match=says) as failed:
        await client.get_document(INVOICE)
    assert (failed.value.operation, failed.value.record) == ("get_document", INVOICE)
    assert failed.value.remote == "127.0.0.1"
    assert failed.value.advice
    assert len(failed.value.excerpt) <= 301
    assert not failed.value.may_have_taken_effect


async def test_a_compressed_answer_is_bounded_by_its_real_size(stub: StubApi, client: BaswareClient) -> None:
    bomb = gzip.compress(b" " * 5_000_000)
    stub.script("GET", PATH, Canned(body=bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(ProtocolError, match="larger than"):
        await client.get_document(INVOICE)


async def test_without_a_connection_nothing_was_sent(session: aiohttp.ClientSession) -> None:
    async with StubApi() as stub:
        gone = stub.url()
    client = BaswareClient(base_url=gone, client_id="a", client_secret="b", session=session)
    with pytest.raises(RetryLater, match="no connection"):
        await client.get_document(INVOICE)


async def test_a_server_that_does_not_speak_tls_is_tried_later(session: aiohttp.ClientSession) -> None:
    async with StubApi() as stub:
        client = BaswareClient(
            base_url=stub.url().replace("http:", "https:"),
            client_id="a",
            client_secret="b",
            session=session,
            limits=Limits(connect=0.3),
        )
        with pytest.raises(RetryLater, match="no connection"):
            await client.get_document(INVOICE)


async def test_a_large_document_within_the_bound_is_read(stub: StubApi, client: BaswareClient) -> None:
    row = {"externalCode": "x" * 30, "netTotal": 1.1}
    body = json.dumps({"accountingDocuments": [{"invoiceId": INVOICE, "codingRows": [row] * 1400}]}).encode()
    assert 80_000 < len(body) < 100_000
    stub.script("GET", PATH, Canned(body=body))
    rows = (await client.get_document(INVOICE)).content["codingRows"]
    assert isinstance(rows, list)
    assert len(rows) == 1400


@pytest.mark.parametrize("invoice_id", ["", " ", ".", "..", "x" * 37, "a\nb", "a\x00b", "\ud800"])
async def test_an_impossible_id_is_not_sent(stub: StubApi, client: BaswareClient, invoice_id: str) -> None:
    with pytest.raises(ValueError, match="invoiceId"):
        await client.get_document(invoice_id)
    assert stub.requests == []


async def test_an_id_cannot_leave_its_place_in_the_path(stub: StubApi, client: BaswareClient) -> None:
    with pytest.raises(NotFound):
        await client.get_document("../x?y=1#z/ä")
    assert stub.requests[-1].target == "/v1/accountingDocuments/..%2Fx%3Fy%3D1%23z%2F%C3%A4"


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.example",
        "ftp://api.example",
        "api.example",
        "",
        "https://u:p@api.example",
        "https://a?x=1",
        "https://[",
    ],
)
async def test_an_unsafe_base_url_is_refused(session: aiohttp.ClientSession, base_url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        BaswareClient(base_url=base_url, client_id="a", client_secret="b", session=session)
