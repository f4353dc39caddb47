"""Realistic approved invoices by seed: several coding rows, one tax rate, sums that agree to the last digit."""

import random
import uuid
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_DECIMALS = {"JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3, "TND": 3}
_TAX_RATES = (Decimal(0), Decimal(10), Decimal(16), Decimal("25.5"))
_GOODS = (
    "Ball-point pencils",
    "Copy paper A4",
    "Toner",
    "Desk lamp",
    "Cleaning service",
    "Coffee beans",
    "Ümlaut & Söhne <AB>",
)


def sample(
    *,
    seed: int,
    today: datetime,
    company: str,
    supplier: str,
    currency: str,
    account: str,
    cost_center: str,
    rows: int | None,
) -> dict[str, Any]:
    """Make a document that is ready to be approved; the same arguments give the same document.

    Args:
        rows: number of coding rows; None leaves it to the seed (2 to 5).
    """
    chance = random.Random(f"{seed}/{company}/{supplier}")  # noqa: S311 - reproducible on purpose
    cent = Decimal(1).scaleb(-_DECIMALS.get(currency, 2))
    rate = chance.choice(_TAX_RATES)
    coding = [
        _row(index, chance=chance, cent=cent, rate=rate, account=account, cost_center=cost_center)
        for index in range(1, (rows or chance.randint(2, 5)) + 1)
    ]
    net = sum((row["netTotal"] for row in coding), Decimal(0) * cent)
    tax = sum((row["taxSum"] for row in coding), Decimal(0) * cent)
    invoice_date = (today - timedelta(days=chance.randint(0, 3))).replace(hour=0, minute=0, second=0)
    return {
        "invoiceId": _code(chance),
        "bumid": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "p2pProcessingMode": "Standard",
        "invoiceNumber": f"{invoice_date.year}/{seed:06d}",
        "companyCode": company,
        "companyName": "Basware Helsinki",
        "organizationCode": "BWFIN",
        "supplierCode": supplier,
        "supplierName": "Easy Office Supplies Inc.",
        "supplierSourceSystemId": "ERP1",
        "currencyCode": currency,
        "netSum": net,
        "grossSum": net + tax,
        "taxSum1": tax,
        "taxSum2": Decimal(0) * cent,
        "taxPercent1": rate,
        "taxCode": f"T{rate}",
        "currencyCodeCompany": currency,
        "netSumCompany": net,
        "grossSumCompany": net + tax,
        "taxSum1Company": tax,
        "exchangeRateCompany": Decimal(1),
        "invoiceDate": _day(invoice_date),
        "voucherDate": _day(today),
        "baseLineDate": _day(invoice_date),
        "dueDate": _day(invoice_date + timedelta(days=30)),
        "description": f"Sample invoice {seed}",
        "invoiceTypeCode": "RE",
        "paymentBlock": False,
        "prebooked": False,
        "referenceNumber": f"RF{chance.randint(10**9, 10**10 - 1)}",
        "supplierBankIBAN": "FI2112345600000785",
        "codingRows": coding,
    }


def _row(
    index: int, *, chance: random.Random, cent: Decimal, rate: Decimal, account: str, cost_center: str
) -> dict[str, Any]:
    net = chance.randint(100, 250_000) * cent
    tax = (net * rate / 100).quantize(cent, rounding=ROUND_HALF_UP)
    return {
        "externalCode": _code(chance),
        "rowIndex": index,
        "accountCode": account,
        "costCenterCode": cost_center,
        "orderLineDescription": chance.choice(_GOODS),
        "netTotal": net,
        "grossTotal": net + tax,
        "taxSum": tax,
        "taxPercent": rate,
        "taxCode": f"T{rate}",
        "matchingType": 0,
    }


def _code(chance: random.Random) -> str:
    return f"{chance.getrandbits(128):032x}"


def _day(day: datetime) -> str:
    return f"{day:%Y-%m-%d}T00:00:00Z"
