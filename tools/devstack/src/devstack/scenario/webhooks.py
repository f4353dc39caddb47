"""How invoices get known: webhooks that come three times, never, late, forged or for huge documents."""

from devstack.scenario.bill import Bill, BillRow
from devstack.scenario.case import Case, Deliveries, Expected
from devstack.scenario.customers import ACME, NORDIC


def cases() -> tuple[Case, ...]:
    return (
        Case(
            key="A-701",
            kind="one webhook delivered three times: one voucher",
            connection=ACME,
            bill=Bill(number="A-701", company="US10", currency="USD", rows=(BillRow(net="19.00"),)),
            deliveries=Deliveries(webhook={"duplicate": 2}),
            expected=Expected(creates=1, answers=(200, 200, 200)),
        ),
        Case(
            key="N-701",
            kind="webhook lost: found by the sweep",
            connection=NORDIC,
            bill=Bill(
                number="N-701", company="FI10", currency="EUR", rows=(BillRow(net="21.00", tax_code="A0"),)
            ),
            deliveries=Deliveries(webhook={"lose": True}),
            expected=Expected(steps=("found by the sweep", "published", "posted", "confirmed")),
        ),
        Case(
            key="N-702",
            kind="webhook with a bad signature: 401; the sweep finds the invoice",
            connection=NORDIC,
            bill=Bill(
                number="N-702", company="FI10", currency="EUR", rows=(BillRow(net="22.00", tax_code="A0"),)
            ),
            deliveries=Deliveries(webhook={"bad_signature": True, "retry_after_seconds": []}),
            expected=Expected(steps=("found by the sweep", "posted", "confirmed"), answers=(401,)),
        ),
        Case(
            key="A-702",
            kind="document of two megabytes",
            connection=ACME,
            bill=Bill(number="A-702", company="US10", currency="USD", rows=(BillRow(net="23.00"),)),
            deliveries=Deliveries(at_least_bytes=2_000_000),
        ),
        Case(
            key="N-703",
            kind="webhook with Basware's own misspelling",
            connection=NORDIC,
            bill=Bill(
                number="N-703", company="FI10", currency="EUR", rows=(BillRow(net="24.00", tax_code="A0"),)
            ),
            deliveries=Deliveries(webhook={"misspelled": True}),
            expected=Expected(answers=(200,)),
        ),
    )
