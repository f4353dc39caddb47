"""PeopleSoft saves the voucher and the answer never comes, or says something else: one voucher all the same."""

from .conftest import NewCustomer
from .customer import TRANSFERRED
from .promises import kept

LOST = {
    "commit_then_drop": {},
    "http_500_after_commit": {},
    # The caller has given up by then; PeopleSoft has not.
    "commit_after_seconds": {"seconds": 1.5, "answer": False},
    "truncated": {},
}
"""Each of PeopleSoft's ways to lose an answer, with its particulars."""


async def test_a_voucher_is_posted_once_when_the_answer_is_lost(new_customer: NewCustomer) -> None:
    customer = await new_customer("lost-answers")
    await customer.site(duplicate_action="warn")  # PeopleSoft itself would take a second one
    documents = {kind: await customer.sample(seed) for seed, kind in enumerate(LOST, start=1)}
    for kind, document in documents.items():
        params = LOST[kind]
        await customer.peoplesoft.post(
            "faults",
            {
                "kind": kind,
                "operation": "create",
                "node": customer.spec.node,
                "invoice_id": document["invoiceNumber"],
                "params": params,
            },
        )
    invoices = [await customer.approve_document(document) for document in documents.values()]
    await customer.until_status(TRANSFERRED, *invoices)
    evidence = await kept(customer)
    for invoice in invoices:
        actions = evidence.actions(invoice.id)
        assert actions.count("in doubt") == 1
        assert actions.count("adopted") == 1
        assert len(await customer.calls("create", invoice)) == 1
        assert len(await customer.vouchers(invoice)) == 1


async def test_a_create_that_never_arrived_is_sent_again(new_customer: NewCustomer) -> None:
    customer = await new_customer("never-arrived", peoplesoft={"settle_seconds": 1})
    await customer.site(duplicate_action="warn")
    document = await customer.sample()
    await customer.peoplesoft.post(
        "faults",
        {"kind": "drop_before", "operation": "create", "node": customer.spec.node, "times": 1},
    )
    invoice = await customer.approve_document(document)
    await customer.until_status(TRANSFERRED, invoice)
    evidence = await kept(customer)
    actions = evidence.actions(invoice.id)
    assert [actions.count(each) for each in ("started", "in doubt", "not happened", "posted")] == [2, 1, 1, 1]
    assert len(await customer.vouchers(invoice)) == 1
