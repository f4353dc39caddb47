"""PeopleSoft saves the voucher and the answer never comes, or the other way round: one voucher all the same."""

from typing import Any

from .conftest import NewCustomer
from .customer import TRANSFERRED, Invoice
from .promises import kept
from .stories import story

SAVED: dict[str, dict[str, Any]] = {
    "commit_then_drop": {},
    "http_500_after_commit": {},
    # The caller has given up by then; PeopleSoft has not.
    "commit_after_seconds": {"seconds": 1.5, "answer": False},
    "truncated": {},
}
NOT_SAVED: dict[str, dict[str, Any]] = {"drop_before": {}}
"""PeopleSoft's ways to lose an answer, with their particulars."""
OF_POSTING = {"started", "in doubt", "looked", "adopted", "not happened", "posted"}


@story
async def test_a_voucher_is_posted_once_when_the_answer_is_lost(new_customer: NewCustomer) -> None:
    customer = await new_customer("lost-answers")
    await customer.site(duplicate_action="warn")  # PeopleSoft itself would take a second one
    invoices: dict[str, Invoice] = {}
    for seed, (kind, params) in enumerate({**SAVED, **NOT_SAVED}.items(), start=1):
        document = await customer.sample(seed)
        about = {"operation": "create", "invoice_id": document["invoiceNumber"], "params": params}
        await customer.peoplesoft_fails(kind, **about)
        invoices[kind] = await customer.approve_document(document)
    await customer.until_status(TRANSFERRED, *invoices.values())
    evidence = await kept(customer)

    for kind, invoice in invoices.items():
        actions = [each for each in evidence.actions(invoice.id) if each in OF_POSTING]
        if kind in SAVED:
            assert actions == ["started", "in doubt", "adopted"], kind
            assert len(await customer.calls("create", invoice)) == 1, kind
        else:
            assert actions == ["started", "in doubt", "looked", "not happened", "started", "posted"], kind
        assert len(await customer.vouchers(invoice)) == 1, kind
