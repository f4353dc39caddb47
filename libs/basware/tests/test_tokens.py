import asyncio
import base64
from urllib.parse import parse_qs

import aiohttp
import pytest
from basware import (
    BaswareClient,
    BaswareError,
    CredentialsRefused,
    Limits,
    ProtocolError,
    RetryLater,
    TokenRenewal,
)
from basware.testing import Canned, StubApi

INVOICE = "1" * 32
DOCUMENT = f"/v1/accountingDocuments/{INVOICE}"
FOUND = Canned.of_json({"accountingDocuments": [{"invoiceId": INVOICE}]})


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(stub: StubApi, session: aiohttp.ClientSession, clock: Clock) -> BaswareClient:
    stub.script("GET", DOCUMENT, FOUND)
    return BaswareClient(
        base_url=stub.url(),
        client_id="acme",
        client_secret="s3cret-värde",
        scopes=("accountingDocuments.read", "requestStatus.read"),
        session=session,
        clock=clock,
        limits=Limits(read=0.25),
    )


def token_requests(stub: StubApi) -> int:
    return len(stub.seen("POST", "/v1/tokens"))


async def test_a_token_is_asked_for_with_basic_and_scopes(stub: StubApi, timed: BaswareClient) -> None:
    await timed.get_document(INVOICE)
    (asked,) = stub.seen("POST", "/v1/tokens")
    kind, _, credentials = asked.headers["authorization"].partition(" ")
    assert (kind, base64.b64decode(credentials).decode()) == ("Basic", "acme:s3cret-värde")
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["accountingDocuments.read requestStatus.read"],
    }
    assert stub.seen("GET", DOCUMENT)[0].headers["authorization"] == "Bearer token-1"


async def test_a_token_is_kept_until_shortly_before_it_expires(
    stub: StubApi, timed: BaswareClient, clock: Clock
) -> None:
    await timed.get_document(INVOICE)
    clock.now += 3539
    await timed.get_document(INVOICE)
    assert token_requests(stub) == 1
    clock.now += 1
    await timed.get_document(INVOICE)
    assert token_requests(stub) == 2
    assert stub.seen("GET", DOCUMENT)[-1].headers["authorization"] == "Bearer token-2"


@pytest.mark.parametrize(
    ("expires_in", "lives"),
    [(300, 240), ("300", 240), (20, 10), (2.5, 1.25), (None, 240), (10**9, 24 * 3600 - 60)],
)
async def test_the_lifetime_is_in_seconds_and_bounded(
    stub: StubApi, timed: BaswareClient, clock: Clock, expires_in: object, lives: float
) -> None:
    stub.script("POST", "/v1/tokens", Canned.of_json({"access_token": "opaque", "expires_in": expires_in}))
    await timed.get_document(INVOICE)
    clock.now += lives - 0.01
    await timed.get_document(INVOICE)
    assert token_requests(stub) == 1
    clock.now += 0.02
    await timed.get_document(INVOICE)
    assert token_requests(stub) == 2


async def test_many_calls_at_once_share_one_token_request(stub: StubApi, timed: BaswareClient) -> None:
    await asyncio.gather(*(timed.get_document(INVOICE) for _ in range(20)))
    assert token_requests(stub) == 1


async def test_many_calls_at_once_share_one_failure_and_the_next_call_tries_again(
    stub: StubApi, timed: BaswareClient
) -> None:
    unavailable = Canned(status=503, headers={"Retry-After": "7"})
    stub.script("POST", "/v1/tokens", unavailable, Canned.of_json({"access_token": "t", "expires_in": 60}))
    outcomes = await asyncio.gather(*(timed.get_document(INVOICE) for _ in range(10)), return_exceptions=True)
    assert token_requests(stub) == 1
    for outcome in outcomes:
        assert isinstance(outcome, RetryLater)
        assert (outcome.operation, outcome.record, outcome.retry_after) == ("token", INVOICE, 7.0)
    await timed.get_document(INVOICE)
    assert token_requests(stub) == 2


async def test_a_cancelled_token_request_leaves_the_next_caller_free(
    stub: StubApi, timed: BaswareClient
) -> None:
    stub.script(
        "POST", "/v1/tokens", Canned(hang=True), Canned.of_json({"access_token": "t", "expires_in": 60})
    )
    first = asyncio.create_task(timed.get_document(INVOICE))
    await stub.arrived(1)
    second = asyncio.create_task(timed.get_document(INVOICE))
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (await second).invoice_id == INVOICE


@pytest.mark.parametrize("status", [401, 403])
async def test_a_rejected_token_is_renewed_once_and_the_call_repeated(
    stub: StubApi, timed: BaswareClient, status: int
) -> None:
    stub.script("GET", DOCUMENT, Canned.of_json({"message": "Unauthorized"}, status=status), FOUND)
    assert (await timed.get_document(INVOICE)).invoice_id == INVOICE
    assert [r.headers["authorization"] for r in stub.seen("GET", DOCUMENT)] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_fresh_token_rejected_means_the_credentials_are_refused(
    stub: StubApi, timed: BaswareClient, status: int
) -> None:
    stub.script("GET", DOCUMENT, Canned.of_json({"message": "Unauthorized"}, status=status))
    with pytest.raises(CredentialsRefused) as refused:
        await timed.get_document(INVOICE)
    assert (refused.value.status, refused.value.record) == (status, INVOICE)
    assert "Unauthorized" in str(refused.value)
    assert token_requests(stub) == 2


