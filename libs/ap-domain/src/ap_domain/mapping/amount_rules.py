"""What an amount may look like, and how a set of sums is told to a clerk."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ap_domain.approved_invoice import ApprovedInvoice, CodingRow
from ap_domain.mapping.faults import MappingFault
from ap_domain.mapping.peoplesoft_fields import AMOUNT_FRACTION_DIGITS, AMOUNT_INTEGER_DIGITS
from ap_domain.mapping.voucher_mapping import TaxMode
from ap_domain.money import exact_sum, format_amount, has_at_most, minor_units

_RETURN = 2
_CHARGE_NAMES = {"FREIGHT_AMT": "freight", "MISC_AMT": "other charges"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What was found in a document, by where it goes; self-assessed tax is not among it."""

    lines: Decimal
    charges: Mapping[str, Decimal]
    tax: Mapping[TaxMode, Decimal]

    @property
    def all_tax(self) -> Decimal:
        return exact_sum(self.tax.values())

    @property
    def made(self) -> Decimal:
        return exact_sum((self.lines, *self.charges.values(), self.all_tax))


def check_digits(invoice: ApprovedInvoice, field: str, amount: Decimal) -> None:
    """Raises MappingFault for more digits than the currency knows or PeopleSoft stores."""
    digits = min(minor_units(invoice.currency), AMOUNT_FRACTION_DIGITS)
    if not has_at_most(amount, integer_digits=AMOUNT_INTEGER_DIGITS, fraction_digits=digits):
        raise MappingFault(
            document=invoice.invoice_id,
            field=field,
            value=format_amount(amount, currency=invoice.currency),
            rule=f"an amount in {invoice.currency} has at most {AMOUNT_INTEGER_DIGITS} digits before "
            f"and {digits} after the point; nothing is rounded",
        )


def written_sums(amounts: Amounts, *, currency: str, field: str, tolerance: Decimal) -> str:
    """The sums that do not make up the gross, for the clerk who has to find the wrong one."""

    def written(amount: Decimal) -> str:
        return format_amount(amount, currency=currency)

    charges = "".join(
        f", {_CHARGE_NAMES[name]} {written(amount)}" for name, amount in amounts.charges.items() if amount
    )
    allowed = f" within {written(tolerance)}" if tolerance else ""
    return (
        f"coding rows ({field}) {written(amounts.lines)}{charges} and tax {written(amounts.all_tax)} make "
        f"{written(amounts.made)} {currency}; they must make up the gross sum{allowed}"
    )


def is_return(row: CodingRow) -> bool:
    """Goods sent back (Basware's matchingType 2): quantity and amount are negative."""
    return row.fields.whole_number("matchingType") == _RETURN
