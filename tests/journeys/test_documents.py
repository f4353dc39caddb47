"""Documents as Basware may send them: too large, without a number, with fields nobody knows, changed on the way."""

import asyncio
import json
from typing import Any

import aiohttp

from .conftest import NewCustomer
from .customer import FAILED, TRANSFERRED, Customer, Invoice, Json
from .entries import until_entry, until_parked, until_reason
from .promises import kept
from .stories import story
from .topic_records import DOCUMENTS, FETCHES

TOO_LARGE = 11_000_000


@story
async def test_a_document_that_cannot_be_carried_is_parked_and_the_others_go_on(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("large")
    large = await customer.approve_document(await customer.sample(1), at_least_bytes=TOO_LARGE)
    nearly = await customer.approve_document(await customer.sample(2), at_least_bytes=TOO_LARGE // 3)
    other = await customer.approve(3)
    await customer.until_status(TRANSFERRED, nearly, other)
    reason = await until_parked(customer, large, topic=FETCHES)
    assert "bytes" in reason
    await kept(customer)
    shown = await customer.stack.apstream("parked", "show", large.id, "--connection", customer.id)
    assert "bytes" in shown
    seen = await customer.seen_by_basware(large)
    assert (seen["status"], seen["acknowledgements"]) == ("WaitingForTransfer", 0)


@story
async def test_an_invoice_without_a_number_goes_back_in_words(new_customer: NewCustomer) -> None:
    customer = await new_customer("numberless")
    invoice = await customer.approve_document(await customer.sample(kind="without_number"))
    await customer.until_status(FAILED, invoice)
    await kept(customer)
    assert await customer.calls("create") == []
    assert "invoiceNumber" in await _told(customer, invoice)

    # The clerk enters the number: the same invoice goes through.
    await customer.retransfer(invoice, {"invoiceNumber": "A-1"})
    await customer.until_status(TRANSFERRED, invoice)
    await kept(customer)
    (created,) = await customer.calls("create")
    assert created["invoice_id"] == "A-1"


@story
async def test_a_document_is_kept_byte_for_byte_whatever_its_fields(new_customer: NewCustomer) -> None:
    customer = await new_customer("every-field")
    document = await customer.sample(kind="every_field")
    document |= {
        "fieldOfTomorrow": {"deep": [1, "\u20ac \U0001f9fe", None, {"z": False}]},
        "kassenzeichen": "\u00fc" * 40,
    }
    document["codingRows"][0]["rowOfTomorrow"] = "0.10"
    invoice = await customer.approve_document(document, deliver=False, extended=True)
    served = await _document_as_served(customer, invoice)
    await customer.notify(invoice)
    await customer.until_status(TRANSFERRED, invoice)
    evidence = await kept(customer)
    first, *_ = evidence.records[DOCUMENTS]
    assert first.value["raw"] in served
    assert json.loads(first.value["raw"])["fieldOfTomorrow"] == document["fieldOfTomorrow"]
    assert first.value["gross_sum"] == document["grossSum"]


@story
async def test_an_invoice_changed_while_it_waits_is_posted_as_it_is_then(new_customer: NewCustomer) -> None:
    customer = await new_customer("revised")
    await customer.stack.apstream(
        "flow", "pause", customer.id, "peoplesoft", "--reason", "close", "--by", "pat"
    )
    invoice = await customer.approve(cost_center="99999")
    await until_entry(customer, invoice, lambda seen: seen["step"] == "post", what="acknowledged")
    changed = await customer.sample(rows="1", account="18200")
    await customer.retransfer(invoice, _content(changed))
    await until_entry(
        customer, invoice, lambda seen: seen["body"]["document"]["fetch_number"] > 1, what="fetched again"
    )
    await customer.stack.apstream(
        "flow", "resume", customer.id, "peoplesoft", "--reason", "open", "--by", "pat"
    )
    await customer.until_status(TRANSFERRED, invoice)
    await kept(customer)
    (voucher,) = await customer.vouchers(invoice)
    assert voucher["GROSS_AMT"] == str(changed["grossSum"])
    assert len(await customer.calls("create", invoice)) == 1


@story
async def test_an_invoice_changed_while_its_create_is_in_doubt_waits_and_is_then_decided(
    new_customer: NewCustomer,
) -> None:
    """The first content is in PeopleSoft before anybody knows: the second never makes a second voucher."""
    customer = await new_customer("revised-in-doubt")
    document = await customer.sample()
    await customer.peoplesoft_fails(
        "commit_then_drop", operation="create", invoice_id=document["invoiceNumber"]
    )
    invoice = await customer.approve_document(document)
    await until_entry(customer, invoice, lambda seen: seen["phase"] == "in_doubt", what="in doubt")
    changed = await customer.sample(rows="1", account="18200")
    await customer.retransfer(invoice, _content(changed))
    await until_entry(customer, invoice, lambda seen: seen["body"]["newer"] is not None, what="waiting")
    assert await until_reason(customer, invoice, "other content")
    evidence = await kept(customer)
    actions = evidence.actions(invoice.id)
    assert actions.index("newer fetch waits") < actions.index("adopted") < actions.index("parked")
    (voucher,) = await customer.vouchers(invoice)
    assert voucher["GROSS_AMT"] == str(document["grossSum"])


def _content(of: Json) -> Json:
    names = ("codingRows", "netSum", "grossSum", "taxSum1", "taxPercent1", "taxCode")
    sums = ("netSumCompany", "grossSumCompany", "taxSum1Company")
    return {name: of[name] for name in (*names, *sums)}


async def _told(customer: Customer, invoice: Invoice) -> str:
    (response,) = (await customer.seen_by_basware(invoice))["responses"]
    assert response["body"]["success"] is False
    return str(response["body"]["responseMessage"])


async def _document_as_served(customer: Customer, invoice: Invoice) -> bytes:
    """The bytes of Basware's answer, which holds the document in a list of one; asked for as any client would."""
    secrets = customer.stack.run_dir / "secrets" / f"{customer.tenant_id}-basware"
    secret = await asyncio.to_thread(secrets.read_text)
    login = {"Authorization": aiohttp.encode_basic_auth(customer.spec.client_id, secret)}
    form = {"grant_type": "client_credentials", "scope": "accountingDocuments.read"}
    async with aiohttp.ClientSession(customer.stack.basware_url) as session:
        async with session.post("/v1/tokens", data=form, headers=login) as answer:
            token: Any = await answer.json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        path = f"/v1/accountingDocuments/{invoice.id}"
        async with session.get(path, headers=headers, allow_redirects=False) as answer:
            elsewhere = answer.headers["Location"]
        async with session.get(elsewhere) as answer:
            return await answer.read()
