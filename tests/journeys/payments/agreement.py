"""The checker: what clerks see of payments in Basware is what PeopleSoft's books say. Reads the simulators only.

Written from docs/payments.md with nothing of ours.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from tests.journeys.customer import PAID, TRANSFERRED, Json
from tests.journeys.eventually import BOUND, eventually
from tests.journeys.evidence import Evidence
from tests.journeys.promises import kept

from .customer import Keys, PaymentCustomer

HAS_MONEY = ("paid", "escheated")


async def agree(customer: PaymentCustomer, *, within: float = BOUND) -> Evidence:
    """Wait until both sides are the same and everything is at rest; every promise holds, and none was told twice."""

    async def look() -> list[str]:
        return await differences(customer)

    what = f"Basware the same as PeopleSoft's payments for {customer.id}"
    await eventually(look, lambda seen: not seen, what=what, within=within, every=0.3)
    evidence = await kept(customer, within=within)
    await customer.watch.caught_up()
    left = [*await differences(customer), *await _told_too_often(customer, evidence)]
    assert not left, "\n".join(left)
    return evidence


async def differences(customer: PaymentCustomer) -> list[str]:
    """Everything in which the two sides differ, in words."""
    rows, pages = await asyncio.gather(customer.payments(), customer.pages())
    found: list[str] = []
    for row in rows:
        unit = customer.spec.business_units.get(row["companyCode"], "")
        page = pages.get((unit, row["voucherNumber1"] or ""))
        if page is not None:
            found += [f"{row['invoiceNumber']}: {each}" for each in _of_invoice(row, page)]
    return found


def _of_invoice(row: Json, page: Json) -> Iterator[str]:
    paid, summary = _paid(page), page["summary"]
    if row["paidTotal"] is None:
        if paid or summary["ended"] or summary["held"] != bool(row["paymentBlock"]):
            yield f"nothing was told, the books have {paid} paid, {summary}"
        return
    discount = Decimal(summary["discount"])
    if (row["paidTotal"], row["cashDiscount"]) != (paid, discount):
        yield f"paid {row['paidTotal']} with discount {row['cashDiscount']}, in the books {paid} and {discount}"
    if row["paymentBlock"] != summary["held"]:
        yield f"block {row['paymentBlock']}, in the books {summary['held']}"
    days = _days(page)
    told = row["paymentDate"][:10]  # never missing: Basware puts today where none is told
    if told not in days if days else told == datetime.now(UTC).date().isoformat():
        yield f"payment date {told}, in the books {days}"
    covered = abs(paid + discount) >= abs(row["grossSum"])
    if row["status"] != (PAID if covered else TRANSFERRED):
        yield f"{row['status']}, with {paid + discount} of {row['grossSum']}"


def _paid(page: Json) -> Decimal:
    """In the voucher's currency; where the payment's is another one, the gross sum of the instalment."""
    rows = [each for each in page["schedule"] if each["fate"] in HAS_MONEY]
    own = page["TXN_CURRENCY_CD"]
    total = sum(
        (Decimal(each["PAID_AMT" if each["CURRENCY_PYMNT"] == own else "PYMNT_GROSS_AMT"]) for each in rows),
        Decimal(0),
    )
    if not page["summary"]["other_currency"]:
        assert total == Decimal(page["summary"]["paid"]), page
    return total


def _days(page: Json) -> list[str]:
    """The day that may be shown: of the latest payment that counts, else of what was taken back."""
    carrying = {
        (each["BANK_ACCT_KEY"], each["PYMNT_ID"]) for each in page["schedule"] if each["fate"] in HAS_MONEY
    }
    payments = [each for each in page["payments"] if (each["BANK_ACCT_KEY"], each["PYMNT_ID"]) in carrying]
    if payments:
        return [max(each["PYMNT_DT"] for each in payments)]
    return sorted(each["CANCEL_DT"] for each in page["payments"] if each["CANCEL_DT"])


async def _told_too_often(customer: PaymentCustomer, evidence: Evidence) -> Iterator[str]:
    """Each response said something else than the one before, and there are no more of them than pictures; the ledger
    calls an invoice paid where the books say that nothing is left to be paid.
    """
    pages = await customer.pages()
    problems: list[str] = []
    for row in await customer.payments():
        keys = (customer.spec.business_units[row["companyCode"]], row["voucherNumber1"])
        problems += _of_ledger(row, keys, pages, evidence)
        problems += _of_responses(row, len({each["digest"] for each in customer.pictures(keys)}))
    return iter(problems)


def _of_ledger(row: Json, keys: Keys, pages: dict[Keys, Json], evidence: Evidence) -> Iterator[str]:
    entry, page = evidence.invoice(row["invoiceId"]), pages.get(keys)
    if entry is None or page is None or entry["phase"] != "final" or entry["body"]["payment"] is None:
        return
    step = "paid" if page["summary"]["ended"] else "confirmed"
    if entry["step"] != step:
        yield f"{row['invoiceNumber']}: the ledger says {entry['step']}, the books {page['summary']}"


def _of_responses(row: Json, states: int) -> Iterator[str]:
    carried_out = row["received"] - row["refused"]
    if carried_out > states:
        yield f"{row['invoiceNumber']}: {carried_out} responses for {states} states"
