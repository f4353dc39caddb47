"""Acknowledge and report."""

import json

import pytest
from ap_domain.invoice_state import Step
from basware.testing import Canned
from chassis.ledger.outcomes import Done, Outcome, Parked, Retry, Stopped
from prometheus_client import REGISTRY
from voucher_poster.core.answers import Acknowledged, Reported

from .api_bench import ACKNOWLEDGE, CODE, DOCUMENT, RESPONSES, Bench, MakeEntry, reported


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


async def test_its_requests_for_tokens_are_counted(bench: Bench, make_entry: MakeEntry) -> None:
    def refused() -> float:
        labels = {"connection": "acme", "outcome": "refused"}
        return REGISTRY.get_sample_value("apstream_token_renewals_total", labels) or 0.0

    before = refused()
    bench.stub.script("POST", "/v1/tokens", Canned(status=401))
    await bench.call("acknowledge", make_entry(Step.ACKNOWLEDGE))
    assert refused() == before + 1
