"""The payment poller on a real broker: a ledger of transactions is followed, payments of its vouchers are published."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.invoice_state import DocumentRef, InvoiceState
from ap_domain.payments import PaymentPicture, PaymentStanding
from ap_domain.poll import PollKind, PollOutcome, PollResult
from ap_domain.posting import VoucherRef
from chassis import topics as catalogue
from chassis.connections import KeyRing
from chassis.connections.apply import apply_connection
from chassis.connections.model import read_document
from chassis.keys import record_key
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.kafka_log import KafkaLog
from chassis.ledger.ports import LogRecord
from chassis.ledger.transaction import commit
from chassis.producer import DurableProducer
from chassis.records import COMMAND, PAYMENT_PICTURE, POLL_RESULT, VOUCHER_ENTRY
from chassis.settings import ServiceSettings
from chassis.topic import Topic
from chassis.topic_scan import Scanned, scan
from devstack.control import ControlApi
from devstack.kafka import KafkaNode
from payment_poller.inject import payment_poller
from peoplesoft_simulator.server import simulator

UNIT, CONNECTION = "US001", "pays"
DOCUMENT = """
connection: pays
stage: test
basware: {{base_url: 'http://127.0.0.1:9', client_id: c, client_secret: {{value: s}}, stage: test,
  company_codes: [BW77], webhook_secrets: [{{value: s}}]}}
peoplesoft: {{base_url: '{url}', node: PAYS, stage: test, operator: APSTREAM, password: {{value: secret}},
  component_interface: {{name: AP_VOUCHER, wsdl: CI_AP_VOUCHER.1.wsdl}}, business_units: [US001]}}
mapping: {{business_units: {{BW77: US001}}, setid: SHARE}}
payments: {{changes: null, full: '0 3 1 1 *', watermark_overlap_seconds: 0, reconciliation: {{schedule: null}}}}
"""
"""Only the first whole poll is due by its schedule."""


def entry(number: int, voucher_id: str, *, shard: int) -> LogRecord:
    """The ledger's entry of an invoice with this voucher."""
    body = InvoiceState(
        invoice_id=f"i{number}",
        document=DocumentRef(
            partition=shard,
            offset=0,
            fetch_number=1,
            fetched_at=datetime.now(UTC),
            status="Transferred",
            revision="r",
            digest="d",
        ),
        voucher=VoucherRef(business_unit=UNIT, voucher_id=voucher_id, entry_status="P"),
        currency="USD",
    )
    key = record_key(CONNECTION, f"i{number}")
    made = Entry(
        key=key.decode(), connection_id=CONNECTION, sequence=1, phase=Phase.FINAL, step="confirmed", body=body
    )
    return LogRecord(
        topic=catalogue.VOUCHERS.name, partition=shard, key=key, value=VOUCHER_ENTRY.encode(made)
    )


def ledgers_own(kind: str, *, shard: int) -> LogRecord:
    """What the poster keeps beside its entries."""
    return LogRecord(
        topic=catalogue.VOUCHERS.name,
        partition=shard,
        key=b"\x00" + kind.encode(),
        value=b"no entry",
        kind=kind,
    )


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(120):
        while not await condition():
            await asyncio.sleep(0.2)


