"""Fetching: what comes back is typed, kept byte for byte, handed over, or parked with the field that is at fault."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from basware import Limits
from basware.testing import Canned
from chassis.ledger.outcomes import Done, Outcome, Parked, Retry, Stopped
from ingress.documents.adapters import basware_clients
from ingress.documents.core.answers import Fetched, Missing
from prometheus_client import REGISTRY

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
INVOICE_ID = "138e7d94997847aebe7432e521b3dac9"
PATH = f"/v1/accountingDocuments/{INVOICE_ID}"


async def test_a_document_keeps_its_bytes_and_its_essentials_are_typed(
    bench: Any, document: dict[str, Any]
) -> None:
    raw = bench.answers(document)
    outcome = await bench.fetch()
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Fetched)
    fetched = outcome.value.document
    assert fetched.raw == raw
    assert fetched.content_digest == hashlib.sha256(raw).hexdigest()
    assert (fetched.connection_id, fetched.fetch_number, fetched.fetched_at) == ("acme", 0, NOW)
    assert (fetched.company_code, fetched.supplier_code, fetched.gross_sum) == (
        "BW00",
        "430022",
        Decimal(1160),
    )
    assert fetched.last_updated == datetime(2026, 6, 6, 10, 0, 0, 123_000, tzinfo=UTC)
    assert fetched.batch_id == "batch-1"
    (request,) = bench.stub.seen("GET", PATH)
    assert request.headers["traceparent"].startswith("00-" + "1" * 32)


async def test_dates_nobody_can_read_do_not_stop_a_document(bench: Any, document: dict[str, Any]) -> None:
    bench.answers({**document, "invoiceDate": '"2023-05-23"', "lastUpdated": "yesterday"})
    outcome = await bench.fetch()
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Fetched)
    assert outcome.value.document.invoice_date is None
    assert outcome.value.document.last_updated is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"companyCode": None}, "companyCode"),
        ({"processingStatus": ""}, "processingStatus"),
        ({"paymentBlock": "no"}, "paymentBlock"),
        ({"grossSum": 10**30}, "grossSum"),
        ({"netSum": "1e-20"}, "netSum"),
        ({"transferParameters": [{"key": "InvoiceBatchId", "value": "\ud800"}]}, "AccountingDocument"),
        ({"invoiceNumber": "\ud800"}, "invoiceNumber"),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
async def test_a_fault_in_an_essential_parks_and_names_the_field(
    bench: Any, document: dict[str, Any], change: dict[str, Any], named: str
) -> None:
    bench.answers({**document, **change})
    outcome = await bench.fetch()
    assert isinstance(outcome, Parked)
    assert named in outcome.reason
    assert outcome.reason.encode()


async def test_a_document_larger_than_a_record_parks_with_the_cause(
    bench: Any, document: dict[str, Any]
) -> None:
    bench.answers({**document, "attachments": ["x" * (10 * 1024 * 1024)]})
    outcome = await bench.fetch()
    assert isinstance(outcome, Parked)
    assert "at most" in outcome.reason


@pytest.mark.parametrize(
    ("answer", "attempts", "kind"),
    [
        (Canned(status=503), 0, Retry),
        (Canned(drop=True), 0, Retry),
        (Canned(status=429, headers={"Retry-After": "9"}), 0, Retry),
        (Canned(status=401), 0, Stopped),
        (Canned(body=b"<html>sign on</html>"), 0, Retry),
        (Canned(body=b"<html>sign on</html>"), 19, Parked),
        (Canned(status=400), 0, Parked),
    ],
    ids=["503", "lost", "429", "401", "html", "html for the 20th time", "400"],
)
async def test_a_fetch_that_fails_is_sorted(
    bench: Any, answer: Canned, attempts: int, kind: type[Outcome]
) -> None:
    bench.stub.script("GET", PATH, answer)
    outcome = await bench.fetch(attempts=attempts)
    assert type(outcome) is kind
    if isinstance(outcome, Retry) and answer.status == 429:
        assert (outcome.after, outcome.lane) == (9.0, True)
    if isinstance(outcome, Stopped):
        assert outcome.connection_version == 3


async def test_an_id_basware_does_not_know_is_told_as_missing(bench: Any) -> None:
    bench.stub.script("GET", PATH, Canned(status=404))
    outcome = await bench.fetch()
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Missing)


async def test_without_a_usable_connection_the_fetch_waits(bench: Any) -> None:
    bench.directory.known.clear()
    outcome = await bench.fetch()
    assert isinstance(outcome, Retry)
    assert not outcome.blame
    assert not await bench.caller.probe("acme", "basware")


async def test_a_canary_whose_credentials_are_refused_stops_the_flow_again(bench: Any) -> None:
    bench.stub.script("POST", "/v1/tokens", Canned(status=401))
    assert not await bench.caller.probe("acme", "basware")
    ((connection_id, stop),) = bench.flows.stops
    assert (connection_id, stop.flow, stop.connection_version) == ("acme", "basware", 3)
    bench.directory.known["acme"] = replace(bench.acme, version=4)
    bench.stub.script("POST", "/v1/tokens", Canned(status=503))
    assert not await bench.caller.probe("acme", "basware")
    assert len(bench.flows.stops) == 1


async def test_every_byte_of_a_document_is_kept_whoever_knows_its_fields(bench: Any) -> None:
    raw = (
        b'{ "invoiceId" : "138e7d94997847aebe7432e521b3dac9",\n\t"processingStatus":"WaitingForTransfer",'
        b'"companyCode":"BW00","supplierCode":"430022","paymentBlock":false,"currencyCode":"EUR",'
        b'"grossSum":1160.00,"taxPercent1":2.5e1,"n\\u0061me":"\\u00e4 \xc3\xa4 \\ud83d\\ude00",'
        b'"fieldOfNextYear":{"deep":[1,null,{"x":0.10}]},"text60":"  blanks  ","numeric30":1E-7,"empty":""}'
    )
    bench.answers(b'{"accountingDocuments": [ ' + raw + b" ]}")
    outcome = await bench.fetch()
    assert isinstance(outcome.value, Fetched)
    fetched = outcome.value.document
    assert fetched.raw == raw
    assert fetched.content_digest == hashlib.sha256(raw).hexdigest()
    assert fetched.gross_sum == Decimal("1160.00")
    assert fetched.invoice_number is None


@pytest.mark.parametrize(("mode", "shadow"), [("live", False), ("shadow", True)])
async def test_a_document_says_whether_its_connection_only_rehearses(
    bench: Any, document: dict[str, Any], mode: str, shadow: bool
) -> None:
    bench.directory.known["acme"] = replace(bench.acme, mode=mode)
    bench.answers(document)
    assert (await bench.fetch()).value.document.shadow is shadow


async def test_an_answer_longer_than_can_be_read_parks_at_once_and_names_the_limit(
    bench: Any, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basware_clients, "LIMITS", Limits(document_bytes=5000))
    bench.answers({**document, "text1": "x" * 6000})
    outcome = await bench.fetch()
    assert isinstance(outcome, Parked)
    assert INVOICE_ID in outcome.reason
    assert "5000" in outcome.reason


async def test_a_document_that_is_too_large_names_its_size_and_the_limit(
    bench: Any, document: dict[str, Any]
) -> None:
    bench.answers({**document, "text1": "x" * (10 * 1024 * 1024)})
    outcome = await bench.fetch()
    assert isinstance(outcome, Parked)
    size, limit = (int(word) for word in outcome.reason.split() if word.isdigit())
    assert size > limit > 10_000_000


@pytest.mark.parametrize(
    "changes",
    [{"invoiceId": "another"}, {"invoiceId": None}, {"invoiceId": INVOICE_ID.upper()}],
    ids=["another", "none", "other case"],
)
async def test_the_document_of_another_invoice_is_not_taken_for_this_one(
    bench: Any, document: dict[str, Any], changes: dict[str, Any]
) -> None:
    bench.answers({**document, **changes})
    assert isinstance(await bench.fetch(), Retry)
    assert isinstance(await bench.fetch(attempts=19), Parked)
    assert bench.kafka.published == []


async def test_its_requests_for_tokens_are_counted(bench: Any, document: dict[str, Any]) -> None:
    def renewed(outcome: str) -> float:
        labels = {"connection": "acme", "outcome": outcome}
        return REGISTRY.get_sample_value("apstream_token_renewals_total", labels) or 0.0

    bench.answers(document)
    before = renewed("renewed")
    await bench.fetch()
    await bench.fetch()
    assert renewed("renewed") == before + 1
