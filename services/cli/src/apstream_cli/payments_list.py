"""Vouchers and their exceptions as lists: one line each, for people and for programs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ap_domain.payments import VoucherException

from apstream_cli.payment_words import amount, told_words
from apstream_cli.payments_book import Watched
from apstream_cli.payments_status import NOT_SEEN
from apstream_cli.screen import ago, instant

__all__ = ["EXCEPTION_COLUMNS", "VOUCHER_COLUMNS", "Excepted", "exceptions", "voucher_fields", "voucher_row"]

VOUCHER_COLUMNS = (
    "connection", "invoice", "voucher", "standing", "settled", "gross", "paid", "payment date", "held", "exceptions",
    "Basware knows",
)  # fmt: skip
EXCEPTION_COLUMNS = (
    "connection", "invoice", "voucher", "what", "since", "age", "what is wrong", "what to do",
)  # fmt: skip


def voucher_row(each: Watched) -> tuple[str, ...]:
    """As in `VOUCHER_COLUMNS`."""
    body, picture = each.entry.body, each.picture
    called = (each.entry.connection_id, body.invoice_number or body.invoice_id, each.called)
    told = body.payment.told if body.payment is not None else None
    knows = told_words(told, body.currency) if told is not None else ""
    if picture is None:
        return *called, NOT_SEEN, "", "", "", "", "", "", knows
    return (
        *called,
        picture.standing,
        "yes" if picture.settled else "no",
        amount(picture.gross, picture.currency),
        amount(picture.paid_total, picture.currency),
        str(picture.payment_date or ""),
        (picture.hold_reason or "yes") if picture.on_hold else "",
        ", ".join(exception.kind for exception in picture.exceptions),
        knows,
    )


def voucher_fields(each: Watched) -> dict[str, Any]:
    """For programs: amounts as texts in plain digits."""
    body, picture = each.entry.body, each.picture
    told = body.payment.told if body.payment is not None else None
    return {
        "connection": each.entry.connection_id,
        "invoice_id": body.invoice_id,
        "number": body.invoice_number,
        "business_unit": each.voucher.business_unit,
        "voucher": each.voucher.voucher_id,
        "linked": body.linked,
        "step": each.entry.step,
        "phase": each.entry.phase,
        "standing": picture.standing if picture is not None else None,
        "settled": picture.settled if picture is not None else None,
        "currency": picture.currency if picture is not None else body.currency,
        "gross": picture.gross if picture is not None else None,
        "paid_total": picture.paid_total if picture is not None else None,
        "cash_discount": picture.cash_discount if picture is not None else None,
        "withheld": picture.withheld if picture is not None else None,
        "payment_date": picture.payment_date if picture is not None else None,
        "on_hold": picture.on_hold if picture is not None else None,
        "observed_at": picture.observed_at if picture is not None else None,
        "exceptions": [each.kind for each in picture.exceptions] if picture is not None else [],
        "told_paid_total": told.paid_total if told is not None else None,
        "told_settled": told.settled if told is not None else None,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Excepted:
    """A voucher that somebody must deal with in PeopleSoft, and one reason why."""

    watched: Watched
    exception: VoucherException

    def row(self, *, now: datetime) -> tuple[str, ...]:
        """As in `EXCEPTION_COLUMNS`."""
        entry, exception = self.watched.entry, self.exception
        return (
            entry.connection_id,
            entry.body.invoice_number or entry.body.invoice_id,
            self.watched.called,
            exception.kind,
            instant(exception.since),
            ago(exception.since, now=now),
            exception.words,
            exception.remedy,
        )

    def fields(self, *, now: datetime) -> dict[str, Any]:
        """For programs."""
        entry, exception = self.watched.entry, self.exception
        return {
            "connection": entry.connection_id,
            "invoice_id": entry.body.invoice_id,
            "number": entry.body.invoice_number,
            "business_unit": self.watched.voucher.business_unit,
            "voucher": self.watched.voucher.voucher_id,
            "kind": exception.kind,
            "since": exception.since,
            "age_seconds": (now - exception.since).total_seconds(),
            "words": exception.words,
            "remedy": exception.remedy,
        }


def exceptions(watched: Iterable[Watched]) -> list[Excepted]:
    """All of them, longest first."""
    return sorted(_exceptions(watched), key=lambda each: (each.exception.since, each.watched.entry.key))


def _exceptions(watched: Iterable[Watched]) -> Iterator[Excepted]:
    for each in watched:
        for exception in each.picture.exceptions if each.picture is not None else ():
            yield Excepted(watched=each, exception=exception)
