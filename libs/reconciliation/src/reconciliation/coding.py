"""What an accrual needs of an invoice that is not posted: accounts and amounts, as PeopleSoft would have them."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ap_domain.approved_invoice import ApprovedInvoice, CodingRow
from ap_domain.document_fault import DocumentFault
from ap_domain.mapping import ConfigurationFault, MappingFault, VoucherMapping, map_voucher
from ap_domain.mapping.rule import Value
from ap_domain.money import format_amount

__all__ = ["coding_of"]

_OTHERS = ("DISTRIB_LINE_NUM", "MERCHANDISE_AMT", "QTY_VCHR")
"""Properties of a distribution that are no chart fields."""


def coding_of(invoice: ApprovedInvoice, mapping: VoucherMapping, *, today: date) -> tuple[str, ...]:
    """One text a distribution: chart fields joined by blanks, then the amount, ``ACCOUNT=61000 DEPTID=41000: 600.00``.

    What cannot be mapped (often just why it is not posted) is given row by row as Basware has it.
    """
    try:
        return tuple(_mapped(invoice, mapping, today=today))
    except (MappingFault, ConfigurationFault, DocumentFault):
        return tuple(_as_coded(row, invoice.currency) for row in invoice.coding_rows)


def _mapped(invoice: ApprovedInvoice, mapping: VoucherMapping, *, today: date) -> Iterator[str]:
    for line in map_voucher(invoice, mapping, today=today).lines:
        parts = [part.properties for part in line.distributions] or [line.properties]
        for properties in parts:
            amount = properties.get("MERCHANDISE_AMT")
            fields = {name: value for name, value in properties.items() if name not in _OTHERS}
            yield _written(fields, amount, invoice.currency)


def _as_coded(row: CodingRow, currency: str) -> str:
    fields: dict[str, Value] = {
        name: code
        for name, code in (("accountCode", row.account_code), ("costCenterCode", row.cost_center_code))
        if code
    }
    try:
        amount = row.fields.amount("netTotal")
    except DocumentFault:
        amount = None
    return _written(fields, amount, currency)


def _written(fields: dict[str, Value], amount: Value | None, currency: str) -> str:
    codes = " ".join(f"{name}={value}" for name, value in fields.items()) or "no coding"
    return f"{codes}: {format_amount(amount, currency=currency)}" if isinstance(amount, Decimal) else codes
