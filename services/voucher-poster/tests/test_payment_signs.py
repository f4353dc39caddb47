"""Amounts of a payment have the sign that Basware's own amounts have, whatever PeopleSoft's voucher has."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import pytest
from ap_domain.invoice_state import InvoiceState, PaymentReport, PaymentState, Step
from ap_domain.payments import PaymentTold
from basware import BaswareClient, PaymentResponse
from chassis.connections import Connection
from chassis.ledger.entry import Entry
from voucher_poster.adapters.document_source import DocumentSource, PaymentTerms
from voucher_poster.adapters.payment_steps import PaymentSteps


@dataclass
class Basware:
    """Has a document over `gross` and keeps what it is sent."""

    gross: Decimal
    sent: list[PaymentResponse] = field(default_factory=list)

    async def terms(self, *_: Any, **__: Any) -> PaymentTerms:
        return PaymentTerms(code="NET30", method=None, gross=self.gross)

    async def send_payment_response(self, _: str, response: PaymentResponse, **__: Any) -> str:
        self.sent.append(response)
        return "request"


@pytest.mark.parametrize(
    ("gross", "known", "told"),
    [
        ("116.00", ("113.68", "2.32"), ("113.68", "2.32")),
        ("-116.00", ("-116.00", "0"), ("-116.00", "0")),
        ("116.00", ("-113.68", "-2.32"), ("113.68", "2.32")),
        ("116.00", ("0", "-2.32"), ("0", "2.32")),
        ("116.00", ("0", "0"), ("0", "0")),
        ("0", ("-5.00", "0"), ("-5.00", "0")),
    ],
)
async def test_a_credit_note_with_positive_sums_is_paid_in_positive_sums(
    connection: Connection,
    make_entry: Callable[..., Entry[InvoiceState]],
    gross: str,
    known: tuple[str, str],
    told: tuple[str, str],
) -> None:
    paid, discount = (Decimal(each) for each in known)
    content = PaymentTold(settled=True, payment_block=False, paid_total=paid, cash_discount=discount)
    payment = PaymentState(
        poll_offset=1, digest="d", standing="paid", report=PaymentReport(number=1, told=content)
    )
    basware = Basware(gross=Decimal(gross))
    steps = PaymentSteps(documents=cast("DocumentSource", basware))
    entry = make_entry(Step.REPORT_PAYMENT, body={"payment": payment})
    await steps.report(entry, connection, cast("BaswareClient", basware), repeat=False)
    (response,) = basware.sent
    assert (response.paid_total, response.cash_discount) == tuple(Decimal(each) for each in told)
