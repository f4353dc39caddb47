"""Both systems counted afresh: nothing unexplained where all is well, and exactly what somebody changed where not."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.journeys.customer import PAID, Invoice
from tests.journeys.eventually import eventually
from tests.journeys.stories import story

from .conftest import NewCustomer
from .customer import PaymentCustomer, day, gross
from .topic_watch import RECONCILIATIONS


@story
async def test_reconciliation_finds_what_somebody_changed_and_nothing_else(new_customer: NewCustomer) -> None:
    customer = await new_customer("reconcile")
    deleted, changed, paid, part, plain = invoices = await customer.posted(1, 2, 3, 4, 5)
    await customer.act(paid, "pay", day=day(1))
    await customer.act(part, "pay", amount="5.00", day=day(1))
    await customer.read()
    await customer.until_status(PAID, paid)
    told = await customer.reconciled()
    assert [each for each in told if each["what"] == "difference"] == []
    counted: Counter[str] = Counter()
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in told:
        if each["what"] == "count":
            assert (each["business_unit"], each["currency"]) == ("US001", "EUR")
            counted[each["stage"]] += each["number"]
            sums[each["stage"]] += Decimal(each["amount"])
    everything = sum((gross(each) for each in invoices), Decimal(0))
    for stage in ("approved", "posted", "postable", "confirmed"):
        assert (counted[stage], sums[stage]) == (5, everything), stage
    assert (counted["paid"], sums["paid"]) == (2, gross(paid) + 5)

    await customer.clerk_at(deleted, "delete")
    await customer.clerk_at(changed, "change", values={"GROSS_AMT": str(gross(changed) + 1)})
    keyed = await _keyed(customer, 6, status="Transferred", deliver=False)
    # Whoever decides about a parked one was told of the voucher: it is explained.
    await customer.until_parked_because(await _keyed(customer, 7), "not made by it")
    # A payment that no poll has read, and should have: it is hours old.
    long_ago = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    await customer.act(plain, "touch", last_update=long_ago)
    await customer.act(plain, "pay", day=day(1), last_update=long_ago)
    found = {
        ("missing_in_peoplesoft", deleted.number),
        ("amount", changed.number),
        ("keyed_by_hand", keyed.number),
        ("payment", plain.number),
    }
    # What moved within the last minute is explained by that.
    what = "exactly what somebody changed"
    await eventually(customer.unexplained, lambda seen: seen == found, what=what, within=300, every=20)
    await customer.read("run_full")
    await customer.until_status(PAID, plain)
    assert await customer.unexplained() == found - {("payment", plain.number)}

    # The same by schedule or order, for the days until yesterday; its result is published.
    result = await customer.poll("run_full", "reconciliation")
    assert result["outcome"] == "complete", result["words"]
    await customer.watch.caught_up()
    (published,) = customer.watch.of(RECONCILIATIONS, customer.id)[-1:]
    assert published.value["connection_id"] == customer.id


@story
async def test_what_waits_for_accrual_is_listed_with_its_coding(new_customer: NewCustomer) -> None:
    customer = await new_customer("reconcile-accrual", business_units={"BW00": "US001", "BW10": "US002"})
    (posted,) = await customer.posted(1)
    await customer.stack.apstream(
        "flow", "pause", customer.id, "peoplesoft", "--reason", "close", "--by", "pat"
    )
    waiting = await customer.approve(2)
    await customer.until_status("TransferInProgress", waiting)
    told = await customer.reconciled()
    (difference,) = (each for each in told if each["what"] == "difference")
    assert (difference["kind"], difference["invoice_number"]) == ("not_posted", waiting.number)
    assert Decimal(difference["amount"]) == gross(waiting)
    assert len(difference["coding"]) == len(waiting.document["codingRows"])
    await customer.stack.apstream(
        "flow", "resume", customer.id, "peoplesoft", "--reason", "open", "--by", "pat"
    )
    await customer.until_status("Transferred", waiting, posted)
    assert [each for each in await customer.reconciled() if each["what"] == "difference"] == []


async def _keyed(customer: PaymentCustomer, seed: int, **approved: Any) -> Invoice:
    """An invoice whose voucher a clerk keyed before it was approved."""
    document = await customer.sample(seed)
    invoice = Invoice(id=document["invoiceId"], number=document["invoiceNumber"], document=document)
    await customer.key_voucher(invoice)
    return await customer.approve_document(document, **approved)
