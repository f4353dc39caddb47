"""Payment responses: stored at once, taken over whole by P2P later, and what a clerk then sees."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from basware_simulator import Simulator
from basware_simulator.testkit import Customer, Reply

GROSS: dict[str, Any] = {"document": {"grossSum": 1000}}
WHOLE: dict[str, Any] = {
    "responseMessage": "Paid in part",
    "sourceSystem": "PeopleSoft",
    "paymentDate": "2026-06-05T00:00:00.000Z",
    "paymentTermCode": "NT30",
    "paymentMethod": "EFT",
    "paidTotal": 400.25,
    "cashDiscount": 10,
    "checkNumber": "000123",
    "paymentMessage": "first instalment",
    "paymentNumber": "000123",
    "paymentDocument": "US001-000123",
    "paymentReversalDocument": "000122",
}


async def ended(customer: Customer, reply: Reply) -> tuple[str, str, str]:
    """Status of the request and of its item, and the words found."""
    [request] = (await customer.request_status(reply)).json()["requestStatus"]
    [item] = request["systems"][0]["items"]
    words = "; ".join(error["message"] for error in item["errors"])
    assert request["entityType"] == "PaymentResponse"
    return request["requestStatus"], item["status"], words


async def told(customer: Customer, invoice: str, code: str, **fields: Any) -> Any:
    """What a clerk sees once P2P has taken the response; a moment passes before and after."""
    await customer.advance(5)
    assert (await customer.pay(invoice, code, **fields)).status == 200
    await customer.advance(5)
    return await customer.paid(invoice)


def rules(seen: Any) -> list[str]:
    return [violation["rule"] for violation in seen["violations"]]


async def test_a_payment_is_taken_over_when_p2p_comes_to_it(customer: Customer) -> None:
    await customer.settings(confirm_delay_seconds=60)
    invoice = await customer.transferred(**GROSS)
    reply = await customer.pay(invoice, **WHOLE)
    assert reply.status == 200
    assert reply.json()["paidTotal"] == 400.25
    assert await ended(customer, reply) == ("InProgress", "InProgress", "")
    assert (await customer.paid(invoice))["paidTotal"] is None
    await customer.advance(60)
    assert await ended(customer, reply) == ("Success", "Success", "")
    seen = await customer.paid(invoice)
    expected = {name: value for name, value in WHOLE.items() if name in seen}
    assert expected.items() <= seen.items()
    assert (seen["received"], seen["applied"], seen["status"]) == (1, 1, "Transferred")
    document = (await customer.fetch(invoice)).json()["accountingDocuments"][0]
    assert {
        "paymentTermCode": "NT30",
        "paymentMethod": "EFT",
        "paymentMessage": "first instalment",
        "paymentRevelsalDocument": "000122",
        "paymentBlock": False,
        "cashSum": 10,
    }.items() <= document.items()
    assert document["paymentResponses"][0]["paidTotal"] == 400.25
    [item] = (await customer.request_status(reply)).json()["requestStatus"][0]["systems"][0]["items"]
    assert item["parentExternalCode"] == invoice


async def test_what_is_left_out_is_cleared_and_the_date_is_today(customer: Customer) -> None:
    invoice = await customer.transferred(document={"paymentTermCode": "NT60", "paymentMethod": "CHK"})
    assert (await customer.paid(invoice))["paymentTermCode"] == "NT60"
    before = await told(customer, invoice, "pay-1", **WHOLE)
    assert before["paymentMethod"] == "EFT"
    after = await told(customer, invoice, "pay-2", paidTotal=400.25, paymentMethod=None, paymentBlock=True)
    today = (await customer.control("GET", "clock"))["now"][:10]
    assert after["paymentDate"] == f"{today}T00:00:00.000Z"
    assert (after["paidTotal"], after["paymentBlock"]) == (400.25, True)
    cleared = ("paymentTermCode", "paymentMethod", "cashDiscount", "checkNumber", "paymentMessage", "cashSum")
    assert [after[name] for name in cleared] == [None] * len(cleared)
    document = (await customer.fetch(invoice)).json()["accountingDocuments"][0]
    assert (document["paymentTermCode"], document["paymentRevelsalDocument"]) == (None, None)


async def test_a_failure_is_logged_and_changes_nothing(customer: Customer) -> None:
    invoice = await customer.transferred(**GROSS)
    before = await told(customer, invoice, "pay-1", **WHOLE)
    after = await told(customer, invoice, "pay-2", success=False, paymentBlock=True, responseMessage="no")
    assert (after["applied"], after["logged"]) == (1, 1)
    same = {"paidTotal", "paymentDate", "paymentBlock", "paymentMethod", "status", "since"}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    events = [(entry["event"], entry["detail"]) for entry in (await customer.seen(invoice))["history"]]
    assert events[-1] == ("payment response logged", "no")


@pytest.mark.parametrize(
    ("paid_when", "reopens", "steps"),
    [
        (
            "covered",
            True,
            [
                ("999.99", "0", "Transferred"),
                ("990", "10", "Paid"),
                ("990", "9.99", "Transferred"),
                ("1000", "0", "Paid"),
            ],
        ),
        ("covered", False, [("1000", "0", "Paid"), ("0", "0", "Paid")]),
        (
            "first_payment",
            True,
            [("0", "0", "Transferred"), ("0.01", "0", "Paid"), ("0", "0", "Transferred")],
        ),
        ("never", True, [("1000", "0", "Transferred")]),
    ],
)
async def test_what_makes_an_invoice_paid_and_opens_it_again_is_a_setting(
    customer: Customer, paid_when: str, reopens: bool, steps: list[tuple[str, str, str]]
) -> None:
    await customer.settings(payments={"paid_when": paid_when, "reopens": reopens})
    invoice = await customer.transferred(**GROSS)
    for number, (paid, discount, status) in enumerate(steps):
        amounts = {"paidTotal": float(paid), "cashDiscount": float(discount)}
        assert (await told(customer, invoice, f"pay-{number}", **amounts))["status"] == status


@pytest.mark.parametrize(
    ("gross", "paid", "status"),
    [
        (-100, -100, "Paid"),
        (-100, -99.99, "Transferred"),
        (-100, 0, "Transferred"),
        (0, 0, "Paid"),
        (None, 100, "Transferred"),
    ],
)
async def test_credit_notes_and_odd_sums_are_covered_or_not(
    customer: Customer, gross: float | None, paid: float, status: str
) -> None:
    invoice = await customer.transferred(document={"grossSum": gross})
    assert (await told(customer, invoice, "pay-1", paidTotal=paid))["status"] == status


async def test_every_digit_outlives_the_process(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    body = (
        '{"externalCode":"pay-1","success":true,"paymentBlock":false,"paidTotal":1136.80,"cashDiscount":0.1}'
    )
    async with Simulator(books=tmp_path) as simulator:
        customer = Customer(session=session, url=simulator.api_url)
        await customer.enter("BW00")
        invoice = await customer.transferred()
        path = f"/v1/accountingDocuments/{invoice}/paymentResponses"
        assert b'"paidTotal":1136.80' in (await customer.call("POST", path, data=body)).body
    async with Simulator(books=tmp_path) as simulator:
        customer.url = simulator.api_url
        await customer.advance(5)
    async with Simulator(books=tmp_path) as simulator:
        control = f"{simulator.api_url}/control"
        reply = await customer.send("GET", f"{control}/documents/{invoice}/payment")
        assert b'"paidTotal":1136.80,' in reply.body
        totals = await customer.send("GET", f"{control}/payments")
        assert b'"paid":{"EUR":1136.80}' in totals.body


@pytest.mark.parametrize(
    "status", ["WaitingForTransfer", "TransferInProgress", "TransferFailed", "Removed", "Returned"]
)
async def test_an_invoice_that_is_not_transferred_takes_no_payment_unless_it_is_set_so(
    customer: Customer, status: str
) -> None:
    invoice = await customer.transferred(status=status, **GROSS)
    refused = await customer.pay(invoice, paidTotal=1000)
    assert refused.status == 400
    assert refused.json()["errors"][0]["code"] == "DATA_VALIDATION_FAILED"
    await customer.settings(payments={"untransferred": "taken"})
    seen = await told(customer, invoice, "pay-1", paidTotal=1000)
    assert (seen["status"], seen["paidTotal"]) == (status, 1000)


async def test_an_unknown_invoice_is_not_found(customer: Customer) -> None:
    assert (await customer.pay("0" * 32)).status == 404
    invoice = await customer.transferred()
    await customer.control("DELETE", f"documents/{invoice}")
    assert (await customer.pay(invoice)).status == 404


async def test_p2p_refuses_what_came_before_a_retransfer(customer: Customer) -> None:
    invoice = await customer.transferred()
    reply = await customer.pay(invoice, paidTotal=1)
    await customer.control("POST", f"documents/{invoice}/retransfer", {})
    await customer.advance(5)
    assert await ended(customer, reply) == ("Error", "Error", "The invoice was sent to transfer again")
    assert (await customer.paid(invoice))["paidTotal"] is None


async def test_p2p_refuses_a_payment_of_what_was_taken_back_meanwhile(customer: Customer) -> None:
    invoice = await customer.transferred()
    reply = await customer.pay(invoice, paidTotal=1)
    await customer.control("POST", f"documents/{invoice}/status", {"status": "Returned"})
    await customer.advance(5)
    words = "The invoice is not transferred, its status is Returned"
    assert await ended(customer, reply) == ("Error", "Error", words)


@pytest.mark.parametrize(("repeat", "status"), [("conflict", 409), ("refused", 400), ("idempotent", 200)])
@pytest.mark.parametrize("paid", [1.0, 2.0])
async def test_a_used_external_code_is_never_taken_twice(
    customer: Customer, repeat: str, status: int, paid: float
) -> None:
    await customer.settings(payments={"repeat": repeat})
    invoice = await customer.transferred()
    await told(customer, invoice, "pay-1", paidTotal=1)
    again = await customer.pay(invoice, "pay-1", paidTotal=paid)
    assert again.status == status
    if status != 200:
        codes = {409: "CONFLICT_IN_POST", 400: "DATA_VALIDATION_FAILED"}
        assert again.json()["errors"][0]["code"] == codes[status]
    else:
        assert await ended(customer, again) == ("Success", "Success", "")
    await customer.advance(5)
    seen = await customer.paid(invoice)
    assert (seen["paidTotal"], seen["received"], seen["listed"]) == (1, 1, 1)


async def test_a_transfer_and_a_payment_do_not_share_an_external_code(customer: Customer) -> None:
    invoice = await customer.approve()
    await customer.acknowledge(invoice)
    await customer.advance(5)
    await customer.respond(invoice, "code-1")
    await customer.advance(5)
    assert (await customer.pay(invoice, "code-1")).status == 409
    seen = await told(customer, invoice, "code-2", paidTotal=1)
    assert (seen["voucherNumber1"], seen["paidTotal"]) == ("00000001", 1)
    assert rules(await customer.seen(invoice)) == []


async def test_of_two_within_a_second_the_older_expires(customer: Customer) -> None:
    await customer.settings(confirm_delay_seconds=10)
    invoice = await customer.transferred()
    older = await customer.pay(invoice, "pay-1", paidTotal=1)
    newer = await customer.pay(invoice, "pay-2", paidTotal=2)
    await customer.advance(10)
    assert (await ended(customer, older))[:2] == ("Error", "RecordExpired")
    assert (await ended(customer, newer))[:2] == ("Success", "Success")
    seen = await customer.paid(invoice)
    assert (seen["paidTotal"], seen["applied"], seen["refused"]) == (2, 1, 1)
    assert rules(await customer.seen(invoice)) == ["writes_within_one_second"]


async def test_an_older_one_that_p2p_comes_to_later_expires(customer: Customer) -> None:
    invoice = await customer.transferred()
    await customer.control("POST", f"documents/{invoice}/outcome", {"status": None, "delay_seconds": 600})
    late = await customer.pay(invoice, "pay-1", paidTotal=1)
    assert (await told(customer, invoice, "pay-2", paidTotal=2))["paidTotal"] == 2
    await customer.advance(600)
    assert (await ended(customer, late))[:2] == ("Error", "RecordExpired")
    assert (await customer.paid(invoice))["paidTotal"] == 2


@pytest.mark.parametrize(
    ("status", "request_status", "applied"),
    [
        ("Error", "Error", 0),
        ("RecordExpired", "Error", 0),
        ("NotProcessed", "Success", 0),
        ("Warning", "Success", 1),
    ],
)
async def test_an_outcome_on_order_is_met_by_the_next_payment(
    customer: Customer, status: str, request_status: str, applied: int
) -> None:
    invoice = await customer.transferred()
    await customer.control("POST", f"documents/{invoice}/outcome", {"status": status, "message": "Sperre"})
    reply = await customer.pay(invoice, paidTotal=1)
    await customer.advance(5)
    assert await ended(customer, reply) == (request_status, status, "Sperre")
    seen = await customer.paid(invoice)
    assert (seen["applied"], seen["refused"]) == (applied, 1 - applied)
    [entry] = seen["history"]
    assert (entry["item_status"], entry["error"], entry["body"]["paidTotal"]) == (status, "Sperre", 1)


async def test_saying_the_same_again_is_noted_unless_it_was_refused(customer: Customer) -> None:
    invoice = await customer.transferred()
    await customer.control("POST", f"documents/{invoice}/outcome", {"message": "no"})
    for number in range(3):
        await told(customer, invoice, f"pay-{number}", paidTotal=1)
        noted = rules(await customer.seen(invoice))
        assert noted == (["unchanged_payment_response"] if number == 2 else [])


async def test_the_latest_hundred_responses_are_kept(customer: Customer) -> None:
    await customer.settings(confirm_delay_seconds=1)
    invoice = await customer.transferred(**GROSS)
    for number in range(103):
        await customer.advance(2)
        assert (await customer.pay(invoice, f"pay-{number}", paidTotal=number)).status == 200
    await customer.advance(2)
    document = (await customer.fetch(invoice)).json()["accountingDocuments"][0]
    listed = [response["externalCode"] for response in document["paymentResponses"]]
    assert listed == [f"pay-{number}" for number in range(3, 103)]
    seen = await customer.paid(invoice)
    assert (seen["received"], seen["applied"], len(seen["history"])) == (103, 103, 103)
    assert rules(await customer.seen(invoice)) == []
    assert (await customer.pay(invoice, "pay-0", paidTotal=0)).status == 409


@pytest.mark.parametrize(
    ("fault", "params", "status", "received"),
    [
        ("status", {"status": 429, "headers": {"Retry-After": "3"}}, 429, 0),
        ("status", {"status": 503}, 503, 0),
        ("status", {"status": 500, "processed": True}, 500, 1),
        ("html", {}, 200, 0),
        ("empty", {}, 200, 1),
        ("delay_seconds", {"seconds": 0.05}, 200, 1),
        ("expired_token", {}, 401, 0),
    ],
)
async def test_faults_meet_payments_too(
    customer: Customer, fault: str, params: dict[str, Any], status: int, received: int
) -> None:
    invoice = await customer.transferred()
    await customer.fault("paymentResponses", fault, params=params, document_id=invoice)
    assert (await customer.pay(invoice, paidTotal=1)).status == status
    assert (await customer.paid(invoice))["received"] == received


async def test_a_lost_answer_leaves_a_stored_response(customer: Customer) -> None:
    invoice = await customer.transferred()
    await customer.fault("paymentResponses", "drop_after")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await customer.pay(invoice, paidTotal=1)
    await customer.advance(5)
    assert (await customer.paid(invoice))["paidTotal"] == 1
    assert (await customer.pay(invoice, paidTotal=1)).status == 409


async def test_the_totals_of_payments_are_those_of_the_invoices(customer: Customer) -> None:
    first, second = await customer.transferred(1, **GROSS), await customer.transferred(2, **GROSS)
    await customer.transferred(3, **GROSS)
    await customer.approve(4)
    for invoice, paid in ((first, 1000), (second, 100.5)):
        await told(customer, invoice, "pay-1", paidTotal=paid)
    await customer.pay(second, "pay-2", paidTotal=200)
    found = await customer.control("GET", "payments?tenant=acme&company=BW00")
    assert (found["invoices"], found["by_status"]) == (3, {"Paid": 1, "Transferred": 2})
    counts = {name: found[name] for name in ("received", "applied", "logged", "refused", "waiting")}
    assert counts == {"received": 3, "applied": 2, "logged": 0, "refused": 0, "waiting": 1}
    assert (found["paid"], found["gross"]) == ({"EUR": 1100.5}, {"EUR": 3000})
    assert [row["paidTotal"] for row in found["payments"]] == [1000, 100.5, None]
    assert (await customer.control("GET", "payments?company=BW99"))["payments"] == []


async def test_what_was_there_before_go_live_is_listed_as_old(customer: Customer) -> None:
    before = {"externalCode": "old-1", "success": True, "paymentBlock": False, "paidTotal": 12}
    paid = {"voucherNumber2": "US001", "paymentResponses": [before]}
    old = await customer.transferred(1, voucher="00000042", updated="2025-01-31T10:00:00Z")
    older = await customer.transferred(2, status="Paid", updated="2024-01-31T10:00:00Z", document=paid)
    for status, invoice, year in (("Transferred", old, 2025), ("Paid", older, 2024)):
        path = f"/v1/accountingDocuments?ProcessingStatus={status}&lastUpdated="
        assert (await customer.call("GET", f"{path}{year + 1}-01-01")).status == 404
        page = await customer.call("GET", f"{path}{year}-01-01")
        found = (await customer.send("GET", page.headers["Location"])).json()["accountingDocuments"]
        assert [document["invoiceId"] for document in found] == [invoice]
    assert (await customer.seen(old))["notifications"] == []
    assert (await customer.paid(old))["voucherNumber1"] == "00000042"
    assert (await customer.paid(older))["paidTotal"] == 12
    later = await told(customer, older, "pay-1", paidTotal=0)
    assert (later["status"], later["listed"]) == ("Transferred", 2)


@pytest.mark.parametrize("updated", ["2999-01-01T00:00:00Z", "2025-01-01T00:00:00"])
async def test_nothing_is_published_in_the_future_or_at_an_unknown_time(
    customer: Customer, updated: str
) -> None:
    document = await customer.control("GET", "sample")
    order = {"tenant": "acme", "document": document, "updated": updated}
    reply = await customer.send("POST", f"{customer.url}/control/documents", json=order)
    assert reply.status == 400


@pytest.mark.parametrize(
    "change",
    [
        {"externalCode": ""},
        {"externalCode": "x" * 37},
        {"success": "true"},
        {"paymentBlock": None},
        {"responseMessage": "x" * 251},
        {"sourceSystem": "x" * 33},
        {"paymentDate": "yesterday"},
        {"paymentDate": ""},
        {"paymentTermCode": "x" * 26},
        {"paymentMethod": "x" * 26},
        {"paidTotal": "1136.80"},
        {"cashDiscount": True},
        {"checkNumber": "x" * 26},
        {"paymentMessage": "x" * 101},
        {"paymentNumber": "x" * 251},
        {"paymentDocument": "x" * 251},
        {"paymentReversalDocument": "x" * 251},
        {"paymentRevelsalDocument": "the header's spelling"},
        {"voucherNumber1": "00000001"},
    ],
)
async def test_a_payment_outside_the_schema_is_refused(customer: Customer, change: dict[str, Any]) -> None:
    invoice = await customer.transferred()
    reply = await customer.pay(invoice, **change)
    assert reply.status == 400
    [error] = reply.json()["errors"]
    assert (error["type"], error["code"]) == ("VALIDATION", "SCHEMA_VALIDATION_ERROR")
    assert next(iter(change)) in error["message"]


@pytest.mark.parametrize("amount", ["1E+999999999", "-1E+400", "NaN", "Infinity", "01"])
async def test_a_number_that_no_double_holds_is_refused(customer: Customer, amount: str) -> None:
    invoice = await customer.transferred()
    body = f'{{"externalCode":"pay-1","success":true,"paymentBlock":false,"paidTotal":{amount}}}'
    path = f"/v1/accountingDocuments/{invoice}/paymentResponses"
    assert (await customer.call("POST", path, data=body)).status == 400


@pytest.mark.parametrize("setting", [{"paid_when": "always"}, {"reopen": True}, {"repeat": "twice"}])
async def test_a_mistyped_setting_is_refused(customer: Customer, setting: dict[str, Any]) -> None:
    order = {"tenant": "acme", "payments": setting}
    assert (await customer.send("POST", f"{customer.url}/control/settings", json=order)).status == 400
