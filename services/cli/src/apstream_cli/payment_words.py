"""Payments in words: what became of a voucher, what Basware was told, what somebody must do. Pure."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from ap_domain.invoice_state import InvoiceState, Step
from ap_domain.money import format_amount
from ap_domain.payments import PaymentPicture, PaymentStanding, PaymentTold, VoucherException

from apstream_cli.screen import ago, instant

__all__ = ["amount", "exception_words", "payment_facts", "standing_words", "told_briefly", "told_words"]

_STANDINGS: dict[PaymentStanding, str] = {
    PaymentStanding.NOT_SCHEDULED: "not scheduled for payment yet",
    PaymentStanding.SCHEDULED: "scheduled",
    PaymentStanding.SELECTED: "chosen by a pay cycle",
    PaymentStanding.ON_HOLD: "on hold",
    PaymentStanding.PARTIALLY_PAID: "partly paid",
    PaymentStanding.PAID: "paid",
    PaymentStanding.CLOSED_UNPAID: "over without money: netted, zero, prepaid or cancelled",
    PaymentStanding.REOPENED: "paid once, and the payment was taken back",
    PaymentStanding.UNKNOWN: "not to be told: PeopleSoft shows something that no rule knows, or nothing",
}


def amount(value: Decimal, currency: str) -> str:
    """With its currency, where that is known."""
    return f"{format_amount(value, currency=currency)} {currency}".strip()


def standing_words(picture: PaymentPicture) -> str:
    """The voucher's payment in one phrase."""
    words = _STANDINGS[picture.standing]
    if picture.paid_total or picture.standing is PaymentStanding.PAID:
        words += (
            f": {amount(picture.paid_total, picture.currency)} of {amount(picture.gross, picture.currency)}"
        )
    if picture.payment_date is not None:
        words += f", {picture.payment_date}"
    if picture.on_hold:
        words += f", held{f' ({picture.hold_reason})' if picture.hold_reason else ''}"
    return f"{words}, settled" if picture.settled else words


def told_words(told: PaymentTold, currency: str) -> str:
    """What Basware was told, or should be."""
    parts = [f"{amount(told.paid_total, currency)} paid"]
    if told.payment_date is not None:
        parts.append(f"date {told.payment_date}")
    if told.cash_discount:
        parts.append(f"cash discount {amount(told.cash_discount, currency)}")
    parts.append("payment blocked" if told.payment_block else "not blocked")
    if told.check_number:
        parts.append(f"reference {told.check_number}")
    if told.payment_number:
        parts.append(f"payment {told.payment_number}")
    if told.payment_reversal_document:
        parts.append(f"taken back {told.payment_reversal_document}")
    said = told.message or told.payment_message
    return ", ".join(parts) + (f": {said}" if said else "")


def told_briefly(told: PaymentTold, currency: str) -> str:
    """The sum, the day and whether it is held, as Basware was told."""
    day = f" on {told.payment_date}" if told.payment_date is not None and told.paid_total else ""
    held = ", payment blocked" if told.payment_block else ""
    return f"{amount(told.paid_total, currency)} paid{day}{held}"


def exception_words(exception: VoucherException, *, now: datetime) -> str:
    """What is wrong, for how long, and what helps."""
    return f"{exception.words.rstrip('.')} (for {ago(exception.since, now=now)}). {exception.remedy}"


def payment_facts(
    body: InvoiceState, step: str, picture: PaymentPicture | None, *, now: datetime
) -> Iterator[tuple[str, str]]:
    """What is known of the payment of an invoice, and what Basware was told of it, for people."""
    if picture is not None:
        yield "payment", f"{standing_words(picture)}; seen {instant(picture.observed_at)}"
        if picture.cash_discount:
            yield "cash discount", amount(picture.cash_discount, picture.currency)
        if picture.withheld:
            yield "withheld", f"{amount(picture.withheld, picture.currency)}, not paid to the supplier"
        for exception in picture.exceptions:
            yield "exception", exception_words(exception, now=now)
        for code in picture.unknown:
            yield "unknown", f"{code}: nothing is told before a rule knows it (section payments, statuses)"
        for words in picture.disagreements:
            yield "disagreement", words
    if body.payment is not None:
        yield from _told(body, step)


def _told(body: InvoiceState, step: str) -> Iterator[tuple[str, str]]:
    state = body.payment
    if state is None:
        return
    told = told_words(state.told, body.currency) if state.told is not None else "nothing of the payment yet"
    yield "Basware knows", told
    if state.report is not None:
        stored = "stored by Basware" if state.report.request_id else "not sent yet"
        yield (
            "being told",
            f"number {state.report.number}, {stored}: {told_words(state.report.told, body.currency)}",
        )
    elif state.wanted is not None and state.wanted != state.told:
        waits = "next" if step in {Step.CONFIRMED, Step.PAID} else "once it is at rest"
        yield "to be told", f"{waits}: {told_words(state.wanted, body.currency)}"
