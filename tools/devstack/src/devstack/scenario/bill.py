"""An approved invoice as Basware has it, written down briefly: what is left out follows from the rest."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Document = dict[str, Any]

_DECIMALS = {"JPY": 0, "ISK": 0, "KWD": 3, "BHD": 3}
_IDS = uuid.UUID("3c1f7e0a-54b1-4c57-9d3f-2f6f0f3a7d11")


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRow:
    """One coding row. `net` and `tax` in the invoice's currency; `tax` follows from `percent` unless given.

    `more` are further fields of Basware's coding row, under its own names.
    """

    net: str
    percent: str = "0"
    tax: str | None = None
    tax_code: str | None = None
    account: str = "18620"
    cost_center: str | None = "61300"
    text: str = "Copy paper A4"
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """An invoice. `gross` is the sum of the rows unless given; `more` are further fields of Basware's header.

    `number` None: nobody entered one. Dates are days before (negative: after) the day of the run.
    """

    number: str | None
    rows: tuple[BillRow, ...]
    company: str
    currency: str
    supplier: str = "430022"
    kind: str = "RE"
    gross: str | None = None
    invoiced_days_ago: int = 3
    accounted_days_ago: int = 0
    description: str = "Supplies"
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def gross_sum(self) -> Decimal:
        """The sum due, in the invoice's currency and Basware's sign."""
        if self.gross is not None:
            return Decimal(self.gross)
        return sum((self._net(row) + self._tax(row) for row in self.rows), Decimal(0))

    def document(self, *, invoice_id: str, today: date) -> Document:
        """The accounting document in Basware's field names, ready to be approved; amounts are Decimal."""
        invoiced = today - timedelta(days=self.invoiced_days_ago)
        document = {
            "invoiceId": invoice_id,
            "p2pProcessingMode": "Standard",
            "invoiceNumber": self.number,
            "companyCode": self.company,
            "supplierCode": self.supplier,
            "supplierName": "Easy Office Supplies Inc.",
            "currencyCode": self.currency,
            "netSum": sum((self._net(row) for row in self.rows), Decimal(0)),
            "taxSum1": sum((self._tax(row) for row in self.rows), Decimal(0)),
            "grossSum": self.gross_sum,
            "invoiceDate": _instant(invoiced),
            "voucherDate": _instant(today - timedelta(days=self.accounted_days_ago)),
            "dueDate": _instant(invoiced + timedelta(days=30)),
            "description": self.description,
            "invoiceTypeCode": self.kind,
            "paymentBlock": False,
            "codingRows": self.coding_rows(invoice_id=invoice_id),
            **self.more,
        }
        return {name: value for name, value in document.items() if value is not None}

    def coding_rows(self, *, invoice_id: str) -> list[Document]:
        """The rows in Basware's field names."""
        rows = []
        for place, row in enumerate(self.rows, start=1):
            net, tax = self._net(row), self._tax(row)
            fields = {
                "externalCode": made_up_id(f"{invoice_id}/{place}"),
                "rowIndex": place,
                "accountCode": row.account,
                "costCenterCode": row.cost_center,
                "orderLineDescription": row.text,
                "netTotal": net,
                "taxSum": tax,
                "grossTotal": net + tax,
                "taxPercent": Decimal(row.percent),
                "taxCode": row.tax_code,
                **row.more,
            }
            rows.append({name: value for name, value in fields.items() if value is not None})
        return rows

    def _net(self, row: BillRow) -> Decimal:
        return Decimal(row.net).quantize(self._cent)

    def _tax(self, row: BillRow) -> Decimal:
        if row.tax is not None:
            return Decimal(row.tax).quantize(self._cent)
        return (Decimal(row.net) * Decimal(row.percent) / 100).quantize(self._cent, rounding=ROUND_HALF_UP)

    @property
    def _cent(self) -> Decimal:
        return Decimal(1).scaleb(-_DECIMALS.get(self.currency, 2))


def made_up_id(name: str) -> str:
    """32 hex digits, the same for the same name."""
    return uuid.uuid5(_IDS, name).hex


def _instant(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
