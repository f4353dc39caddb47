"""What became of a report: by the status of its request, or by the document itself."""

from datetime import timedelta
from typing import Any

import pytest
from basware.testing import Canned
from chassis.ledger.outcomes import Done, Parked, Retry
from voucher_poster.core.answers import Confirmed, Forgotten

from .api_bench import CODE, SEEN, STATUS, Bench, MakeEntry, reported


def _status(state: str, *items: dict[str, Any]) -> Canned:
    systems = [{"system": "P2P", "systemStatus": state, "items": list(items)}]
    return Canned.of_json({"requestId": "req-1", "requestStatus": state, "systems": systems})


@pytest.mark.parametrize("state", ["Success", "AcknowledgedSuccess"])
async def test_a_report_carried_out_is_confirmed_and_marked_as_seen(
    bench: Bench, make_entry: MakeEntry, state: str
) -> None:
    bench.stub.script("GET", STATUS, _status(state, {"externalCode": CODE, "status": "Success"}))
    bench.stub.script("POST", SEEN, Canned(status=500))
    assert await bench.call("confirm", reported(make_entry)) == Done(value=Confirmed())
    assert len(bench.stub.seen("POST", SEEN)) == (1 if state == "Success" else 0)


@pytest.mark.parametrize("state", ["Error", "Success"])
@pytest.mark.parametrize("item", ["Error", "RecordExpired", "NotProcessed", "Unpublished", "Later"])
async def test_an_item_that_was_not_carried_out_keeps_baswares_words(
    bench: Bench, make_entry: MakeEntry, state: str, item: str
) -> None:
    errors = [{"type": "Validation", "message": "Unknown voucher"}]
    bench.stub.script("GET", STATUS, _status(state, {"externalCode": CODE, "status": item, "errors": errors}))
    bench.document("TransferInProgress")
    outcome = await bench.call("confirm", reported(make_entry))
    assert outcome == Done(value=Confirmed(problem="Validation: Unknown voucher"))


async def test_the_documents_status_outweighs_what_an_item_says(bench: Bench, make_entry: MakeEntry) -> None:
    overtaken = {"externalCode": CODE, "status": "RecordExpired", "errors": []}
    bench.stub.script("GET", STATUS, _status("Error", overtaken))
    bench.document("Transferred", transferResponses=[{"externalCode": CODE}])
    assert await bench.call("confirm", reported(make_entry)) == Done(value=Confirmed())


async def test_a_report_under_way_is_asked_for_again_ever_more_slowly(
    bench: Bench, make_entry: MakeEntry, clock: Any
) -> None:
    bench.stub.script("GET", STATUS, _status("InProgress"))
    waits = []
    for waited in (0, 30, 3600):
        clock.instant += timedelta(seconds=waited)
        outcome = await bench.call("confirm", reported(make_entry))
        assert isinstance(outcome, Retry)
        assert not outcome.blame
        waits.append(outcome.after)
    assert waits == [1.0, 3.0, 60.0]


@pytest.mark.parametrize(
    ("success", "document", "confirmed"),
    [
        (True, {"status": "Transferred", "voucherNumber1": "00000017"}, Confirmed()),
        (True, {"status": "Paid", "voucherNumber1": "00000017"}, Confirmed()),
        (False, {"status": "TransferFailed"}, Confirmed()),
        (True, {"status": "TransferInProgress"}, None),
        (
            True,
            {"status": "Transferred", "voucherNumber1": "4711"},
            Confirmed(problem="the invoice is Transferred with voucher 4711, reported was 00000017"),
        ),
        (
            False,
            {"status": "Transferred"},
            Confirmed(problem="the invoice is Transferred, although its transfer was reported as failed"),
        ),
    ],
)
async def test_without_a_request_id_the_documents_own_status_decides(
    bench: Bench,
    make_entry: MakeEntry,
    success: bool,
    document: dict[str, Any],
    confirmed: Confirmed | None,
) -> None:
    bench.document(**document)
    outcome = await bench.call("confirm", reported(make_entry, success=success, request_id=None))
    if confirmed is None:
        assert isinstance(outcome, Retry)
    else:
        assert outcome == Done(value=confirmed)