class Site:
    """A PeopleSoft site with three open vouchers, a connection to it, and the ledger that posted them."""

    def __init__(self, *, kafka: KafkaNode, control: ControlApi, url: str, folder: Path) -> None:
        self.bootstrap = kafka.bootstrap
        self.control = control
        self.keys_file = folder / "keys.yaml"
        self.keys_file.write_text(f"k1: {base64.b64encode(os.urandom(32)).decode()}\n")
        self.shard = -1
        self.vouchers: list[str] = []
        self._url = url

    async def begin(self) -> None:
        await self.control.post("sites", {"node": "PAYS", "operator": "APSTREAM", "password": "secret"})
        await self.control.post(
            "payments/generate", {"node": "PAYS", "business_unit": UNIT, "count": 3, "seed": 1}
        )
        shown = await self.control.get("payments", node="PAYS")
        self.vouchers = sorted(str(each["VOUCHER_ID"]) for each in shown["vouchers"])
        record = await apply_connection(
            read_document(DOCUMENT.format(url=self._url)),
            bootstrap=self.bootstrap,
            keys=KeyRing.from_file(self.keys_file),
            partitions=12,
            applied_by="test",
            applied_at=datetime.now(UTC),
        )
        self.shard = record.shard

    async def post(self) -> None:
        """As the poster writes: an owner, entries with positions, each group a transaction; one is aborted."""
        log = KafkaLog(bootstrap=self.bootstrap, transactional_id="voucher-poster-pays")
        await log.initialise()
        await commit(log, [ledgers_own("owner", shard=self.shard)], bound=90)
        for number, voucher_id in enumerate(self.vouchers):
            group = [
                entry(number, voucher_id, shard=self.shard),
                ledgers_own("position", shard=self.shard),
            ]
            await commit(log, group, bound=90)
        await log.begin()
        await (await log.send(entry(9, "99999999", shard=self.shard)))
        await log.abort()
        await log.close()

    async def order(self, producer: DurableProducer) -> None:
        """`apstream payments run-now`."""
        now = datetime.now(UTC)
        command = Command(
            command_id=f"run-{now.timestamp()}",
            connection_id=CONNECTION,
            ledger=CommandedLedger.PAYMENTS,
            record_id="payments",
            action=Action.RUN_NOW,
            reason="test",
            actor="test",
            issued_at=now,
            expires_at=now + timedelta(minutes=5),
            expected_sequence=0,
        )
        await producer.send(
            topic=catalogue.COMMANDS.name,
            partition=self.shard,
            key=record_key(CONNECTION, command.command_id),
            value=COMMAND.encode(command),
        )

    async def pictures(self) -> list[PaymentPicture]:
        """All published for the connection."""
        found = [
            PAYMENT_PICTURE.decode(each.value) for each in await self._lying(catalogue.PAYMENTS) if each.value
        ]
        return [each for each in found if each.connection_id == CONNECTION]

    async def results(self, kind: PollKind) -> list[PollResult]:
        """How its polls ended."""
        found = [
            POLL_RESULT.decode(each.value)
            for each in await self._lying(catalogue.PAYMENT_POLL_RESULTS)
            if each.value
        ]
        return [each for each in found if each.connection_id == CONNECTION and each.kind is kind]

    async def _lying(self, topic: Topic) -> list[Scanned]:
        found: list[Scanned] = []
        await scan(
            bootstrap=self.bootstrap,
            topics=(topic.name,),
            partition=self.shard,
            take=found.append,
            within=90,
        )
        return found


@pytest.fixture
async def site(topics: KafkaNode, tmp_path: Path) -> AsyncIterator[Site]:
    async with (
        simulator(books=tmp_path / "books") as url,
        ControlApi(name="PeopleSoft", base_url=url) as control,
    ):
        made = Site(kafka=topics, control=control, url=url, folder=tmp_path)
        await made.begin()
        await made.post()
        yield made


async def test_pictures_of_the_ledger_s_vouchers_are_published_and_what_changed_on_order(site: Site) -> None:
    settings = ServiceSettings(kafka_bootstrap=site.bootstrap, keys_file=site.keys_file, log_format="console")
    async with (
        DurableProducer(bootstrap=site.bootstrap, client_id="test") as producer,
        payment_poller(settings),
    ):

        async def ended(kind: PollKind, count: int) -> bool:
            return len(await site.results(kind)) >= count

        await until(lambda: ended(PollKind.FULL, 1))
        (whole,) = await site.results(PollKind.FULL)
        assert (whole.outcome, whole.words) == (PollOutcome.COMPLETE, "")
        assert whole.watermark
        first = await site.pictures()
        assert sorted(each.voucher_id for each in first) == site.vouchers
        assert {each.standing for each in first} == {PaymentStanding.SCHEDULED}
        await site.control.post(f"payments/{UNIT}/{site.vouchers[0]}", {"node": "PAYS", "action": "pay"})
        await site.order(producer)
        await until(lambda: ended(PollKind.CHANGES, 1))
        (changes,) = await site.results(PollKind.CHANGES)
        assert changes.outcome is PollOutcome.COMPLETE, changes.words
        (paid,) = (await site.pictures())[3:]
        assert (paid.voucher_id, paid.settled) == (site.vouchers[0], True)
        assert paid.paid_total == paid.gross
