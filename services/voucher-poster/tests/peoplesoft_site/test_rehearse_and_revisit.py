"""Shadow mode's dry run, and a second look at the voucher an invoice has."""

from dataclasses import replace
from typing import Any

import peoplesoft
import pytest
from ap_domain.approved_invoice import read_document
from ap_domain.invoice_state import Step
from ap_domain.posting import VoucherRef
from ap_domain.posting_calendar import read_calendar
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Outcome, Parked, Rejected, Retry, Stopped
from peoplesoft import PeopleSoftError
from voucher_poster.adapters.document_source import NotTheDocument
from voucher_poster.core.answers import Rehearsed, Revisited

from .site_bench import Bench, MakeEntry, voucher

KNOWN = VoucherRef(business_unit="US001", voucher_id="00000017", entry_status="P")


def rehearsed(outcome: Outcome) -> Rehearsed:
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Rehearsed)
    return outcome.value


async def test_a_rehearsal_builds_and_digests_what_would_be_sent_and_sends_nothing(
    bench: Bench, make_entry: MakeEntry
) -> None:
    said = rehearsed(await bench.call("rehearse", make_entry(Step.REHEARSE)))
    assert said.outcome == "would be posted in US001 as 80000330200233 of supplier 0000430022"
    intent = (await bench.looked()).intent
    assert (said.request_digest, said.mapping_digest) == (intent.request_digest, intent.mapping_digest)
    assert said.fetch_number == 1
    assert bench.books.sent == []


async def test_a_rehearsal_names_the_vouchers_that_are_there_already(
    bench: Bench, make_entry: MakeEntry
) -> None:
    bench.books.found = [voucher("1"), voucher("2"), voucher("3", status="X")]
    said = rehearsed(await bench.call("rehearse", make_entry(Step.REHEARSE)))
    assert said.outcome == "PeopleSoft already has voucher 1, 2 for this invoice"


async def test_a_rehearsal_waits_for_no_posting_window(bench: Bench, make_entry: MakeEntry) -> None:
    bench.set(calendar=read_calendar({"freezes": [{"begins": "2026-11-01", "ends": "2026-12-31"}]}))
    said = rehearsed(await bench.call("rehearse", make_entry(Step.REHEARSE)))
    assert said.outcome.startswith("would be posted")


@pytest.mark.parametrize(
    "failure", [NotTheDocument("other content"), peoplesoft.NeedsPerson("never seen")], ids=str
)
async def test_what_would_park_is_said_and_the_rehearsal_goes_on(
    bench: Bench, make_entry: MakeEntry, failure: Exception
) -> None:
    if isinstance(failure, NotTheDocument):
        bench.documents.failure = failure
    else:
        bench.books.failure = failure
    said = rehearsed(await bench.call("rehearse", make_entry(Step.REHEARSE)))
    assert said.outcome.startswith("would wait for a person: ")
    assert str(failure) in said.outcome
    assert (said.fetch_number, said.request_digest) == (1, None)


async def test_a_rehearsal_tells_data_at_fault_from_a_mapping_at_fault(
    bench: Bench, document: dict[str, Any], make_entry: MakeEntry
) -> None:
    bench.documents.invoice = read_document({**document, "grossSum": 1161})
    assert isinstance(await bench.call("rehearse", make_entry(Step.REHEARSE)), Rejected)
    bench.documents.invoice = read_document({**document, "companyCode": "BW99"})
    bench.serve("BW00", "BW99")
    assert isinstance(await bench.call("rehearse", make_entry(Step.REHEARSE)), Stopped)


@pytest.fixture
def known(make_entry: MakeEntry) -> Entry[Any]:
    return make_entry(Step.REVISIT, body={"voucher": KNOWN})


@pytest.mark.parametrize(
    ("shown", "seen"),
    [
        ({"status": "P"}, KNOWN),
        ({"status": "R"}, replace(KNOWN, entry_status="R")),
        ({"status": "P", "payment_hold": True}, replace(KNOWN, payment_hold=True)),
        ({"status": "P", "paid": True}, replace(KNOWN, closed=True)),
        ({"status": "P", "close_status": "C"}, replace(KNOWN, closed=True)),
        ({"status": "X"}, None),
    ],
)
async def test_a_revisit_shows_the_voucher_as_it_stands_and_only_a_deleted_one_as_absent(
    bench: Bench, known: Entry[Any], shown: dict[str, Any], seen: VoucherRef | None
) -> None:
    bench.books.shown = voucher("00000017", **shown)
    assert await bench.call("revisit", known) == Done(value=Revisited(voucher=seen))
    assert bench.books.asked == [{"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000017"}]


async def test_a_voucher_that_is_not_shown_at_all_asks_for_a_person(bench: Bench, known: Entry[Any]) -> None:
    parked = await bench.call("revisit", known)
    assert isinstance(parked, Parked)
    assert "does not show voucher US001/00000017" in parked.reason


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (peoplesoft.RetryLater("away"), Retry),
        (peoplesoft.CredentialsRefused("401"), Stopped),
        (peoplesoft.Rejected("refused"), Parked),
        (peoplesoft.InvalidMessage("too long", property_path="VOUCHER_ID"), Parked),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_nothing_a_revisit_meets_sends_the_invoice_back(
    bench: Bench, known: Entry[Any], failure: PeopleSoftError, kind: type[Outcome]
) -> None:
    bench.books.failure = failure
    assert type(await bench.call("revisit", known)) is kind


async def test_a_revisit_without_a_voucher_is_our_bug(bench: Bench, make_entry: MakeEntry) -> None:
    with pytest.raises(ValueError, match="does not have"):
        await bench.call("revisit", make_entry(Step.REVISIT))
