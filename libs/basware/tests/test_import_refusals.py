"""A refused batch: which records are accused, in which words, and what is tried later."""

import aiohttp
import pytest
from basware import BaswareClient, ImportRefused, RetryLater
from basware.testing import Canned, StubApi

from .import_answers import VENDORS, errors, records


@pytest.mark.parametrize(
    ("found", "guilty", "general"),
    [
        (
            [
                {
                    "externalCode": "A",
                    "code": "SCHEMA_VALIDATION_ERROR",
                    "message": "name is\nmissing",
                    "info": "name",
                }
            ],
            {"A": "SCHEMA_VALIDATION_ERROR: name is missing (name)"},
            (),
        ),
        (
            [{"externalCode": "A", "message": "one"}, {"externalCode": "B", "message": "two"}],
            {"A": "one", "B": "two"},
            (),
        ),
        (
            [{"externalCode": "A", "message": "one"}, {"externalCode": "A", "message": "two"}] * 2,
            {"A": "one; two"},
            (),
        ),
        ([{"externalCode": "A", "message": "one"}, {"message": "and more"}], {"A": "one"}, ("and more",)),
        ([{"message": "malformed"}, {"externalCode": None, "message": "malformed"}], {}, ("malformed",)),
        ([{"externalCode": "A-address-1", "message": "countryId"}], {}, ("countryId",)),
        (
            [{"externalCode": "a", "message": "another case is another record"}],
            {},
            ("another case is another record",),
        ),
        ([{"externalCode": ["A"], "message": "odd"}], {}, ("odd",)),
        ([{"externalCode": "A"}], {}, ()),
        ([], {}, ()),
    ],
)
async def test_a_refusal_names_the_records_that_are_guilty(
    stub: StubApi,
    client: BaswareClient,
    found: list[dict[str, object]],
    guilty: dict[str, str],
    general: tuple[str, ...],
) -> None:
    stub.script("POST", VENDORS, errors(*found))
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("vendors", records("A", "B"))
    assert failed.value.guilty == guilty
    assert failed.value.general == general
    assert (failed.value.record, failed.value.status, failed.value.request_id) == ("2 vendors", 400, "r-1")
    assert not failed.value.may_have_taken_effect


async def test_every_record_of_a_full_batch_can_be_guilty_and_words_are_bounded(
    stub: StubApi, session: aiohttp.ClientSession
) -> None:
    client = BaswareClient(base_url=stub.url(), client_id="a", client_secret="b", session=session)
    codes = [str(number) for number in range(500)]
    stub.script("POST", "/v1/accounts", errors(*({"externalCode": c, "message": "w" * 3000} for c in codes)))
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("accounts", records(*codes))
    assert list(failed.value.guilty) == codes
    assert max(map(len, failed.value.guilty.values())) == 2000
    assert len(str(failed.value)) < 10_000


@pytest.mark.parametrize(
    ("answer", "general"),
    [
        (Canned.of_json({"message": "Request Too Long"}, status=413), ("Request Too Long",)),
        (
            Canned.of_json({"title": "Invalid", "errors": {"[0].name": ["required"]}}, status=400),
            ("required ([0].name)",),
        ),
        (Canned(status=400), ()),
        (Canned(status=422, body=b"not JSON"), ()),
    ],
)
async def test_a_refusal_that_names_no_record_accuses_none(
    stub: StubApi, client: BaswareClient, answer: Canned, general: tuple[str, ...]
) -> None:
    stub.script("POST", VENDORS, answer)
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("vendors", records("A"))
    assert (dict(failed.value.guilty), failed.value.general) == ({}, general)


async def test_a_secret_that_is_echoed_shows_in_no_words(stub: StubApi, client: BaswareClient) -> None:
    words = {"externalCode": "A", "message": "token-1 is not allowed here"}
    stub.script("POST", VENDORS, errors(words, {"message": "nor is token-1"}))
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("vendors", records("A"))
    shown = f"{failed.value} {dict(failed.value.guilty)} {failed.value.general} {failed.value.entities}"
    assert "token-1" not in shown
    assert "[hidden] is not allowed here" in shown


async def test_a_conflict_is_tried_later_with_basware_words(stub: StubApi, client: BaswareClient) -> None:
    conflict = {"externalCode": "A", "code": "CONFLICT_IN_POST", "message": "in use"}
    answer = errors(conflict, status=409)
    stub.script("POST", VENDORS, Canned(status=409, body=answer.body, headers={"Retry-After": "9"}))
    with pytest.raises(RetryLater, match="CONFLICT_IN_POST: in use") as failed:
        await client.import_records("vendors", records("A"))
    assert (failed.value.retry_after, failed.value.status, failed.value.record) == (9.0, 409, "1 vendors")
    assert not failed.value.may_have_taken_effect


async def test_errors_under_a_good_status_are_a_refusal_that_may_have_stored_the_rest(
    stub: StubApi, client: BaswareClient
) -> None:
    stub.script("POST", VENDORS, errors({"externalCode": "B", "message": "no"}, status=200))
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("vendors", records("A", "B"))
    assert failed.value.guilty == {"B": "no"}
    assert failed.value.may_have_taken_effect
