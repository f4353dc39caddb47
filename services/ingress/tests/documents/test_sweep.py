"""A sweep's turn: what it lists, whom it tells, and what it does when Basware or Kafka will not."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ap_domain.desired_state import FlowState
from ap_domain.fetch_state import FetchState
from ap_domain.notification import Notification, NotificationSource
from basware.testing import Canned
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Input
from chassis.ledger.outcomes import Done
from ingress.documents.adapters.sweep import Outcome
from ingress.documents.core.answers import Fetched
from ingress.documents.core.machine import DocumentMachine
from prometheus_client import REGISTRY

NONE = Canned(status=404)
TOKEN = "x-amz-meta-continuationtoken"
Entries = dict[str, Entry[FetchState]]


def page(*documents: dict[str, Any], token: str | None = None) -> Canned:
    return Canned.of_json({"accountingDocuments": documents}, headers={TOKEN: token} if token else None)


async def swept(bench: Any, entries: Entries | None = None, connection: Any = None) -> list[Notification]:
    """What one turn told."""
    before = len(bench.kafka.published)
    await bench.sweep.turn(connection or bench.acme, (entries or {}).get)
    return [notification for notification, _ in bench.kafka.published[before:]]


def counted(name: str, **labels: str) -> Callable[[], float]:
    """How much a counter of connection acme grew since."""

    def value() -> float:
        return REGISTRY.get_sample_value(f"apstream_{name}_total", {"connection": "acme", **labels}) or 0.0

    before = value()
    return lambda: value() - before


async def ledger_after(
    bench: Any, notification: Notification, document: dict[str, Any], before: Entries | None = None
) -> Entries:
    """The ledger once the fetch that a notification caused has brought the document."""
    machine = DocumentMachine()
    record = Input(topic="n", partition=2, offset=0, key="k", connection_id="acme", payload=notification)
    entry = machine.received((before or {}).get(document["invoiceId"]), record, now=bench.clock.now()).entry
    assert entry is not None
    bench.answers(document)
    outcome = await bench.fetch()
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, Fetched)
    after = machine.succeeded(entry, outcome.value, now=bench.clock.now(), others=lambda _: ()).entry
    assert after is not None
    return {document["invoiceId"]: after}


async def test_a_document_nobody_told_of_is_told_at_the_connections_shard(
    bench: Any, document: dict[str, Any]
) -> None:
    missed, complete = counted("sweep_missed"), counted("sweeps", outcome="complete")
    bench.lists(page(document), NONE)
    (told,) = await swept(bench)
    assert (told.connection_id, told.document_id) == ("acme", document["invoiceId"])
    assert (told.source, told.task_type, told.body) == (NotificationSource.SWEEP, "AccountingDocuments", b"")
    assert told.task_sub_type == "WaitingForTransfer"
    assert [partition for _, partition in bench.kafka.published] == [2]
    assert (missed(), complete()) == (1, 1)
    last = REGISTRY.get_sample_value("apstream_sweep_complete_timestamp_seconds", {"connection": "acme"})
    assert last == bench.clock.now().timestamp()


async def test_what_changed_a_moment_ago_is_left_to_its_webhook_until_the_next_turn(
    bench: Any, document: dict[str, Any]
) -> None:
    missed = counted("sweep_missed")
    bench.lists(page({**document, "lastUpdated": bench.clock.now().isoformat()}), NONE)
    assert await swept(bench) == []
    assert missed() == 0


async def test_both_statuses_are_listed_for_each_company_of_the_connection(bench: Any) -> None:
    bench.lists(NONE)
    acme = replace(bench.acme, basware=replace(bench.acme.basware, company_codes=("BW00", "BW01")))
    assert await swept(bench, connection=acme) == []
    assert [sorted(query.split("&")) for query in bench.listed()] == [
        ["ProcessingStatus=" + status, "companyCode=" + company, "pageSize=100"]
        for company in ("BW00", "BW01")
        for status in ("WaitingForTransfer", "TransferInProgress")
    ]


async def test_what_was_fetched_as_it_is_listed_is_not_told_again(
    bench: Any, document: dict[str, Any]
) -> None:
    bench.lists(page(document), NONE)
    (told,) = await swept(bench)
    entries = await ledger_after(bench, told, document)
    bench.lists(page(document), NONE)
    assert await swept(bench, entries) == []
    changed = {**document, "processingStatus": "TransferInProgress"}
    bench.lists(NONE, page(changed))
    assert [each.task_sub_type for each in await swept(bench, entries)] == ["TransferInProgress"]


LISTED_OTHERWISE = [
    pytest.param({}, 0, id="in other bytes"),
    pytest.param({"description": None, "attachments": []}, 0, id="with empty fields"),
    pytest.param({"invoiceImageToken": "another"}, 0, id="with another image token"),
    pytest.param({"description": "left out by the single answer"}, 3, id="with other content"),
]


@pytest.mark.parametrize(("otherwise", "told"), LISTED_OTHERWISE)
async def test_a_document_that_lists_write_otherwise_is_not_told_for_ever_nor_counted_as_missed(
    bench: Any, document: dict[str, Any], otherwise: dict[str, Any], told: int
) -> None:
    missed = counted("sweep_missed")
    listed = {**dict(reversed(document.items())), "grossSum": 1160.00, **otherwise}
    webhook = Notification(
        connection_id="acme", task_id="t1", document_id=document["invoiceId"], task_type="AccountingDocuments",
        task_status="New", received_at=bench.clock.now(), source=NotificationSource.WEBHOOK, body=b"",
    )  # fmt: skip
    entries = await ledger_after(bench, webhook, document)
    for _ in range(6):
        bench.lists(Canned(body=json.dumps({"accountingDocuments": [listed]}, indent=1).encode()), NONE)
        for notification in await swept(bench, entries):
            entries = await ledger_after(bench, notification, document, entries)
    assert len(bench.kafka.published) == told
    assert missed() == 0
    (entry,) = entries.values()
    assert (entry.phase, entry.body.fetch_number) == (Phase.FINAL, 1)


async def test_the_same_finding_is_the_same_task_and_another_state_another(
    bench: Any, document: dict[str, Any]
) -> None:
    tasks = []
    for listed in (document, document, {**document, "lastUpdated": "2026-06-07T10:00:00Z"}):
        bench.lists(page(listed), NONE)
        tasks += [each.task_id for each in await swept(bench)]
    assert tasks[0] == tasks[1] != tasks[2]


async def test_every_page_is_read_and_a_document_with_faults_is_told_too(
    bench: Any, document: dict[str, Any]
) -> None:
    faulty = {
        **document,
        "invoiceId": "faulty",
        "processingStatus": 7,
        "grossSum": "many",
        "companyCode": None,
    }
    bench.lists(page(document, token="next"), page(faulty), NONE)
    assert {each.document_id for each in await swept(bench)} == {document["invoiceId"], "faulty"}


async def test_what_somebody_else_acknowledged_is_counted(bench: Any, document: dict[str, Any]) -> None:
    taken = counted("sweep_taken_by_others")
    bench.lists(NONE, page({**document, "processingStatus": "TransferInProgress"}))
    assert len(await swept(bench)) == 1
    assert taken() == 1


async def test_in_shadow_mode_what_somebody_else_acknowledged_is_not_ours(
    bench: Any, document: dict[str, Any]
) -> None:
    bench.lists(NONE, page({**document, "processingStatus": "TransferInProgress"}))
    assert await swept(bench, connection=replace(bench.acme, mode="shadow")) == []


@pytest.mark.parametrize(
    "answer",
    [
        Canned(status=503),
        Canned(status=429),
        Canned(drop=True),
        Canned(body=b"<html>sign on</html>"),
        Canned(body=b""),
        Canned(
            body=b'{"accountingDocuments":[{"invoiceId":"a"}', headers={"Content-Type": "application/json"}
        ),
        Canned(status=400),
        page({"invoiceId": "a"}, token="round"),
    ],
    ids=["503", "429", "lost", "html", "empty", "truncated", "400", "in a circle"],
)
async def test_a_list_that_cannot_be_read_is_left_for_the_next_turn(
    bench: Any, document: dict[str, Any], answer: Canned
) -> None:
    failed = counted("sweeps", outcome="failed")
    bench.lists(answer)
    await swept(bench)
    assert failed() == 1
    assert bench.flows.stops == []
    bench.lists(page(document), NONE)
    assert len(await swept(bench)) == 1


async def test_what_comes_before_a_page_that_is_cut_short_is_told(
    bench: Any, document: dict[str, Any]
) -> None:
    whole = json.dumps({"accountingDocuments": [document, {"invoiceId": "b"}]}).encode()
    bench.lists(Canned(body=whole[:-10], headers={"Content-Type": "application/json"}))
    assert {each.document_id for each in await swept(bench)} == {document["invoiceId"]}


async def test_a_list_that_is_no_list_does_not_hide_the_next(bench: Any, document: dict[str, Any]) -> None:
    failed = counted("sweeps", outcome="failed")
    bench.lists(
        Canned(body=b"<html>sign on</html>"), page({**document, "processingStatus": "TransferInProgress"})
    )
    assert len(await swept(bench)) == 1
    assert failed() == 1


async def test_throttled_it_asks_no_further_and_says_how_long_to_wait(bench: Any) -> None:
    throttled = counted("throttled", remote="basware")
    bench.lists(Canned(status=429, headers={"Retry-After": "77"}))
    assert await bench.sweep.turn(bench.acme, {}.get) == 77.0
    assert len(bench.listed()) == 1
    assert throttled() == 1


async def test_refused_credentials_stop_the_flow_and_nothing_is_listed_any_more(bench: Any) -> None:
    bench.stub.script("POST", "/v1/tokens", Canned(status=401))
    await swept(bench)
    ((connection_id, stop),) = bench.flows.stops
    assert (connection_id, stop.flow, stop.connection_version) == ("acme", "basware", 3)
    asked = len(bench.stub.requests)
    await swept(bench)
    assert len(bench.stub.requests) == asked


@pytest.mark.parametrize("state", [FlowState.PAUSED, FlowState.STOPPED])
async def test_a_flow_that_does_not_run_is_not_even_listed(bench: Any, state: FlowState) -> None:
    bench.flows.states["acme"] = state
    assert await swept(bench) == []
    assert bench.stub.requests == []


async def test_a_flow_paused_in_the_middle_breaks_the_turn_off(bench: Any, document: dict[str, Any]) -> None:
    broken_off = counted("sweeps", outcome=Outcome.BROKEN_OFF)
    bench.lists(page(document, {**document, "invoiceId": "b"}), NONE)
    bench.kafka.after = lambda _: bench.flows.states.update(acme=FlowState.PAUSED)
    assert [each.document_id for each in await swept(bench)] == [document["invoiceId"]]
    assert broken_off() == 1


async def test_without_kafka_the_turn_fails_and_the_next_tells(bench: Any, document: dict[str, Any]) -> None:
    failed = counted("sweeps", outcome="failed")
    bench.kafka.away = True
    bench.lists(page(document), NONE)
    assert await swept(bench) == []
    assert failed() == 1
    bench.kafka.away = False
    bench.lists(page(document), NONE)
    assert len(await swept(bench)) == 1


async def test_a_parked_document_is_told_again_only_when_it_changed(
    bench: Any, document: dict[str, Any]
) -> None:
    bench.lists(page(document), NONE)
    (told,) = await swept(bench)
    parked = bench.entry(phase=Phase.PARKED, body=FetchState(invoice_id="i", tasks=(told.task_id,)))
    entries = {document["invoiceId"]: parked}
    bench.lists(page(document), NONE)
    assert await swept(bench, entries) == []
    bench.lists(page({**document, "grossSum": 7}), NONE)
    assert len(await swept(bench, entries)) == 1
