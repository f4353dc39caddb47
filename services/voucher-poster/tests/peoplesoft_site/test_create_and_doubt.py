"""Look, create, settle and verify, with a site that holds what a test puts there."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import peoplesoft
import pytest
from ap_domain.approved_invoice import read_document
from ap_domain.invoice_state import LateSearch, Step
from ap_domain.posting import VoucherRef
from chassis.ledger.entry import Phase
from chassis.ledger.outcomes import (
    Done,
    InDoubt,
    NotSent,
    Outcome,
    Parked,
    Rejected,
    Retry,
    Sighted,
    Stopped,
)
from chassis.ledger.ports import NotSentError
from peoplesoft import PeopleSoftError
from voucher_poster.adapters.document_source import NotReadableNow, NotTheDocument
from voucher_poster.core.answers import Created, SearchedAgain

from .site_bench import Bench, MakeEntry, voucher


async def test_a_look_writes_down_what_would_be_sent_and_asks_for_the_natural_key(bench: Bench) -> None:
    looked = await bench.looked()
    assert bench.books.asked == [
        {"BUSINESS_UNIT": "US001", "VENDOR_ID": "0000430022", "INVOICE_ID": "80000330200233"}
    ]
    assert looked.settle_seconds == 60
    assert looked.asked_at == bench.clock.now()
    assert (looked.same, looked.different) == ((), ())
    assert len(looked.intent.request_digest) == 64
    assert looked.intent == (await bench.looked()).intent


async def test_a_look_says_what_the_voucher_will_not_say_as_the_document_does(
    bench: Bench, document: dict[str, Any]
) -> None:
    assert (await bench.looked()).notes == ()
    bench.documents.invoice = read_document({**document, "description": "rent of the northern hall " * 20})
    (note,) = (await bench.looked()).notes
    assert "shortened" in note


async def test_a_look_tells_the_same_invoice_from_another_and_passes_over_deleted_ones(bench: Bench) -> None:
    bench.books.found = [
        voucher("1"),
        voucher("2", supplier="0000000001"),
        voucher("3", status="X"),
        voucher("4", status="R"),
    ]
    looked = await bench.looked()
    assert [each.voucher_id for each in looked.same] == ["1", "4"]
    assert [each.voucher_id for each in looked.different] == ["2"]
    assert [each.voucher_id for each in looked.deleted] == ["3"]


@pytest.mark.parametrize(
    ("shown", "closed"),
    [({}, False), ({"close_status": "C"}, True), ({"paid": True}, True), ({"paid": False}, False)],
)
async def test_a_look_shows_what_is_closed_or_paid(bench: Bench, shown: dict[str, Any], closed: bool) -> None:
    bench.books.found = [voucher("1", **shown)]
    assert [each.closed for each in (await bench.looked()).same] == [closed]


async def test_a_create_sends_what_was_started_and_brings_the_number(bench: Bench) -> None:
    outcome = await bench.call("create", await bench.started())
    assert outcome == Done(
        value=Created(
            voucher=VoucherRef(business_unit="US001", voucher_id="00000017", entry_status="R"), warnings=()
        )
    )
    assert [each["INVOICE_ID"] for each in bench.books.sent] == ["80000330200233"]


@pytest.mark.parametrize("hold", [True, False, None])
async def test_a_created_voucher_shows_the_hold_it_was_read_back_with(
    bench: Bench, hold: bool | None
) -> None:
    entry = await bench.started()
    bench.books.created = replace(bench.books.created, read_back=voucher("00000017", payment_hold=hold))
    outcome = await bench.call("create", entry)
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Created)
    assert outcome.value.voucher.payment_hold is hold


async def test_a_create_that_would_send_something_else_is_not_sent(
    bench: Bench, document: dict[str, Any]
) -> None:
    """As a changed mapping, or a corrected WSDL, would have it."""
    entry = await bench.started()
    bench.connection = replace(bench.connection, version=bench.connection.version + 1)
    bench.documents.invoice = read_document({**document, "invoiceNumber": "another"})
    assert isinstance(await bench.call("create", entry), NotSent)
    assert bench.books.sent == []


async def test_the_gate_has_the_last_word_before_a_create(bench: Bench) -> None:
    entry = await bench.started()
    bench.gate_closed = True
    with pytest.raises(NotSentError):
        await bench.call("create", entry)
    assert bench.books.sent == []


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (peoplesoft.OutcomeUnknown("no answer in time"), InDoubt),
        (peoplesoft.Rejected("refused"), Rejected),
        (peoplesoft.RetryLater("not reached"), Retry),
        (peoplesoft.CredentialsRefused("401"), Stopped),
        (peoplesoft.NeedsPerson("what is this"), Parked),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_a_create_that_fails_is_sorted_by_what_it_proves(
    bench: Bench, failure: PeopleSoftError, kind: type[Outcome]
) -> None:
    entry = await bench.started()
    bench.books.failure = failure
    assert type(await bench.call("create", entry)) is kind


@pytest.mark.parametrize(("number", "kind"), [(1, Retry), (19, Retry), (20, Parked)])
async def test_creates_that_get_no_answer_of_peoplesofts_ask_for_a_person_in_the_end(
    bench: Bench, number: int, kind: type[Outcome]
) -> None:
    """However well the looks between them go."""
    entry = await bench.started()
    assert entry.started is not None
    bench.books.failure = peoplesoft.ProtocolError("a page instead of an answer")
    again = replace(entry, started=replace(entry.started, number=number))
    assert type(await bench.call("create", again)) is kind


async def test_doubt_is_settled_by_what_was_written_down_not_by_mapping_again(bench: Bench) -> None:
    entry = await bench.started(Phase.IN_DOUBT)
    bench.documents.failure = NotTheDocument("must not be read")
    bench.books.asked.clear()
    bench.books.found = [voucher("1"), voucher("2", supplier="0000000001")]
    sighted = await bench.call("settle", entry)
    assert isinstance(sighted, Sighted)
    assert [each.voucher_id for each in sighted.same if isinstance(each, VoucherRef)] == ["1"]
    assert len(sighted.different) == 1
    assert bench.books.asked[0]["INVOICE_ID"] == "80000330200233"


async def test_a_deleted_voucher_after_a_lost_answer_asks_for_a_person(bench: Bench) -> None:
    entry = await bench.started(Phase.IN_DOUBT)
    bench.books.found = [voucher("1", status="X")]
    parked = await bench.call("settle", entry)
    assert isinstance(parked, Parked)
    assert "deleted" in parked.reason


async def test_a_voucher_that_was_deleted_before_the_create_says_nothing_about_it(bench: Bench) -> None:
    entry = await bench.started(Phase.IN_DOUBT)
    intent = entry.body.intent
    assert intent is not None
    known = replace(entry, body=replace(entry.body, intent=replace(intent, known=("1",))))
    bench.books.found = [voucher("1", status="X")]
    assert await bench.call("settle", known) == Sighted()
    bench.books.found = [voucher("1", status="X"), voucher("2", status="X")]
    parked = await bench.call("settle", known)
    assert isinstance(parked, Parked)
    assert "(2)" in parked.reason


async def test_what_creates_that_did_not_happen_may_have_made_is_searched_for_by_all_they_sent(
    bench: Bench,
) -> None:
    """Each number, and only what shows the values that were sent under it and was not known before."""
    entry = await bench.started(Phase.IN_DOUBT)
    intent = entry.body.intent
    assert intent is not None
    other = replace(intent, natural_key=replace(intent.natural_key, invoice_id="81"), known=("3",))
    due = datetime(2026, 11, 22, 12, tzinfo=UTC)
    late = LateSearch(due=due, intents=(intent, other))
    bench.books.asked.clear()
    bench.books.found = [voucher("1"), voucher("2", supplier="0000000001"), voucher("4", status="X")]
    answer = await bench.call("search_again", replace(entry, body=replace(entry.body, late=late)))
    assert isinstance(answer, Done)
    assert isinstance(answer.value, SearchedAgain)
    assert (answer.value.due, [each.voucher_id for each in answer.value.vouchers]) == (due, ["1"])
    assert [each["INVOICE_ID"] for each in bench.books.asked] == [intent.natural_key.invoice_id, "81"]


@pytest.mark.parametrize("name", ["settle", "verify"])
async def test_nothing_met_after_the_send_sends_the_invoice_back(bench: Bench, name: str) -> None:
    entry = await bench.started(Phase.IN_DOUBT)
    bench.books.failure = peoplesoft.InvalidMessage("too long", property_path="INVOICE_ID")
    assert isinstance(await bench.call(name, entry), Parked)


async def test_data_at_fault_go_back_to_the_clerk_and_the_mapping_stops_the_flow(
    bench: Bench, document: dict[str, Any], make_entry: MakeEntry
) -> None:
    bench.documents.invoice = read_document({**document, "grossSum": 1161})
    rejected = await bench.call("look", make_entry(Step.POST))
    assert isinstance(rejected, Rejected)
    assert "grossSum is 1161" in rejected.reason
    bench.documents.invoice = read_document({**document, "companyCode": "BW99"})
    bench.serve("BW00", "BW99")
    assert await bench.call("look", make_entry(Step.POST)) == Stopped(
        reason="the mapping of the connection needs correction: business_units: company BW99 of invoice "
        "138e7d94997847aebe7432e521b3dac9 is not listed",
        connection_version=7,
    )


async def test_a_match_rule_that_cannot_be_followed_stops_the_flow(
    bench: Bench, make_entry: MakeEntry
) -> None:
    bench.set(match=("COLOUR",))
    assert isinstance(await bench.call("look", make_entry(Step.POST)), Stopped)


@pytest.mark.parametrize(
    ("failure", "kind"), [(NotReadableNow("Kafka is away"), Retry), (NotTheDocument("other content"), Parked)]
)
async def test_a_document_that_cannot_be_had_waits_or_asks_for_a_person(
    bench: Bench, make_entry: MakeEntry, failure: Exception, kind: type[Outcome]
) -> None:
    bench.documents.failure = failure
    assert type(await bench.call("look", make_entry(Step.POST))) is kind
