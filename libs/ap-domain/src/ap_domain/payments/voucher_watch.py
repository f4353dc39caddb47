"""The watch over vouchers that are not paid yet: what in PeopleSoft keeps one from being paid, and what helps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from ap_domain.payments.picture import (
    ExceptionKind,
    Instalment,
    InstalmentState,
    VoucherException,
    VoucherStatus,
)
from ap_domain.payments.status_rules import StatusField, rules_of

__all__ = ["EXCEPTION_WORDS", "Finding", "exceptions_of", "findings"]

_STANDS = "The transfer to PeopleSoft stands; do not send the invoice again from Basware."
EXCEPTION_WORDS: Mapping[ExceptionKind, tuple[str, str]] = MappingProxyType(
    {
        ExceptionKind.RECYCLED: (
            "is recycled: it is saved, but can be neither posted nor paid",
            f"Accounts payable corrects the errors PeopleSoft shows on it and saves it. {_STANDS}",
        ),
        ExceptionKind.INCOMPLETE: (
            "is not finished: it can be neither posted nor paid",
            f"Accounts payable completes it in PeopleSoft and saves it as postable. {_STANDS}",
        ),
        ExceptionKind.MATCH: (
            "does not match its order or receipt",
            "The buyer corrects order or receipt, or accounts payable overrides the match exception in PeopleSoft.",
        ),
        ExceptionKind.BUDGET: (
            "failed the budget check",
            "The budget is raised or transferred, or the coding is corrected; then check the budget again.",
        ),
        ExceptionKind.DENIED: (
            "was denied approval in PeopleSoft",
            (
                "The approver says why. Accounts payable corrects and submits it again in PeopleSoft, or deletes it "
                "and settles the invoice with the supplier: a transfer cannot be undone in Basware."
            ),
        ),
        ExceptionKind.DELETED: (
            "was deleted in PeopleSoft",
            (
                "A transfer cannot be undone in Basware. If it was deleted by mistake, key it again and link the new "
                "voucher to the invoice; if not, agree with the supplier on a credit note or a new invoice."
            ),
        ),
        ExceptionKind.CLOSED: (
            "was closed before it was paid",
            (
                "A transfer cannot be undone in Basware. If the invoice must be paid, re-open the voucher; "
                "if not, tell the supplier."
            ),
        ),
        ExceptionKind.MISSING: (
            "is not shown by PeopleSoft's queries, or not all of it",
            (
                "Look whether it was archived or moved, whether the operator's row security shows its business unit, "
                "and whether the query shows each of its scheduled payments, also those without a payment. Until "
                "then nothing is concluded from what is not shown."
            ),
        ),
        ExceptionKind.PAYMENT_FAILED: (
            "has a payment that could not be carried out",
            "The treasury looks into the pay cycle's messages, corrects rate, bank or method and pays it again.",
        ),
        ExceptionKind.UNKNOWN_STATUS: (
            "has a status that no rule knows",
            "Find out what it means; codes of payments are named under payments.statuses of the connection.",
        ),
    }
)
"""What is wrong with the voucher, and what helps."""

_WATCHED = tuple(
    (field, attribute, rules_of(field))
    for field, attribute in (
        (StatusField.ENTRY, "entry"),
        (StatusField.MATCH, "match"),
        (StatusField.APPROVAL, "approval"),
        (StatusField.BUDGET, "budget"),
        (StatusField.POSTING, "posting"),
        (StatusField.CLOSE, "close"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason for an exception; ``detail`` is what PeopleSoft shows."""

    kind: ExceptionKind
    detail: str


def findings(
    voucher: VoucherStatus | None, *, instalments: Sequence[Instalment], unknown: Sequence[str]
) -> Iterator[Finding]:
    """What is wrong with a voucher whose debt is not met yet."""
    if voucher is not None:
        for field, attribute, rules in _WATCHED:
            code = getattr(voucher, attribute)
            rule = rules.get(code)
            if rule is None and code:
                yield Finding(kind=ExceptionKind.UNKNOWN_STATUS, detail=f"{field} {code}")
            elif rule is not None and rule.exception is not None:
                yield Finding(kind=rule.exception, detail=f"{field} {code}: {rule.name}")
    for each in instalments:
        if each.state is InstalmentState.FAILED:
            yield Finding(
                kind=ExceptionKind.PAYMENT_FAILED,
                detail=f"instalment {each.number}: {StatusField.SELECTION} {each.selection}",
            )
    yield from (Finding(kind=ExceptionKind.UNKNOWN_STATUS, detail=words) for words in unknown)


def exceptions_of(
    found: Sequence[Finding],
    *,
    voucher: str,
    before: Sequence[VoucherException],
    observed_at: datetime,
) -> tuple[VoucherException, ...]:
    """One exception a kind, in the order of kinds; it is as old as the one of that kind was before. Of a deleted or
    closed voucher it does not matter any more what else was wrong with it.
    """
    for last in (ExceptionKind.DELETED, ExceptionKind.CLOSED):
        if any(each.kind is last for each in found):
            found = [each for each in found if each.kind in (last, ExceptionKind.UNKNOWN_STATUS)]
    since = {each.kind: each.since for each in before}
    exceptions: list[VoucherException] = []
    for kind in ExceptionKind:
        details = [each.detail for each in found if each.kind is kind and each.detail]
        if any(each.kind is kind for each in found):
            what, remedy = EXCEPTION_WORDS[kind]
            shown = f" ({'; '.join(details)})" if details else ""
            exceptions.append(
                VoucherException(
                    kind=kind,
                    since=since.get(kind, observed_at),
                    words=f"Voucher {voucher} {what}{shown}.",
                    remedy=remedy,
                )
            )
    return tuple(exceptions)
