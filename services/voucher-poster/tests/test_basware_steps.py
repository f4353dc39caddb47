"""Acknowledge, report and confirm against scripted answers, byte by byte."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from ap_domain.invoice_state import InvoiceState, Report, Step
from ap_domain.posting import VoucherRef
from ap_domain.response import external_code
from basware.testing import Canned, StubApi
from chassis.connections import Connection
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, Outcome, Parked, Retry, Stopped
from prometheus_client import REGISTRY
from voucher_poster.adapters.basware_clients import BaswareClients
from voucher_poster.adapters.basware_steps import BaswareSteps
from voucher_poster.core.answers import Acknowledged, Confirmed, Reported

MakeEntry = Callable[..., Entry[InvoiceState]]

INVOICE_ID = "138e7d94997847aebe7432e521b3dac9"
DOCUMENT = f"/v1/accountingDocuments/{INVOICE_ID}"
ACKNOWLEDGE = f"{DOCUMENT}/acknowledge"
RESPONSES = f"{DOCUMENT}/transferResponses"
STATUS = "/v1/requestStatus/req-1"
SEEN = "/v1/requestStatus/acknowledge"
VOUCHER = VoucherRef(business_unit="US001", voucher_id="00000017", entry_status="P")
CODE = external_code(invoice_id=INVOICE_ID, cycle=1, step="transfer", report_number=1)


class Bench:
    def __init__(self, *, stub: StubApi, steps: BaswareSteps, connection: Connection) -> None:
        self.stub = stub
        self._steps = steps
        self._connection = connection

    async def call(self, name: str, entry: Entry[InvoiceState], *, repeat: bool = False) -> Outcome:
        return await self._steps.call(name, entry, self._connection, repeat=repeat)

    def document(self, status: str, **more: Any) -> None:
        self.stub.script(
            "GET",
            DOCUMENT,
            Canned.of_json({"invoiceId": INVOICE_ID, "processingStatus": status, **more}),
        )


@pytest.fixture
async def bench(connection: Connection, clock: Any) -> AsyncIterator[Bench]:
    async with StubApi() as stub, aiohttp.ClientSession() as session:
        here = replace(connection, basware=replace(connection.basware, base_url=stub.url()))
        steps = BaswareSteps(clients=BaswareClients(session=session), clock=clock)
        yield Bench(stub=stub, steps=steps, connection=here)


def reported(
    make_entry: MakeEntry, *, success: bool = True, request_id: str | None = "req-1"
) -> Entry[InvoiceState]:
    report = Report(number=1, success=success, message="Posted.", request_id=request_id)
    body = {"report": report, "reports": 1, "voucher": VOUCHER if success else None}
    return make_entry(Step.CONFIRM, body=body)


async def test_an_acknowledge_carries_the_trace_on(bench: Bench, make_entry: MakeEntry) -> None:
    bench.stub.script("POST", ACKNOWLEDGE, Canned(status=200))
    assert await bench.call("acknowledge", make_entry(Step.ACKNOWLEDGE)) == Done(
        value=Acknowledged(spacing=5.0)
    )
    (request,) = bench.stub.seen("POST", ACKNOWLEDGE)
    assert request.headers["traceparent"].startswith("00-" + "1" * 32)


async def test_an_acknowledge_that_landed_before_counts_as_done(bench: Bench, make_entry: MakeEntry) -> None:
    bench.stub.script("POST", ACKNOWLEDGE, Canned(status=405))
    outcome = await bench.call("acknowledge", make_entry(Step.ACKNOWLEDGE), repeat=True)
    assert isinstance(outcome, Done)


@pytest.mark.parametrize(
    ("status", "words"),
    [("TransferInProgress", "another consumer acknowledged"), ("Transferred", "in status Transferred")],
)
async def test_an_acknowledge_somebody_else_did_asks_for_a_person(
    bench: Bench, make_entry: MakeEntry, status: str, words: str
) -> None:
    bench.stub.script("POST", ACKNOWLEDGE, Canned(status=405))
    bench.document(status)
    outcome = await bench.call("acknowledge", make_entry(Step.ACKNOWLEDGE))
    assert isinstance(outcome, Parked)
    assert words in outcome.reason


async def test_an_acknowledge_somebody_else_did_is_not_ours_when_the_document_cannot_be_read(
    bench: Bench, make_entry: MakeEntry
) -> None:
    bench.stub.script("POST", ACKNOWLEDGE, Canned(status=405))
    bench.stub.script("GET", DOCUMENT, Canned(status=503))
    assert isinstance(await bench.call("acknowledge", make_entry(Step.ACKNOWLEDGE)), Parked)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Canned(status=503), Retry),
        (Canned(drop=True), Retry),
        (Canned(status=404), Parked),
        (Canned(status=400), Parked),
        (Canned(status=401), Stopped),
        (Canned(status=429, headers={"Retry-After": "3"}), Retry),
    ],
    ids=["503", "lost", "404", "400", "401", "429"],
)
@pytest.mark.parametrize("name", ["acknowledge", "report"])
async def test_a_write_that_fails_is_sorted(
    bench: Bench, make_entry: MakeEntry, name: str, answer: Canned, kind: type[Outcome]
) -> None:
    bench.stub.script("POST", ACKNOWLEDGE, answer)
    bench.stub.script("POST", RESPONSES, answer)
    bench.document("TransferInProgress")
    assert type(await bench.call(name, reported(make_entry, request_id=None))) is kind


async def test_a_report_is_the_same_response_however_often_it_is_sent(
    bench: Bench, make_entry: MakeEntry
) -> None:
    stored = Canned.of_json({"externalCode": CODE}, headers={"x-amzn-RequestId": "req-1"})
    bench.stub.script("POST", RESPONSES, stored)
    entry = reported(make_entry, request_id=None)
    for _ in range(2):
        assert await bench.call("report", entry) == Done(value=Reported(request_id="req-1", spacing=5.0))
    first, second = bench.stub.seen("POST", RESPONSES)
    assert first.body == second.body
    assert json.loads(first.body) == {
        "externalCode": CODE,
        "success": True,
        "responseMessage": "Posted.",
        "paymentBlock": False,
        "sourceSystem": "PeopleSoft",
        "voucherNumber1": "00000017",
        "voucherNumber2": "US001",
    }


async def test_a_report_refused_because_it_was_carried_out_before_is_done(
    bench: Bench, make_entry: MakeEntry
) -> None:
    bench.stub.script("POST", RESPONSES, Canned(status=400))
    bench.document("Transferred", transferResponses=[{"externalCode": CODE}])
    assert await bench.call("report", reported(make_entry, request_id=None)) == Done(
        value=Reported(request_id=None, spacing=5.0)
    )


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


async def test_its_requests_for_tokens_are_counted(bench: Bench, make_entry: MakeEntry) -> None:
    def refused() -> float:
        labels = {"connection": "acme", "outcome": "refused"}
        return REGISTRY.get_sample_value("apstream_token_renewals_total", labels) or 0.0

    before = refused()
    bench.stub.script("POST", "/v1/tokens", Canned(status=401))
    await bench.call("acknowledge", make_entry(Step.ACKNOWLEDGE))
    assert refused() == before + 1


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
    [(None, Canned(status=404)), ("req-1", Canned(status=404)), ("req-1", _status("InProgress"))],
    ids=["not stored", "not known", "never done"],
)
async def test_after_a_day_without_an_outcome_a_person_is_told(
    bench: Bench, make_entry: MakeEntry, clock: Any, request_id: str | None, answer: Canned
) -> None:
    entry = reported(make_entry, request_id=request_id)
    bench.stub.script("GET", STATUS, answer)
    bench.document("TransferInProgress")
    clock.instant += timedelta(hours=23, minutes=59)
    assert isinstance(await bench.call("confirm", entry), Retry)
    clock.instant += timedelta(minutes=2)
    outcome = await bench.call("confirm", entry)
    assert isinstance(outcome, Parked)
    assert "within 24 h" in outcome.reason
    bench.document("Transferred", transferResponses=[{"externalCode": CODE}])
    assert await bench.call("confirm", entry) == Done(value=Confirmed())
