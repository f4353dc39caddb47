"""An answer confirms what it repeats, however long it is, and nothing else."""

import asyncio
import json

import aiohttp
import pytest
from basware import BaswareClient, Limits, ProtocolError
from basware.testing import Canned, StubApi

from .import_answers import VENDORS, echo, records


@pytest.mark.parametrize(
    "answer",
    [
        echo("A", "B"),
        echo("B", "A", "parent"),
        Canned.of_json({"vendorEntities": [{"externalCode": "A"}, {"externalCode": "B"}]}),
        Canned.of_json([{"externalCode": "A"}, {"externalCode": "B"}], status=201),
    ],
)
async def test_an_echo_of_every_record_is_a_confirmation(
    stub: StubApi, client: BaswareClient, answer: Canned
) -> None:
    stub.script("POST", VENDORS, answer)
    await client.import_records("vendors", records("A", "B"))


@pytest.mark.parametrize(
    "answer",
    [
        echo("A"),
        echo(),
        echo("C", "D"),
        Canned.of_json(None),
        Canned.of_json("stored"),
        Canned.of_json({"message": "Internal server error"}),
        Canned.of_json({"hasErrors": False}),
        Canned.of_json(["A", "B"]),
        Canned(body=b""),
        Canned(status=204),
        Canned(body=b'[{"externalCode": "A"}, {"externalCode": "B"}'),
        Canned(body=b'[{"externalCode": "A"}, {"externalCode": "B"}] <html>'),
        Canned(body=b"<html>Sign on</html>"),
        Canned(body=b" " * 50_001),
    ],
)
async def test_an_answer_that_lacks_a_record_confirms_nothing(
    stub: StubApi, client: BaswareClient, answer: Canned
) -> None:
    stub.script("POST", VENDORS, answer)
    with pytest.raises(ProtocolError) as failed:
        await client.import_records("vendors", records("A", "B"))
    assert failed.value.may_have_taken_effect
    assert len(stub.seen("POST", VENDORS)) == 1


async def test_the_echo_of_a_full_request_is_read_and_others_run_meanwhile(
    stub: StubApi, session: aiohttp.ClientSession
) -> None:
    client = BaswareClient(base_url=stub.url(), client_id="a", client_secret="b", session=session)
    batch = [json.dumps({"externalCode": str(n), "name": "x" * 25_000}) for n in range(200)]
    stub.script("POST", VENDORS, Canned(body=f"[{','.join(batch)}]".encode()))
    switched = 0

    async def neighbour() -> None:
        nonlocal switched
        while True:
            await asyncio.sleep(0)
            switched += 1

    beside = asyncio.create_task(neighbour())
    await client.import_records("vendors", batch)
    beside.cancel()
    assert switched > 400


async def test_what_became_of_a_full_request_is_read_however_long(
    stub: StubApi, session: aiohttp.ClientSession
) -> None:
    fault = {"type": "Error", "message": "m" * 2000, "category": "DataValidation"}
    items = [{"externalCode": str(n), "status": "Error", "errors": [fault, fault]} for n in range(500)]
    status = {"requestId": "req-1", "requestStatus": "Error", "systems": [{"system": "P2P", "items": items}]}
    stub.script("GET", "/v1/requestStatus/req-1", Canned.of_json({"requestStatus": [status]}))
    client = BaswareClient(
        base_url=stub.url(), client_id="a", client_secret="b", session=session, limits=Limits()
    )
    found = await client.request_status("req-1")
    assert found is not None
    assert len(found.items) == 500
