"""What is no result: a side that is away, a query that shows too little or too much, a window that is none."""

from datetime import date
from typing import Any

import pytest
from basware import CredentialsRefused as BaswareCredentialsRefused
from basware import RetryLater
from peoplesoft import CredentialsRefused, NeedsPerson, QueryRequest
from reconciliation import ReconciliationFailed


async def test_lists_that_lack_most_invoices_are_no_result(
    world: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciliation.run.MOST_SINGLE", 3)
    world.ledger += [make.entry(str(each)) for each in range(4)]
    with pytest.raises(ReconciliationFailed, match="lists lack 4 invoices"):
        await world.run()


@pytest.mark.parametrize(
    "error",
    [RetryLater("HTTP 503", operation="list_documents"), BaswareCredentialsRefused("invalid_client")],
)
async def test_basware_away_is_no_result_but_its_words(world: Any, error: Exception) -> None:
    world.add("1")
    world.basware.fails["Paid"] = error
    with pytest.raises(ReconciliationFailed, match="Basware could not be read") as failed:
        await world.run()
    assert failed.value.__cause__ is error
    assert str(error) in str(failed.value)


@pytest.mark.parametrize("query", ["APS_VOUCHERS_ENTERED", "APS_VOUCHERS", "APS_VOUCHER_PAYMENTS"])
@pytest.mark.parametrize("kind", [NeedsPerson, CredentialsRefused])
async def test_peoplesoft_away_is_no_result_but_its_words(
    world: Any, make: Any, query: str, kind: type[Exception]
) -> None:
    world.add("1")
    world.ledger.append(make.entry("2"))
    world.basware.documents.append(make.document("2"))

    def before(request: QueryRequest) -> None:
        if request.name == query:
            raise kind("no permission for the query")

    world.peoplesoft.before = before
    with pytest.raises(ReconciliationFailed, match="no permission for the query") as failed:
        await world.run()
    assert isinstance(failed.value.__cause__, kind)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"GROSS_AMT": "much"}, "voucher v1 has 'much' as GROSS_AMT"),
        ({"ENTERED_DT": "2026-11-1x"}, "voucher v1 has '2026-11-1x' as ENTERED_DT"),
        ({"ORIGIN": ...}, "shows no field ORIGIN"),
    ],
)
async def test_a_row_that_cannot_be_read_is_named(
    world: Any, make: Any, changes: dict[str, Any], said: str
) -> None:
    row = {name: value for name, value in make.voucher("1", **changes).items() if value is not ...}
    world.peoplesoft.vouchers.append(row)
    with pytest.raises(ReconciliationFailed, match=said):
        await world.run()


async def test_a_window_that_ends_before_it_begins_and_bad_sections_are_refused(
    world: Any, make: Any
) -> None:
    with pytest.raises(ReconciliationFailed, match="before it begins"):
        await world.run(first_day=date(2026, 11, 2), last_day=date(2026, 11, 1))
    world.connection = make.connection(payments={"page_rows": "many"})
    with pytest.raises(ReconciliationFailed, match="page_rows"):
        await world.run()


@pytest.mark.parametrize("query", ["APS_VOUCHERS_ENTERED", "APS_VOUCHER_PAYMENTS"])
async def test_a_query_that_shows_another_business_unit_is_no_result(
    world: Any, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    world.add("1")
    shown = type(world.peoplesoft)._shown
    monkeypatch.setattr(
        type(world.peoplesoft),
        "_shown",
        lambda self, request: (
            {**row, "BUSINESS_UNIT": "US009"} if request.name == query else row
            for row in shown(self, request)
        ),
    )
    with pytest.raises(ReconciliationFailed, match="US009/v1 when asked for US001"):
        await world.run()


async def test_a_voucher_that_is_shown_twice_is_no_result(world: Any) -> None:
    world.add("1")
    world.peoplesoft.vouchers *= 2
    with pytest.raises(ReconciliationFailed, match="US001/v1 2 times"):
        await world.run()
