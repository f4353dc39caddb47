"""Payment responses: stored at once, taken over whole by P2P later, and what a clerk then sees."""

from pathlib import Path

import aiohttp
import pytest
from basware_simulator import Simulator
from basware_simulator.testkit import Customer

from .payment_views import GROSS, WHOLE, ended, told


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
