"""The vendors' systems fail for a while, as they do; the invoices wait and go on by themselves."""

import asyncio
import signal

from devstack import Stack

from .conftest import NewCustomer
from .customer import TRANSFERRED
from .entries import entries_of
from .eventually import eventually
from .evidence import gather_evidence
from .promises import kept
from .stories import story


@story
async def test_invoices_wait_while_peoplesoft_answers_503(new_customer: NewCustomer) -> None:
    customer = await new_customer("busy")
    await customer.peoplesoft_fails("refuse_503", times=1000)
    invoices = [await customer.approve(seed) for seed in (1, 2)]

    async def retries() -> list[int]:
        evidence = await gather_evidence(customer)
        return [evidence.actions(each.id).count("retry") for each in invoices]

    await eventually(retries, lambda seen: sum(seen) >= 3, what="several calls refused with 503")
    assert await customer.vouchers(invoices[0]) == []
    await customer.peoplesoft.delete("faults", node=customer.spec.node)
    await customer.until_status(TRANSFERRED, *invoices)
    evidence = await kept(customer)
    assert not any("parked" in evidence.actions(each.id) for each in invoices)


@story
async def test_a_token_that_expires_in_mid_run_is_renewed(new_customer: NewCustomer) -> None:
    customer = await new_customer("expiring")
    for operation in ("get_document", "acknowledge", "transferResponses", "requestStatus"):
        await customer.basware_fails("expired_token", operation)
    invoice = await customer.approve()
    await customer.until_status(TRANSFERRED, invoice)
    evidence = await kept(customer)
    assert set(evidence.actions(invoice.id)).isdisjoint({"parked", "stopped"})
    left = (await customer.basware.get("faults"))["faults"]
    assert [each for each in left if each["tenant"] == customer.id] == []


async def test_both_vendors_are_gone_for_a_while_and_come_back(
    stack: Stack, new_customer: NewCustomer
) -> None:
    """Killed in the middle of it, so that connections are refused; their books survive, and so does the work."""
    customer = await new_customer("gone", peoplesoft={"settle_seconds": 1})
    await customer.site(duplicate_action="warn", latency_ms=200)
    invoices = [await customer.approve(seed) for seed in range(1, 9)]

    async def created() -> int:
        return len(await customer.calls("create"))

    await eventually(created, lambda seen: seen >= 1, what="the first create under way")
    for vendor in ("peoplesoft", "basware"):
        stack.kill(vendor, signal.SIGKILL)
    await asyncio.gather(*(stack.wait_ended(vendor) for vendor in ("peoplesoft", "basware")))

    async def refused() -> list[str]:
        return [
            each["reason"]
            for each in await entries_of(customer)
            if "connect" in each["reason"].lower() and each["phase"] != "final"
        ]

    await eventually(refused, bool, what="a refused connection in the words of an invoice")
    await stack.restart("peoplesoft")
    await customer.forget_unanswered_calls()
    await stack.restart("basware")
    await customer.until_status(TRANSFERRED, *invoices)
    evidence = await kept(customer)
    for invoice in invoices:
        assert len(await customer.vouchers(invoice)) == 1
        assert "parked" not in evidence.actions(invoice.id)
