"""Invoices that are, or seem to be, in PeopleSoft already: one live voucher at most, and the truth for everybody."""

import asyncio
from typing import Any

from .conftest import NewCustomer
from .customer import FAILED, TRANSFERRED, Customer, Invoice, Json
from .entries import until_entry, until_parked, until_reason
from .evidence import Evidence
from .promises import kept
from .stories import story

NARROW = ["BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID", "INVOICE_DT", "GROSS_AMT"]
"""A match rule that lets a number be used again for another day and amount."""


@story
async def test_two_documents_of_one_invoice_make_one_voucher(new_customer: NewCustomer) -> None:
    """Both at once, and one after the other; PeopleSoft itself would take both."""
    customer = await new_customer("twins")
    await customer.site(duplicate_action="warn", latency_ms=100)
    twins = [await _twins(customer, seed) for seed in (1, 2)]
    at_once, apart = (
        [await _approve_all(customer, *twins[0])],
        [await _approve_all(customer, *twins[1], apart=True)],
    )
    for pair in (*at_once, *apart):
        posted, returned = await _posted_and_returned(customer, pair)
        (voucher,) = await customer.vouchers(posted)
        words = await _last_message(customer, returned)
        assert voucher["VOUCHER_ID"] in words
    evidence = await kept(customer)
    for pair in (*at_once, *apart):
        actions = [evidence.actions(each.id) for each in pair]
        assert sorted("duplicate" in each for each in actions) == [False, True]
    # The one that came first is the one that was posted.
    assert "duplicate" in evidence.actions(apart[0][1].id)


@story
async def test_a_number_used_again_by_right_is_posted_again(new_customer: NewCustomer) -> None:
    """A credit note under its invoice's number, and a utility's number of every month."""
    customer = await new_customer("repeats", peoplesoft={"match": NARROW})
    await customer.site(match_fields=NARROW)
    first = await customer.approve(1)
    await customer.until_status(TRANSFERRED, first)
    credit = await customer.sample(1, kind="credit_note")
    monthly = await customer.sample(2) | {"invoiceNumber": first.number}
    repeats = [
        await customer.approve_document(each)
        for each in (credit | {"invoiceId": "c" * 32}, monthly | {"invoiceId": "d" * 32})
    ]
    await customer.until_status(TRANSFERRED, *repeats)
    evidence = await kept(customer)
    assert len(await customer.vouchers(first)) == 3
    for repeat in repeats:
        (started,) = evidence.events(repeat.id, "started")
        assert "repeats the number of" in started["detail"]


@story
async def test_a_voucher_of_another_origin_is_adopted_only_by_the_connections_rule(
    new_customer: NewCustomer,
) -> None:
    careful, trusting = await asyncio.gather(
        new_customer("careful"),
        new_customer("trusting", peoplesoft={"adopt_found_vouchers": True}),
    )
    for customer in (careful, trusting):
        keyed, closed = [await _keyed(customer, seed) for seed in (1, 2)]
        await customer.clerk(closed[1], "close")
        for document, _ in (keyed, closed):
            await customer.approve_document(document)
        reason = await until_parked(customer, _invoice(closed[0]))
        assert closed[1]["VOUCHER_ID"] in reason
        assert "closed or paid" in reason
        if customer is careful:
            assert keyed[1]["VOUCHER_ID"] in await until_parked(customer, _invoice(keyed[0]))
        else:
            await customer.until_status(TRANSFERRED, _invoice(keyed[0]))
        evidence = await kept(customer)
        assert await customer.calls("create") == []
        assert len(evidence.vouchers) == 2
        adopted = evidence.events(_invoice(keyed[0]).id, "adopted by the connection's rule")
        assert len(adopted) == (customer is trusting)


@story
async def test_an_invoice_whose_voucher_was_deleted_is_posted_anew(new_customer: NewCustomer) -> None:
    """And one whose voucher lives is told its number again, or waits for a person where the content differs."""
    customer = await new_customer("again")
    deleted, same, other = invoices = [await customer.approve(seed) for seed in (1, 2, 3)]
    await customer.until_status(TRANSFERRED, *invoices)
    (gone,) = await customer.vouchers(deleted)
    await customer.clerk(gone, "delete")
    changed = await customer.sample(4, rows="1", account="18200")
    await customer.retransfer(deleted, {})
    await customer.retransfer(same, {})
    await customer.retransfer(other, {"codingRows": changed["codingRows"], **_sums(changed)})
    await customer.until_status(TRANSFERRED, deleted, same)
    (kept_voucher,) = await customer.vouchers(other)
    reason = await until_parked(customer, other)
    evidence = await kept(customer)

    vouchers = {each["VOUCHER_ID"]: each["ENTRY_STATUS"] for each in await customer.vouchers(deleted)}
    assert sorted(vouchers.values()) == ["P", "X"]
    assert "voucher gone" in evidence.actions(deleted.id)
    assert "voucher stands" in evidence.actions(same.id)
    assert _cycle(evidence, deleted) == 2
    assert len(await customer.calls("create", same)) == 1
    told = [each["body"] for each in (await customer.seen_by_basware(same))["responses"]]
    assert [each["success"] for each in told] == [True, True]
    assert len({each["voucherNumber1"] for each in told}) == 1
    # Both contents are named: the voucher's and the document's.
    assert kept_voucher["VOUCHER_ID"] in reason
    assert "other content" in reason
    assert len(await customer.calls("create", other)) == 1

    # A person lets the voucher stand.
    await customer.parked("resubmit", other, reason="the voucher was corrected by hand")
    await customer.until_status(TRANSFERRED, other)
    await kept(customer)


