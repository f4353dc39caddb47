"""What is counted, where, and what a run looks at."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.reconciliation import STAGES, LedgerInvoice, LedgerOutcome, in_scope

Make = Callable[[], Any]


def test_each_invoice_counts_in_every_stage_it_reached(sides: Make, stages: Any) -> None:
    books = sides()
    books.add("told", stages.TOLD, paid=Decimal(400))
    books.add("confirmed", stages.CONFIRMED)
    books.add("posted", stages.POSTED)
    books.vouchers["posted"] = replace(books.vouchers["posted"], entry_status="R")
    rows = {each.stage: (each.number, each.amount) for each in books.compared().counts}
    assert rows == {
        "approved": (3, Decimal(3480)),
        "posted": (3, Decimal(3480)),
        "postable": (2, Decimal(2320)),
        "confirmed": (2, Decimal(2320)),
        "paid": (1, Decimal(400)),
    }


def test_counts_are_kept_apart_by_unit_day_period_and_currency(sides: Make, stages: Any) -> None:
    books = sides()
    books.add("a", stages.CONFIRMED)
    books.add("b", stages.CONFIRMED, currency="USD")
    books.add("c", stages.CONFIRMED)
    books.vouchers["c"] = replace(books.vouchers["c"], accounting_date=date(2026, 11, 2))
    books.add("d", stages.TAKEN)
    places = {
        (each.currency, each.period): each.number
        for each in books.compared().counts
        if each.stage == "approved"
    }
    assert places == {("EUR", "2026-10"): 1, ("USD", "2026-10"): 1, ("EUR", "2026-11"): 1, ("EUR", ""): 1}
    assert {each.day for each in books.compared().counts} == {date(2026, 11, 20)}


def test_stages_come_in_their_order(sides: Make, stages: Any) -> None:
    books = sides()
    books.add("a", stages.TOLD)
    assert tuple(each.stage for each in books.compared().counts) == STAGES


def test_what_lies_outside_the_days_is_compared_and_not_counted(sides: Make, stages: Any) -> None:
    books = sides()
    books.add("a", stages.CONFIRMED)
    books.vouchers["a"] = replace(books.vouchers["a"], entered_on=date(2026, 10, 30))
    result = books.compared()
    assert (result.counts, result.compared) == ((), 1)


def test_differences_that_need_somebody_come_first(sides: Make, stages: Any) -> None:
    books = sides()
    books.add("a", stages.TAKEN)
    books.add("b", stages.TOLD)
    del books.vouchers["b"]
    result = books.compared()
    assert [bool(each.explained) for each in result.differences] == [False, True]
    assert [each.invoice_id for each in result.unexplained] == ["b"]


@pytest.mark.parametrize(
    ("change", "looked_at"),
    [
        ({"posted_on": date(2026, 11, 1), "voucher_id": "v"}, True),
        ({"posted_on": date(2026, 11, 22), "voucher_id": "v"}, True),
        ({"posted_on": date(2026, 10, 31), "voucher_id": "v"}, False),
        ({"posted_on": date(2026, 11, 1)}, False),
        ({"posted_on": date(2026, 1, 1), "voucher_id": "v", "invoice_id": "listed"}, True),
        ({"posted_on": date(2026, 1, 1), "voucher_id": "seen"}, True),
        ({"outcome": LedgerOutcome.RETURNED}, False),
        ({"outcome": LedgerOutcome.ON_ITS_WAY}, True),
    ],
)
def test_a_run_looks_at_what_its_days_and_both_systems_name(change: dict[str, Any], looked_at: bool) -> None:
    given: dict[str, Any] = {
        "invoice_id": "i",
        "outcome": LedgerOutcome.POSTED,
        "business_unit": "US001",
        **change,
    }
    found = in_scope(
        LedgerInvoice(**given),
        first_day=date(2026, 11, 1),
        last_day=date(2026, 11, 22),
        listed={"listed"},
        seen={("US001", "seen")},
    )
    assert found is looked_at