async def test_a_request_basware_does_not_know_for_a_minute_is_looked_up_in_the_document(
    bench: Bench, make_entry: MakeEntry, clock: Any
) -> None:
    bench.stub.script("GET", STATUS, Canned(status=404))
    bench.document("Transferred", voucherNumber1="00000017")
    assert isinstance(await bench.call("confirm", reported(make_entry)), Retry)
    clock.instant += timedelta(seconds=61)
    assert await bench.call("confirm", reported(make_entry)) == Done(value=Confirmed())


@pytest.mark.parametrize("request_id", [None, "req-1"])
async def test_a_return_after_which_the_invoice_is_offered_again_was_carried_out(
    bench: Bench, make_entry: MakeEntry, clock: Any, request_id: str | None
) -> None:
    """The clerk corrected it before anybody asked; our response in the document is the proof."""
    entry = reported(make_entry, success=False, request_id=request_id)
    bench.stub.script("GET", STATUS, Canned(status=404))
    bench.document("WaitingForTransfer", transferResponses=[{"externalCode": CODE, "success": False}])
    clock.instant += timedelta(seconds=61)
    assert await bench.call("confirm", entry) == Done(value=Confirmed())


@pytest.mark.parametrize(
    ("success", "status", "code"),
    [
        (False, "WaitingForTransfer", "another report's"),
        (False, "TransferInProgress", CODE),
        (True, "WaitingForTransfer", CODE),
    ],
)
async def test_offered_without_our_response_in_progress_or_after_a_success_nothing_is_proven(
    bench: Bench, make_entry: MakeEntry, *, success: bool, status: str, code: str
) -> None:
    bench.document(status, transferResponses=[{"externalCode": code}])
    entry = reported(make_entry, success=success, request_id=None)
    assert isinstance(await bench.call("confirm", entry), Retry)


@pytest.mark.parametrize(
    ("request_id", "answer"),
    [(None, Canned(status=404)), ("req-1", Canned(status=404))],
    ids=["no request", "not known"],
)
async def test_what_basware_stored_and_forgot_is_to_be_sent_again(
    bench: Bench, make_entry: MakeEntry, clock: Any, request_id: str | None, answer: Canned
) -> None:
    """Not at once, not where the document shows the response, and only while Basware waits for one."""
    entry = reported(make_entry, request_id=request_id)
    bench.stub.script("GET", STATUS, answer)
    bench.document("TransferInProgress")
    clock.instant += timedelta(minutes=4)
    assert isinstance(await bench.call("confirm", entry), Retry)
    clock.instant += timedelta(minutes=2)
    assert await bench.call("confirm", entry) == Done(value=Forgotten(number=1))
    bench.document("TransferInProgress", transferResponses=[{"externalCode": CODE}])
    assert isinstance(await bench.call("confirm", entry), Retry)
    bench.document("WaitingForTransfer")
    assert isinstance(await bench.call("confirm", entry), Retry)


@pytest.mark.parametrize(
    ("request_id", "answer", "kept"),
    [
        (None, Canned(status=404), True),
        ("req-1", Canned(status=404), True),
        ("req-1", _status("InProgress"), True),
        ("req-1", _status("InProgress"), False),
    ],
)
async def test_after_a_day_without_an_outcome_a_person_is_told(
    bench: Bench, make_entry: MakeEntry, clock: Any, *, request_id: str | None, answer: Canned, kept: bool
) -> None:
    entry = reported(make_entry, request_id=request_id)
    bench.stub.script("GET", STATUS, answer)
    bench.document("TransferInProgress", transferResponses=[{"externalCode": CODE}] if kept else [])
    clock.instant += timedelta(hours=23, minutes=59)
    assert isinstance(await bench.call("confirm", entry), Retry)
    clock.instant += timedelta(minutes=2)
    outcome = await bench.call("confirm", entry)
    assert isinstance(outcome, Parked)
    assert "within 24 h" in outcome.reason
    bench.document("Transferred", transferResponses=[{"externalCode": CODE}])
    assert await bench.call("confirm", entry) == Done(value=Confirmed())
