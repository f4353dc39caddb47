"""Several connections on one tenant: a document goes to the one that serves its company, wherever it was told of."""

from dataclasses import replace
from typing import Any

import pytest
from ap_domain.fetch_state import FetchState
from ap_domain.notification import Notification, NotificationSource
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Input
from chassis.ledger.outcomes import Done, Parked, Retry
from chassis.ledger.ports import NotSentError
from ingress.documents.core.answers import Fetched, HandedOver
from ingress.documents.core.machine import FETCH, DocumentMachine
from prometheus_client import REGISTRY


@pytest.fixture
def foreign(bench: Any, document: dict[str, Any]) -> dict[str, Any]:
    """Basware's answer is a document of company BW01, which acme does not serve."""
    document["companyCode"] = "BW01"
    bench.answers(document)
    return document


async def test_the_connection_that_serves_the_company_is_told_at_its_shard(
    bench: Any, foreign: dict[str, Any]
) -> None:
    bench.another("beta", "BW01", "BW02", shard=5)
    outcome = await bench.fetch()
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, HandedOver)
    assert (outcome.value.to, outcome.value.company_code) == ("beta", "BW01")
    ((told, partition),) = bench.kafka.published
    assert partition == 5
    assert (told.connection_id, told.document_id, told.task_id) == ("beta", foreign["invoiceId"], "t1")
    assert told.source is NotificationSource.HANDED_OVER
    labels = {"connection": "acme", "to": "beta"}
    assert REGISTRY.get_sample_value("apstream_documents_handed_over_total", labels)


async def test_the_task_that_is_handed_on_is_the_latest(bench: Any, foreign: dict[str, Any]) -> None:
    bench.another("beta", "BW01")
    for tasks in (("t1", "t2"), ()):
        entry = bench.entry(body=FetchState(invoice_id=foreign["invoiceId"], tasks=tasks))
        await bench.caller.call(entry, FETCH, gate=lambda: None, repeat=False)
    assert [told.task_id for told, _ in bench.kafka.published] == ["t2", "from-acme-1"]


@pytest.mark.parametrize(
    "stranger",
    [
        pytest.param({"base_url": "http://127.0.0.1:1"}, id="another address"),
        pytest.param({"client_id": "somebody"}, id="another client"),
    ],
)
async def test_a_connection_of_another_tenant_is_never_told(
    bench: Any, foreign: dict[str, Any], stranger: dict[str, str]
) -> None:
    bench.another("other", "BW01", basware=stranger)
    outcome = await bench.fetch()
    assert isinstance(outcome, Parked)
    assert "other" not in outcome.reason
    assert bench.kafka.published == []


async def test_served_by_nobody_it_parks_names_the_company_and_says_what_to_do(
    bench: Any, foreign: dict[str, Any]
) -> None:
    bench.another("beta", "BW02")
    labels = {"connection": "acme"}
    before = REGISTRY.get_sample_value("apstream_documents_unserved_total", labels) or 0.0
    outcome = await bench.fetch()
    assert isinstance(outcome, Parked)
    assert outcome.reason == (
        f"companyCode BW01 of invoice {foreign['invoiceId']} is served by no connection of this Basware tenant "
        "(acme: BW00; beta: BW02); add the code to the connection it belongs to and resubmit, or discard it here"
    )
    assert REGISTRY.get_sample_value("apstream_documents_unserved_total", labels) == before + 1


async def test_while_a_connection_cannot_be_opened_here_it_may_be_the_one(
    bench: Any, foreign: dict[str, Any]
) -> None:
    bench.directory.unusable["sealed"] = "the key 'k2' is not configured"
    outcome = await bench.fetch()
    assert isinstance(outcome, Retry)
    assert not outcome.blame
    assert "sealed" in outcome.reason


async def test_a_company_moved_between_connections_follows_at_the_next_fetch(
    bench: Any, foreign: dict[str, Any]
) -> None:
    beta = bench.another("beta", "BW01")
    assert isinstance((await bench.fetch()).value, HandedOver)
    gone = replace(beta, version=4, basware=replace(beta.basware, company_codes=("BW02",)))
    here = replace(bench.acme.basware, company_codes=("BW00", "BW01"))
    bench.directory.known |= {"beta": gone, "acme": replace(bench.acme, version=4, basware=here)}
    assert isinstance((await bench.fetch()).value, Fetched)


async def test_a_company_that_moves_back_while_it_is_handed_over_is_not_lost(
    bench: Any, foreign: dict[str, Any]
) -> None:
    """Acme hands over to beta; before beta has fetched, the company becomes acme's; all under one task id."""
    machine, now = DocumentMachine(), bench.clock.now()
    beta = bench.another("beta", "BW01")

    def told(entry: Entry[FetchState] | None, notification: Notification) -> Entry[FetchState]:
        connection = notification.connection_id
        record = Input(
            topic="n", partition=0, offset=0, key="k", connection_id=connection, payload=notification
        )
        after = machine.received(entry, record, now=now).entry
        assert after is not None
        return after

    async def fetch(entry: Entry[FetchState]) -> tuple[Entry[FetchState], object]:
        assert entry.phase is Phase.WAITING
        outcome = await bench.caller.call(entry, FETCH, gate=lambda: None, repeat=False)
        assert isinstance(outcome, Done)
        after = machine.succeeded(entry, outcome.value, now=now, others=lambda _: ()).entry
        assert after is not None
        return after, outcome.value

    webhook = Notification(
        connection_id="acme", task_id="t1", document_id=foreign["invoiceId"], task_type="AccountingDocuments",
        task_status="New", received_at=now, source=NotificationSource.WEBHOOK, body=b"",
    )  # fmt: skip
    at_acme, _ = await fetch(told(None, webhook))
    gone = replace(beta, version=4, basware=replace(beta.basware, company_codes=("BW02",)))
    here = replace(bench.acme.basware, company_codes=("BW00", "BW01"))
    bench.directory.known |= {"beta": gone, "acme": replace(bench.acme, version=4, basware=here)}
    ((to_beta, _),) = bench.kafka.published
    await fetch(told(None, to_beta))
    _, (back, _) = bench.kafka.published
    assert (back.connection_id, back.task_id) == ("acme", "t1")
    at_acme, answer = await fetch(told(at_acme, back))
    assert isinstance(answer, Fetched)
    assert at_acme.body.fetch_number == 1


async def test_a_live_connection_comes_before_one_that_rehearses(bench: Any, foreign: dict[str, Any]) -> None:
    bench.another("a-rehearsal", "BW01", mode="shadow")
    bench.another("beta", "BW01")
    assert (await bench.fetch()).value.to == "beta"


async def test_without_kafka_it_is_fetched_again_and_basware_is_not_blamed(
    bench: Any, foreign: dict[str, Any]
) -> None:
    bench.another("beta", "BW01")
    bench.kafka.away = True
    outcome = await bench.fetch()
    assert isinstance(outcome, Retry)
    assert not outcome.blame


async def test_a_process_that_lost_the_record_tells_nobody(bench: Any, foreign: dict[str, Any]) -> None:
    bench.another("beta", "BW01")
    asked = 0

    def gate() -> None:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise NotSentError("this process no longer owns the record")

    with pytest.raises(NotSentError):
        await bench.caller.call(bench.entry(), FETCH, gate=gate, repeat=False)
    assert bench.kafka.published == []
