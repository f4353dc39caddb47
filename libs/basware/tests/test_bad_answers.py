"""Everything a remote can do wrong, met by every call: what the client makes of it, and whether a write is in doubt."""

import gzip
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from basware import (
    AlreadyAcknowledged,
    AnswerTooLarge,
    BaswareClient,
    BaswareError,
    CredentialsRefused,
    ImportRefused,
    Limits,
    NotFound,
    OutcomeUnknown,
    ProtocolError,
    Refused,
    RetryLater,
)
from basware.testing import Canned, StubApi

INVOICE = "63000000000000000000000000000001"
CODE = "b7f9f1b6-0f6c-5a5e-8f55-6d2f60a1f0aa"
DOCUMENTS = "/v1/accountingDocuments"

LISTS = ("list", "records", "statuses")
READS = ("get", *LISTS, "requestStatus")
WRITES = ("acknowledge", "respond", "forget", "import")
EVERY = (*READS, *WRITES)
Calls = dict[str, tuple[str, str, Callable[[BaswareClient], Awaitable[object]]]]

GOOD = {
    "get": Canned.of_json({"accountingDocuments": [{"invoiceId": INVOICE}]}),
    "list": Canned.of_json({"accountingDocuments": [{"invoiceId": INVOICE}]}),
    "requestStatus": Canned.of_json({"requestStatus": [{"requestId": "req-1"}]}),
    "records": Canned.of_json({"vendorEntities": [{"externalCode": "V1"}]}),
    "statuses": Canned.of_json({"requestStatus": [{"requestId": "req-1"}]}),
    "import": Canned.of_json([{"externalCode": "V1"}]),
    "acknowledge": Canned.of_json("Acknowledged"),
    "respond": Canned.of_json({"externalCode": CODE}),
    "forget": Canned(),
}

SIGN_ON = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>password</body></html>"
GATEWAY = {"Content-Type": "application/json", "x-amzn-RequestId": "req-of-gateway"}


def page(status: int = 200) -> Canned:
    return Canned(status=status, body=SIGN_ON, headers={"Content-Type": "text/html"})


def words(message: str, status: int) -> Canned:
    return Canned.of_json({"message": message}, status=status, headers=GATEWAY)


Row = tuple[Canned, type[BaswareError], type[BaswareError], bool]


def busy(answer: Canned) -> Row:
    """Try again later; nothing was done."""
    return answer, RetryLater, RetryLater, False


def broken(answer: Canned) -> Row:
    """Try again later; a write may have been done before it broke."""
    return answer, RetryLater, RetryLater, True


def lost(answer: Canned) -> Row:
    """No whole answer came back."""
    return answer, RetryLater, OutcomeUnknown, True


def denied(answer: Canned) -> Row:
    """Credentials that no renewal helps."""
    return answer, CredentialsRefused, CredentialsRefused, False


def refused(answer: Canned) -> Row:
    """The API's own no."""
    return answer, Refused, Refused, False


def foreign(answer: Canned) -> Row:
    """Something in between answered, and passed nothing on."""
    return answer, ProtocolError, ProtocolError, False


def nonsense(answer: Canned) -> Row:
    """No answer of the API, whatever happened there."""
    return answer, ProtocolError, ProtocolError, True


def raw(text: bytes, *, stall: bool = False) -> Canned:
    return Canned(raw=text, stall=stall)


OK = b"HTTP/1.1 200 OK\r\n"
PACKED = {"Content-Encoding": "gzip"}
SENT_AWAY = {"Location": "https://user:password@login.example/"}
LARGE = b'"' + b" " * 300_000

