"""What Basware should show of a voucher's payment, by PeopleSoft's book. Pure; written from docs/payments.md."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from .records import Json

HAS_MONEY = ("paid", "escheated")


def paid_total(page: Json) -> Decimal:
    """What the supplier has, in the voucher's currency; of a payment in another one the instalment's gross sum."""
    own = page["TXN_CURRENCY_CD"]
    return sum(
        (
            Decimal(row["PAID_AMT" if row["CURRENCY_PYMNT"] == own else "PYMNT_GROSS_AMT"])
            for row in page["schedule"]
            if row["fate"] in HAS_MONEY
        ),
        Decimal(0),
    )


def payment_days(page: Json) -> list[str]:
    """The days that may be shown: of the latest payment that counts, else of what was taken back."""
    carrying = {
        (row["BANK_ACCT_KEY"], row["PYMNT_ID"]) for row in page["schedule"] if row["fate"] in HAS_MONEY
    }
    counting = [
        each["PYMNT_DT"] for each in page["payments"] if (each["BANK_ACCT_KEY"], each["PYMNT_ID"]) in carrying
    ]
    if counting:
        return [max(counting)]
    return sorted(each["CANCEL_DT"] for each in page["payments"] if each["CANCEL_DT"])


def differences(row: Json, page: Json, *, today: date) -> Iterator[str]:
    """In what a clerk's view in Basware differs from PeopleSoft's book, in words."""
    paid, summary = paid_total(page), page["summary"]
    if row["paidTotal"] is None:
        if paid or summary["ended"] or summary["held"] != bool(row["paymentBlock"]):
            yield f"nothing was told; paid {paid}, ended {summary['ended']}, held {summary['held']}"
        return
    discount = Decimal(summary["discount"])
    shown_discount = row["cashDiscount"] or Decimal(0)
    if (row["paidTotal"], shown_discount) != (paid, discount):
        yield f"shown as paid {row['paidTotal']} and {shown_discount} discount, in the books {paid} and {discount}"
    if bool(row["paymentBlock"]) != summary["held"]:
        yield f"block {row['paymentBlock']}, held in the books: {summary['held']}"
    days = payment_days(page)
    told = str(row["paymentDate"])[:10]
    if days and told not in days:
        yield f"payment date {told}, in the books {days}"
    elif not days and paid == 0 and told > today.isoformat():
        planned = [each["SCHEDULED_PAY_DT"] for each in page["schedule"]]
        if told not in planned:
            yield f"payment date {told}, planned for {planned}"
    covered = abs(paid + discount) >= abs(row["grossSum"])
    if row["status"] != ("Paid" if covered else "Transferred"):
        yield f"{row['status']} with {paid + discount} of {row['grossSum']}"
