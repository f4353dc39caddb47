import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from basware import (
    BaswareClient,
    BaswareError,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    PaymentResponse,
    ProtocolError,
    Refused,
    RetryLater,
)
from basware._call import Call
from basware.testing import Canned, StubApi
from hypothesis import given
from hypothesis import strategies as st

INVOICE = "63000000000000000000000000000001"
PATH = f"/v1/accountingDocuments/{INVOICE}/paymentResponses"
CODE = "b7f9f1b6-0f6c-5a5e-8f55-6d2f60a1f0aa"
CALL = Call(operation="send_payment_response", remote="api.example")
WHOLE: dict[str, Any] = {
    "external_code": CODE,
    "payment_block": True,
    "response_message": "Paid in part ä🚫",
    "source_system": "PeopleSoft",
    "payment_date": date(2026, 6, 5),
    "payment_term_code": "7D2-NT30",
    "payment_method": "EFT",
    "paid_total": Decimal("1136.80"),
    "cash_discount": Decimal("-0.005"),
    "check_number": "000123",
    "payment_message": "",
    "payment_number": "000123, 000124",
    "payment_document": "US001-000123",
    "payment_reversal_document": "000122",
}


def echo(**headers: str) -> Canned:
    return Canned.of_json({"externalCode": CODE, "success": True}, headers=headers)


def sent(**changes: Any) -> bytes:
    return PaymentResponse(**WHOLE | changes).to_json(CALL)


async def test_the_whole_picture_is_sent_and_gives_the_request_id(
    stub: StubApi, client: BaswareClient
) -> None:
    stub.script("POST", PATH, echo(**{"X-Amzn-RequestId": "req-1"}))
    assert await client.send_payment_response(INVOICE, PaymentResponse(**WHOLE)) == "req-1"
    (seen,) = stub.seen("POST", PATH)
    assert seen.headers["content-type"] == "application/json"
    assert json.loads(seen.body, parse_float=Decimal) == {
        "externalCode": CODE,
        "success": True,
        "paymentBlock": True,
        "responseMessage": "Paid in part ä🚫",
        "sourceSystem": "PeopleSoft",
        "paymentDate": "2026-06-05T00:00:00.000Z",
        "paymentTermCode": "7D2-NT30",
        "paymentMethod": "EFT",
        "paidTotal": Decimal("1136.8"),
        "cashDiscount": Decimal("-0.005"),
        "checkNumber": "000123",
        "paymentMessage": "",
        "paymentNumber": "000123, 000124",
        "paymentDocument": "US001-000123",
        "paymentReversalDocument": "000122",
    }


def test_what_has_no_value_is_left_out() -> None:
    body = PaymentResponse(external_code="x", payment_block=False, success=False).to_json(CALL)
    assert json.loads(body) == {"externalCode": "x", "success": False, "paymentBlock": False}


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("1160.0000000000", "1160"),
        ("1136.80", "1136.8"),
        ("-0.00", "0"),
        ("0E+20", "0"),
        ("1E+3", "1000"),
        ("-1.50", "-1.5"),
        ("123456789012.345", "123456789012.345"),
        ("999999999999999", "999999999999999"),
        ("0.00000000000001", "0.00000000000001"),
        ("0.1" + "0" * 40, "0.1"),
    ],
)
def test_equal_amounts_are_the_same_plain_digits(amount: str, written: str) -> None:
    assert f'"paidTotal":{written},'.encode() in sent(paid_total=Decimal(amount))


@pytest.mark.parametrize(
    "amount",
    [
        "1234567890123.456",
        "1E+15",
        "1E+999999",
        "1E-999999",
        "0.1234567890123456",
        "NaN",
        "sNaN",
        "-Infinity",
    ],
)
@pytest.mark.parametrize(("field", "name"), [("paid_total", "paidTotal"), ("cash_discount", "cashDiscount")])
def test_an_amount_that_a_double_would_not_keep_is_not_sent(amount: str, field: str, name: str) -> None:
    with pytest.raises(InvalidRequest) as failed:
        sent(**{field: Decimal(amount)})
    assert failed.value.field == name


@given(amount=st.decimals(allow_nan=False, allow_infinity=False))
def test_an_amount_is_sent_exactly_or_refused(amount: Decimal) -> None:
    try:
        body = sent(paid_total=amount)
    except InvalidRequest:
        return
    assert json.loads(body, parse_float=Decimal)["paidTotal"] == amount
    assert Decimal(repr(float(amount))) == amount


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"external_code": ""}, "externalCode"),
        ({"external_code": "x" * 37}, "externalCode"),
        ({"response_message": "m" * 251}, "responseMessage"),
        ({"response_message": "a\x00b"}, "responseMessage"),
        ({"source_system": "s" * 33}, "sourceSystem"),
        ({"payment_term_code": "t" * 26}, "paymentTermCode"),
        ({"payment_method": "m" * 26}, "paymentMethod"),
        ({"check_number": "1" * 26}, "checkNumber"),
        ({"payment_message": "m" * 101}, "paymentMessage"),
        ({"payment_number": "1" * 251}, "paymentNumber"),
        ({"payment_document": "1" * 251}, "paymentDocument"),
        ({"payment_reversal_document": "1" * 251}, "paymentReversalDocument"),
        ({"paid_total": Decimal("NaN")}, "paidTotal"),
    ],
)
async def test_a_broken_limit_is_named_and_nothing_is_sent(
    stub: StubApi, client: BaswareClient, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest, match=field) as failed:
        await client.send_payment_response(INVOICE, PaymentResponse(**WHOLE | changes))
    assert (failed.value.field, failed.value.record) == (field, INVOICE)
    assert failed.value.limit
    assert stub.requests == []


@pytest.mark.parametrize(
    ("answer", "kind", "in_doubt"),
    [
        (Canned(status=404), NotFound, False),
        (Canned(status=409), Refused, False),
        (Canned(status=400), Refused, False),
        (Canned(status=429, headers={"Retry-After": "7"}), RetryLater, False),
        (Canned(status=503), RetryLater, True),
        (Canned(drop=True), OutcomeUnknown, True),
        (Canned.of_json({"externalCode": "another"}), ProtocolError, True),
        (Canned(body=b""), ProtocolError, True),
    ],
)
async def test_what_basware_says_is_told_apart(
    stub: StubApi, client: BaswareClient, answer: Canned, kind: type[BaswareError], in_doubt: bool
) -> None:
    stub.script("POST", PATH, answer)
    with pytest.raises(kind) as failed:
        await client.send_payment_response(INVOICE, PaymentResponse(**WHOLE))
    assert failed.value.status == (None if answer.drop else answer.status)
    assert failed.value.may_have_taken_effect is in_doubt
    assert (failed.value.operation, failed.value.record) == ("send_payment_response", INVOICE)
    assert len(stub.seen("POST", PATH)) == 1


async def test_a_conflict_comes_with_basware_words(stub: StubApi, client: BaswareClient) -> None:
    words = {"externalCode": CODE, "type": "BUSINESS", "code": "CONFLICT_IN_POST", "message": "used before"}
    stub.script("POST", PATH, Canned.of_json({"hasErrors": True, "errors": [words]}, status=409))
    with pytest.raises(Refused, match="CONFLICT_IN_POST: used before") as failed:
        await client.send_payment_response(INVOICE, PaymentResponse(**WHOLE))
    assert failed.value.entities[0].external_code == CODE
