"""Which of the vouchers under a number a create of unknown outcome may have made: by what was sent, exactly."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.invoice_state import InvoiceState, Step
from ap_domain.posting import VoucherRef
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.outcomes import Done, Parked, Sighted
from voucher_poster.core.answers import Verified

from .site_bench import Bench, MakeEntry, voucher

NUMBER = ("BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID")
WITH_DATE, WITH_AMOUNT = (*NUMBER, "INVOICE_DT"), (*NUMBER, "GROSS_AMT")
AS_SENT: dict[str, Any] = {"invoice_date": date(2026, 6, 5), "gross": Decimal("1160.00"), "style": "reg"}
OTHERS: list[dict[str, Any]] = [
    {"gross": Decimal(11600)},
    {"invoice_date": date(2025, 6, 5)},
    {"style": "ADJ"},
    {**AS_SENT, "gross": Decimal(-1160)},
]


async def seen(bench: Bench, name: str, entry: Entry[InvoiceState]) -> tuple[list[str], list[str]]:
    """The ids of those that may be ours, and of the strange ones; settle and verify see the same."""
    outcome = await bench.call(name, entry)
    shown = outcome.value if isinstance(outcome, Done) else outcome
    assert isinstance(shown, Verified | Sighted)
    every = (*shown.same, *shown.different)
    assert all(isinstance(each, VoucherRef) for each in every)
    ids = [each.voucher_id for each in every if isinstance(each, VoucherRef)]
    return ids[: len(shown.same)], ids[len(shown.same) :]


def knowing(entry: Entry[InvoiceState], *ids: str) -> Entry[InvoiceState]:
    """The entry with these vouchers seen before its create."""
    assert entry.body.intent is not None
    return replace(entry, body=replace(entry.body, intent=replace(entry.body.intent, known=ids)))


BOTH = pytest.mark.parametrize("name", ["settle", "verify"])


@BOTH
async def test_all_live_vouchers_that_are_as_sent_may_be_ours(bench: Bench, name: str) -> None:
    entry = await bench.started(Phase.IN_DOUBT)
    bench.books.found = [voucher("1"), voucher("2", **AS_SENT), voucher("3", status="X")]
    assert await seen(bench, name, entry) == (["1", "2"], [])


@BOTH
@pytest.mark.parametrize("shown", OTHERS, ids=str)
async def test_another_amount_date_or_style_is_not_ours_whatever_the_rule_looks_at(
    bench: Bench, name: str, shown: dict[str, Any]
) -> None:
    entry = await bench.started(Phase.IN_DOUBT)
    bench.books.found = [voucher("1", **shown)]
    assert await seen(bench, name, entry) == ([], ["1"])
    bench.books.found = [voucher("1", **shown), voucher("2", **AS_SENT)]
    assert await seen(bench, name, entry) == (["2"], ["1"])


@BOTH
async def test_what_stood_under_the_number_before_is_never_ours(bench: Bench, name: str) -> None:
    entry = knowing(await bench.started(Phase.IN_DOUBT), "1", "2")
    bench.books.found = [voucher("1"), voucher("2", **OTHERS[0])]
    assert await seen(bench, name, entry) == ([], [])
    bench.books.found = [voucher("1"), voucher("3")]
    assert await seen(bench, name, entry) == (["3"], [])


@BOTH
async def test_the_rule_of_the_create_counts_not_that_of_the_connection_by_now(
    bench: Bench, name: str
) -> None:
    entry = await bench.started(Phase.IN_DOUBT)
    bench.set(match=WITH_DATE)
    bench.books.found = [voucher("1")]
    assert await seen(bench, name, entry) == (["1"], []), "a date that is not shown was no matter then"

    strict = await bench.started(Phase.IN_DOUBT)
    bench.set(match=NUMBER)
    assert await seen(bench, name, strict) == ([], ["1"]), "a date that is not shown proved nothing then"
    assert strict.body.intent is not None
    assert strict.body.intent.rule == WITH_DATE


async def test_a_deleted_voucher_asks_for_a_person_also_beside_one_that_was_known(bench: Bench) -> None:
    entry = knowing(await bench.started(Phase.IN_DOUBT), "1")
    bench.books.found = [voucher("1"), voucher("2", status="X")]
    outcome = await bench.call("settle", entry)
    assert isinstance(outcome, Parked)
    assert "(2)" in outcome.reason


async def test_a_look_names_those_that_match_by_a_loose_rule_and_contradict(bench: Bench) -> None:
    bench.books.found = [
        voucher("1", **AS_SENT),
        *(voucher(str(at), **each) for at, each in enumerate(OTHERS, 2)),
    ]
    looked = await bench.looked()
    assert [each.voucher_id for each in looked.same] == ["1", "2", "3", "4", "5"]
    assert looked.contradicting == ("2", "3", "4", "5")


async def test_a_look_goes_by_the_rule_of_the_connection(bench: Bench) -> None:
    bench.set(match=WITH_AMOUNT)
    bench.books.found = [voucher("1", **AS_SENT), voucher("2", **OTHERS[0])]
    looked = await bench.looked()
    assert ([each.voucher_id for each in looked.same], looked.intent.rule) == (["1"], WITH_AMOUNT)


@pytest.mark.parametrize("served", [("BW01",), ()])
async def test_an_invoice_of_a_company_the_connection_gave_away_waits_for_a_person_and_stops_no_flow(
    bench: Bench, make_entry: MakeEntry, served: tuple[str, ...]
) -> None:
    bench.serve(*served)
    outcome = await bench.call("look", make_entry(Step.POST))
    assert isinstance(outcome, Parked)
    assert "company BW00 is not served by connection acme any more" in outcome.reason
    assert bench.books.asked == []
