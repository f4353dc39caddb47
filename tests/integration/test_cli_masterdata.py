"""What people ask and order about master data, over a real broker: three topics in one pass, answers from its audit."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from ap_domain.audit import AuditEvent
from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.masterdata.record import ImportState, ImportStep, MasterRecord
from ap_domain.poll import PollKind, PollOutcome, PollResult
from apstream_cli.cluster import KafkaCluster, Order
from apstream_cli.masterdata_book import TOPICS, MasterDataBook, Stage
from chassis.keys import record_key
from chassis.producer import DurableProducer
from chassis.records import AUDIT_EVENT, IMPORT_STATE, MASTER_RECORD, POLL_RESULT
from chassis.topics import AUDIT_MASTERDATA, MASTER_DATA, MASTERDATA_IMPORTS, MASTERDATA_POLL_RESULTS, Topic
from devstack.kafka import KafkaNode

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SHARD = 5


@pytest.fixture
async def producer(topics: KafkaNode) -> AsyncIterator[DurableProducer]:
    async with DurableProducer(bootstrap=topics.bootstrap, client_id="test") as producer:
        yield producer


async def put(producer: DurableProducer, topic: Topic, key: bytes, value: bytes) -> int:
    sent = await producer.send(topic=topic.name, partition=SHARD, key=key, value=value)
    return sent.offset


async def publish(
    producer: DurableProducer, connection: str, code: str, *, content: str, poll_offset: int
) -> MasterRecord:
    record = MasterRecord(
        connection_id=connection, entity="accounts", external_code=code, active=True, content=content, digest=content,
        problems=(), source=f"SHARE/{code}", poll_id="p", poll_offset=poll_offset, read_at=NOW,
    )  # fmt: skip
    await put(producer, MASTER_DATA, record_key(connection, "accounts", code), MASTER_RECORD.encode(record))
    return record


async def tell(producer: DurableProducer, record: MasterRecord, step: ImportStep) -> None:
    state = ImportState(
        connection_id=record.connection_id, entity=record.entity, external_code=record.external_code, sequence=1,
        step=step, digest=record.digest, source_offset=0, request_id="r", at=NOW, words=(), attempts=1,
    )  # fmt: skip
    key = record_key(record.connection_id, record.entity, record.external_code)
    await put(producer, MASTERDATA_IMPORTS, key, IMPORT_STATE.encode(state))


async def test_the_latest_word_on_every_record_of_one_connection_is_read_in_one_pass(
    topics: KafkaNode, producer: DurableProducer
) -> None:
    confirmed = await publish(producer, "book", "A/1", content="one", poll_offset=1)
    await tell(producer, confirmed, ImportStep.CONFIRMED)
    changed = await publish(producer, "book", "B", content="two", poll_offset=1)
    await tell(producer, changed, ImportStep.CONFIRMED)
    await publish(producer, "book", "B", content="three", poll_offset=2)
    await publish(producer, "book", "B", content="late", poll_offset=1)
    await publish(producer, "other", "A/1", content="another customer's", poll_offset=1)
    result = PollResult(
        poll_id="p", connection_id="book", subject="accounts", kind=PollKind.FULL, due_at=NOW, poll_offset=2,
        started_at=NOW, finished_at=NOW, outcome=PollOutcome.COMPLETE, words="", read=2, changed=1, deactivated=0,
        faulty=0,
    )  # fmt: skip
    await put(
        producer, MASTERDATA_POLL_RESULTS, record_key("book", "accounts", "full"), POLL_RESULT.encode(result)
    )
    cluster = KafkaCluster(bootstrap=topics.bootstrap)
    for shard in (SHARD, None):
        book = MasterDataBook(connection_id="book", contents=True)
        await cluster.read(book.take, topics=TOPICS, shard=shard)
        assert list(book.entities()) == [("book", "accounts")]
        records = book.records("book", "accounts")
        assert {code: (known.stage, known.content) for code, known in records.items()} == {
            "A/1": (Stage.CONFIRMED, "one"),
            "B": (Stage.PENDING, "three"),
        }
        assert book.results("book", "accounts") == {PollKind.FULL: result}


async def test_an_order_about_master_data_is_answered_in_its_own_audit(
    topics: KafkaNode, producer: DurableProducer
) -> None:
    cluster = KafkaCluster(bootstrap=topics.bootstrap)
    order = Order(command=command("m-1"), shard=SHARD)
    earlier = answer("m-0", "an older answer")
    await put(producer, AUDIT_MASTERDATA, b"m-0", AUDIT_EVENT.encode(earlier))
    answers: list[str] = []
    carrying = asyncio.create_task(
        cluster.carry_out([order], answered=lambda event: answers.append(event.detail["said"]), within=90)
    )
    while not carrying.done():
        # The owner answers under the same event id however often: whenever the order begins to be heard, one counts.
        await put(producer, AUDIT_MASTERDATA, b"m-1", AUDIT_EVENT.encode(answer("m-1", "done")))
        await asyncio.wait([carrying], timeout=0.1)
    await carrying
    assert answers == ["done"]

    unheard = Order(command=command("m-9"), shard=SHARD)
    await cluster.carry_out([unheard], answered=lambda event: answers.append(event.action), within=0.3)
    assert answers == ["done"]


def command(command_id: str) -> Command:
    return Command(
        command_id=command_id, connection_id="order", ledger=CommandedLedger.MASTERDATA, record_id="accounts",
        action=Action.RESEND, reason="why", actor="ann", issued_at=NOW, expires_at=NOW, expected_sequence=0,
    )  # fmt: skip


def answer(command_id: str, said: str) -> AuditEvent:
    return AuditEvent(
        event_id=command_id, connection_id="order", record="order/accounts", service="masterdata-import", at=NOW,
        action="command applied", detail={"command": command_id, "said": said}, attempt=0, actor="test", sequence=0,
    )  # fmt: skip
