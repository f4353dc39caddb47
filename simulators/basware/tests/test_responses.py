"""Transfer responses: stored at once, processed later; what was refused says why."""

import asyncio
from typing import Any

import pytest
from basware_simulator.testkit import Customer, Reply


async def acknowledged(customer: Customer) -> str:
    invoice = await customer.approve()
    assert (await customer.acknowledge(invoice)).status == 200
    await customer.advance(5)
    return invoice


async def outcome(customer: Customer, reply: Reply) -> tuple[str, str]:
    """Status of the request and of its item."""
    request = (await customer.request_status(reply)).json()["requestStatus"][0]
    return request["requestStatus"], request["systems"][0]["items"][0]["status"]


async def fault_taken(customer: Customer) -> None:
    """Return once the fault that was ordered has met its call; each look is a round trip."""
    async with asyncio.timeout(5):
        while (await customer.control("GET", "faults"))["faults"]:
            pass


def rules(seen: Any) -> list[str]:
    return [violation["rule"] for violation in seen["violations"]]


async def test_a_response_is_confirmed_when_the_clock_says_so(customer: Customer) -> None:
    await customer.settings(confirm_delay_seconds=60)
    invoice = await acknowledged(customer)
    reply = await customer.respond(invoice)
    assert reply.status == 200
    assert reply.json()["externalCode"] == "code-1"
    assert await outcome(customer, reply) == ("InProgress", "InProgress")
    await customer.advance(50)
    assert (await customer.seen(invoice))["status"] == "TransferInProgress"
    await customer.advance(10)
    assert await outcome(customer, reply) == ("Success", "Success")
    seen = await customer.seen(invoice)
    assert (seen["status"], seen["voucherNumber1"]) == ("Transferred", "00000001")
    assert seen["violations"] == []


async def test_a_failed_transfer_keeps_only_message_and_status(customer: Customer) -> None:
    invoice = await acknowledged(customer)
    await customer.respond(invoice, success=False, paymentBlock=True)
    await customer.advance(5)
    seen = await customer.seen(invoice)
    assert (seen["status"], seen["voucherNumber1"]) == ("TransferFailed", None)
    assert seen["document"]["paymentBlock"] is False


async def test_p2p_can_refuse_what_the_api_stored(customer: Customer) -> None:
    await customer.settings(item_error={"message": "Record skipped", "category": "Technical"})
    invoice = await acknowledged(customer)
    reply = await customer.respond(invoice)
    await customer.advance(5)
    request = (await customer.request_status(reply)).json()["requestStatus"][0]
    assert request["requestStatus"] == "Error"
    [error] = request["systems"][0]["items"][0]["errors"]
    assert error == {"type": "Error", "message": "Record skipped", "category": "Technical"}
    assert (await customer.seen(invoice))["status"] == "TransferInProgress"
    second = await customer.respond(invoice, "code-2")
    await customer.advance(5)
    assert await outcome(customer, second) == ("Success", "Success")


async def test_an_exact_repeat_shares_the_outcome_of_the_first(customer: Customer) -> None:
    invoice = await acknowledged(customer)
    await customer.respond(invoice)
    await customer.advance(5)
    repeat = await customer.respond(invoice)
    assert repeat.status == 200
    assert await outcome(customer, repeat) == ("Success", "Success")
    seen = await customer.seen(invoice)
    assert (seen["stored_responses"], seen["repeated_responses"]) == (1, 1)
    assert len(seen["document"]["transferResponses"]) == 1


async def test_an_exact_repeat_can_be_a_conflict(customer: Customer) -> None:
    await customer.settings(repeat_response="conflict")
    invoice = await acknowledged(customer)
    await customer.respond(invoice)
    reply = await customer.respond(invoice)
    assert reply.status == 409
    assert reply.json()["errors"][0]["code"] == "CONFLICT_IN_POST"


async def test_an_external_code_is_not_taken_for_another_response(customer: Customer) -> None:
    invoice = await acknowledged(customer)
    await customer.respond(invoice)
    assert (await customer.respond(invoice, responseMessage="another")).status == 400


async def test_a_transferred_invoice_takes_no_new_response(customer: Customer) -> None:
    invoice = await acknowledged(customer)
    await customer.respond(invoice)
    await customer.advance(5)
    assert (await customer.respond(invoice, "code-2")).status == 400


async def test_a_late_response_to_an_earlier_transfer_is_refused_by_p2p(customer: Customer) -> None:
    invoice = await acknowledged(customer)
    reply = await customer.respond(invoice)
    await customer.control("POST", f"documents/{invoice}/retransfer", {"changes": {"description": "again"}})
    await customer.advance(5)
    assert await outcome(customer, reply) == ("Error", "Error")
    seen = await customer.seen(invoice)
    assert (seen["status"], seen["cycle"]) == ("WaitingForTransfer", 2)
    assert seen["document"]["description"] == "again"


