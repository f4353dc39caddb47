"""What people ask and order, over a real broker: ledgers and audit are read in one pass, orders are answered."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaProducer
from ap_domain.audit import AuditEvent
from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.desired_state import DesiredState, FlowState
from ap_domain.invoice_state import DocumentRef, InvoiceState
from apstream_cli.cluster import KafkaCluster, Order
from chassis.errors import NotAnswered
from chassis.ledger.entry import Entry, Phase
from chassis.ledger_reader import being, named, of_connection, read_events, read_ledgers
from chassis.producer import DurableProducer
from chassis.records import AUDIT_EVENT, COMMAND, VOUCHER_ENTRY
from chassis.topic_scan import Scanned, scan
from chassis.topics import AUDIT_INGRESS, AUDIT_VOUCHER_POSTER, COMMANDS, VOUCHERS
from devstack.kafka import KafkaNode

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SHARD = 7


@pytest.fixture
async def producer(topics: KafkaNode) -> AsyncIterator[DurableProducer]:
    async with DurableProducer(bootstrap=topics.bootstrap, client_id="test") as producer:
        yield producer


def entry(
    connection: str, invoice_id: str, *, number: str, phase: Phase, sequence: int = 1
) -> Entry[InvoiceState]:
    document = DocumentRef(
        partition=SHARD, offset=0, fetch_number=1, fetched_at=NOW, status="WaitingForTransfer", revision="r", digest="d"
    )  # fmt: skip
    body = InvoiceState(invoice_id=invoice_id, invoice_number=number, document=document)
    return Entry(
        key=f"{connection}/{invoice_id}", connection_id=connection, sequence=sequence, phase=phase, step="post",
        since=NOW, reason="because", body=body,
    )  # fmt: skip


def event(record: str, number: int, *, action: str = "retry", **detail: str) -> AuditEvent:
    return AuditEvent(
        event_id=f"{record}-{action}-{number}", connection_id=record.partition("/")[0], record=record,
        service="voucher-poster", at=NOW + timedelta(milliseconds=number), action=action, detail=detail, attempt=0,
        actor="test", sequence=number,
    )  # fmt: skip


async def put(producer: DurableProducer, *entries: Entry[InvoiceState], kind: bytes | None = None) -> None:
    for each in entries:
        await producer.send(
            topic=VOUCHERS.name, partition=SHARD, key=each.key.encode(), value=VOUCHER_ENTRY.encode(each),
            headers=[("kind", kind)] if kind else None,
        )  # fmt: skip


async def publish(
    producer: DurableProducer, *events: AuditEvent, topic: str = AUDIT_VOUCHER_POSTER.name
) -> None:
    await asyncio.gather(
        *(
            producer.send(
                topic=topic, partition=SHARD, key=each.event_id.encode(), value=AUDIT_EVENT.encode(each)
            )
            for each in events
        )
    )


async def test_the_latest_entry_counts_and_what_was_aborted_or_is_the_ledgers_own_does_not(
    topics: KafkaNode, producer: DurableProducer
) -> None:
    await put(producer, entry("read", "1", number="n1", phase=Phase.PARKED))
    await put(producer, entry("read", "2", number="n/2", phase=Phase.PARKED))
    await put(producer, entry("read", "1", number="n1", phase=Phase.FINAL, sequence=2))
    await put(producer, entry("read", "3", number="n3", phase=Phase.PARKED), kind=b"owner")
    aborting = AIOKafkaProducer(bootstrap_servers=topics.bootstrap, transactional_id="test-cli-aborted")
    await aborting.start()
    try:
        await aborting.begin_transaction()
        aborted = entry("read", "2", number="n/2", phase=Phase.FINAL, sequence=2)
        await aborting.send_and_wait(
            VOUCHERS.name, VOUCHER_ENTRY.encode(aborted), key=b"read/2", partition=SHARD
        )
        await aborting.abort_transaction()
    finally:
        await aborting.stop()
    for shard in (None, SHARD):
        parked = await read_ledgers(
            bootstrap=topics.bootstrap, wanted=of_connection("read", being(Phase.PARKED)), shard=shard
        )
        assert set(parked.invoices) == {"read/2"}
        found = await read_ledgers(bootstrap=topics.bootstrap, wanted=named("n/2"), shard=shard)
        assert set(found.invoices) == {"read/2"}
    elsewhere = await read_ledgers(bootstrap=topics.bootstrap, wanted=named("n/2"), shard=SHARD + 1)
    assert not elsewhere.invoices


async def test_the_steps_of_one_invoice_among_ten_thousand_events_are_found(
    topics: KafkaNode, producer: DurableProducer, record_property: Callable[[str, object], None]
) -> None:
    await publish(producer, *(event(f"busy/{number % 1000}", number) for number in range(10_000)))
    await publish(producer, event("busy/7", 10_000, action="notified"), topic=AUDIT_INGRESS.name)
    took = {}
    for shard in (SHARD, None):
        began = time.monotonic()
        steps = await read_events(bootstrap=topics.bootstrap, records=["busy/7"], shard=shard)
        took[shard] = time.monotonic() - began
        assert [step.sequence for step in steps] == [*range(7, 10_000, 1000), 10_000]
    record_property(
        "report", f"10,000 audit events: {took[SHARD]:.2f} s on one shard, {took[None]:.2f} s on all"
    )


async def test_an_order_is_answered_by_what_its_owner_commits_afterwards(
    topics: KafkaNode, producer: DurableProducer
) -> None:
    commands = [command(f"command-{number}") for number in range(2)]
    await publish(
        producer, event("order/1", 1, action="command refused", command="command-1", said="an older answer")
    )
    answers: dict[str, str] = {}

    async def owner() -> None:
        """Reads the orders and answers them in one transaction."""
        ordered: list[str] = []

        def take(record: Scanned) -> None:
            if record.value is not None and record.key.startswith(b"order/"):
                ordered.append(COMMAND.decode(record.value).command_id)

        while len(ordered) < len(commands):
            ordered.clear()
            await scan(
                bootstrap=topics.bootstrap, topics=(COMMANDS.name,), partition=SHARD, take=take, within=90
            )
        answering = AIOKafkaProducer(bootstrap_servers=topics.bootstrap, transactional_id="test-cli-owner")
        await answering.start()
        try:
            async with answering.transaction():
                for number, command_id in enumerate(sorted(ordered), start=2):
                    answer = event(
                        "order/1", number, action="command applied", command=command_id, said="done"
                    )
                    await answering.send_and_wait(
                        AUDIT_VOUCHER_POSTER.name,
                        AUDIT_EVENT.encode(answer),
                        key=answer.event_id.encode(),
                        partition=SHARD,
                    )
        finally:
            await answering.stop()

    def answered(answer: AuditEvent) -> None:
        answers[answer.detail["command"]] = answer.detail["said"]

    owning = asyncio.create_task(owner())
    cluster = KafkaCluster(bootstrap=topics.bootstrap)
    orders = [Order(command=each, shard=SHARD) for each in commands]
    await cluster.carry_out(orders, answered=answered, within=90)
    await owning
    assert answers == {"command-0": "done", "command-1": "done"}

    unheard = Order(command=command("command-9"), shard=SHARD)
    await cluster.carry_out([unheard], answered=answered, within=0.3)
    assert "command-9" not in answers


def command(command_id: str) -> Command:
    return Command(
        command_id=command_id, connection_id="order", ledger=CommandedLedger.VOUCHERS, record_id="1",
        action=Action.RESUBMIT, reason="why", actor="ann", issued_at=NOW, expires_at=NOW, expected_sequence=1,
    )  # fmt: skip


async def test_of_two_who_speak_of_a_flow_at_once_both_see_the_first(topics: KafkaNode) -> None:
    cluster = KafkaCluster(bootstrap=topics.bootstrap)
    words = [
        DesiredState(
            connection_id="spoken", flow="basware", state=state, version=0, connection_version=1, reason="r",
            actor=actor, at=NOW,
        )
        for state, actor in ((FlowState.PAUSED, "ann"), (FlowState.STOPPED, "bob"))
    ]  # fmt: skip
    seen = [await cluster.flows({"spoken": 1}.get) for _ in words]
    written = [
        (await cluster.write_flows([word], states))[0] for word, states in zip(words, seen, strict=True)
    ]
    assert [word.version for word in written] == [1, 1]
    held = (await cluster.flows({"spoken": 1}.get)).held("spoken", "basware")
    assert held == written[0]


async def test_a_pass_is_bounded_in_time(topics: KafkaNode) -> None:
    with pytest.raises(NotAnswered, match="not read to the end"):
        await scan(
            bootstrap=topics.bootstrap,
            topics=(VOUCHERS.name,),
            partition=None,
            take=lambda _: None,
            within=-1,
        )
