import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from basware import (
    AlreadyAcknowledged,
    BaswareClient,
    BaswareError,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    ProtocolError,
    Refused,
    RetryLater,
    TransferResponse,
)
from basware._call import Call
from basware.testing import Canned, StubApi
from hypothesis import given
from hypothesis import strategies as st

INVOICE = "63000000000000000000000000000001"
ACKNOWLEDGE = f"/v1/accountingDocuments/{INVOICE}/acknowledge"
RESPONSES = f"/v1/accountingDocuments/{INVOICE}/transferResponses"
GOOD = TransferResponse(
    external_code="b7f9f1b6-0f6c-5a5e-8f55-6d2f60a1f0aa",
    success=True,
    response_message="Posted as voucher 00000123",
    payment_block=False,
)


def echo(headers: dict[str, str] | None = None) -> Canned:
    return Canned.of_json({"externalCode": GOOD.external_code, "success": True}, headers=headers)


@pytest.mark.parametrize("body", [b"", b'"OK"', b"acknowledged", b"{}"])
async def test_acknowledge_is_done_whatever_words_confirm_it(
    stub: StubApi, client: BaswareClient, body: bytes
) -> None:
    stub.script("POST", ACKNOWLEDGE, Canned(body=body))
    await client.acknowledge(INVOICE)
    (sent,) = stub.seen("POST", ACKNOWLEDGE)
    assert sent.body == b""
    assert sent.headers["authorization"] == "Bearer token-1"


async def test_a_second_acknowledge_has_its_own_error(stub: StubApi, client: BaswareClient) -> None:
    stub.script("POST", ACKNOWLEDGE, Canned(status=405))
    with pytest.raises(AlreadyAcknowledged) as failed:
        await client.acknowledge(INVOICE)
    assert failed.value.record == INVOICE
    assert not failed.value.may_have_taken_effect


async def test_a_response_is_sent_as_it_is_and_gives_the_request_id(
    stub: StubApi, client: BaswareClient
) -> None:
    stub.script("POST", RESPONSES, echo({"X-Amzn-RequestId": "req-1"}))
    response = TransferResponse(
        external_code=GOOD.external_code,
        success=False,
        response_message="Supplier 4711 is inactive ä🚫",
        payment_block=True,
        source_system="PeopleSoft",
        voucher_number1="00000123",
        voucher_number2="",
        transfer_date=datetime(2026, 6, 5, 12, 0, 0, 500_000, tzinfo=timezone(timedelta(hours=2))),
    )
    assert await client.send_transfer_response(INVOICE, response) == "req-1"
    (sent,) = stub.seen("POST", RESPONSES)
    assert sent.headers["content-type"] == "application/json"
    assert json.loads(sent.body) == {
        "externalCode": GOOD.external_code,
        "success": False,
        "responseMessage": "Supplier 4711 is inactive ä🚫",
        "paymentBlock": True,
        "sourceSystem": "PeopleSoft",
        "voucherNumber1": "00000123",
        "voucherNumber2": "",
        "transferDate": "2026-06-05T10:00:00.500Z",
    }


async def test_an_answer_without_request_id_is_still_stored(stub: StubApi, client: BaswareClient) -> None:
    stub.script("POST", RESPONSES, echo())
    assert await client.send_transfer_response(INVOICE, GOOD) is None


async def test_basware_words_reach_the_caller(stub: StubApi, client: BaswareClient) -> None:
    refusal = {
        "requestId": "fbc082a2",
        "hasErrors": True,
        "errors": [
            {
                "externalCode": GOOD.external_code,
                "type": "VALIDATION",
                "code": "SCHEMA_VALIDATION_ERROR",
                "message": "responseMessage is\ntoo long",
                "info": "max 250",
            }
        ],
    }
    stub.script("POST", RESPONSES, Canned.of_json(refusal, status=400))
    with pytest.raises(Refused) as failed:
        await client.send_transfer_response(INVOICE, GOOD)
    assert failed.value.request_id == "fbc082a2"
    (entity,) = failed.value.entities
    assert str(entity) == "SCHEMA_VALIDATION_ERROR: responseMessage is too long (max 250)"
    assert entity.external_code == GOOD.external_code
    assert str(entity) in str(failed.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"hasError": True, "errorMessages": [{"code": "C", "message": "m"}]}, ["C: m"]),
        ({"message": "Request Too Long"}, ["Request Too Long"]),
        ({"Message": "other case"}, []),
        ("plain words", ["plain words"]),
        (["one", {"message": "two"}, 3, None, {}], ["one", "two"]),
        ({"detail": "Not Found"}, ["Not Found"]),
        ({"detail": [{"loc": ["body", 0], "msg": "bad"}]}, ["bad (body, 0)"]),
        ({"title": "Invalid", "errors": {"success": ["required"]}}, ["required (success)"]),
        ({"title": "One or more errors"}, ["One or more errors"]),
        ({"errors": None, "message": None}, []),
        ({"errors": [{"code": "CONFLICT_IN_POST"}]}, ["CONFLICT_IN_POST"]),
        ({"errors": [{"message": "x"}] * 500}, ["x"] * 100),
    ],
)
async def test_every_error_model_is_understood(
    stub: StubApi, client: BaswareClient, body: object, words: list[str]
) -> None:
    stub.script("POST", RESPONSES, Canned.of_json(body, status=409))
    with pytest.raises(Refused) as failed:
        await client.send_transfer_response(INVOICE, GOOD)
    assert [str(entity) for entity in failed.value.entities] == words
    assert bool(failed.value.excerpt) == (not words)


