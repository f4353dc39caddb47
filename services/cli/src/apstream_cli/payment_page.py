"""What is shown of one invoice's payment: the whole picture, in words and in PeopleSoft's letters."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from ap_domain.payments import Instalment, PaymentPicture, VoucherStatus

from apstream_cli.payment_words import amount, payment_facts
from apstream_cli.payments_book import Watched
from apstream_cli.payments_list import voucher_fields
from apstream_cli.screen import instant, line, show_table

__all__ = ["page_fields", "show_payment"]

INSTALMENT_COLUMNS = (
    "no.", "state", "letters", "due", "scheduled", "gross", "paid", "discount", "withheld", "paid on", "payment",
    "reference", "taken back", "hold",
)  # fmt: skip
LETTERS = (
    "letters are PYMNT_SELCT_STATUS/PYMNT_ACTION and, of the payment, PYMNT_STATUS/CANCEL_ACTION; - is none"
)


def show_payment(each: Watched, *, now: datetime) -> None:
    """The facts, the instalments, the voucher's own statuses."""
    entry, picture = each.entry, each.picture
    line(
        f"Voucher {each.called} of invoice {entry.body.invoice_number or entry.body.invoice_id}, {entry.connection_id}",
        style="bold",
    )
    line(
        f"  {'invoice':<14} {entry.body.invoice_id}, {entry.phase} at {entry.step} since {instant(entry.since)}"
    )
    if entry.body.linked:
        line(f"  {'linked':<14} by a person: the voucher was not made from here")
    for name, value in payment_facts(entry.body, entry.step, picture, now=now):
        line(f"  {name:<14} {value}")
    if picture is None:
        line(f"  {'payment':<14} not seen yet: no poll has shown its voucher")
        return
    proof = (
        "the queries"
        if picture.proof == "query"
        else "the payment inquiry, which proves no more than that it was paid"
    )
    line(f"  {'source':<14} {proof}, poll {picture.poll_offset}")
    if picture.voucher is not None:
        line(f"  {'statuses':<14} {_statuses(picture.voucher)}")
    show_table(INSTALMENT_COLUMNS, (_instalment(part, picture) for part in picture.instalments))
    if picture.instalments:
        line(f"  {LETTERS}")


def page_fields(each: Watched) -> dict[str, Any]:
    """For programs: what a list has, and the picture as it travels."""
    return {**voucher_fields(each), "picture": asdict(each.picture) if each.picture is not None else None}


def _statuses(voucher: VoucherStatus) -> str:
    shown = {
        "entry": voucher.entry,
        "match": voucher.match,
        "approval": voucher.approval,
        "budget": voucher.budget,
        "posting": voucher.posting,
        "close": voucher.close,
        "terms": voucher.terms,
        "accounting date": str(voucher.accounting_date or ""),
    }
    return ", ".join(f"{name} {value or '-'}" for name, value in shown.items())


def _instalment(part: Instalment, picture: PaymentPicture) -> tuple[str, ...]:
    letters = f"{part.selection or '-'}/{part.action or '-'} {part.payment_status or '-'}/{part.cancel_action or '-'}"
    return (
        str(part.number),
        part.state,
        letters,
        str(part.due or ""),
        str(part.scheduled or ""),
        amount(part.gross, picture.currency),
        amount(part.paid, part.currency),
        amount(part.discount, part.currency) if part.discount else "",
        amount(part.withheld, part.currency) if part.withheld else "",
        str(part.paid_on or ""),
        " ".join(each for each in (part.payment_id, part.method) if each),
        part.reference,
        str(part.cancelled_on or ""),
        part.hold_reason,
    )
