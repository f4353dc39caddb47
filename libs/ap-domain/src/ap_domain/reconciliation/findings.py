"""Where the sides differ on one invoice: one rule a function, none of them weighs whether that is as it should be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ap_domain.money import format_amount
from ap_domain.reconciliation.matching import MatchedInvoice
from ap_domain.reconciliation.result import DifferenceKind
from ap_domain.reconciliation.sides import BaswareInvoice, PeopleSoftVoucher

__all__ = ["Finding", "findings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A difference in words; ``voucher`` and ``amount`` are what it is about."""

    kind: DifferenceKind
    words: str
    voucher: PeopleSoftVoucher | None = None
    amount: Decimal | None = None


def findings(invoice: MatchedInvoice) -> Iterator[Finding]:
    """All differences of one invoice. One that has no voucher that counts gets one, not one for each that follows."""
    for rule in _RULES:
        found = rule(invoice)
        yield from found


def _without_voucher(invoice: MatchedInvoice) -> Iterator[Finding]:
    """Approved or transferred by Basware, and our ledger names no voucher."""
    document = invoice.basware
    if document is None or (invoice.ledger is not None and invoice.ledger.voucher_id):
        return
    if invoice.others:
        first = invoice.others[0]
        if document.transferred and document.voucher_id == first.voucher_id:
            yield Finding(
                kind=DifferenceKind.NOT_IN_LEDGER,
                words=f"Basware and PeopleSoft both have voucher {first.voucher_id}, and our ledger has none",
                voucher=first,
            )
        else:
            yield Finding(
                kind=DifferenceKind.KEYED_BY_HAND,
                words=f"voucher {_named(first)} is for this invoice and was not made by apstream;"
                f" Basware shows {_shown(document)}",
                voucher=first,
            )
    elif document.transferred:
        yield Finding(
            kind=DifferenceKind.NOT_IN_LEDGER,
            words=f"Basware shows it as {document.status} with {_shown(document)}, and our ledger has no voucher",
        )
    elif document.awaits_transfer:
        yield Finding(
            kind=DifferenceKind.NOT_POSTED,
            words=f"approved in Basware ({document.status}), and PeopleSoft has no voucher of it",
        )


def _missing(invoice: MatchedInvoice) -> Iterator[Finding]:
    ledger, voucher = invoice.ledger, invoice.voucher
    if ledger is None or not ledger.voucher_id or (voucher is not None and voucher.live):
        return
    fate = "does not show it" if voucher is None else "shows it as deleted"
    yield Finding(
        kind=DifferenceKind.MISSING_IN_PEOPLESOFT,
        words=f"our ledger has voucher {ledger.business_unit}/{ledger.voucher_id} and PeopleSoft {fate}",
        voucher=voucher,
        amount=ledger.gross,
    )


def _amount(invoice: MatchedInvoice) -> Iterator[Finding]:
    voucher = invoice.voucher
    if voucher is None or not voucher.live:
        return
    gross, currency = _expected(invoice)
    other_sum = gross is not None and voucher.gross is not None and voucher.gross != gross
    other_currency = bool(currency and voucher.currency) and voucher.currency != currency
    if gross is not None and (other_sum or other_currency):
        has = _money(voucher.gross or Decimal(0), voucher.currency)
        yield Finding(
            kind=DifferenceKind.AMOUNT,
            words=f"voucher {voucher.voucher_id} is over {has}, the invoice over {_money(gross, currency)}",
            voucher=voucher,
            amount=voucher.gross,
        )


def _duplicate(invoice: MatchedInvoice) -> Iterator[Finding]:
    ledger = invoice.ledger
    if ledger is None or not ledger.voucher_id:
        return
    for other in invoice.others:
        yield Finding(
            kind=DifferenceKind.DUPLICATE,
            words=f"voucher {_named(other)} has the same supplier, number, sum and currency as {ledger.voucher_id},"
            " which apstream holds for this invoice: it may be paid twice",
            voucher=other,
        )


def _basware_side(invoice: MatchedInvoice) -> Iterator[Finding]:
    """PeopleSoft has the voucher that our ledger names: what Basware makes of it."""
    ledger, document, voucher = invoice.ledger, invoice.basware, invoice.voucher
    if ledger is None or voucher is None or not voucher.live:
        return
    if document is None or not (document.transferred or document.awaits_transfer):
        state = "does not have the invoice" if document is None else f"shows the invoice as {document.status}"
        yield Finding(
            kind=DifferenceKind.NOT_IN_BASWARE,
            words=f"PeopleSoft has voucher {voucher.voucher_id} and Basware {state}",
            voucher=voucher,
        )
    elif not document.transferred:
        yield Finding(
            kind=DifferenceKind.NOT_CONFIRMED,
            words=f"PeopleSoft has voucher {voucher.voucher_id} and Basware shows the invoice as {document.status}",
            voucher=voucher,
        )
    else:
        if document.voucher_id != voucher.voucher_id:
            yield Finding(
                kind=DifferenceKind.VOUCHER_NUMBER,
                words=f"Basware shows {_shown(document)}, our ledger has {voucher.voucher_id}",
                voucher=voucher,
            )
        yield from _payment(document, voucher)


def _payment(document: BaswareInvoice, voucher: PeopleSoftVoucher) -> Iterator[Finding]:
    if voucher.paid_total is None:
        if voucher.unclear:
            words = f"PeopleSoft's payments of it cannot be read: {', '.join(voucher.unclear)}"
            yield Finding(kind=DifferenceKind.PAYMENT, words=words, voucher=voucher)
        return
    said = []
    if document.paid_total != voucher.paid_total:
        paid = _money(voucher.paid_total, voucher.currency)
        said.append(
            f"PeopleSoft has paid {paid}, Basware shows {_money(document.paid_total, document.currency)}"
        )
    if document.told_block is not None and document.told_block != voucher.held:
        real = "holds the payment" if voucher.held else "does not hold the payment"
        said.append(
            f"PeopleSoft {real}, Basware was told that it is {'' if document.told_block else 'not '}held"
        )
    if document.status == "Paid" and not voucher.settled and not voucher.paid_total and not said:
        said.append("Basware shows it as Paid, and nothing of it is paid in PeopleSoft")
    if said:
        yield Finding(
            kind=DifferenceKind.PAYMENT, words="; ".join(said), voucher=voucher, amount=voucher.paid_total
        )


_RULES: tuple[Callable[[MatchedInvoice], Iterator[Finding]], ...] = (
    _without_voucher,
    _missing,
    _amount,
    _duplicate,
    _basware_side,
)


def _expected(invoice: MatchedInvoice) -> tuple[Decimal | None, str]:
    """The sum and currency that the voucher should have: Basware's, else what was sent."""
    document, ledger = invoice.basware, invoice.ledger
    if document is not None and document.gross is not None:
        return document.gross, document.currency
    return (None, "") if ledger is None else (ledger.gross, ledger.currency)


def _named(voucher: PeopleSoftVoucher) -> str:
    origin = f", origin {voucher.origin}" if voucher.origin else ""
    entered = f", entered on {voucher.entered_on}" if voucher.entered_on else ""
    return f"{voucher.business_unit}/{voucher.voucher_id}" + (
        f" ({(origin + entered)[2:]})" if origin + entered else ""
    )


def _shown(document: BaswareInvoice) -> str:
    return f"voucher number {document.voucher_id}" if document.voucher_id else "no voucher number"


def _money(amount: Decimal, currency: str) -> str:
    return f"{format_amount(amount, currency=currency)} {currency}".rstrip()