@pytest.mark.parametrize(
    ("answer", "kind", "in_doubt"),
    [
        (Canned(drop=True), OutcomeUnknown, True),
        (Canned(body=b"{}", cut=1), OutcomeUnknown, True),
        (Canned(raw=b"\x16\x03\x01\r\n\r\n"), ProtocolError, True),
        (Canned(status=500), RetryLater, True),
        (Canned(status=503), RetryLater, True),
        (Canned.of_json({"message": "Endpoint request timed out"}, status=504), RetryLater, True),
        (Canned(status=429), RetryLater, False),
        (Canned(status=408), RetryLater, False),
        (Canned(status=400), Refused, False),
        (Canned(status=409), Refused, False),
        (Canned(status=413), Refused, False),
        (Canned(status=404), NotFound, False),
        (Canned(status=404, body=b"<html>"), ProtocolError, False),
        (Canned(status=405), Refused, False),
        (Canned(status=302, headers={"Location": "https://login.example"}), ProtocolError, False),
        (Canned(body=b""), ProtocolError, True),
        (Canned(status=204), ProtocolError, True),
        (Canned(body=b"<!DOCTYPE html><html>Sign on</html>"), ProtocolError, True),
        (Canned(body=b'{"externalCode": "b7f9'), ProtocolError, True),
        (Canned.of_json({"externalCode": "another"}), ProtocolError, True),
        (Canned.of_json([]), ProtocolError, True),
        (Canned.of_json(None), ProtocolError, True),
        (Canned(body=b" " * 50_001), ProtocolError, True),
    ],
)
async def test_a_bad_answer_to_a_write_says_whether_it_may_have_been_done(
    stub: StubApi, client: BaswareClient, answer: Canned, kind: type[BaswareError], in_doubt: bool
) -> None:
    stub.script("POST", RESPONSES, answer)
    with pytest.raises(kind) as failed:
        await client.send_transfer_response(INVOICE, GOOD)
    assert failed.value.may_have_taken_effect is in_doubt
    assert (failed.value.operation, failed.value.record) == ("send_transfer_response", INVOICE)
    assert len(stub.seen("POST", RESPONSES)) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("999999999", 86400.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Sun, 99 Nov 2026 08:49:37 GMT", None),
    ],
)
async def test_retry_after_is_honoured_and_bounded(
    stub: StubApi, client: BaswareClient, header: str, seconds: float | None
) -> None:
    value = header.encode().decode("latin-1")
    stub.script("POST", ACKNOWLEDGE, Canned(status=429, headers={"Retry-After": value}))
    with pytest.raises(RetryLater) as failed:
        await client.acknowledge(INVOICE)
    assert failed.value.retry_after == seconds


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"external_code": ""}, "externalCode"),
        ({"external_code": "x" * 37}, "externalCode"),
        ({"response_message": ""}, "responseMessage"),
        ({"response_message": " \n"}, "responseMessage"),
        ({"response_message": "m" * 251}, "responseMessage"),
        ({"response_message": "🚫" * 251}, "responseMessage"),
        ({"response_message": "a\x00b"}, "responseMessage"),
        ({"response_message": "a\ud800b"}, "responseMessage"),
        ({"source_system": "s" * 33}, "sourceSystem"),
        ({"voucher_number1": "1" * 26}, "voucherNumber1"),
        ({"voucher_number2": "1" * 26}, "voucherNumber2"),
        ({"transfer_date": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)}, "transferDate"),
        ({"transfer_date": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2)))}, "transferDate"),
    ],
)
async def test_a_broken_limit_is_named_and_nothing_is_sent(
    stub: StubApi, client: BaswareClient, changes: dict[str, Any], field: str
) -> None:
    values = {name: getattr(GOOD, name) for name in TransferResponse.__dataclass_fields__}
    with pytest.raises(InvalidRequest, match=field) as failed:
        await client.send_transfer_response(INVOICE, TransferResponse(**{**values, **changes}))
    assert failed.value.field == field
    assert failed.value.limit
    assert isinstance(failed.value, ValueError)
    assert stub.requests == []


@given(message=st.text(max_size=300))
def test_a_message_is_sent_unchanged_or_refused(message: str) -> None:
    response = TransferResponse(
        external_code="x", success=True, response_message=message, payment_block=False
    )
    try:
        body = response.to_json(Call(operation="send_transfer_response", remote="api.example"))
    except InvalidRequest:
        return
    assert json.loads(body)["responseMessage"] == message
    assert 1 <= len(message) <= 250


@given(at=st.datetimes(timezones=st.just(UTC)))
def test_an_instant_keeps_its_milliseconds(at: datetime) -> None:
    response = TransferResponse(
        external_code="x", success=True, response_message="m", payment_block=False, transfer_date=at
    )
    sent = json.loads(response.to_json(Call(operation="", remote="")))["transferDate"]
    assert datetime.fromisoformat(sent) == at.replace(microsecond=at.microsecond // 1000 * 1000)


async def test_outcomes_seen_are_acknowledged_together(stub: StubApi, client: BaswareClient) -> None:
    path = "/v1/requestStatus/acknowledge"
    stub.script("POST", path, Canned(), Canned(status=405))
    await client.acknowledge_request_status(["a", "b"])
    assert json.loads(stub.seen("POST", path)[0].body) == {"requestIds": ["a", "b"]}
    with pytest.raises(AlreadyAcknowledged):
        await client.acknowledge_request_status(["a", "b"])
    with pytest.raises(InvalidRequest):
        await client.acknowledge_request_status([])


async def test_a_malformed_trace_context_is_left_out(stub: StubApi, client: BaswareClient) -> None:
    stub.script("POST", ACKNOWLEDGE, Canned())
    await client.acknowledge(INVOICE, traceparent="x\r\ny")
    assert "traceparent" not in stub.seen("POST", ACKNOWLEDGE)[0].headers
