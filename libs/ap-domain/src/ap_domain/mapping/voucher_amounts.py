"""The amounts of a voucher: what each line and the header carry, and that they make up the gross."""

from dataclasses import dataclass
from decimal import Decimal

from ap_domain.approved_invoice import ApprovedInvoice, CodingRow
from ap_domain.mapping.faults import MappingFault
from ap_domain.mapping.peoplesoft_fields import AMOUNT_FRACTION_DIGITS, AMOUNT_INTEGER_DIGITS
from ap_domain.mapping.voucher_mapping import TaxMode
from ap_domain.money import exact_sum, format_amount, has_at_most, minor_units

_TAX_PROPERTY = {TaxMode.SALES_TAX_HEADER: "SALETX_AMT", TaxMode.VAT_HEADER: "VAT_ENTRD_AMT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherAmounts:
    """In the invoice's currency. `lines` stand in the order of the coding rows."""

    gross: Decimal
    lines: tuple[Decimal, ...]
    tax: Decimal
    tax_property: str | None


def voucher_amounts(invoice: ApprovedInvoice, *, tax: TaxMode) -> VoucherAmounts:
    """The amounts by the tax mode. GROSS_AMT is the sum of the lines and the header's tax, exactly.

    Raises MappingFault with the sums when they differ, and for an amount with more digits than its currency
    knows or PeopleSoft stores. Nothing is rounded. Raises DocumentFault for an amount that is missing or
    unusable.
    """
    gross = invoice.fields.required_amount("grossSum")
    gross_coded = tax is TaxMode.GROSS_CODED
    lines = tuple(row.gross_total if gross_coded else row.net_total for row in invoice.coding_rows)
    header_tax = Decimal(0) if gross_coded else _header_tax(invoice)
    field = "grossTotal" if gross_coded else "netTotal"
    _check_digits(invoice, "grossSum", gross)
    for row, amount in zip(invoice.coding_rows, lines, strict=True):
        _check_digits(invoice, f"{row.fields.path}.{field}", amount)
    _check_digits(invoice, "taxSum1", header_tax)
    _check_sum(invoice, gross=gross, lines=exact_sum(lines), tax=header_tax, field=field)
    return VoucherAmounts(
        gross=gross,
        lines=lines,
        tax=header_tax,
        tax_property=_TAX_PROPERTY.get(tax) if header_tax else None,
    )


def _header_tax(invoice: ApprovedInvoice) -> Decimal:
    """The header's tax where Basware sent one, else the tax of the coding rows."""
    if invoice.tax_sum is not None:
        return invoice.tax_sum
    return exact_sum(_row_tax(row) for row in invoice.coding_rows)


def _row_tax(row: CodingRow) -> Decimal:
    return row.tax_sum or Decimal(0)


def _check_sum(invoice: ApprovedInvoice, *, gross: Decimal, lines: Decimal, tax: Decimal, field: str) -> None:
    if exact_sum((lines, tax)) == gross:
        return

    def written(amount: Decimal) -> str:
        return format_amount(amount, currency=invoice.currency)

    made = exact_sum((lines, tax))
    raise MappingFault(
        document=invoice.invoice_id,
        field="grossSum",
        value=written(gross),
        rule=f"coding rows ({field}) {written(lines)} and tax {written(tax)} make {written(made)} "
        f"{invoice.currency}; they must make up the gross sum",
    )


def _check_digits(invoice: ApprovedInvoice, field: str, amount: Decimal) -> None:
    digits = min(minor_units(invoice.currency), AMOUNT_FRACTION_DIGITS)
    if not has_at_most(amount, integer_digits=AMOUNT_INTEGER_DIGITS, fraction_digits=digits):
        raise MappingFault(
            document=invoice.invoice_id,
            field=field,
            value=format_amount(amount, currency=invoice.currency),
            rule=f"an amount in {invoice.currency} has at most {AMOUNT_INTEGER_DIGITS} digits before "
            f"and {digits} after the point; nothing is rounded",
        )
