"""What is shown of one invoice: where it stands, what is known of it, its steps."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

from ap_domain.audit import AuditEvent
from ap_domain.invoice_state import InvoiceState
from ap_domain.money import plain
from ap_domain.payments import PaymentPicture
from ap_domain.posting import PostingIntent
from chassis.ledger.entry import Entry, Phase

from apstream_cli.invoices import Invoice
from apstream_cli.payment_words import payment_facts
from apstream_cli.screen import duration, instant, line, now
from apstream_cli.standing import standing
from apstream_cli.timeline import timeline

__all__ = ["as_fields", "show_entry", "show_steps"]

NEXT = "next try"


def show_entry(
    invoice: Invoice, events: Sequence[AuditEvent], *, picture: PaymentPicture | None = None
) -> None:
    """The sentence, and the facts of both ledgers and of the payment."""
    line(
        f"Invoice {invoice.number or '(number not known yet)'} of {invoice.connection_id}, {invoice.id}",
        style="bold",
    )
    line(standing(invoice, events))
    for name, value in facts(invoice, picture):
        line(f"  {name:<14} {value}")


def show_steps(events: Sequence[AuditEvent]) -> None:
    """One line a step: when, how long after the one before, who, what."""
    if not events:
        line("  the audit has nothing of it")
    for moment in timeline(events):
        local = moment.at.astimezone()
        zone = f"  {local:%H:%M:%S} {local:%Z}" if local.utcoffset() else ""
        times = f" ({moment.times} times, until {moment.until:%H:%M:%S})" if moment.times > 1 else ""
        line(
            f"  {moment.at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}Z{zone}  +{duration(moment.after):<8} "
            f"{moment.service:<17} {moment.words}{times}"
        )


def facts(invoice: Invoice, picture: PaymentPicture | None) -> Iterator[tuple[str, str]]:
    """What the ledgers hold of it, and PeopleSoft shows of its payment, for people."""
    if invoice.entry is not None:
        yield from _of_entry(invoice.entry)
        yield from payment_facts(invoice.entry.body, invoice.entry.step, picture, now=now())
    if invoice.fetch is not None:
        fetch = invoice.fetch
        yield (
            "fetching",
            f"{fetch.phase} at {fetch.step} since {instant(fetch.since)}, {fetch.body.fetch_number} differing",
        )
        if fetch.phase is Phase.WAITING:
            yield NEXT, f"of the fetch: {instant(fetch.due)}, after {fetch.attempts} failed"


def _of_entry(entry: Entry[InvoiceState]) -> Iterator[tuple[str, str]]:
    body = entry.body
    yield "state", f"{entry.phase} at {entry.step} since {instant(entry.since)}"
    if entry.phase in {Phase.WAITING, Phase.IN_DOUBT} and entry.due is not None:
        yield NEXT, f"{instant(entry.due)}, after {entry.attempts} failed in a row"
    yield "cycle", f"{body.cycle}, fetch {body.document.fetch_number}, in Basware then {body.document.status}"
    if body.newer is not None:
        yield (
            "newer fetch",
            f"{body.newer.fetch_number} ({body.newer.status}) waits until this one is settled",
        )
    if body.intent is not None:
        yield "voucher is" if body.linked else "voucher sent", _sent(body.intent)
    if entry.started is not None:
        begun, settle = entry.started, f"{entry.started.settle_seconds:g} s"
        yield (
            "creates begun",
            f"{begun.number}, the latest {instant(begun.at)}, which may take effect for {settle}",
        )
    if body.doubted:
        yield "doubt", "a create of it had an unknown outcome; PeopleSoft is asked before anything is told"
    if body.voucher is not None:
        held = ", payment held" if body.payment_block else ""
        status = (
            f"entry status {body.voucher.entry_status}" if body.voucher.entry_status else "status not shown"
        )
        linked = ", linked by a person" if body.linked else ""
        yield "voucher", f"{body.voucher.business_unit}/{body.voucher.voucher_id}, {status}{held}{linked}"
    if body.link is not None:
        yield "being linked", f"voucher {body.link.business_unit}/{body.link.voucher_id}"
    if body.report is not None:
        told = "posted" if body.report.success else "not transferred"
        stored = "stored by Basware" if body.report.request_id else "not sent yet"
        yield "report", f"number {body.report.number}, {told}, {stored}: {body.report.message}"
    elif body.reports:
        yield "reports", str(body.reports)
    if body.rehearsal:
        yield "shadow mode", body.rehearsal


def _sent(intent: PostingIntent) -> str:
    key, match = intent.natural_key, intent.match
    number = f"{key.business_unit}, supplier {key.vendor_setid}/{key.vendor_id}, invoice {key.invoice_id}"
    gross = f", gross {plain(match.gross)}" if match.gross is not None else ""
    dated = f", dated {match.invoice_date}" if match.invoice_date is not None else ""
    style = f", style {match.style}" if match.style else ""
    return f"{number}{dated}{gross}{style}"


def as_fields(
    invoice: Invoice, events: Sequence[AuditEvent], *, picture: PaymentPicture | None = None
) -> dict[str, Any]:
    """The same for programs."""
    entry, fetch = invoice.entry, invoice.fetch
    return {
        "connection": invoice.connection_id,
        "invoice_id": invoice.id,
        "number": invoice.number,
        "standing": standing(invoice, events),
        "phase": entry.phase if entry else None,
        "step": entry.step if entry else None,
        "since": entry.since if entry else None,
        "due": entry.due if entry else None,
        "reason": entry.reason if entry else "",
        "cycle": entry.body.cycle if entry else None,
        "voucher": f"{entry.body.voucher.business_unit}/{entry.body.voucher.voucher_id}"
        if entry and entry.body.voucher
        else None,
        "payment": _payment(entry, picture) if entry else None,
        "fetch": {"phase": fetch.phase, "step": fetch.step, "reason": fetch.reason} if fetch else None,
        "steps": [_step(event) for event in events],
    }


def _payment(entry: Entry[InvoiceState], picture: PaymentPicture | None) -> dict[str, Any] | None:
    state = entry.body.payment
    if state is None and picture is None:
        return None
    told = state.told if state is not None else None
    return {
        "standing": picture.standing if picture is not None else state and state.standing,
        "settled": picture.settled if picture is not None else state and state.settled,
        "paid_total": picture.paid_total if picture is not None else None,
        "currency": picture.currency if picture is not None else entry.body.currency,
        "payment_date": picture.payment_date if picture is not None else None,
        "exceptions": [each.kind for each in picture.exceptions] if picture is not None else [],
        "told_paid_total": told.paid_total if told is not None else None,
        "told_settled": told.settled if told is not None else None,
    }


def _step(event: AuditEvent) -> dict[str, Any]:
    return {
        "at": event.at.astimezone(UTC),
        "service": event.service,
        "action": event.action,
        "attempt": event.attempt,
        "detail": dict(event.detail),
    }
