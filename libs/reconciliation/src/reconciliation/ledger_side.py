"""Our own ledger's entries, reduced to what is compared."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from sys import intern
from zoneinfo import ZoneInfo

from ap_domain.invoice_state import InvoiceState, Step
from ap_domain.reconciliation import LedgerInvoice, LedgerOutcome
from chassis.connections import Connection
from chassis.errors import ChassisError
from chassis.keys import record_key
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.words import words
from chassis.records import VOUCHER_ENTRY
from chassis.topic_scan import Scanned, scan
from chassis.topics import VOUCHERS

from reconciliation.errors import ReconciliationFailed

__all__ = ["ledger_invoice", "read_ledger"]

READ_WITHIN = 600.0
"""Seconds of one pass over a shard's part of the ledger."""

_PAYMENT_STEPS = (Step.REPORT_PAYMENT, Step.CONFIRM_PAYMENT)
_AT_REST = (Step.CONFIRMED, Step.PAID)
_OUTCOMES = {
    Step.CONFIRMED: LedgerOutcome.POSTED,
    Step.PAID: LedgerOutcome.POSTED,
    Step.RETURNED: LedgerOutcome.RETURNED,
    Step.DISCARDED: LedgerOutcome.DISCARDED,
}
_BEGUN = (Phase.STARTED, Phase.IN_DOUBT, Phase.PARKED)


def ledger_invoice(entry: Entry[InvoiceState], *, zone: ZoneInfo) -> LedgerInvoice:
    """What the entry says, its days in the site's zone. One whose payment is being told is posted all the same."""
    body, key = entry.body, entry.body.intent.natural_key if entry.body.intent is not None else None
    voucher = body.voucher
    told = body.payment.told if body.payment is not None else None
    step = Step(entry.step)
    if entry.phase is Phase.FINAL:
        outcome = _OUTCOMES.get(step, LedgerOutcome.WITHDRAWN)
    else:
        outcome = LedgerOutcome.POSTED if step in _PAYMENT_STEPS else LedgerOutcome.ON_ITS_WAY
    unit = voucher.business_unit if voucher is not None else key.business_unit if key is not None else ""
    return LedgerInvoice(
        invoice_id=body.invoice_id,
        outcome=outcome,
        invoice_number=body.invoice_number,
        business_unit=intern(unit),
        voucher_id=voucher.voucher_id if voucher is not None else "",
        vendor_setid=intern(key.vendor_setid if key is not None else ""),
        vendor_id=intern(key.vendor_id if key is not None else ""),
        mapped_number=key.invoice_id if key is not None else "",
        gross=body.intent.match.gross if body.intent is not None else None,
        currency=intern(body.currency),
        posted_on=body.posted_at.astimezone(zone).date() if body.posted_at is not None else None,
        changed_at=entry.since,
        words=_words(entry),
        undecided=entry.started is not None and voucher is None and entry.phase in _BEGUN,
        payment_waits=_payment_waits(entry),
        linked=body.linked,
        told_paid=told.paid_total if told is not None else Decimal(0),
        told_held=told.payment_block if told is not None else body.payment_block,
        settled_at=entry.since if body.payment is not None and body.payment.settled else None,
        unchanged_before=_unchanged_before(body, zone=zone),
        known=(*body.repeats, *(body.intent.known if body.intent is not None else ())),
    )


async def read_ledger(
    *, bootstrap: str, connection: Connection, zone: ZoneInfo
) -> AsyncIterator[LedgerInvoice]:
    """The latest entry of every invoice of the connection, read from Kafka when the first one is asked for.

    Raises ReconciliationFailed where Kafka does not give them all.
    """
    beginning = record_key(connection.id) + b"/"
    latest: dict[bytes, LedgerInvoice] = {}

    def take(record: Scanned) -> None:
        if not record.key.startswith(beginning):
            return
        if record.value is None:
            latest.pop(record.key, None)
        else:
            latest[record.key] = ledger_invoice(VOUCHER_ENTRY.decode(record.value), zone=zone)

    try:
        await scan(
            bootstrap=bootstrap,
            topics=(VOUCHERS.name,),
            partition=connection.shard,
            take=take,
            within=READ_WITHIN,
        )
    except ChassisError as error:
        raise ReconciliationFailed(f"our ledger could not be read: {words(error)}") from error
    for invoice in latest.values():
        yield invoice


def _words(entry: Entry[InvoiceState]) -> str:
    if entry.phase is Phase.FINAL:
        return words(entry.reason)
    stands = f"{entry.phase.value.replace('_', ' ')} at {entry.step.replace('_', ' ')}"
    return words(f"{stands}: {entry.reason}" if entry.reason else stands)


def _payment_waits(entry: Entry[InvoiceState]) -> str:
    """Why Basware was not told yet of the payment we know of."""
    payment, step = entry.body.payment, Step(entry.step)
    if payment is None:
        return ""
    if entry.phase is not Phase.FINAL and step in _PAYMENT_STEPS:
        return _words(entry)
    if entry.phase is Phase.FINAL and step not in _AT_REST:
        return ""  # nothing of it is told any more
    if payment.unknown:
        return f"PeopleSoft shows what no rule knows: {', '.join(payment.unknown)}"
    if payment.wanted is None or payment.wanted == payment.told:
        return ""
    return (
        f"a person gave it up: {entry.reason}"
        if payment.wanted == payment.given_up
        else "it waits for its turn"
    )


def _unchanged_before(body: InvoiceState, *, zone: ZoneInfo) -> date | None:
    """What apstream posted Basware changed then at the earliest; what a person linked, when the invoice was made."""
    if body.linked:
        return body.intent.match.invoice_date if body.intent is not None else None
    return body.posted_at.astimezone(zone).date() if body.posted_at is not None else None
