"""What a look read, mapped and built is not made again for the create that follows it, unless it would differ."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ap_domain.invoice_state import Step
from ap_domain.posting_calendar import read_calendar
from chassis.ledger.outcomes import Done
from voucher_poster.adapters.document_source import NotReadableNow
from voucher_poster.adapters.posting_request import PostingRequest
from voucher_poster.adapters.prepared_requests import MOST, MOST_LINES, Basis, PreparedRequests
from voucher_poster.core.documents import nowhere

from .site_bench import Bench, MakeEntry, site_shape

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
SHAPE = site_shape()


async def test_a_create_sends_what_its_look_made_without_reading_the_document_again(bench: Bench) -> None:
    entry = await bench.started()
    bench.documents.failure = NotReadableNow("Kafka is away")
    assert isinstance(await bench.call("create", entry), Done)
    assert len(bench.books.sent) == 1


async def test_a_look_always_reads_the_document(bench: Bench, make_entry: MakeEntry) -> None:
    await bench.looked()
    bench.documents.failure = NotReadableNow("Kafka is away")
    assert not isinstance(await bench.call("look", make_entry(Step.POST)), Done)


@pytest.mark.parametrize("changed", ["connection", "day", "document"])
async def test_a_create_reads_the_document_where_anything_changed_since_its_look(
    bench: Bench, clock: Any, changed: str
) -> None:
    bench.set(calendar=read_calendar({"time_zone": "UTC"}))
    entry = await bench.started()
    bench.documents.failure = NotReadableNow("Kafka is away")
    match changed:
        case "connection":
            bench.connection = replace(bench.connection, version=bench.connection.version + 1)
        case "day":
            clock.instant += timedelta(days=1)
        case _:
            newer = replace(entry.body.document, fetch_number=entry.body.document.fetch_number + 1)
            entry = replace(entry, body=replace(entry.body, document=newer))
    assert not isinstance(await bench.call("create", entry), Done)
    assert bench.books.sent == []


def basis(**changes: Any) -> Basis:
    return replace(Basis(document=nowhere(at=NOON), version=1, day=NOON.date(), shape=SHAPE), **changes)


def request(lines: int = 1) -> PostingRequest:
    made: Any = {"VOUCHER_LINE": [{"DESCR": "d"}] * lines}
    intent: Any = None
    return PostingRequest(properties=made, intent=intent, payment_hold=False)


def test_a_wsdl_that_was_read_anew_is_another() -> None:
    prepared, made = PreparedRequests(), request()
    prepared.keep("acme/1", basis(), made)
    assert prepared.take("acme/1", basis(shape=site_shape())) is None
    assert prepared.take("acme/1", basis()) is None, "what was made of something else is no use any more"
    prepared.keep("acme/1", basis(), made)
    assert prepared.take("acme/1", basis()) is made
    assert prepared.take("acme/1", basis()) is None


def test_only_the_latest_are_kept_and_none_that_is_large() -> None:
    prepared = PreparedRequests()
    for number in range(MOST + 1):
        prepared.keep(f"acme/{number}", basis(), request())
    assert prepared.take("acme/0", basis()) is None
    assert prepared.take("acme/1", basis()) is not None
    prepared.keep("acme/2", basis(), request(MOST_LINES + 1))
    assert prepared.take("acme/2", basis()) is None, "nor what was kept of it before"
