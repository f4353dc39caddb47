"""Remotes that misbehave: away, throttled, answers lost before and after the commit."""

from dataclasses import replace
from typing import Any

from devstack.scenario.bill import Bill, BillRow
from devstack.scenario.case import (
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

OUTAGE_AT, OUTAGE_SECONDS = 16.0, 10.0


def cases() -> tuple[Case, ...]:
    return (*_outage(), *_throttled(), *_corrected_in_doubt(), *_lost_answers())


def _outage() -> tuple[Case, ...]:
    """PeopleSoft is away for ten seconds; these come in meanwhile."""
    away = Order(
        remote=Remote.PEOPLESOFT,
        path="faults",
        body={"kind": "refuse_503", "window": {"seconds": OUTAGE_SECONDS}},
        says=f"acme's PeopleSoft answers 503 for {OUTAGE_SECONDS:g} s",
    )
    return tuple(
        Case(
            key=f"A-80{place}",
            kind=f"comes while PeopleSoft answers 503 ({place} of 4)",
            connection=ACME,
            bill=Bill(
                number=f"A-80{place}", company="US10", currency="USD", rows=(BillRow(net=f"{place}00.00"),)
            ),
            before=(away,) if place == 1 else (),
            expected=Expected(steps=("acknowledged", "started", "posted"), creates=1),
            starts=OUTAGE_AT + place,
        )
        for place in range(1, 5)
    )


def _throttled() -> tuple[Case, ...]:
    return (
        Case(
            key="A-811",
            kind="Basware answers 429 without Retry-After",
            connection=ACME,
            bill=Bill(number="A-811", company="US10", currency="USD", rows=(BillRow(net="41.00"),)),
            before=(_basware_fails("acknowledge", kind="status", times=2, params={"status": 429}),),
            expected=Expected(steps=("retry", "acknowledged", "posted")),
        ),
        Case(
            key="N-811",
            kind="PeopleSoft answers 429 with Retry-After 2",
            connection=NORDIC,
            bill=Bill(
                number="N-811", company="FI10", currency="EUR", rows=(BillRow(net="42.00", tax_code="A0"),)
            ),
            before=(
                _peoplesoft_fails(
                    "throttled", operation="create", invoice_id="N-811", params={"retry_after": "2"}
                ),
            ),
            expected=Expected(steps=("started", "retry", "posted")),
        ),
        Case(
            key="N-812",
            kind="Basware's token expires in mid-run",
            connection=NORDIC,
            bill=Bill(
                number="N-812", company="FI10", currency="EUR", rows=(BillRow(net="43.00", tax_code="A0"),)
            ),
            before=(_basware_fails("transferResponses", kind="expired_token"),),
        ),
    )


def _lost_answers() -> tuple[Case, ...]:
    return (
        Case(
            key="A-821",
            kind="answer lost after the commit: found again and adopted",
            connection=ACME,
            bill=Bill(number="A-821", company="US10", currency="USD", rows=(BillRow(net="610.00"),)),
            before=(_peoplesoft_fails("commit_then_drop", operation="create", invoice_id="A-821"),),
            expected=Expected(steps=("started", "in doubt", "adopted", "confirmed"), creates=1),
        ),
        Case(
            key="N-821",
            kind="saved three seconds after the connection broke: adopted",
            connection=NORDIC,
            bill=Bill(
                number="N-821", company="FI10", currency="EUR", rows=(BillRow(net="620.00", tax_code="A0"),)
            ),
            before=(
                _peoplesoft_fails(
                    "commit_after_seconds",
                    operation="create",
                    invoice_id="N-821",
                    params={"seconds": 3, "answer": False},
                ),
            ),
            expected=Expected(steps=("in doubt", "adopted", "confirmed"), creates=1),
        ),
        Case(
            key="N-822",
            kind="connection broke before the commit: proven absent, created once more",
            connection=NORDIC,
            bill=Bill(
                number="N-822", company="FI10", currency="EUR", rows=(BillRow(net="630.00", tax_code="A0"),)
            ),
            before=(_peoplesoft_fails("drop_before", operation="create", invoice_id="N-822"),),
            expected=Expected(steps=("in doubt", "started", "posted", "confirmed"), creates=2),
        ),
        Case(
            key="A-822",
            kind="a sign-on page instead of an answer, after the commit",
            connection=ACME,
            bill=Bill(number="A-822", company="US10", currency="USD", rows=(BillRow(net="640.00"),)),
            before=(
                _peoplesoft_fails(
                    "html_login", operation="create", invoice_id="A-822", params={"commit": True}
                ),
            ),
            expected=Expected(creates=1),
        ),
    )


def _corrected_in_doubt() -> tuple[Case, ...]:
    """Corrected in Basware while nobody knows whether the first revision became a voucher."""
    coding = Bill(number="A-823", company="US10", currency="USD", rows=(BillRow(net="650.00"),))
    number = Bill(number="A-842", company="US10", currency="USD", rows=(BillRow(net="660.00"),))
    return (
        Case(
            key="A-823",
            kind="coding corrected while in doubt: adopted, parked, a person lets the voucher stand",
            connection=ACME,
            bill=coding,
            before=(_peoplesoft_fails("commit_then_drop", operation="create", invoice_id="A-823"),),
            acts=(
                Act(
                    after="in doubt",
                    do=Retransfer(
                        bill=replace(coding, rows=(BillRow(net="650.00", cost_center="61400"),)),
                        says="cost centre corrected while nobody knows whether the voucher exists",
                    ),
                ),
                Act(
                    after=PARKED,
                    do=Person(verb="resubmit", reason="Corrected by journal; the voucher stands"),
                ),
            ),
            expected=Expected(steps=("in doubt", "newer fetch waits", "adopted", "confirmed"), creates=1),
        ),
        Case(
            key="A-824",
            kind="number corrected while in doubt: voucher found, corrected by hand, told",
            connection=ACME,
            bill=number,
            before=(_peoplesoft_fails("commit_then_reset", operation="create", invoice_id="A-842"),),
            acts=(
                Act(
                    after="in doubt",
                    do=Retransfer(
                        bill=replace(number, number="A-824"),
                        says="number corrected from A-842 to A-824 while nobody knows whether the voucher exists",
                    ),
                ),
                Act(
                    after=PARKED,
                    do=ClerkInPeopleSoft(
                        body={"action": "change", "values": {"INVOICE_ID": "A-824"}},
                        says="the voucher's number corrected to A-824",
                    ),
                ),
                Act(after="", do=Person(verb="resubmit", reason="Number corrected in PeopleSoft too")),
            ),
            expected=Expected(
                steps=("in doubt", "adopted", PARKED, "confirmed"),
                voucher={"INVOICE_ID": "A-824"},
            ),
        ),
    )


def _peoplesoft_fails(kind: str, **order: Any) -> Order:
    return Order(remote=Remote.PEOPLESOFT, path="faults", body={"kind": kind, **order})


def _basware_fails(operation: str, **order: Any) -> Order:
    return Order(
        remote=Remote.BASWARE, path="faults", body={"operation": operation, "document_id": "{id}", **order}
    )
