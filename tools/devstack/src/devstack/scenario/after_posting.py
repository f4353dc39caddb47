"""What happens to invoices that were posted already, and reports that Basware does not carry out."""

from dataclasses import replace

from devstack.scenario.bill import Bill, BillRow
from devstack.scenario.case import (
    CONFIRMED,
    PARKED,
    Act,
    Case,
    ClerkInPeopleSoft,
    Expected,
    Order,
    Person,
    Remote,
    Retransfer,
)
from devstack.scenario.customers import ACME, NORDIC


def cases() -> tuple[Case, ...]:
    changed = Bill(number="A-602", company="US10", currency="USD", rows=(BillRow(net="515.00"),))
    return (
        Case(
            key="A-601",
            kind="voucher deleted, invoice transferred again: posted anew",
            connection=ACME,
            bill=Bill(number="A-601", company="US10", currency="USD", rows=(BillRow(net="149.00"),)),
            acts=(
                Act(after=CONFIRMED, do=ClerkInPeopleSoft(body={"action": "delete"}, says="voucher deleted")),
                Act(after="", do=Retransfer(says="transferred again unchanged")),
            ),
            expected=Expected(steps=("posted", CONFIRMED, "voucher gone", "posted", CONFIRMED), creates=2),
        ),
        Case(
            key="A-602",
            kind="coding changed after posting: parked, a person lets the voucher stand",
            connection=ACME,
            bill=changed,
            acts=(
                Act(
                    after=CONFIRMED,
                    do=Retransfer(
                        bill=replace(changed, rows=(BillRow(net="515.00", account="18600"),)),
                        says="account changed after posting, transferred again",
                    ),
                ),
                Act(
                    after=PARKED, do=Person(verb="resubmit", reason="Reposted by journal; the voucher stands")
                ),
            ),
            expected=Expected(steps=("posted", CONFIRMED, PARKED, "command applied", CONFIRMED), creates=1),
        ),
        Case(
            key="A-603",
            kind="transferred again unchanged: the same number is told again",
            connection=ACME,
            bill=Bill(number="A-603", company="US10", currency="USD", rows=(BillRow(net="27.00"),)),
            acts=(Act(after=CONFIRMED, do=Retransfer(says="transferred again unchanged")),),
            expected=Expected(steps=("posted", CONFIRMED, "acknowledged", "reported", CONFIRMED), creates=1),
        ),
        Case(
            key="N-601",
            kind="over budget: saved but recycled, told so",
            connection=NORDIC,
            bill=Bill(
                number="N-601",
                company="FI10",
                currency="EUR",
                rows=(BillRow(net="5000.00", tax_code="A0", account="500200", cost_center="23800"),),
            ),
            expected=Expected(voucher={"ENTRY_STATUS": "R"}, told=("saved but recycled", "BUDGET26")),
        ),
        Case(
            key="N-602",
            kind="report stored by Basware and not carried out: a person has it told again",
            connection=NORDIC,
            bill=Bill(
                number="N-602", company="FI10", currency="EUR", rows=(BillRow(net="33.00", tax_code="A0"),)
            ),
            along=(
                Order(
                    remote=Remote.BASWARE,
                    path="documents/{id}/outcome",
                    body={"status": "Error", "message": "Record skipped: locked by another user"},
                ),
            ),
            acts=(Act(after=PARKED, do=Person(verb="resubmit", reason="The lock in Basware is gone")),),
            expected=Expected(steps=("posted", PARKED, "command applied", "reported", CONFIRMED), creates=1),
        ),
        Case(
            key="N-603",
            kind="another consumer acknowledged it: parked, a person goes on",
            connection=NORDIC,
            bill=Bill(
                number="N-603", company="FI10", currency="EUR", rows=(BillRow(net="34.00", tax_code="A0"),)
            ),
            before=(
                Order(
                    remote=Remote.BASWARE,
                    path="faults",
                    body={"operation": "acknowledge", "kind": "other_consumer", "document_id": "{id}"},
                    says="the old connector is still running",
                ),
            ),
            acts=(Act(after=PARKED, do=Person(verb="resubmit", reason="The old connector is switched off")),),
            expected=Expected(steps=(PARKED, "command applied", "posted", CONFIRMED), creates=1),
        ),
    )
