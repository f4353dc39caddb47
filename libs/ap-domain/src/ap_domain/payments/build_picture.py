"""From the rows of one voucher to the whole picture of its payment."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from ap_domain.money import exact_sum, plain
from ap_domain.payments.coverage import Coverage, coverage
from ap_domain.payments.inquiry import InquiryRow, disagreement, instalments_of_inquiry
from ap_domain.payments.instalments import ReadInstalment, read_instalments
from ap_domain.payments.payment_row import QueryRow, VoucherRow, read_payment_row, read_voucher_row
from ap_domain.payments.picture import (
    ExceptionKind,
    Instalment,
    InstalmentState,
    PaymentPicture,
    PaymentStanding,
    Proof,
)
from ap_domain.payments.plan import PaymentPlan
from ap_domain.payments.standing import in_voucher_currency, paid_last_on, standing_of
from ap_domain.payments.status_rules import COUNTING, ENDED
from ap_domain.payments.voucher_watch import Finding, exceptions_of, findings
from ap_domain.payments.watched import PublishedPicture, WatchedVoucher

__all__ = ["build_picture"]

_NOT_DIGESTED = frozenset({"poll_offset", "observed_at", "since", "digest"})
_MET = ENDED - {InstalmentState.CANCELLED}


def build_picture(
    watched: WatchedVoucher,
    *,
    voucher_row: QueryRow | None,
    payment_rows: Sequence[QueryRow],
    plan: PaymentPlan,
    poll_offset: int,
    observed_at: datetime,
    before: PublishedPicture | None,
    inquiry: InquiryRow | None = None,
) -> PaymentPicture:
    """What the plan's first source says of the voucher; the second is compared with it.

    ``voucher_row`` None: PeopleSoft's query does not show the voucher. Nothing about money is concluded from what is
    not shown (`coverage`): the standing is then unknown, unless payment rows say more. ``before`` is the last picture
    published, from which the age of exceptions comes, and what was shown that is shown no longer. ``inquiry`` is the
    one row of the payment inquiry that can only be this voucher's. Raises PaymentRowFault.
    """
    picture = None
    if Proof.QUERY in plan.sources:
        name = {"business_unit": watched.business_unit, "voucher_id": watched.voucher_id}
        voucher = read_voucher_row(voucher_row, **name) if voucher_row is not None else None
        rows = [read_payment_row(row, **name) for row in payment_rows]
        currency = _currency(watched, voucher, {row.currency for row in rows if row.currency})
        read = read_instalments(rows, voucher="/".join(name.values()), currency=currency, plan=plan)
        gross = exact_sum(row.gross for row in rows) if watched.gross is None else watched.gross
        picture = _picture(
            watched,
            proof=Proof.QUERY,
            currency=currency,
            gross=voucher.gross if voucher else gross,
            read=read,
            voucher=voucher,
            poll_offset=poll_offset,
            observed_at=observed_at,
            before=before,
        )
    statuses = plan.inquiry.statuses if plan.inquiry else {}
    disagreements = disagreement(picture, inquiry, statuses=statuses) if picture and inquiry else ()
    if picture is None or plan.sources[0] is Proof.INQUIRY:
        shown = _picture(
            watched,
            proof=Proof.INQUIRY,
            currency=inquiry.currency if inquiry else watched.currency,
            gross=inquiry.gross if inquiry else watched.gross or Decimal(0),
            read=instalments_of_inquiry(inquiry, statuses=statuses),
            voucher=None,
            poll_offset=poll_offset,
            observed_at=observed_at,
            before=before,
        )
        picture = _with_watch(shown, picture)
    if disagreements:
        picture = replace(picture, disagreements=disagreements)
    return replace(picture, digest=_digest(picture))


def _picture(
    watched: WatchedVoucher,
    *,
    proof: Proof,
    currency: str,
    gross: Decimal,
    read: Sequence[ReadInstalment],
    voucher: VoucherRow | None,
    poll_offset: int,
    observed_at: datetime,
    before: PublishedPicture | None,
) -> PaymentPicture:
    instalments = tuple(each.instalment for each in read)
    unknown = tuple(words for each in read for words in each.unknown)
    held = [each for each in read if each.held]
    counting = [each for each in instalments if each.state in COUNTING]
    same_currency = [each for each in counting if each.currency == currency]
    missing = proof is Proof.QUERY and voucher is None
    covers = (
        coverage(
            read,
            voucher=voucher,
            gross=gross,
            currency=currency,
            before=before,
            posted_at=watched.since,
            observed_at=observed_at,
        )
        if proof is Proof.QUERY
        else _by_inquiry(instalments, before)
    )
    nothing_known = bool(covers.gone) or (not read and (missing or proof is Proof.INQUIRY))
    found = _found(instalments, unknown=unknown, voucher=voucher, covers=covers, missing=missing)
    return PaymentPicture(
        connection_id=watched.connection_id,
        invoice_id=watched.invoice_id,
        business_unit=watched.business_unit,
        voucher_id=watched.voucher_id,
        poll_offset=poll_offset,
        observed_at=observed_at,
        posted_at=watched.since,
        proof=proof,
        standing=(
            PaymentStanding.UNKNOWN
            if nothing_known
            else standing_of(instalments, settled=covers.settled, on_hold=bool(held), before=before)
        ),
        settled=covers.settled,
        currency=currency,
        gross=gross,
        paid_total=exact_sum(in_voucher_currency(each, currency) for each in counting),
        cash_discount=exact_sum(each.discount for each in same_currency),
        withheld=exact_sum(each.withheld for each in same_currency),
        payment_date=paid_last_on(instalments),
        on_hold=bool(held),
        hold_reason=next((each.instalment.hold_reason for each in held), ""),
        instalments=instalments,
        gone=covers.gone,
        voucher=voucher.status if voucher else None,
        exceptions=exceptions_of(
            found,
            voucher=f"{watched.business_unit}/{watched.voucher_id}",
            before=before.exceptions if before else (),
            observed_at=observed_at,
        ),
        unknown=unknown,
        digest="",
    )


def _found(
    instalments: Sequence[Instalment],
    *,
    unknown: Sequence[str],
    voucher: VoucherRow | None,
    covers: Coverage,
    missing: bool,
) -> list[Finding]:
    """What keeps the voucher from being paid; nothing does once its debt is met, or if there never was one."""
    if covers.settled and (not instalments or any(each.state in _MET for each in instalments)):
        return []
    found = list(findings(voucher.status if voucher else None, instalments=instalments, unknown=unknown))
    if voucher is not None and not voucher.gross:
        found = [each for each in found if each.kind is not ExceptionKind.CLOSED]
    if missing or covers.lacking:
        found.append(Finding(kind=ExceptionKind.MISSING, detail=covers.lacking))
    return found


def _by_inquiry(instalments: Sequence[Instalment], before: PublishedPicture | None) -> Coverage:
    """The inquiry shows an invoice whole; where it shows none, it does not say that anything changed."""
    if not instalments:
        return Coverage(settled=before is not None and before.settled_at is not None)
    return Coverage(settled=all(each.state in ENDED for each in instalments))


def _currency(watched: WatchedVoucher, voucher: VoucherRow | None, paid_in: set[str]) -> str:
    if voucher is not None and voucher.currency:
        return voucher.currency
    return watched.currency or (next(iter(paid_in)) if len(paid_in) == 1 else "")


def _with_watch(shown: PaymentPicture, by_query: PaymentPicture | None) -> PaymentPicture:
    """The inquiry decides about the money; what the voucher's own statuses say comes from the query all the same."""
    if by_query is None:
        return shown
    return replace(shown, voucher=by_query.voucher, exceptions=by_query.exceptions)


def _digest(picture: PaymentPicture) -> str:
    """Over the values in the order of the fields: equal for equal pictures, however amounts are written."""
    return hashlib.sha256(json.dumps(_plain(picture), default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    kind: Any = type(value)
    return [getattr(value, name) for name in _digested(kind)]


@cache
def _digested(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in _NOT_DIGESTED)
