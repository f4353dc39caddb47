"""What Basware must show of a voucher's payment, counted from PeopleSoft's books by what was done there (`fate`), never
from the letters that our rules read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ap_domain.payments import PaymentTold, PublishedPicture

PAID_FATES = ("paid", "escheated")

Page = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Followed:
    """A voucher, its invoice, and what the poller and the poster remember of them."""

    voucher_id: str
    invoice_id: str
    published: PublishedPicture | None = None
    told: PaymentTold | None = None
    sent: int = 0
    days: set[str] = field(default_factory=set)
    """Days that PeopleSoft showed of it at any look."""
    named: set[str] = field(default_factory=set)
    """Payments that stood when Basware was told."""


def agree(followed: Followed, page: Page, seen: Mapping[str, Any]) -> None:
    """The page of PeopleSoft's books against what a clerk sees in Basware."""
    where = f"PeopleSoft {page}\nBasware {seen}"
    summary, currency = page["summary"], page["TXN_CURRENCY_CD"]
    standing = [row for row in page["schedule"] if row["fate"] in PAID_FATES]
    own = [row for row in standing if row["CURRENCY_PYMNT"] == currency]
    # Of what was paid in another currency, Basware is told what it settled, with what was deducted.
    discount = _sum(own, "PAID_AMT_DSCNT")
    paid = Decimal(summary["paid_gross"]) - discount - _sum(own, "WTHD_AMT")
    if not summary["other_currency"]:
        assert (paid, discount) == (Decimal(summary["paid"]), Decimal(summary["discount"]))
    assert (seen["paidTotal"] or 0, seen["cashDiscount"] or 0) == (paid, discount), where
    assert bool(seen["paymentBlock"]) == summary["held"], where
    gross = Decimal(page["GROSS_AMT"])
    covered = abs(paid + discount) >= abs(gross)
    assert seen["status"] == ("Paid" if covered else "Transferred"), where
    assert (followed.told is not None and followed.told.settled) == summary["ended"], where

    payments = {(each["BANK_ACCT_KEY"], each["PYMNT_ID"]): each for each in page["payments"]}
    carrying = [payments[row["BANK_ACCT_KEY"], row["PYMNT_ID"]] for row in standing]
    names = {each["PYMNT_ID_REF"] for each in carrying}
    assert _listed(seen["paymentNumber"]) == {each["PYMNT_ID"] for each in carrying}, where
    assert _listed(seen["paymentDocument"]) == names, where
    assert followed.named - names <= _listed(seen["paymentReversalDocument"]), where
    # Numbers and names are unique within a bank account only: one that stands may share them with one that does not.
    others = {each["PYMNT_ID_REF"] for each in page["payments"] if each not in carrying}
    assert names & _listed(seen["paymentReversalDocument"]) <= others, where
    followed.named |= names

    for row in page["schedule"]:
        followed.days |= {row["DUE_DT"], row["SCHEDULED_PAY_DT"]}
    for payment in page["payments"]:
        followed.days |= {payment["PYMNT_DT"], payment["CANCEL_DT"]}
    if carrying:
        newest = max(each["PYMNT_DT"] for each in carrying)
        assert seen["paymentDate"][:10] == newest, where
        assert seen["checkNumber"] in {
            each["PYMNT_ID_REF"] for each in carrying if each["PYMNT_DT"] == newest
        }, where
    elif seen["paymentDate"] is not None:
        assert seen["paymentDate"][:10] in followed.days, where
    assert seen["received"] == seen["applied"] == followed.sent, where
    assert (seen["received"] > 0) == (seen["paymentDate"] is not None), where


def _sum(rows: Sequence[Page], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


def _listed(text: str | None) -> set[str]:
    return set(text.split(", ")) if text else set()
