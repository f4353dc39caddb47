"""Vouchers that wait for their payment, by the thousand: in PeopleSoft's books and in our ledger, past posting."""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ap_domain.invoice_state import DocumentRef, InvoiceState, Step
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.posting import PostingIntent, VoucherRef
from basware_simulator.decimal_json import dumps, loads
from chassis.keys import record_key, shard
from chassis.ledger.entry import Entry, Phase
from chassis.producer import Delivered, DurableProducer
from chassis.records import VOUCHER_ENTRY
from chassis.topics import VOUCHERS
from devstack import ConnectionSpec
from devstack.control import ControlApi
from devstack.program import PARTITIONS

UNIT = "US001"
_PAGE = 5000
_IDS = uuid.UUID("0d2c1d0f-3a3c-4c1e-8a55-54f3d3b1a9e0")
_NOWHERE = -1
"""The document was never on a topic here, as of an invoice from before go-live: Basware is asked for it."""
Page = Mapping[str, Any]


async def invent(peoplesoft: ControlApi, spec: ConnectionSpec, *, count: int) -> None:
    """Open vouchers of one business unit, saved yesterday, but for one: readings of changes begin with that one."""
    entered = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    first, made = 10_000_000, 0
    while made < count:
        some = min(_PAGE, count - made)
        order = {"node": spec.node, "business_unit": UNIT, "count": some, "seed": made, "entered_at": entered}
        await peoplesoft.post(
            "payments/generate", {**order, "first_voucher": first + made, "prefix": f"GEN-{made}-"}
        )
        made += some
    await peoplesoft.post(f"payments/{UNIT}/{first:08d}", {"node": spec.node, "action": "touch"})


async def pages(peoplesoft: ControlApi, spec: ConnectionSpec) -> AsyncIterator[Page]:
    """PeopleSoft's books of payments, voucher by voucher."""
    after = ""
    while True:
        found = await peoplesoft.get("payments", node=spec.node, limit=str(_PAGE), after=after)
        for page in found["vouchers"]:
            yield page
        after = found["next"] or ""
        if not after:
            return


async def post_all(peoplesoft: ControlApi, spec: ConnectionSpec, *, bootstrap: str) -> int:
    """Write the ledger entry of each voucher as the poster leaves it once Basware has confirmed it; their number."""
    at, partition, count = datetime.now(UTC), shard(spec.id, PARTITIONS), 0
    async with DurableProducer(bootstrap=bootstrap, client_id="bench") as producer:
        sending: list[Coroutine[Any, Any, Delivered]] = []
        async for page in pages(peoplesoft, spec):
            written = entry(page, spec=spec, at=at)
            sending.append(
                producer.send(
                    topic=VOUCHERS.name,
                    partition=partition,
                    key=record_key(spec.id, written.body.invoice_id),
                    value=VOUCHER_ENTRY.encode(written),
                )
            )
            if len(sending) == _PAGE:
                count += len(await asyncio.gather(*sending))
                sending.clear()
        return count + len(await asyncio.gather(*sending))


def entry(page: Page, *, spec: ConnectionSpec, at: datetime) -> Entry[InvoiceState]:
    """The entry of an invoice that was posted as this voucher and is confirmed."""
    invoice_id, number = invoice_of(page["VOUCHER_ID"]), page["INVOICE_ID"]
    gross = Decimal(page["GROSS_AMT"])
    body = InvoiceState(
        invoice_id=invoice_id,
        invoice_number=number,
        acknowledged_at=at,
        document=DocumentRef(
            partition=_NOWHERE,
            offset=_NOWHERE,
            fetch_number=1,
            fetched_at=at,
            status="Transferred",
            revision=hashlib.sha256(number.encode()).hexdigest(),
            digest=hashlib.sha256(invoice_id.encode()).hexdigest(),
        ),
        intent=PostingIntent(
            natural_key=NaturalKey(
                business_unit=UNIT, vendor_setid="SHARE", vendor_id=page["VENDOR_ID"], invoice_id=number
            ),
            match=MatchFields(invoice_date=at.date(), gross=gross, style="REG"),
            mapping_digest=hashlib.sha256(b"mapping").hexdigest(),
            request_digest=hashlib.sha256(number.encode()).hexdigest(),
            rule=("BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID"),
        ),
        voucher=VoucherRef(business_unit=UNIT, voucher_id=page["VOUCHER_ID"], entry_status="P"),
        posted_at=at,
        payment_block=page["summary"]["held"],
        reports=1,
        currency=page["TXN_CURRENCY_CD"],
    )
    return Entry(
        key=f"{spec.id}/{invoice_id}",
        connection_id=spec.id,
        sequence=8,
        phase=Phase.FINAL,
        step=Step.CONFIRMED,
        since=at,
        body=body,
    )


def invoice_of(voucher_id: str) -> str:
    """Basware's id of the invoice that a voucher was made of."""
    return uuid.uuid5(_IDS, voucher_id).hex


async def known_to_basware(basware: ControlApi, spec: ConnectionSpec, vouchers: Iterable[Page]) -> None:
    """The documents of these vouchers, transferred, without telling anybody."""
    sample = loads(await basware.get_text("sample", seed="1", company=spec.company_codes[0]))
    for page in vouchers:
        document = sample | {
            "invoiceId": invoice_of(page["VOUCHER_ID"]),
            "invoiceNumber": page["INVOICE_ID"],
            "currencyCode": page["TXN_CURRENCY_CD"],
            "grossSum": Decimal(page["GROSS_AMT"]),
            "voucherNumber1": page["VOUCHER_ID"],
        }
        order = {"tenant": spec.id, "document": document, "status": "Transferred", "deliver": False}
        await basware.post_text("documents", dumps(order))