ANSWERS: dict[str, Row] = {
    "429 of the gateway": busy(words("Too Many Requests", 429)),
    "429 of a usage plan": busy(words("Limit Exceeded", 429)),
    "429 with a page": busy(page(429)),
    "429 empty": busy(Canned(status=429)),
    "408 of the server": busy(Canned(status=408)),
    "421 of a balancer": busy(Canned(status=421)),
    "425 of a balancer": busy(Canned(status=425)),
    "500 of the platform": broken(words("Internal server error", 500)),
    "500 with a page": broken(page(500)),
    "502 of the gateway": broken(words("Bad Gateway", 502)),
    "503 of the gateway": broken(words("Service Unavailable", 503)),
    "504 of the gateway": broken(words("Endpoint request timed out", 504)),
    "507 of somebody": broken(Canned(status=507)),
    "599 of a proxy": broken(page(599)),
    "401 for ever": denied(words("Unauthorized", 401)),
    "401 with a page": denied(page(401)),
    "403 for ever": denied(words("Forbidden", 403)),
    "403 of the wrong path": denied(words("Missing Authentication Token", 403)),
    "400 of the API": refused(words("PARAMETER_VALIDATION_ERROR", 400)),
    "400 empty": refused(Canned(status=400)),
    "409 of the API": refused(words("CONFLICT_IN_POST", 409)),
    "413 of the gateway": refused(words("Request Too Long", 413)),
    "415 of the API": refused(words("Unsupported Media Type", 415)),
    "422 of the API": refused(words("UnprocessableEntity", 422)),
    "400 with a page": foreign(page(400)),
    "403 of a firewall": foreign(page(403)),
    "404 with a page": foreign(page(404)),
    "405 with a page": foreign(page(405)),
    "407 of a proxy": foreign(words("Proxy Authentication Required", 407)),
    "redirect to a sign-on page": foreign(Canned(status=302, headers=SENT_AWAY)),
    "redirect without address": foreign(Canned(status=307)),
    "300 of somebody": foreign(Canned(status=300)),
    "304 of a cache": foreign(Canned(status=304)),
    "206 of a cache": nonsense(Canned(status=206, body=b"{}")),
    "sign-on page": nonsense(page()),
    "sign-on page said to be JSON": nonsense(Canned(body=b"\xef\xbb\xbf \n" + SIGN_ON, headers=GATEWAY)),
    "too large": (Canned(body=LARGE), AnswerTooLarge, AnswerTooLarge, True),
    "too large once unpacked": (
        Canned(body=gzip.compress(LARGE), headers=PACKED),
        AnswerTooLarge,
        AnswerTooLarge,
        True,
    ),
    "large refusal": (Canned(status=400, body=LARGE), AnswerTooLarge, AnswerTooLarge, False),
    "cut short": lost(Canned(body=b'{"a": [', cut=3)),
    "packed and cut short": lost(Canned(body=gzip.compress(b"x" * 9000), cut=20, headers=PACKED)),
    "said to be packed": lost(Canned(body=b"plain", headers=PACKED)),
    "closed without a word": lost(Canned(drop=True)),
    "connection reset": lost(Canned(reset=True)),
    "no answer": lost(Canned(hang=True)),
    "stuck in the body": lost(raw(OK + b"Content-Length: 100\r\n\r\n{", stall=True)),
    "another protocol": nonsense(raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")),
    "TLS where none was asked": nonsense(raw(b"\x15\x03\x01\x00\x02\x02\x16\r\n\r\n")),
    "a header without end": nonsense(raw(OK + b"X: " + b"x" * 20_000 + b"\r\n\r\n")),
    "a length that is none": nonsense(raw(OK + b"Content-Length: -1\r\n\r\n")),
    "two lengths": nonsense(raw(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}")),
    "a chunk that is none": nonsense(raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n")),
    "a status that is none": nonsense(raw(b"HTTP/1.1 abc OK\r\n\r\n")),
}


@pytest.fixture
def client(request: pytest.FixtureRequest, stub: StubApi, session: aiohttp.ClientSession) -> BaswareClient:
    """Bounded alike for every call, so that one answer is too large for all; impatient where none will come."""
    bad = request.node.callspec.params.get("bad")
    waits = bad is not None and (ANSWERS[bad][0].hang or ANSWERS[bad][0].stall)
    limits = Limits(
        read=0.2 if waits else 5.0,
        document_bytes=200_000,
        page_bytes=200_000,
        answer_bytes=200_000,
        import_bytes=200_000,
    )
    return BaswareClient(
        base_url=stub.url(), client_id="acme", client_secret="s3cret", session=session, limits=limits
    )


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("bad", ANSWERS)
async def test_a_bad_answer_is_told_apart(
    calls: Calls, stub: StubApi, client: BaswareClient, bad: str, name: str
) -> None:
    answer, read, write, in_doubt = ANSWERS[bad]
    method, path, ask = calls[name]
    stub.script(method, path, answer)
    with pytest.raises(BaswareError) as failed:
        await ask(client)
    error = failed.value
    expected = write if name in WRITES else read
    if name == "import" and expected is Refused:
        # Another request on the same records is what a conflict means to an import.
        expected = RetryLater if answer.status == 409 else ImportRefused
    assert type(error) is expected
    assert error.may_have_taken_effect is (name in WRITES and in_doubt)
    assert error.advice
    assert len(error.excerpt) <= 301
    assert "password@" not in str(error)
    renewed = answer.status == 401 or (answer.status == 403 and "page" not in bad and "firewall" not in bad)
    shrunk = {100, 20, 4, 1} if name in LISTS and read is AnswerTooLarge else {100}
    asked = len(stub.seen(method, path))
    if answer.drop or answer.reset:
        # aiohttp repeats a read whose connection was closed on it, and never a write.
        assert asked == 1 or name in READS
    else:
        assert asked == (2 if renewed else len(shrunk))
    assert stub.tokens_given == (2 if renewed else 1)
    if answer.headers == GATEWAY and answer.status != 200:
        assert error.request_id == "req-of-gateway"
        assert error.entities


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("status", [401, 403])
async def test_a_token_that_ended_early_costs_one_renewal(
    calls: Calls, stub: StubApi, client: BaswareClient, name: str, status: int
) -> None:
    method, path, ask = calls[name]
    stub.script(method, path, words("The incoming token has expired", status), GOOD[name])
    await ask(client)
    assert [r.headers["authorization"] for r in stub.seen(method, path)] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


@pytest.mark.parametrize("name", WRITES)
async def test_a_renewal_that_fails_leaves_no_doubt_about_the_write(
    calls: Calls, stub: StubApi, client: BaswareClient, name: str
) -> None:
    method, path, ask = calls[name]
    token = Canned.of_json({"access_token": "t", "expires_in": 3600})
    stub.script("POST", "/v1/tokens", token, Canned(status=503, headers={"Retry-After": "11"}))
    stub.script(method, path, Canned(status=401))
    with pytest.raises(RetryLater) as failed:
        await ask(client)
    assert (failed.value.operation, failed.value.retry_after) == ("token", 11.0)
    assert not failed.value.may_have_taken_effect


@pytest.mark.parametrize("name", ["get", *WRITES])
@pytest.mark.parametrize("body", [b"", b'{"message": "Not Found"}', b"null", b"not JSON"])
async def test_404_is_a_record_that_is_not_there(
    calls: Calls, stub: StubApi, client: BaswareClient, name: str, body: bytes
) -> None:
    method, path, ask = calls[name]
    stub.script(method, path, Canned(status=404, body=body))
    with pytest.raises(NotFound):
        await ask(client)


@pytest.mark.parametrize("name", EVERY)
async def test_405_means_done_before_to_the_calls_that_acknowledge_only(
    calls: Calls, stub: StubApi, client: BaswareClient, name: str
) -> None:
    method, path, ask = calls[name]
    stub.script(method, path, Canned(status=405))
    with pytest.raises(AlreadyAcknowledged if name in ("acknowledge", "forget") else Refused):
        await ask(client)


@pytest.mark.parametrize("name", ["acknowledge", "forget"])
@pytest.mark.parametrize("flag", ["hasErrors", "hasError"])
async def test_a_confirmation_that_speaks_of_errors_is_none(
    calls: Calls, stub: StubApi, client: BaswareClient, name: str, flag: str
) -> None:
    method, path, ask = calls[name]
    stub.script(method, path, Canned.of_json({flag: True, "errors": []}))
    with pytest.raises(ProtocolError, match="in spite of its status") as failed:
        await ask(client)
    assert failed.value.may_have_taken_effect
