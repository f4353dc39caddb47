"""What people ask and order about payments, over a real broker: three topics in one pass, answers from their audit."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from ap_domain.audit import AuditEvent
from ap_domain.command import Action, Command, CommandedLedger, VoucherLink
from ap_domain.invoice_state import DocumentRef, InvoiceState, LinkOrder, Step
from ap_domain.payments import PaymentPicture, PaymentStanding, Proof
from ap_domain.poll import PollKind, PollOutcome, PollResult
from ap_domain.posting import VoucherRef
from apstream_cli.cluster import KafkaCluster, Order
from apstream_cli.links import Link, Linking, LinkState
from apstream_cli.orders import wish
from apstream_cli.payments_book import TOPICS, PaymentsBook, picture_of, pictures_of
from chassis.connections.record import ConnectionRecord
from chassis.connections.secrets import SealedSecrets
from chassis.keys import record_key
from chassis.ledger.entry import Entry, Phase
from chassis.producer import DurableProducer
from chassis.records import AUDIT_EVENT, COMMAND, PAYMENT_PICTURE, POLL_RESULT, VOUCHER_ENTRY
from chassis.topic_scan import Scanned, scan
from chassis.topics import (
    AUDIT_PAYMENTS,
    AUDIT_VOUCHER_POSTER,
    COMMANDS,
    PAYMENT_POLL_RESULTS,
    PAYMENTS,
    VOUCHERS,
    Topic,
)
from devstack.kafka import KafkaNode

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SHARD = 6
VOUCHER = VoucherRef(business_unit="US001", voucher_id="00012345", entry_status="P")
DOCUMENT = DocumentRef(
    partition=SHARD, offset=0, fetch_number=1, fetched_at=NOW, status="Transferred", revision="r", digest="d"
)  # fmt: skip


@pytest.fixture
async def producer(topics: KafkaNode) -> AsyncIterator[DurableProducer]:
    async with DurableProducer(bootstrap=topics.bootstrap, client_id="test") as producer:
        yield producer


async def put(
    producer: DurableProducer, topic: Topic, key: bytes, value: bytes, *, kind: bytes | None = None
) -> None:
    headers = [("kind", kind)] if kind else None
    await producer.send(topic=topic.name, partition=SHARD, key=key, value=value, headers=headers)


def entry(
    connection: str, body: InvoiceState, *, step: str = Step.CONFIRMED, sequence: int = 1
) -> Entry[InvoiceState]:
    return Entry(
        key=f"{connection}/{body.invoice_id}", connection_id=connection, sequence=sequence, phase=Phase.FINAL,
        step=step, since=NOW, body=body,
    )  # fmt: skip


async def keep(producer: DurableProducer, entry: Entry[InvoiceState], *, kind: bytes | None = None) -> None:
    await put(producer, VOUCHERS, entry.key.encode(), VOUCHER_ENTRY.encode(entry), kind=kind)


def picture(connection: str, *, poll_offset: int, standing: PaymentStanding) -> PaymentPicture:
    zero = Decimal(0)
    return PaymentPicture(
        connection_id=connection, invoice_id="1", business_unit="US001", voucher_id="00012345", poll_offset=poll_offset,
        observed_at=NOW, proof=Proof.QUERY, standing=standing, settled=False, currency="USD", gross=Decimal("10.50"),
        paid_total=zero, cash_discount=zero, withheld=zero, on_hold=False, instalments=(), digest="d",
    )  # fmt: skip


async def test_the_latest_word_on_every_voucher_of_one_connection_is_read_in_one_pass(
    topics: KafkaNode, producer: DurableProducer
) -> None:
    posted = InvoiceState(invoice_id="1", document=DOCUMENT, voucher=VOUCHER)
    await keep(producer, entry("paid", posted))
    await keep(producer, entry("paid", InvoiceState(invoice_id="2", document=DOCUMENT)))
    await keep(producer, entry("paid", posted), kind=b"owner")
    await keep(producer, entry("other", posted))
    key = record_key("paid", "US001", "00012345")
    for poll_offset, standing in ((5, PaymentStanding.PAID), (3, PaymentStanding.SCHEDULED)):
        shown = picture("paid", poll_offset=poll_offset, standing=standing)
        await put(producer, PAYMENTS, key, PAYMENT_PICTURE.encode(shown))
    result = PollResult(
        poll_id="p", connection_id="paid", subject="payments", kind=PollKind.FULL, due_at=NOW, poll_offset=5,
        started_at=NOW, finished_at=NOW, outcome=PollOutcome.COMPLETE, words="", read=1, changed=1, deactivated=0,
        faulty=0,
    )  # fmt: skip
    await put(
        producer, PAYMENT_POLL_RESULTS, record_key("paid", "payments", "full"), POLL_RESULT.encode(result)
    )
    cluster = KafkaCluster(bootstrap=topics.bootstrap)
    for shard in (SHARD, None):
        book = PaymentsBook(connection_id="paid")
        await cluster.read(book.take, topics=TOPICS, shard=shard)
        (watched,) = book.vouchers()
        assert (watched.entry.body.invoice_id, watched.called) == ("1", "US001/00012345")
        assert watched.picture is not None
        assert watched.picture.standing is PaymentStanding.PAID, "an older poll came late"
        assert book.results("paid") == {PollKind.FULL: result}
        found = await pictures_of(cluster, [watched.entry], shard=shard)
        assert picture_of(watched.entry, found) == watched.picture


async def test_an_order_about_payments_is_answered_in_its_own_audit(
    topics: KafkaNode, producer: DurableProducer
) -> None:
    cluster = KafkaCluster(bootstrap=topics.bootstrap)
    command = Command(
        command_id="p-1", connection_id="ordered", ledger=CommandedLedger.PAYMENTS, record_id="payments",
        action=Action.RUN_NOW, reason="why", actor="ann", issued_at=NOW, expires_at=NOW, expected_sequence=0,
    )  # fmt: skip
    answers: list[str] = []
    carrying = asyncio.create_task(
        cluster.carry_out(
            [Order(command=command, shard=SHARD)],
            answered=lambda event: answers.append(event.detail["said"]),
            within=90,
        )
    )
    while not carrying.done():
        # The owner answers under the same event id however often: whenever the order begins to be heard, one counts.
        await put(producer, AUDIT_PAYMENTS, b"p-1", AUDIT_EVENT.encode(answer("p-1", "ordered/payments")))
        await asyncio.wait([carrying], timeout=0.1)
    await carrying
    assert answers == ["done"]


async def test_a_link_is_ordered_answered_and_followed_until_peoplesoft_was_asked(
    topics: KafkaNode, producer: DurableProducer
) -> None:
    secrets = SealedSecrets(key_id="k", wrapped_key=b"", wrap_nonce=b"", nonce=b"", ciphertext=b"")
    connection = ConnectionRecord(
        connection_id="linked", version=1, shard=SHARD, applied_at=NOW, applied_by="ann", document="{}", secrets=secrets
    )  # fmt: skip
    named = VoucherLink(business_unit="US001", voucher_id="00012345", invoice_number="2025/1")
    linking = Linking(
        cluster=KafkaCluster(bootstrap=topics.bootstrap),
        connections={"linked": connection},
        record=connection,
        wait=30,
    )
    ordered = wish(Action.LINK, reason="before go-live", by="ann", now=datetime.now(UTC), minutes=10)
    links = [Link(invoice_id=each, voucher=named) for each in ("1", "2")]

    async def owner() -> None:
        """Takes the orders, says so, and asks PeopleSoft later: it has a voucher for the first only."""
        commands: dict[str, Command] = {}

        def take(record: Scanned) -> None:
            if record.value is not None and record.key.startswith(b"linked/"):
                command = COMMAND.decode(record.value)
                commands[command.record_id] = command

        while len(commands) < len(links):
            await scan(
                bootstrap=topics.bootstrap, topics=(COMMANDS.name,), partition=SHARD, take=take, within=90
            )
        order = LinkOrder(
            business_unit="US001",
            voucher_id="00012345",
            invoice_number="2025/1",
            step="withdrawn",
            parked=False,
        )
        for each in commands.values():
            assert each.voucher == named
            waiting = InvoiceState(invoice_id=each.record_id, document=DOCUMENT, link=order)
            await keep(producer, entry("linked", waiting, step=Step.LINK))
            event = answer(each.command_id, f"linked/{each.record_id}")
            await put(producer, AUDIT_VOUCHER_POSTER, event.event_id.encode(), AUDIT_EVENT.encode(event))
        found = InvoiceState(invoice_id="1", document=DOCUMENT, voucher=VOUCHER, linked=True)
        await keep(producer, entry("linked", found, sequence=2))
        refused = InvoiceState(invoice_id="2", document=DOCUMENT)
        await keep(producer, entry("linked", refused, step=Step.WITHDRAWN, sequence=2))

    owning = asyncio.create_task(owner())
    came = await linking.carry_out(links, ordered, say_done=False)
    await owning
    assert [each.state for each in came] == [LinkState.LINKED, LinkState.REFUSED]


def answer(command_id: str, record: str) -> AuditEvent:
    return AuditEvent(
        event_id=command_id, connection_id=record.partition("/")[0], record=record, service="test", at=NOW,
        action="command applied", detail={"command": command_id, "said": "done"}, attempt=0, actor="test", sequence=0,
    )  # fmt: skip
