"""How the demo's invoices are paid: by a pay cycle, but for those to which something happens; what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from devstack.scenario.case import TRANSFERRED
from devstack.scenario.customers import ACME, NORDIC

Body = Mapping[str, Any]

PAID = "Paid"
"""Basware's status once a response shows the whole sum paid (assumption)."""
DUE_WITHIN = timedelta(days=35)
"""Invoices of the demo are due in a month: the pay cycle pays ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAct:
    """Something done in PeopleSoft to the payments of a voucher, or to the voucher itself."""

    body: Body
    says: str
    of_voucher: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCase:
    """What is special about the payment of one invoice.

    `first` is done before the pay cycle, `then` when Basware knows what came of that. At the end Basware's status is
    `status`, what it shows has `told` in it, and `exception` is what somebody must deal with.
    """

    key: str
    connection: str
    kind: str
    first: tuple[PaymentAct, ...] = ()
    then: tuple[PaymentAct, ...] = ()
    status: str = PAID
    told: tuple[str, ...] = ()
    exception: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Invoices and credit notes of one supplier that one payment settles."""

    connection: str
    keys: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentScript:
    """The payments of the demo. Every posted invoice without a case is paid whole by the pay cycle of its customer,
    which pays what is due `up_to` a day.
    """

    up_to: date
    together: tuple[Together, ...]
    cases: Mapping[str, PaymentCase] = field(default_factory=dict)
    """By the invoice's key."""


def script(today: date) -> PaymentScript:
    """As of a day."""
    return PaymentScript(
        up_to=today + DUE_WITHIN,
        together=(
            Together(
                connection=ACME,
                keys=("A-102", "A-311", "A-312"),
                says="one payment over an invoice and two credit notes",
            ),
            Together(
                connection=NORDIC,
                keys=("N-104", "N-311"),
                says="one payment over an invoice and a credit note",
            ),
        ),
        cases={case.key: case for case in (*_acme(), *_nordic())},
    )


def _acme() -> tuple[PaymentCase, ...]:
    return (
        PaymentCase(
            key="A-101",
            connection=ACME,
            kind="held by accounts payable after posting: the amount is in dispute",
            first=(_act("hold", "hold: amount in dispute", reason="AMT"),),
            status=TRANSFERRED,
            told=("On hold: amount in dispute",),
        ),
        PaymentCase(
            key="A-103",
            connection=ACME,
            kind="paid, then the payment is voided and the voucher open again",
            first=(_act("pay", "paid", reference="900103"),),
            then=(_act("void", "payment voided, to be paid again", form="row"),),
            status=TRANSFERRED,
            told=("taken back",),
        ),
        PaymentCase(
            key="A-105",
            connection=ACME,
            kind="yen paid in dollars",
            first=(_act("pay", "paid in dollars", currency="USD", rate="0.0067"),),
        ),
        PaymentCase(
            key="A-301",
            connection=ACME,
            kind="match exception after posting: not paid, somebody must act",
            first=(_of_voucher("match_exception", "the receipt was taken back: match exception"),),
            status=TRANSFERRED,
            exception="match_exception",
        ),
        PaymentCase(
            key="A-603",
            connection=ACME,
            kind="cheque lost: stopped and made again with another number",
            first=(_act("pay", "paid by cheque", method="CHK", reference="700603"),),
            then=(
                _act(
                    "reissue",
                    "cheque stopped, made again",
                    form="new_row",
                    status="S",
                    method="CHK",
                    reference="700604",
                ),
            ),
            told=("700603", "700604"),
        ),
    )


def _nordic() -> tuple[PaymentCase, ...]:
    return (
        PaymentCase(
            key="N-101",
            connection=NORDIC,
            kind="two instalments, one of them paid",
            first=(
                _act("split", "split into two instalments", parts=2),
                _act("pay", "the first is paid", number=1),
                _act("hold", "the second is held until the goods are complete", number=2, reason="GDS"),
            ),
            then=(_act("release", "the second is released", number=2),),
            status=TRANSFERRED,
            told=("Partly paid",),
        ),
        PaymentCase(
            key="N-105",
            connection=NORDIC,
            kind="blocked in Basware, so held: no pay cycle takes it",
            status=TRANSFERRED,
        ),
        PaymentCase(
            key="N-106",
            connection=NORDIC,
            kind="paid with cash discount",
            first=(_act("pay", "paid with 2 % cash discount", discount="20"),),
            told=("Cash discount taken: 20.00 EUR",),
        ),
        PaymentCase(
            key="N-107",
            connection=NORDIC,
            kind="tax withheld: settled with less than the gross sum",
            first=(_act("pay", "paid, tax withheld", withheld="1.50"),),
            status=TRANSFERRED,
        ),
        PaymentCase(
            key="N-601",
            connection=NORDIC,
            kind="recycled since it was posted: nothing is scheduled, somebody must act",
            status=TRANSFERRED,
            exception="recycled",
        ),
    )


def _act(action: str, says: str, /, **more: Any) -> PaymentAct:
    return PaymentAct(body={"action": action, **more}, says=says)


def _of_voucher(action: str, says: str) -> PaymentAct:
    return PaymentAct(body={"action": action}, says=says, of_voucher=True)
