"""Numbers that come twice: duplicates, legitimate repeats, vouchers that others entered."""

from devstack.scenario.bill import Bill, BillRow
from devstack.scenario.case import (
    IN_PROGRESS,
    PARKED,
    Act,
    Case,
    ClerkInPeopleSoft,
    Expected,
    Order,
    Person,
    Remote,
    refused,
)
from devstack.scenario.customers import ACME, NORDIC
from devstack.scenario.orders_and_credits import keyed


def cases() -> tuple[Case, ...]:
    return (*_twins(), *_repeats(), *_keyed_by_hand())


def _twins() -> tuple[Case, ...]:
    """Scanned twice: two Basware documents, one paper."""
    bill = Bill(number="A-501", company="US10", currency="USD", rows=(BillRow(net="840.00"),))
    posted = Expected(under_number=1)
    returned = refused("same invoice was posted as voucher", under_number=1)
    return tuple(
        Case(
            key=key,
            kind=f"one invoice scanned twice ({place} of 2): one is posted, the other goes back",
            connection=ACME,
            bill=bill,
            expected=posted,
            or_else=returned,
            group="A-501",
            starts=2.0,
        )
        for place, key in ((1, "A-501"), (2, "A-501 again"))
    )


def _repeats() -> tuple[Case, ...]:
    """The match rule looks at date and gross: the same customer number each month is no duplicate."""
    return tuple(
        Case(
            key=f"N-501 {place}",
            kind=f"electricity, the same number every month ({place} of 2): both are posted",
            connection=NORDIC,
            bill=Bill(
                number="N-501",
                company="FI10",
                currency="EUR",
                invoiced_days_ago=days,
                rows=(BillRow(net=net, percent="24", tax_code="A24"),),
            ),
            expected=Expected(under_number=2, voucher={"GROSS_AMT": gross}),
            starts=3.0,
        )
        for place, days, net, gross in ((1, 33, "150.00", "186"), (2, 3, "175.00", "217"))
    )


def _keyed_by_hand() -> tuple[Case, ...]:
    return (
        Case(
            key="A-511",
            kind="keyed by hand before: parked, a person sends it back",
            connection=ACME,
            bill=Bill(number="A-511", company="US10", currency="USD", rows=(BillRow(net="230.00"),)),
            before=(keyed("A-511", voucher_id="00900511", unit="US001", gross="230.00", currency="USD"),),
            acts=(
                Act(
                    after=PARKED,
                    do=Person(
                        verb="send-back", reason="Entered by hand as voucher 00900511; close this one."
                    ),
                ),
            ),
            expected=refused("Entered by hand as voucher 00900511", under_number=1, creates=0),
        ),
        Case(
            key="A-512",
            kind="keyed by hand by mistake: deleted there, a person resubmits",
            connection=ACME,
            bill=Bill(number="A-512", company="US10", currency="USD", rows=(BillRow(net="231.00"),)),
            before=(keyed("A-512", voucher_id="00900512", unit="US001", gross="231.00", currency="USD"),),
            acts=(
                Act(
                    after=PARKED,
                    do=ClerkInPeopleSoft(
                        body={"action": "delete"},
                        voucher="US001/00900512",
                        says="voucher 00900512 was keyed by mistake and is deleted",
                    ),
                ),
                Act(after="", do=Person(verb="resubmit", reason="The voucher keyed by mistake is deleted")),
            ),
            expected=Expected(under_number=1, steps=(PARKED, "command applied", "posted", "confirmed")),
        ),
        Case(
            key="A-513",
            kind="keyed and paid by hand: parked, a person closes it here",
            connection=ACME,
            bill=Bill(number="A-513", company="US10", currency="USD", rows=(BillRow(net="232.00"),)),
            before=(
                keyed("A-513", voucher_id="00900513", unit="US001", gross="232.00", currency="USD"),
                Order(
                    remote=Remote.PEOPLESOFT,
                    path="vouchers/US001/00900513",
                    body={"action": "pay", "payment_id": "0000004711"},
                    says="and paid it",
                ),
            ),
            acts=(Act(after=PARKED, do=Person(verb="discard", reason="Paid by hand as 00900513")),),
            expected=Expected(basware=IN_PROGRESS, vouchers=0, under_number=1, creates=0, discarded=True),
        ),
        Case(
            key="A-514",
            kind="keyed by hand before: stays parked, for you to decide",
            connection=ACME,
            bill=Bill(number="A-514", company="US10", currency="USD", rows=(BillRow(net="234.00"),)),
            before=(keyed("A-514", voucher_id="00900515", unit="US001", gross="234.00", currency="USD"),),
            expected=Expected(basware=IN_PROGRESS, vouchers=0, under_number=1, creates=0),
        ),
        Case(
            key="N-511",
            kind="keyed by hand, and the connection lets that count: adopted",
            connection=NORDIC,
            bill=Bill(
                number="N-511",
                company="FI10",
                currency="EUR",
                invoiced_days_ago=0,
                rows=(BillRow(net="233.00", tax_code="A0"),),
            ),
            before=(keyed("N-511", voucher_id="00900514", unit="EU001", gross="233.00", currency="EUR"),),
            expected=Expected(steps=("adopted by the connection's rule", "confirmed"), creates=0),
        ),
    )
