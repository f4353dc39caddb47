"""The command line over a cluster in memory, and entries to put into it."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.fetch_state import FetchState
from ap_domain.invoice_state import InvoiceState, Step
from ap_domain.payments import PaymentPicture, PaymentStanding, Proof
from ap_domain.posting import VoucherRef
from apstream_cli import connection, flow, invoice, mapping, masterdata, parked, payments, voucher
from apstream_cli.main import app
from chassis.ledger.entry import Entry, Phase, Started
from typer.testing import CliRunner, Result

from .acme import CONNECTION, DOCUMENT, INTENT, NOW, VOUCHER, event
from .fake_cluster import FakeCluster

Run = Callable[..., Result]
Make = Callable[..., Any]


@pytest.fixture(name="event")
def make_event() -> Make:
    return event


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> FakeCluster:
    """Empty but for the connection acme."""
    fake = FakeCluster()
    fake.connect()
    for module in (connection, flow, invoice, mapping, masterdata, parked, payments, voucher):
        monkeypatch.setattr(module, "open_cluster", lambda: fake)
    return fake


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """``apstream`` with these arguments."""
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setenv("USER", "ann")
    runner = CliRunner()
    return lambda *arguments, **more: runner.invoke(app, arguments, **more)


@pytest.fixture
def entry() -> Make:
    """An invoice's entry: parked before posting unless said otherwise."""

    def make(
        invoice_id: str = "1",
        *,
        connection: str = "acme",
        number: str = "2026/000001",
        phase: Phase = Phase.PARKED,
        step: Step = Step.POST,
        reason: str = "the period is closed",
        doubt: bool = False,
        since: datetime = NOW,
        due: datetime | None = None,
        attempts: int = 0,
        **body: Any,
    ) -> Entry[InvoiceState]:
        state = InvoiceState(
            invoice_id=invoice_id,
            invoice_number=number,
            document=DOCUMENT,
            intent=INTENT if doubt else None,
        )
        return Entry(
            key=f"{connection}/{invoice_id}",
            connection_id=connection,
            sequence=4,
            phase=phase,
            step=step,
            since=since,
            due=due,
            attempts=attempts,
            reason=reason,
            started=Started(at=NOW, number=1, settle_seconds=60, request_digest="d") if doubt else None,
            body=replace(state, **body),
        )

    return make


@pytest.fixture
def fetch() -> Make:
    """A document's entry: parked unless said otherwise."""

    def make(
        invoice_id: str = "1", *, phase: Phase = Phase.PARKED, reason: str = "too large"
    ) -> Entry[FetchState]:
        return Entry(
            key=f"acme/{invoice_id}",
            connection_id="acme",
            sequence=2,
            phase=phase,
            step="fetch",
            since=NOW,
            reason=reason,
            body=FetchState(invoice_id=invoice_id),
        )

    return make


@pytest.fixture(name="voucher")
def posted_voucher() -> VoucherRef:
    return VOUCHER


@pytest.fixture
def picture() -> Make:
    """The payment of the invoice's voucher: scheduled unless said otherwise."""

    def make(invoice_id: str = "1", **more: Any) -> PaymentPicture:
        zero = Decimal(0)
        made = PaymentPicture(
            connection_id="acme", invoice_id=invoice_id, business_unit="US001", voucher_id="00012345", poll_offset=7,
            observed_at=NOW, proof=Proof.QUERY, standing=PaymentStanding.SCHEDULED, settled=False, currency="USD",
            gross=Decimal("1160.00"), paid_total=zero, cash_discount=zero, withheld=zero, on_hold=False, instalments=(),
            digest="d",
        )  # fmt: skip
        return replace(made, **more)

    return make


@pytest.fixture
def document() -> dict[str, Any]:
    """A connection's document; changes stay in the test."""
    return copy.deepcopy(CONNECTION)
