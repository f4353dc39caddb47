"""A run over both systems: what is read, in which order, and what comes of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.payments import parse_payments
from ap_domain.reconciliation import DifferenceKind, LedgerInvoice, LedgerOutcome
from reconciliation import reconcile, yesterday_and_before


async def test_books_that_agree_show_no_difference(world: Any) -> None:
    for each in ("1", "2", "3"):
        world.add(each)
    result = await world.run()
    assert result.differences == ()
    assert result.compared == 3
    assert {each.stage: (each.number, each.amount) for each in result.counts} == dict.fromkeys(
        ("approved", "posted", "postable", "confirmed", "paid"), (3, Decimal(348))
    )
    assert {(each.business_unit, each.day, each.period) for each in result.counts} == {
        ("US001", date(2026, 11, 20), "2026-11")
    }


async def test_what_is_not_posted_is_listed_however_old_and_with_its_coding(world: Any, make: Any) -> None:
    old = make.document("1", "TransferInProgress", lastUpdated="2026-06-01T00:00:00Z")
    world.basware.documents.append(old)
    world.ledger.append(
        make.entry("1", voucher_id="", outcome=LedgerOutcome.ON_ITS_WAY, words="parked at post")
    )
    (found,) = (await world.run()).differences
    assert (found.kind, found.explained) == (DifferenceKind.NOT_POSTED, "on its way: parked at post")
    assert found.coding == ("BUSINESS_UNIT_GL=US001 ACCOUNT=61000 DEPTID=41000: 100.00",)
    assert (found.supplier, found.business_unit) == ("0000000007", "US001")


async def test_an_invoice_that_cannot_be_mapped_is_accrued_as_it_was_coded(world: Any, make: Any) -> None:
    world.basware.documents.append(make.document("1", "TransferFailed", netSum=99, grossSum=99))
    (found,) = (await world.run()).differences
    assert found.coding == ("accountCode=61000 costCenterCode=41000: 100.00",)


async def test_a_document_that_cannot_be_read_is_listed_even_so(world: Any, make: Any) -> None:
    broken = make.document("1", "WaitingForTransfer", grossSum="many", supplierCode=None, codingRows="none")
    world.basware.documents.append(broken | {"paymentBlock": None, "lastUpdated": "2026-06-01T00:00:00Z"})
    (found,) = (await world.run()).unexplained
    assert (found.kind, found.invoice_id, found.amount) == (DifferenceKind.NOT_POSTED, "1", None)


async def test_vouchers_of_other_days_are_looked_up_in_few_ranges(world: Any) -> None:
    for each in ("1", "2", "3"):
        world.add(each)
    world.peoplesoft.vouchers = [
        {**row, "VOUCHER_ID": f"0000000{place}", "ENTERED_DT": "2026-09-01"}
        for place, row in enumerate(world.peoplesoft.vouchers, start=1)
    ]
    world.peoplesoft.payments = [
        {**row, "VOUCHER_ID": f"0000000{place}"}
        for place, row in enumerate(world.peoplesoft.payments, start=1)
    ]
    for place, each in enumerate(world.basware.documents, start=1):
        each["voucherNumber1"] = f"0000000{place}"
        world.ledger[place - 1] = replace(world.ledger[place - 1], voucher_id=f"0000000{place}")
    result = await world.run()
    assert result.differences == ()
    assert result.counts == ()
    asked = [each.name for each in world.peoplesoft.asked]
    assert asked.count("APS_VOUCHERS") <= 2
    ranges = [dict(each.prompts) for each in world.peoplesoft.asked if each.name == "APS_VOUCHERS"]
    assert (ranges[0]["AFTER"], ranges[0]["UP_TO"]) == ("00000000", "00000003")


async def test_an_invoice_that_no_list_shows_is_asked_for_by_itself(world: Any) -> None:
    world.add("1")
    world.add("2")
    world.basware.documents[0]["processingStatus"] = "Removed"
    world.basware.documents.pop()
    result = await world.run()
    assert world.basware.single == ["1", "2"]
    assert [(each.kind, each.invoice_id) for each in result.unexplained] == [
        (DifferenceKind.NOT_IN_BASWARE, "1"),
        (DifferenceKind.NOT_IN_BASWARE, "2"),
    ]


async def test_other_peoples_vouchers_are_passed_over(world: Any, make: Any) -> None:
    world.add("1")
    world.peoplesoft.vouchers += [
        make.voucher("8", ORIGIN="ONL"),
        make.voucher("9", ORIGIN="ONL", INVOICE_ID="N/1", GROSS_AMT=Decimal(1)),
    ]
    assert (await world.run()).differences == ()


async def test_a_second_voucher_is_found_by_what_a_duplicate_check_looks_at(world: Any, make: Any) -> None:
    world.add("1")
    world.peoplesoft.vouchers.append(make.voucher("9", ORIGIN="ONL", INVOICE_ID="n/1  "))
    (found,) = (await world.run()).unexplained
    assert (found.kind, found.voucher_id) == (DifferenceKind.DUPLICATE, "v9")
    assert found.words.startswith(
        "voucher US001/v9 (origin ONL, entered on 2026-11-20) has the same supplier"
    )


async def test_a_credit_note_is_compared_in_the_vouchers_sign(world: Any, make: Any) -> None:
    world.connection = make.connection()
    world.connection = replace(
        world.connection,
        mapping={**world.connection.mapping, "credit_notes": {"types": ["CN"]}},
    )
    world.add("1")
    world.basware.documents[0] |= {"invoiceTypeCode": "CN", "paymentResponses": []}
    world.peoplesoft.vouchers[0] = make.voucher("1", GROSS_AMT=Decimal("-116.00"))
    world.peoplesoft.payments = [
        make.paid(
            "1", "-116.00", PYMNT_SELCT_STATUS="N", PAID_AMT=Decimal(0), PYMNT_ID=None, PYMNT_STATUS=None
        )
    ]
    assert (await world.run()).differences == ()


async def test_the_ledger_is_read_after_basware_and_the_payments_last(world: Any) -> None:
    """An invoice that is posted while it is counted is then seen by the later reads, and its entry tells so."""
    world.add("1")
    late = world.peoplesoft.vouchers.pop()
    world.peoplesoft.payments.clear()
    world.basware.documents[0]["processingStatus"] = "TransferInProgress"
    order = []

    async def ledger() -> AsyncIterator[LedgerInvoice]:
        order.append(len(world.basware.asked))
        order.append(len(world.peoplesoft.asked))
        world.peoplesoft.vouchers.append(late)
        yield replace(world.ledger[0], changed_at=datetime(2026, 11, 23, 6, 0, 1, tzinfo=UTC))

    result = await reconcile(
        world.connection,
        first_day=date(2026, 11, 1),
        last_day=date(2026, 11, 22),
        ledger=ledger(),
        basware=world.basware,
        peoplesoft=world.peoplesoft,
        clock=lambda: datetime(2026, 11, 23, 6, tzinfo=UTC),
    )
    assert order == [10, 2], "five statuses of two companies, then two business units"
    assert result.unexplained == ()
    assert {each.explained for each in result.differences} == {"it moved on while it was counted"}


async def test_only_transferred_invoices_are_bounded_by_the_window(world: Any) -> None:
    await world.run()
    since = {status: updated for status, _, updated in world.basware.asked}
    begins = datetime(2026, 10, 31, tzinfo=UTC)
    assert since == {
        "WaitingForTransfer": None,
        "TransferInProgress": None,
        "TransferFailed": None,
        "Transferred": begins,
        "Paid": begins,
    }


async def test_progress_is_told(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciliation.run.STEP", 1)
    world.add("1")
    await world.run()
    assert any("ledger" in each for each in world.said)
    assert world.said[-1] == "comparing"


def test_a_scheduled_run_ends_yesterday_as_the_site_has_it() -> None:
    plan = parse_payments({"time_zone": "Pacific/Auckland"})
    now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    assert yesterday_and_before(2, now=now, plan=plan) == (date(2026, 11, 21), date(2026, 11, 22))
