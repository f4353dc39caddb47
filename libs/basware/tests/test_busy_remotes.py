"""Remotes that are away, slow or busy: what each call makes of it, and how long it is asked to wait."""

from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from basware import BaswareClient, Limits, OutcomeUnknown, RetryLater
from basware.testing import Canned, StubApi

WRITES = ("acknowledge", "respond", "forget", "import")
EVERY = ("get", "list", "requestStatus", "records", "statuses", *WRITES)
Calls = dict[str, tuple[str, str, Callable[[BaswareClient], Awaitable[object]]]]


RETRY_AFTER: dict[str, float | None] = {
    "7": 7,
    "0": 0,
    "Wed, 21 Oct 2015 07:28:00 GMT": 0,
    "Fri, 31 Dec 9999 23:59:59 GMT": 86400,
    "9" * 400: 86400,
    "-3": None,
    "next Tuesday": None,
    "Thu, 32 Foo 2026 25:61:61 GMT": None,
}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("name", [*EVERY, "token"])
async def test_what_a_busy_remote_asks_for_reaches_the_caller(
    calls: Calls, stub: StubApi, client: BaswareClient, name: str, status: int
) -> None:
    method, path, ask = calls.get(name, ("POST", "/v1/tokens", calls["get"][2]))
    for header, seconds in RETRY_AFTER.items():
        stub.script(method, path, Canned(status=status, headers={"Retry-After": header}))
        with pytest.raises(RetryLater) as failed:
            await ask(client)
        assert failed.value.retry_after == seconds, header


async def test_an_answer_that_drips_is_given_up_by_the_clock(
    calls: Calls, stub: StubApi, session: aiohttp.ClientSession
) -> None:
    client = BaswareClient(
        base_url=stub.url(),
        client_id="a",
        client_secret="b",
        session=session,
        limits=Limits(read=5.0, total=0.3),
    )
    method, path, ask = calls["acknowledge"]
    stub.script(method, path, Canned(body=b" " * 5000, drip=0.02))
    with pytest.raises(OutcomeUnknown, match="time allowed"):
        await ask(client)


@pytest.mark.parametrize("name", EVERY)
async def test_a_gateway_that_gives_up_just_before_us_is_heard(
    calls: Calls, stub: StubApi, session: aiohttp.ClientSession, name: str
) -> None:
    client = BaswareClient(
        base_url=stub.url(), client_id="a", client_secret="b", session=session, limits=Limits(read=2.0)
    )
    method, path, ask = calls[name]
    stub.script(
        method, path, Canned.of_json({"message": "Endpoint request timed out"}, status=504).delayed(0.1)
    )
    with pytest.raises(RetryLater, match="Endpoint request timed out") as failed:
        await ask(client)
    assert failed.value.may_have_taken_effect is (name in WRITES)


@pytest.mark.parametrize("name", EVERY)
async def test_without_a_connection_nothing_was_sent(
    calls: Calls, session: aiohttp.ClientSession, name: str
) -> None:
    async with StubApi() as stub:
        gone = stub.url()
    client = BaswareClient(base_url=gone, client_id="a", client_secret="b", session=session)
    with pytest.raises(RetryLater, match="no connection") as failed:
        await calls[name][2](client)
    assert not failed.value.may_have_taken_effect