@story
async def test_a_recycled_voucher_is_told_as_posted_with_its_number_and_why(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("recycled")
    await customer.site(chartfield_action="recycle")
    invoice = await customer.approve(cost_center="99999")
    await customer.until_status(TRANSFERRED, invoice)
    await kept(customer)
    (voucher,) = await customer.vouchers(invoice)
    assert voucher["ENTRY_STATUS"] == "R"
    words = await _last_message(customer, invoice)
    assert voucher["VOUCHER_ID"] in words
    assert "recycled" in words
    assert "99999" in words


@story
async def test_a_number_corrected_while_the_first_create_is_in_doubt_makes_no_second_voucher(
    new_customer: NewCustomer,
) -> None:
    """Not saved: the corrected one is posted. Saved: the voucher is found by the old number, and a person decides."""
    customer = await new_customer("corrected")
    await customer.site(duplicate_action="warn")
    kinds = {"drop_before": 1, "commit_then_drop": 2}
    invoices: dict[str, Invoice] = {}
    for kind, seed in kinds.items():
        document = await customer.sample(seed)
        about = {"operation": "create", "invoice_id": document["invoiceNumber"]}
        await customer.peoplesoft_fails(kind, **about)
        invoices[kind] = invoice = await customer.approve_document(document)
        await until_entry(customer, invoice, lambda seen: seen["phase"] == "in_doubt", what="in doubt")
        await customer.retransfer(invoice, {"invoiceNumber": f"{invoice.number}-B", "supplierCode": "430100"})
    not_saved, saved = invoices["drop_before"], invoices["commit_then_drop"]
    await customer.until_status(TRANSFERRED, not_saved)
    assert await until_reason(customer, saved, "other content")
    await kept(customer)
    vouchers = (await customer.peoplesoft.get("vouchers", node=customer.spec.node))["vouchers"]
    assert sorted((each["INVOICE_ID"], each["VENDOR_ID"]) for each in vouchers) == [
        (f"{not_saved.number}-B", "0000430100"),
        (saved.number, "0000430022"),
    ]


@story
async def test_what_was_rejected_and_comes_again_unchanged_is_tried_again(new_customer: NewCustomer) -> None:
    """PeopleSoft's side was corrected, not Basware's."""
    customer = await new_customer("unchanged")
    invoice = await customer.approve(cost_center="77777")
    await customer.until_status(FAILED, invoice)
    await customer.reference(chartfields=[{"field": "DEPTID", "value": "77777"}])
    await customer.retransfer(invoice, {})
    await customer.until_status(TRANSFERRED, invoice)
    evidence = await kept(customer)
    assert _cycle(evidence, invoice) == 2
    assert len(await customer.vouchers(invoice)) == 1


async def _twins(customer: Customer, seed: int) -> list[Json]:
    document = await customer.sample(seed)
    return [document, document | {"invoiceId": f"{seed:032x}"}]


async def _approve_all(customer: Customer, *documents: Json, apart: bool = False) -> list[Invoice]:
    """All of them; `apart`: the second only once the first one's create is under way."""
    invoices = []
    for document in documents:
        invoices.append(await customer.approve_document(document))
        if apart and len(invoices) == 1:
            await until_entry(customer, invoices[0], lambda seen: seen["started"] is not None, what="started")
    return invoices


async def _posted_and_returned(customer: Customer, pair: list[Invoice]) -> list[Invoice]:
    """The one that was posted, the one that went back."""
    entries = [
        await until_entry(customer, each, lambda seen: seen["phase"] == "final", what="final")
        for each in pair
    ]
    steps = {entry["step"]: invoice for entry, invoice in zip(entries, pair, strict=True)}
    assert set(steps) == {"confirmed", "returned"}
    return [steps["confirmed"], steps["returned"]]


async def _keyed(customer: Customer, seed: int) -> tuple[Json, Json]:
    """A document, and the voucher that a clerk keyed for it."""
    document = await customer.sample(seed)
    return document, await customer.key_voucher(_invoice(document))


def _invoice(document: Json) -> Invoice:
    return Invoice(id=document["invoiceId"], number=document["invoiceNumber"], document=document)


def _sums(document: Json) -> Json:
    names = ("netSum", "grossSum", "taxSum1", "taxPercent1", "taxCode", "netSumCompany", "grossSumCompany")
    return {name: document[name] for name in (*names, "taxSum1Company")}


def _cycle(evidence: Evidence, invoice: Invoice) -> Any:
    entry = evidence.invoice(invoice.id)
    assert entry is not None
    return entry["body"]["cycle"]


async def _last_message(customer: Customer, invoice: Invoice) -> str:
    responses = (await customer.seen_by_basware(invoice))["responses"]
    return str(responses[-1]["body"]["responseMessage"])
