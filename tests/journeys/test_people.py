"""What people decide through the real command line, and what it refuses them."""

import asyncio

import pytest
from devstack.errors import Refused

from .conftest import NewCustomer
from .customer import FAILED, TRANSFERRED, Customer, Invoice
from .entries import until_entry, until_parked
from .evidence import gather_evidence
from .promises import kept
from .stories import story


@story
async def test_people_resubmit_send_back_and_discard_what_is_parked(new_customer: NewCustomer) -> None:
    customer = await new_customer("people")
    invoices = [await _keyed_by_hand(customer, seed) for seed in (1, 2, 3)]
    reasons = [await until_parked(customer, each) for each in invoices]
    assert all("not made by it" in each for each in reasons)
    listed = await customer.stack.apstream("parked", "list", "--connection", customer.id, "--json")
    assert all(each.number in listed for each in invoices)
    resubmitted, sent_back, discarded = invoices

    # A deleted voucher counts as absent: the invoice goes on.
    (keyed,) = await customer.vouchers(resubmitted)
    await customer.clerk(keyed, "delete")
    await asyncio.gather(
        customer.parked("resubmit", resubmitted, reason="the hand-keyed voucher is deleted"),
        customer.parked("send-back", sent_back, reason="Entered by hand as an advance; please cancel."),
        customer.parked("discard", discarded, reason="entered by hand and stays so"),
    )
    await customer.until_status(TRANSFERRED, resubmitted)
    await customer.until_status(FAILED, sent_back)
    await until_entry(customer, discarded, lambda seen: seen["step"] == "discarded", what="discarded")
    evidence = await kept(customer)
    for invoice in invoices:
        (applied,) = evidence.events(invoice.id, "command applied")
        assert applied["detail"]["by"] == "pat"
    (response,) = (await customer.seen_by_basware(sent_back))["responses"]
    assert response["body"]["responseMessage"].startswith("Entered by hand as an advance; please cancel.")
    left = await customer.seen_by_basware(discarded)
    assert (left["status"], left["responses"]) == ("TransferInProgress", [])

    # What is over cannot be ordered again; what nobody knows even less.
    for verb, invoice, words in (
        ("send-back", resubmitted, "voucher"),
        ("resubmit", discarded, "not parked"),
        ("discard", sent_back, "not parked"),
    ):
        with pytest.raises(Refused, match=words):
            await customer.parked(verb, invoice, reason="again")
    unknown = Invoice(id="f" * 32, number="", document={})
    with pytest.raises(Refused, match="no invoice"):
        await customer.parked("discard", unknown, reason="unknown")
    after = await kept(customer)
    assert after.records == evidence.records


@story
async def test_a_command_given_for_an_older_state_of_the_invoice_is_refused_by_its_owner(
    new_customer: NewCustomer,
) -> None:
    """Two people decide at once: the entry that both saw is only one's to change."""
    customer = await new_customer("two-people")
    invoice = await _keyed_by_hand(customer, 1)
    await until_parked(customer, invoice)
    answers = await asyncio.gather(
        customer.parked("discard", invoice, reason="mine"),
        customer.parked("discard", invoice, reason="no, mine"),
        return_exceptions=True,
    )
    assert sorted(isinstance(each, Refused) for each in answers) == [False, True]
    evidence = await kept(customer)
    assert len(evidence.events(invoice.id, "discarded")) == 1


@story
async def test_a_paused_flow_holds_what_is_new_and_finishes_what_was_begun(new_customer: NewCustomer) -> None:
    customer = await new_customer("held")
    begun = await customer.approve_document(await customer.sample(1), deliver=False)
    await customer.outcome(begun, status=None, delay_seconds=4)
    await customer.notify(begun)
    await until_entry(customer, begun, lambda seen: seen["step"] == "confirm", what="reported")
    paused = await _flow(customer, "pause", "all")
    assert paused.count("paused, version") == 7
    held = [await customer.approve(seed) for seed in (2, 3)]
    # Confirming goes on while nothing begins.
    await customer.until_status(TRANSFERRED, begun)
    await until_entry(customer, begun, lambda seen: seen["phase"] == "final", what="confirmed")
    evidence = await gather_evidence(customer)
    assert [evidence.invoice(each.id) for each in held] == [None, None]
    assert [(await customer.seen_by_basware(each))["fetches"] for each in held] == [0, 0]
    status = await customer.stack.apstream("flow", "status", customer.id, "--json")
    assert status.count('"paused"') == 7
    assert "month-end" in status

    await _flow(customer, "resume", "ingress-documents")
    await _flow(customer, "resume", "basware")
    await _flow(customer, "resume", "voucher-poster")
    for each in held:  # up to PeopleSoft and no further
        await until_entry(customer, each, lambda seen: seen["step"] == "post", what="acknowledged")
    shown = await customer.stack.apstream("invoice", "show", held[0].number, "--connection", customer.id)
    assert "peoplesoft is paused" in shown
    await _flow(customer, "resume", "peoplesoft")
    await customer.until_status(TRANSFERRED, *held)
    await kept(customer)

    shown = await customer.stack.apstream("invoice", "show", held[0].number, "--connection", customer.id)
    (voucher,) = await customer.vouchers(held[0])
    assert f"Posted as voucher {voucher['VOUCHER_ID']} in US001" in shown
    steps = ("webhook from Basware", "document fetched", "taken up", "acknowledged", "creating", "created")
    places = [shown.find(each) for each in (*steps, "reported to Basware as posted", "confirmed by Basware")]
    assert places == sorted(places)
    assert places[0] >= 0


async def _flow(customer: Customer, verb: str, flow: str) -> str:
    return await customer.stack.apstream(
        "flow", verb, customer.id, flow, "--reason", "month-end close", "--by", "pat"
    )


async def _keyed_by_hand(customer: Customer, seed: int) -> Invoice:
    """An invoice for which a clerk keyed a voucher before it came: it will wait for a person."""
    document = await customer.sample(seed)
    invoice = Invoice(id=document["invoiceId"], number=document["invoiceNumber"], document=document)
    await customer.key_voucher(invoice)
    return await customer.approve_document(document)
