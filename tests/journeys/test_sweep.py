"""What no webhook tells is found by the sweep; what belongs to another company goes to whoever serves it."""

import asyncio
import signal

from devstack import Stack

from .conftest import NewCustomer
from .customer import TRANSFERRED, Customer, Json
from .entries import until_entry, until_parked
from .eventually import eventually
from .evidence import gather_evidence
from .promises import kept
from .stories import story
from .topic_records import AUDIT_INGRESS, FETCHES

OFTEN = {"sweep_seconds": 1}
LOST = {"lose": True}


@story
async def test_an_invoice_whose_webhook_is_lost_is_found(new_customer: NewCustomer) -> None:
    customer = await new_customer("lost-webhook", basware=OFTEN)
    invoices = [await customer.approve(seed, webhook=LOST) for seed in (1, 2)]
    taken = await customer.approve(3, webhook=LOST)
    await customer.acknowledged_by_another(taken)
    await customer.until_status(TRANSFERRED, *invoices)

    # What another consumer of the tenant took is seen, and told, and not touched.
    async def seen() -> list[str]:
        return (await gather_evidence(customer)).actions(taken.id)

    await eventually(seen, lambda actions: actions == ["not offered to us"], what="the taken one seen")
    evidence = await kept(customer)
    for invoice in (*invoices, taken):
        first = evidence.events(invoice.id, "notified", AUDIT_INGRESS)[0]
        assert first["detail"]["source"] == "sweep"
    for invoice in invoices:
        assert len(await customer.vouchers(invoice)) == 1
    theirs = await customer.seen_by_basware(taken)
    assert (theirs["status"], theirs["acknowledgements"]) == ("TransferInProgress", 0)
    assert theirs["responses"] == []
    assert await customer.calls("find", taken) == []
    missed = await customer.stack.apstream("invoice", "show", invoices[0].number, "--connection", customer.id)
    assert "found by the sweep of Basware's waiting documents" in missed


async def test_what_was_approved_while_everything_was_down_is_found(
    stack: Stack, new_customer: NewCustomer
) -> None:
    customer = await new_customer("all-down", basware=OFTEN)
    services = ("ingress-web", "ingress-documents", "voucher-poster")
    for name in services:
        stack.kill(name, signal.SIGKILL)
    await asyncio.gather(*map(stack.wait_ended, services))
    once: Json = {"retry_after_seconds": []}
    invoices = [await customer.approve(seed, webhook=once) for seed in (1, 2)]
    await asyncio.gather(*map(stack.restart, services))
    await customer.until_status(TRANSFERRED, *invoices)
    evidence = await kept(customer)
    for invoice in invoices:
        tried = (await customer.seen_by_basware(invoice))["notifications"]
        assert [attempt["status"] for task in tried for attempt in task["attempts"]] == [None]
        assert evidence.events(invoice.id, "notified", AUDIT_INGRESS)[0]["detail"]["source"] == "sweep"


@story
async def test_each_company_of_one_tenant_is_served_by_its_own_connection(new_customer: NewCustomer) -> None:
    """Both connections are told of everything, so documents go over in both directions."""
    one = await new_customer("tenant-one", basware=OFTEN)
    other = await new_customer("tenant-other", tenant=one.id, business_units={"BW10": "US002"}, basware=OFTEN)
    await _subscribe(other)
    ours = [await one.approve(seed) for seed in (1, 2)]
    theirs = [await other.approve(seed) for seed in (3, 4)]
    # A company that nobody serves: the first who sees it parks it, for somebody to look at.
    stray = await one.approve_document(await one.sample(5, company="BW77"))
    await one.until_status(TRANSFERRED, *ours)
    await other.until_status(TRANSFERRED, *theirs)
    reasons = [await until_parked(each, stray, topic=FETCHES) for each in (one, other)]
    assert all("BW77" in each for each in reasons)

    for customer, invoices, strangers in ((one, ours, theirs), (other, theirs, ours)):
        evidence = await kept(customer)
        for invoice in invoices:
            assert len(await customer.vouchers(invoice)) == 1
            assert "confirmed" in evidence.actions(invoice.id)
        for stranger in strangers:
            handed = evidence.events(stranger.id, "handed over", AUDIT_INGRESS)
            assert {each["detail"]["to"] for each in handed} == {"tenant-one", "tenant-other"} - {customer.id}
            assert evidence.invoice(stranger.id) is None
        listed = await customer.stack.apstream("parked", "list", "--connection", customer.id, "--json")
        assert stray.id in listed

    # The company gets its connection, and a person says so.
    served = {"BW10": "US002", "BW77": "US002"}
    await other.apply(
        basware={"company_codes": list(served)},
        mapping={"business_units": served, "gl_business_units": served},
    )
    await one.parked("resubmit", stray, reason="BW77 is served")
    await until_entry(one, stray, lambda seen: seen["phase"] == "final", what="handed over", topic=FETCHES)
    await other.until_status(TRANSFERRED, stray)
    await kept(one)


async def _subscribe(customer: Customer) -> None:
    """The tenant's documents are told to this connection too."""
    endpoint = customer.stack.endpoints.connections[customer.id]
    secret = await asyncio.to_thread(customer.webhook_secret)
    await customer.basware.post(
        "subscriptions", {"tenant": customer.tenant_id, "url": endpoint.webhook, "secret": secret}
    )
