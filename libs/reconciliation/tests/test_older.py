"""Payments of vouchers that were entered before the window: terms of 60 days make that the usual case."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.reconciliation import DifferenceKind, LedgerInvoice, LedgerOutcome

SEPTEMBER = date(2026, 9, 20)
PAID = {"success": True, "paidTotal": 116, "paymentBlock": False}


def add(world: Any, make: Any, invoice_id: str = "1", *, told: bool, **changes: Any) -> LedgerInvoice:
    """An invoice of September, paid in PeopleSoft; Basware was told of that or not."""
    world.connection = make.connection(payments={"time_zone": "UTC"})
    document = make.document(invoice_id, lastUpdated="2026-09-20T10:00:00Z")
    world.basware.documents.append(document | {"paymentResponses": [PAID] if told else []})
    world.peoplesoft.vouchers.append(make.voucher(invoice_id, ENTERED_DT="2026-09-20"))
    world.peoplesoft.payments.append(make.paid(invoice_id, LAST_UPDATE_DT="2026-11-10T10:00:00"))
    known: dict[str, Any] = {"posted_on": SEPTEMBER, "unchanged_before": SEPTEMBER}
    if told:
        known |= {"told_paid": Decimal(116), "settled_at": make.now - timedelta(days=60)}
    entry: LedgerInvoice = make.entry(invoice_id, **(known | changes))
    world.ledger.append(entry)
    return entry


async def test_a_payment_of_an_older_voucher_that_basware_never_learned_of_is_found(
    world: Any, make: Any
) -> None:
    add(world, make, told=False)
    result = await world.run()
    (found,) = result.unexplained
    assert (found.kind, found.invoice_id) == (DifferenceKind.PAYMENT, "1")
    assert "PeopleSoft has paid 116.00 EUR, Basware shows 0.00 EUR" in found.words
    assert (result.compared, result.counts) == (1, ())


async def test_a_void_of_an_older_payment_that_was_missed_is_found(world: Any, make: Any) -> None:
    add(world, make, told=True)
    world.peoplesoft.payments[0] |= {
        "PYMNT_SELCT_STATUS": "N",
        "PAID_AMT": Decimal(0),
        "PYMNT_STATUS": "V",
        "CANCEL_ACTION": "R",
        "CANCEL_DT": "2026-11-10",
    }
    (found,) = (await world.run()).unexplained
    assert found.kind is DifferenceKind.PAYMENT


async def test_what_basware_confirmed_of_older_payments_is_not_asked_again(world: Any, make: Any) -> None:
    for each in ("1", "2", "3"):
        add(world, make, each, told=True)
    result = await world.run()
    assert (result.differences, result.compared) == ((), 3)
    assert world.basware.single == []


@pytest.mark.parametrize("settings", [{"payments": {}}, {"payments": {"time_zone": "UTC"}, "mode": "shadow"}])
async def test_where_nobody_polls_payments_older_ones_are_left_alone(
    world: Any, make: Any, settings: dict[str, Any]
) -> None:
    add(world, make, told=False)
    world.connection = make.connection(**settings)
    assert (await world.run()).compared == 0


@pytest.mark.parametrize(
    ("changes", "compared"),
    [
        ({"settled_at": 119}, 1),
        ({"settled_at": 121}, 0),
        ({"voucher_id": ""}, 0),
        ({"outcome": LedgerOutcome.DISCARDED}, 0),
    ],
    ids=["settled lately", "settled for long", "no voucher", "discarded"],
)
async def test_older_payments_are_looked_at_as_long_as_they_are_watched(
    world: Any, make: Any, changes: dict[str, Any], compared: int
) -> None:
    if "settled_at" in changes:
        changes = {"settled_at": make.now - timedelta(days=changes["settled_at"])}
    add(world, make, told=True, **changes)
    assert (await world.run()).compared == compared


async def test_an_older_voucher_that_is_gone_is_missing_unless_it_was_settled(world: Any, make: Any) -> None:
    open_one = add(world, make, "1", told=False)
    add(world, make, "2", told=True)
    world.peoplesoft.vouchers.clear()
    (found,) = (await world.run()).unexplained
    assert (found.kind, found.invoice_id) == (DifferenceKind.MISSING_IN_PEOPLESOFT, open_one.invoice_id)


async def test_many_older_invoices_are_listed_from_the_day_that_leaves_few(
    world: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciliation.run.MOST_SINGLE", 2)
    for each in ("1", "2", "3", "4", "5"):
        add(world, make, each, told=False)
    old = date(2026, 3, 1)
    for place in (0, 1):
        world.basware.documents[place]["lastUpdated"] = "2026-03-01T10:00:00Z"
        world.ledger[place] = replace(world.ledger[place], unchanged_before=old)
    result = await world.run()
    assert (len(result.unexplained), result.compared) == (5, 5)
    assert sorted(world.basware.single) == ["1", "2"]