@pytest.mark.parametrize(
    "change",
    [
        {"externalCode": ""},
        {"externalCode": "x" * 37},
        {"success": "true"},
        {"responseMessage": ""},
        {"responseMessage": "x" * 251},
        {"paymentBlock": None},
        {"voucherNumber1": "x" * 26},
        {"transferDate": "yesterday"},
        {"sourceSystem": "x" * 33},
        {"voucher": "00000001"},
    ],
)
async def test_a_response_outside_the_schema_is_refused(customer: Customer, change: dict[str, Any]) -> None:
    invoice = await acknowledged(customer)
    reply = await customer.respond(invoice, **change)
    assert reply.status == 400
    [error] = reply.json()["errors"]
    assert (error["type"], error["code"]) == ("VALIDATION", "SCHEMA_VALIDATION_ERROR")
    assert next(iter(change)) in error["message"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b'{"success": NaN}', b"[" * 100_000, b'{"externalCode": "\\ud800"}']
)
async def test_a_body_that_is_no_json_object_is_refused(customer: Customer, body: bytes) -> None:
    invoice = await acknowledged(customer)
    path = f"/v1/accountingDocuments/{invoice}/transferResponses"
    assert (await customer.call("POST", path, data=body)).status == 400


async def test_a_response_before_the_acknowledgement_is_taken_and_noted(customer: Customer) -> None:
    invoice = await customer.approve()
    assert (await customer.respond(invoice)).status == 200
    assert rules(await customer.seen(invoice)) == ["response_before_acknowledge"]


async def test_writes_within_a_second_are_noted(customer: Customer) -> None:
    invoice = await customer.approve()
    await customer.acknowledge(invoice)
    await customer.respond(invoice)
    assert rules(await customer.seen(invoice)) == ["writes_within_one_second"]


async def test_two_calls_at_once_on_one_invoice_are_noted(customer: Customer) -> None:
    invoice = await customer.approve()
    await customer.fault("acknowledge", "delay_seconds", params={"seconds": 0.3})
    async with asyncio.TaskGroup() as calls:
        calls.create_task(customer.acknowledge(invoice))
        await fault_taken(customer)
        calls.create_task(customer.respond(invoice))
    found = rules(await customer.seen(invoice))
    assert "calls_in_flight_at_once" in found
    assert "response_before_acknowledge" in found


async def test_a_call_whose_caller_gave_up_does_not_count_as_in_flight(customer: Customer) -> None:
    invoice = await customer.approve()
    await customer.fault("acknowledge", "delay_seconds", params={"seconds": 0.5})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(customer.acknowledge(invoice), 0.1)
    assert (await customer.acknowledge(invoice)).status == 200
    assert rules(await customer.seen(invoice)) == []


async def test_more_responses_than_p2p_keeps_are_noted(customer: Customer) -> None:
    await customer.settings(confirm_delay_seconds=100_000)
    invoice = await acknowledged(customer)
    for number in range(101):
        await customer.advance(5)
        assert (await customer.respond(invoice, f"code-{number}")).status == 200
    seen = await customer.seen(invoice)
    assert rules(seen) == ["too_many_responses"]
    assert len(seen["document"]["transferResponses"]) == 100


async def test_request_status_can_come_late(customer: Customer) -> None:
    await customer.settings(request_status_hidden_seconds=30)
    invoice = await acknowledged(customer)
    reply = await customer.respond(invoice)
    assert (await customer.request_status(reply)).status == 404
    await customer.advance(30)
    assert (await customer.request_status(reply)).status == 200


async def test_the_list_of_request_statuses_shows_errors_unless_asked_otherwise(customer: Customer) -> None:
    invoice = await acknowledged(customer)
    await customer.respond(invoice)
    await customer.advance(5)
    assert (await customer.call("GET", "/v1/requestStatus")).status == 404
    found = await customer.call("GET", "/v1/requestStatus?entityType=TransferResponse")
    assert [held["requestStatus"] for held in found.json()["requestStatus"]] == ["Success"]
    bare = await customer.call("GET", "/v1/requestStatus?status=Success&ignoreSuccessfullItems=true")
    assert bare.json()["requestStatus"][0]["systems"][0]["items"] == []


async def test_a_request_status_is_acknowledged_once(customer: Customer) -> None:
    invoice = await acknowledged(customer)
    reply = await customer.respond(invoice)
    body = {"requestIds": [reply.headers["x-amzn-RequestId"]]}
    assert (await customer.call("POST", "/v1/requestStatus/acknowledge", json=body)).status == 400
    await customer.advance(5)
    assert (await customer.call("POST", "/v1/requestStatus/acknowledge", json=body)).status == 200
    assert await outcome(customer, reply) == ("AcknowledgedSuccess", "Success")
    assert (await customer.call("POST", "/v1/requestStatus/acknowledge", json=body)).status == 405
    unknown = {"requestIds": ["unheard-of"]}
    assert (await customer.call("POST", "/v1/requestStatus/acknowledge", json=unknown)).status == 404
