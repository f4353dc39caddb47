"""Invoices as all three sides have them at each step of the normal way, to compare and to tamper with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Any

import pytest
from ap_domain.reconciliation import (
    BaswareInvoice,
    LedgerInvoice,
    LedgerOutcome,
    PeopleSoftVoucher,
    Reconciliation,
    Rules,
    compare,
)

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=3)
DAY = date(2026, 11, 20)


class Stage(IntEnum):
    """How far an invoice came."""

    APPROVED = 0
    TAKEN = 1
    CREATED = 2
    """The voucher exists, and the answer that told so is not in the ledger yet."""
    POSTED = 3
    CONFIRMED = 4
    PAID_THERE = 5
    """Paid a moment ago, and not polled yet."""
    BEING_TOLD = 6
    TOLD = 7
    RETURNED = 8


STATUSES = {
    Stage.APPROVED: "WaitingForTransfer",
    Stage.TAKEN: "TransferInProgress",
    Stage.CREATED: "TransferInProgress",
    Stage.POSTED: "TransferInProgress",
    Stage.RETURNED: "TransferFailed",
}
"""Basware's, of what is not transferred."""


@dataclass
class Sides:
    """What the three sides say of some invoices."""

    ledger: dict[str, LedgerInvoice] = field(default_factory=dict)
    basware: dict[str, BaswareInvoice] = field(default_factory=dict)
    vouchers: dict[str, PeopleSoftVoucher] = field(default_factory=dict)

    def add(
        self,
        name: str,
        stage: Stage,
        *,
        gross: Decimal = Decimal("1160.00"),
        currency: str = "EUR",
        paid: Decimal | None = None,
        held: bool = False,
    ) -> None:
        """An invoice at this stage of the normal way; ``paid`` (the whole sum unless given) counts once it is paid."""
        paid = gross if paid is None else paid
        common: dict[str, Any] = {
            "business_unit": "US001",
            "vendor_setid": "SHARE",
            "vendor_id": "0000000007",
            "currency": currency,
            "gross": gross,
        }
        fresh = stage is Stage.APPROVED
        transferred = Stage.CONFIRMED <= stage <= Stage.TOLD
        known = Stage.POSTED <= stage <= Stage.TOLD
        self.basware[name] = BaswareInvoice(
            invoice_id=name,
            invoice_number=f"n/{name}",
            mapped_number=f"n/{name}",
            supplier_code="7",
            status=STATUSES.get(stage, "Transferred"),
            voucher_id=f"v{name}" if transferred else "",
            updated_on=NOW.date() if fresh else DAY,
            updated_at=NOW if fresh else LONG_AGO,
            paid_total=paid if stage is Stage.TOLD else Decimal(0),
            told_block=held if transferred else None,
            coding=() if transferred else (f"ACCOUNT=61000: {gross}",),
            **common,
        )
        if Stage.CREATED <= stage <= Stage.TOLD:
            has_money = stage >= Stage.PAID_THERE
            self.vouchers[name] = PeopleSoftVoucher(
                voucher_id=f"v{name}",
                entry_status="P",
                invoice_number=f"N/{name}".upper(),
                origin="BSW",
                entered_on=DAY,
                accounting_date=DAY.replace(month=10),
                changed_at=NOW if stage is Stage.PAID_THERE else LONG_AGO,
                paid_total=paid if has_money else Decimal(0),
                settled=has_money and paid == gross,
                held=held,
                **common,
            )
        if fresh:
            return
        posted = LedgerOutcome.POSTED if transferred else LedgerOutcome.ON_ITS_WAY
        self.ledger[name] = LedgerInvoice(
            invoice_id=name,
            outcome=LedgerOutcome.RETURNED if stage is Stage.RETURNED else posted,
            invoice_number=f"n/{name}",
            mapped_number=f"n/{name}",
            voucher_id=f"v{name}" if known else "",
            posted_on=DAY if known else None,
            changed_at=LONG_AGO,
            words="" if transferred else "waiting at post",
            undecided=stage is Stage.CREATED,
            payment_waits="waiting at report payment" if stage is Stage.BEING_TOLD else "",
            **common,
        )

    def compared(self, **rules: Any) -> Reconciliation:
        given: dict[str, Any] = {
            "connection_id": "acme",
            "first_day": date(2026, 11, 1),
            "last_day": date(2026, 11, 22),
            "began": NOW,
            "origin": "BSW",
        }
        return compare(
            ledger=self.ledger,
            basware=self.basware,
            vouchers={(each.business_unit, each.voucher_id): each for each in self.vouchers.values()},
            rules=Rules(**{**given, **rules}),
            run_at=NOW,
        )


@pytest.fixture(scope="session")
def stages() -> type[Stage]:
    return Stage


@pytest.fixture(scope="session")
def sides() -> Callable[[], Sides]:
    """Makes empty books."""
    return Sides


@pytest.fixture(scope="session")
def long_ago() -> datetime:
    return LONG_AGO


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW
