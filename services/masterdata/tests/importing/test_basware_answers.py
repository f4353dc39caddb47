"""Whatever Basware answers is an answer of the port: by the exact bytes, through the real client."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from ap_domain.bank_details import without_account_numbers
from basware.testing import Canned, StubApi
from chassis.connections import Connection, Secret
from masterdata.importing.adapters.basware_clients import BaswareClients
from masterdata.importing.adapters.basware_imports import BaswareImports, target_of
from masterdata.importing.core.answers import (
    Ended,
    ItemWord,
    LockedOut,
    NoAnswer,
    NotAllowed,
    RequestWord,
    Seen,
    Stored,
    TooLarge,
    TurnedDown,
)
from masterdata.importing.core.ports import Outgoing

from .virtual_time import START
from .world import a_connection

VENDORS = "/v1/vendors"
IBAN = "DE89370400440532013000"
RECORDS = [Outgoing(external_code=code, content=f'{{"externalCode":"{code}"}}') for code in ("V1", "V2")]


@pytest.fixture
async def api() -> AsyncIterator[StubApi]:
    async with StubApi() as stub:
        yield stub


@pytest.fixture
async def imports(api: StubApi) -> AsyncIterator[BaswareImports]:
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield BaswareImports(clients=BaswareClients(session=session))


@pytest.fixture
def connection(api: StubApi) -> Connection:
    acme = a_connection()
    return replace(acme, basware=replace(acme.basware, base_url=api.url(), client_secret=Secret("s3cret")))


def echo(request_id: str | None) -> Canned:
    headers = {"x-amzn-RequestId": request_id} if request_id else {}
    return Canned.of_json([{"externalCode": record.external_code} for record in RECORDS], headers=headers)


def refusal(*errors: dict[str, str]) -> dict[str, Any]:
    return {"requestId": "r", "hasErrors": True, "errors": list(errors)}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Canned.of_json({"message": "Request Too Long"}, status=413), TooLarge),
        (Canned.of_json({"message": "Too Many Requests"}, status=429), NoAnswer),
        (Canned.of_json({"message": "conflict"}, status=409), NoAnswer),
        (Canned.of_json({"message": "Endpoint request timed out"}, status=504), NoAnswer),
        (Canned(status=500), NoAnswer),
        (Canned(drop=True), NoAnswer),
        (Canned(body=b"<html>Sign on</html>", headers={"Content-Type": "text/html"}), NoAnswer),
        (Canned(body=b""), NoAnswer),
        (Canned.of_json([{"externalCode": "V1"}]), NoAnswer),
        (Canned.of_json({"message": "Unauthorized"}, status=401), LockedOut),
        (Canned.of_json({"message": "Forbidden"}, status=403), NotAllowed),
        (Canned.of_json(refusal(), status=400), TurnedDown),
        (Canned.of_json({"message": "no such list"}, status=404), NoAnswer),
    ],
)
async def test_no_answer_to_a_batch_is_an_error(
    api: StubApi, imports: BaswareImports, connection: Connection, answer: Canned, kind: type[object]
) -> None:
    api.script("POST", VENDORS, answer)
    assert isinstance(await imports.send(connection, entity="suppliers", records=RECORDS), kind)


@pytest.mark.parametrize("request_id", ["8f1c", None])
async def test_a_stored_batch_has_the_request_s_id_if_basware_names_it(
    api: StubApi, imports: BaswareImports, connection: Connection, request_id: str | None
) -> None:
    api.script("POST", VENDORS, echo(request_id))
    assert await imports.send(connection, entity="suppliers", records=RECORDS) == Stored(
        request_id=request_id
    )
    assert [request.body for request in api.seen("POST", VENDORS)] == [
        b'[{"externalCode":"V1"},{"externalCode":"V2"}]'
    ]


async def test_the_records_that_a_refusal_names_are_guilty(
    api: StubApi, imports: BaswareImports, connection: Connection
) -> None:
    named = {"externalCode": "V2", "code": "SCHEMA_VALIDATION_ERROR", "message": "name is too long"}
    api.script("POST", VENDORS, Canned.of_json(refusal(named), status=400))
    answer = await imports.send(connection, entity="suppliers", records=RECORDS)
    assert isinstance(answer, TurnedDown)
    assert {code: "name is too long" in words[0] for code, words in answer.guilty.items()} == {"V2": True}
    assert not answer.in_part


async def test_a_429_says_how_long_to_wait_and_concerns_the_whole_connection(
    api: StubApi, imports: BaswareImports, connection: Connection
) -> None:
    api.script("POST", VENDORS, Canned(status=429, headers={"Retry-After": "17"}))
    answer = await imports.send(connection, entity="suppliers", records=RECORDS)
    assert isinstance(answer, NoAnswer)
    assert (answer.after, answer.whole, answer.throttled) == (17.0, True, True)


async def test_a_conflict_and_an_unknown_list_concern_their_entity_only(
    api: StubApi, imports: BaswareImports, connection: Connection
) -> None:
    for status in (409, 404):
        api.script("POST", "/v1/lists/ACC_LIST_1", Canned.of_json({"message": "no"}, status=status))
        answer = await imports.send(connection, entity="list:ACC_LIST_1", records=RECORDS)
        assert isinstance(answer, NoAnswer)
        assert not answer.whole


async def test_no_more_scopes_are_asked_for_than_the_entity_needs(
    api: StubApi, imports: BaswareImports, connection: Connection
) -> None:
    api.script("POST", VENDORS, echo("r"))
    await imports.send(connection, entity="suppliers", records=RECORDS)
    [token] = api.seen("POST", "/v1/tokens")
    assert b"vendors.write" in token.body
    assert b"requestStatus.read" in token.body
    assert b"accountingDocuments" not in token.body
    assert b"lists" not in token.body


def a_status(
    state: str, *items: dict[str, Any], request_id: str = "r1", at: str = "2026-11-22T12:00:00Z"
) -> Any:
    systems = [{"system": "P2P", "systemStatus": state, "items": list(items)}]
    return {"requestId": request_id, "requestStatus": state, "lastUpdated": at, "systems": systems}


def an_item(code: str, status: str, *messages: str) -> dict[str, Any]:
    errors = [{"type": "Error", "message": text, "category": "DataValidation"} for text in messages]
    return {"externalCode": code, "status": status, "errors": errors}


@pytest.mark.parametrize(
    ("status", "seen"),
    [
        ("Success", Seen.TAKEN),
        ("NotProcessed", Seen.UNCHANGED),
        ("Warning", Seen.WARNED),
        ("Error", Seen.REFUSED),
        ("RecordExpired", Seen.EXPIRED),
        ("InProgress", Seen.OPEN),
        ("Unpublished", Seen.OPEN),
        ("SomethingNew", Seen.OPEN),
    ],
)
async def test_each_state_of_an_item_has_its_meaning(
    api: StubApi, imports: BaswareImports, connection: Connection, status: str, seen: Seen
) -> None:
    answer = {"requestStatus": [a_status("InProgress", an_item("V1", status, "said so"))]}
    api.script("GET", "/v1/requestStatus/r1", Canned.of_json(answer))
    item = ItemWord(seen=seen, words=("said so (DataValidation)",))
    assert await imports.ask(connection, "r1") == RequestWord(ended=Ended.OPEN, items={"V1": (item,)})


async def test_a_request_basware_does_not_know_yet_is_none(
    api: StubApi, imports: BaswareImports, connection: Connection
) -> None:
    assert await imports.ask(connection, "r1") is None


async def test_the_latest_telling_word_of_other_requests_counts(
    api: StubApi, imports: BaswareImports, connection: Connection
) -> None:
    answer = {
        "requestStatus": [
            a_status("Error", an_item("V1", "Error", "late"), request_id="r2", at="2026-11-22T12:00:02Z"),
            a_status("Success", an_item("V1", "Success"), request_id="r1", at="2026-11-22T12:00:01Z"),
            a_status("Success", an_item("V1", "NotProcessed"), request_id="r3", at="2026-11-22T12:00:03Z"),
            a_status("Error", an_item("V1", "Success"), request_id="r4", at="2026-11-22T12:00:04Z"),
            a_status("Error", an_item("V9", "Error"), request_id="r5"),
        ]
    }
    api.script("GET", "/v1/requestStatus", Canned.of_json(answer))
    found = await imports.missed(connection, entity="suppliers", codes={"V1"}, since=START, besides="r4")
    assert not isinstance(found, NoAnswer | LockedOut)
    assert {code: (missed.seen, missed.words) for code, missed in found.items()} == {
        "V1": (Seen.REFUSED, ("late (DataValidation)",))
    }
    [asked] = api.seen("GET", "/v1/requestStatus")
    assert "entityType=Vendor" in asked.target


@pytest.mark.parametrize("status", [200, 405, 404, 400])
async def test_an_acknowledgement_that_was_done_or_is_refused_is_over(
    api: StubApi, imports: BaswareImports, connection: Connection, status: int
) -> None:
    api.script("POST", "/v1/requestStatus/acknowledge", Canned.of_json({}, status=status))
    assert await imports.acknowledge(connection, ["r1"]) is None


async def test_no_account_number_is_in_what_is_said_of_a_failure(
    api: StubApi, imports: BaswareImports, connection: Connection
) -> None:
    api.script("POST", VENDORS, Canned.of_json({"message": f"bank account {IBAN} is used"}, status=500))
    answer = await imports.send(connection, entity="suppliers", records=RECORDS)
    assert isinstance(answer, NoAnswer)
    assert IBAN not in answer.said


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            f"bank account {IBAN} is used by SHARE_0000012345",
            "bank account ****3000 is used by SHARE_0000012345",
        ),
        ("account DE89 3704 0044 0532 0130 00 is known", "account ****0 00 is known"),
        ("account 1234567890 is known", "account ****7890 is known"),
        ("at most 250 characters, it has 300", "at most 250 characters, it has 300"),
        ("since 2026-11-22 the company BW00 is unknown", "since 2026-11-22 the company BW00 is unknown"),
    ],
)
def test_what_looks_like_an_account_number_is_hidden(said: str, shown: str) -> None:
    assert without_account_numbers(said, known=("SHARE_0000012345",)) == shown


@pytest.mark.parametrize(
    ("entity", "name"),
    [
        ("suppliers", "vendors"),
        ("payment_terms", "paymentTerms"),
        ("tax_codes", "taxCodes"),
        ("accounts", "accounts"),
        ("cost_centers", "costCenters"),
        ("projects", "projects"),
        ("exchange_rates", "exchangeRates"),
        ("list:ACC_LIST_12", "lists/ACC_LIST_12"),
    ],
)
def test_each_entity_has_its_api(entity: str, name: str) -> None:
    assert target_of(entity).name == name


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Canned.of_json({"error": "invalid_scope"}, status=400), NotAllowed),
        (Canned.of_json({"detail": [{"msg": "scope vendors.write is not granted"}]}, status=403), NotAllowed),
        (Canned.of_json({"error": "invalid_client"}, status=401), LockedOut),
    ],
)
async def test_no_token_for_the_scopes_of_one_api_says_nothing_of_the_others(
    api: StubApi, imports: BaswareImports, connection: Connection, answer: Canned, kind: type[object]
) -> None:
    api.script("POST", "/v1/tokens", answer)
    assert isinstance(await imports.send(connection, entity="suppliers", records=RECORDS), kind)


@pytest.mark.parametrize("status", [401, 403])
async def test_who_may_not_ask_what_became_of_requests_is_locked_out(
    api: StubApi, imports: BaswareImports, connection: Connection, status: int
) -> None:
    api.script("GET", "/v1/requestStatus/r1", Canned.of_json({"message": "no"}, status=status))
    assert isinstance(await imports.ask(connection, "r1"), LockedOut)