async def test_calls_rejected_side_by_side_renew_the_token_once(stub: StubApi, timed: BaswareClient) -> None:
    await timed.get_document(INVOICE)
    stub.script("GET", DOCUMENT, *[Canned(status=401)] * 8, FOUND)
    await asyncio.gather(*(timed.get_document(INVOICE) for _ in range(8)))
    assert token_requests(stub) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Canned.of_json({"error": "invalid_client"}, status=401), CredentialsRefused),
        (Canned.of_json({"error": "invalid_client"}, status=400), CredentialsRefused),
        (
            Canned.of_json({"error": "invalid_scope", "error_description": "no such scope"}, status=400),
            CredentialsRefused,
        ),
        (Canned(status=401), CredentialsRefused),
        (Canned(status=401, body=b"<html>sign on</html>"), CredentialsRefused),
        (Canned.of_json({"message": "Forbidden"}, status=403), CredentialsRefused),
        (
            Canned.of_json(
                {"detail": [{"loc": ["body", "scope"], "msg": "field required", "type": "missing"}]},
                status=422,
            ),
            CredentialsRefused,
        ),
        (Canned(status=403, body=b"<html>blocked</html>"), ProtocolError),
        (Canned(status=404), BaswareError),
        (Canned(status=302, headers={"Location": "https://login.example/"}), ProtocolError),
        (Canned.of_json({"message": "Too Many Requests"}, status=429), RetryLater),
        (Canned(status=500), RetryLater),
        (Canned(status=502, body=b"<html>bad gateway</html>"), RetryLater),
        (Canned(drop=True), RetryLater),
        (Canned(hang=True), RetryLater),
        (Canned(body=b""), ProtocolError),
        (Canned(body=b"<html>welcome</html>"), ProtocolError),
        (Canned(body=b"{"), ProtocolError),
        (Canned.of_json([]), ProtocolError),
        (Canned.of_json({"expires_in": 3600}), ProtocolError),
        (Canned.of_json({"access_token": "", "expires_in": 3600}), ProtocolError),
        (Canned.of_json({"access_token": 7, "expires_in": 3600}), ProtocolError),
        (Canned.of_json({"access_token": "a\r\nX: y", "expires_in": 3600}), ProtocolError),
        (Canned.of_json({"access_token": "t" * 20_000, "expires_in": 3600}), ProtocolError),
        (Canned.of_json({"access_token": "t", "expires_in": 0}), ProtocolError),
        (Canned.of_json({"access_token": "t", "expires_in": -1}), ProtocolError),
        (Canned.of_json({"access_token": "t", "expires_in": True}), ProtocolError),
        (Canned.of_json({"access_token": "t", "expires_in": "soon"}), ProtocolError),
        (Canned.of_json({"access_token": "t", "expires_in": 60, "token_type": "mac"}), ProtocolError),
    ],
)
async def test_a_bad_token_answer_is_told_apart_and_never_leaves_a_write_in_doubt(
    stub: StubApi, timed: BaswareClient, answer: Canned, kind: type[BaswareError]
) -> None:
    stub.script("POST", "/v1/tokens", answer)
    with pytest.raises(kind) as failed:
        await timed.acknowledge(INVOICE)
    assert failed.value.operation == "token"
    assert failed.value.record == INVOICE
    assert not failed.value.may_have_taken_effect
    assert not stub.seen("POST", f"{DOCUMENT}/acknowledge")


async def test_no_error_shows_a_credential_even_if_the_remote_echoes_it(
    stub: StubApi, timed: BaswareClient
) -> None:
    basic = base64.b64encode("acme:s3cret-värde".encode()).decode()
    stub.script(
        "POST",
        "/v1/tokens",
        Canned(status=400, body=f'{{"error_description": "bad s3cret-värde {basic}"}}'.encode()),
    )
    with pytest.raises(CredentialsRefused) as failed:
        await timed.get_document(INVOICE)
    shown = f"{failed.value} {failed.value!r} {vars(failed.value)} {timed!r}"
    assert "s3cret" not in shown
    assert basic not in shown


async def test_no_error_shows_a_token(stub: StubApi, timed: BaswareClient) -> None:
    stub.script("GET", DOCUMENT, Canned(status=400, body=b"what is this: token-1 or Bearer abcdefghijkl"))
    with pytest.raises(BaswareError) as failed:
        await timed.get_document(INVOICE)
    assert "token-1" not in str(failed.value)
    assert "abcdefghijkl" not in str(failed.value)


def test_a_session_with_credentials_of_its_own_is_refused() -> None:
    async def build() -> None:
        async with aiohttp.ClientSession(headers={"authorization": "Bearer x"}) as session:
            BaswareClient(base_url="https://api.example", client_id="a", client_secret="b", session=session)

    with pytest.raises(ValueError, match="Authorization"):
        asyncio.run(build())


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Canned.of_json({"access_token": "t", "expires_in": 3600}), TokenRenewal.RENEWED),
        (Canned(status=401), TokenRenewal.REFUSED),
        (Canned(status=503), TokenRenewal.FAILED),
        (Canned(status=429, headers={"Retry-After": "7"}), TokenRenewal.FAILED),
        (Canned(body=b"<html>sign on</html>"), TokenRenewal.FAILED),
        (Canned(hang=True), TokenRenewal.FAILED),
    ],
)
async def test_each_request_for_a_token_is_told_of_once(
    stub: StubApi, session: aiohttp.ClientSession, answer: Canned, told: TokenRenewal
) -> None:
    stub.script("GET", DOCUMENT, FOUND)
    stub.script("POST", "/v1/tokens", answer)
    renewals: list[TokenRenewal] = []
    client = BaswareClient(
        base_url=stub.url(),
        client_id="acme",
        client_secret="s3cret",
        session=session,
        limits=Limits(read=0.25),
        on_renewal=renewals.append,
    )
    await asyncio.gather(*(client.get_document(INVOICE) for _ in range(5)), return_exceptions=True)
    assert renewals == [told] * token_requests(stub)
    assert renewals
