"""Invoices that go back to the clerk, with words to act on; some are corrected and come again."""

from dataclasses import replace

from devstack.scenario.bill import Bill, BillRow
from devstack.scenario.case import (
    FAILED,
    RETURNED,
    TRANSFERRED,
    Act,
    Case,
    Expected,
    Retransfer,
    refused,
)
from devstack.scenario.customers import ACME, NORDIC

_LONG_AGO = 45
"""Days: always in a month before the open period."""


def cases() -> tuple[Case, ...]:
    unknown = Bill(
        number="A-401",
        company="US10",
        currency="USD",
        rows=(BillRow(net="310.00", cost_center="61999"), BillRow(net="90.00")),
    )
    closed = Bill(
        number="A-402",
        company="US10",
        currency="USD",
        accounted_days_ago=_LONG_AGO,
        rows=(BillRow(net="66.00"),),
    )
    return (
        Case(
            key="A-401",
            kind="unknown cost centre: back, corrected, transferred again",
            connection=ACME,
            bill=unknown,
            acts=(
                Act(
                    after=RETURNED,
                    do=Retransfer(
                        bill=replace(
                            unknown, rows=(BillRow(net="310.00", cost_center="61400"), unknown.rows[1])
                        ),
                        says="cost centre corrected to 61400, transferred again under the same invoice id",
                    ),
                ),
            ),
            expected=Expected(
                basware=TRANSFERRED,
                told=("Posted as voucher",),
                steps=("rejected", RETURNED, "transferred again", "posted", "confirmed"),
                creates=2,
            ),
        ),
        Case(
            key="A-402",
            kind="closed period: PeopleSoft refuses, corrected, posts",
            connection=ACME,
            bill=closed,
            acts=(
                Act(
                    after=RETURNED,
                    do=Retransfer(
                        bill=replace(closed, accounted_days_ago=0),
                        says="voucher date moved into the open period, transferred again",
                    ),
                ),
            ),
            expected=Expected(steps=("rejected", RETURNED, "transferred again", "posted")),
        ),
        Case(
            key="A-403",
            kind="closed period: goes back and stays back",
            connection=ACME,
            bill=replace(closed, number="A-403"),
            expected=refused("not in an open period", "US001", "7030-9010"),
        ),
        Case(
            key="N-401",
            kind="closed period: next open day by the connection's policy",
            connection=NORDIC,
            bill=Bill(
                number="N-401",
                company="FI10",
                currency="EUR",
                accounted_days_ago=_LONG_AGO,
                rows=(BillRow(net="72.00", tax_code="A0"),),
            ),
            expected=Expected(voucher={"ACCOUNTING_DT": "{period begins}"}),
        ),
        Case(
            key="A-404",
            kind="no invoice number: goes back",
            connection=ACME,
            bill=Bill(number=None, company="US10", currency="USD", rows=(BillRow(net="12.00"),)),
            expected=refused("invoiceNumber", creates=0),
        ),
        Case(
            key="A-405",
            kind="number of 33 characters where long ones are refused",
            connection=ACME,
            bill=Bill(
                number="A-405-2026-11-SHIPMENT-0000012345",
                company="US10",
                currency="USD",
                rows=(BillRow(net="12.00"),),
            ),
            expected=refused("invoiceNumber", "30 characters"),
        ),
        Case(
            key="A-406",
            kind="supplier that PeopleSoft does not know",
            connection=ACME,
            bill=Bill(
                number="A-406", company="US10", currency="USD", supplier="777777", rows=(BillRow(net="1.00"),)
            ),
            expected=Expected(basware=FAILED, vouchers=0, told=("Supplier 0000777777", "does not exist")),
        ),
    )
