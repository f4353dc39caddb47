"""The vendors' systems fail for a while, as they do; the invoices wait and go on by themselves."""

from .conftest import NewCustomer
from .customer import TRANSFERRED
from .eventually import eventually
from .evidence import gather_evidence
from .promises import kept


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
    await customer.until_status(TRANSFERRED, *invoices, within=45)
    evidence = await kept(customer)
    assert not any("parked" in evidence.actions(each.id) for each in invoices)


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
