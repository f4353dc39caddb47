"""What is worked out once for a voucher before any rule runs: `voucher.*` in expressions."""

import hashlib
from decimal import ROUND_HALF_UP, Decimal, localcontext

from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.mapping.faults import ConfigurationFault, MappingFault
from ap_domain.mapping.supplier_scheme import PeopleSoftSupplier, SupplierFault
from ap_domain.mapping.voucher_mapping import LongInvoiceNumber, Rates, VoucherMapping
from ap_domain.money import format_amount, minor_units, plain

_DIGEST_DIGITS = 8
_RATE_SLACK = Decimal("0.01")
"""Basware's rates are rounded; an inverted one is far outside one per cent."""


def business_unit(invoice: ApprovedInvoice, mapping: VoucherMapping) -> str:
    try:
        return mapping.business_units[invoice.company_code]
    except KeyError:
        raise ConfigurationFault(
            (f"business_units: company {invoice.company_code} of invoice {invoice.invoice_id} is not listed",)
        ) from None


def supplier(invoice: ApprovedInvoice, mapping: VoucherMapping) -> PeopleSoftSupplier:
    code = invoice.fields.required_text("supplierCode")
    try:
        return mapping.scheme.to_peoplesoft(code)
    except SupplierFault as fault:
        raise _fault(invoice, "supplierCode", code, str(fault)) from fault


def invoice_number(invoice: ApprovedInvoice, mapping: VoucherMapping) -> tuple[str, str | None]:
    """INVOICE_ID, and the full number where that had to be shortened by the connection's rule."""
    full = invoice.fields.required_text("invoiceNumber")
    limit = mapping.invoice_number_length
    if len(full) <= limit:
        return full, None
    match mapping.long_invoice_number:
        case LongInvoiceNumber.REJECT:
            raise _fault(
                invoice, "invoiceNumber", full, f"INVOICE_ID in PeopleSoft has room for {limit} characters"
            )
        case LongInvoiceNumber.KEEP_FIRST:
            return full[:limit].strip(), full
        case LongInvoiceNumber.KEEP_LAST:
            return full[-limit:].strip(), full
        case LongInvoiceNumber.DIGEST:
            digest = hashlib.sha256(full.encode()).hexdigest()[:_DIGEST_DIGITS].upper()
            return f"{full[: limit - _DIGEST_DIGITS - 1].strip()}~{digest}", full


def rate(invoice: ApprovedInvoice, mapping: VoucherMapping) -> Decimal | None:
    """Basware's rate where it is to be sent: company amount = invoice amount x rate.

    Raises MappingFault where the document's own company sum contradicts it.
    """
    fields = invoice.fields
    home = fields.text("currencyCodeCompany")
    if mapping.rates is Rates.PEOPLESOFT or home == invoice.currency:
        return None
    found = fields.amount("exchangeRateCompany")
    if found is None:
        if home is None:
            return None
        raise fields.missing("exchangeRateCompany")
    if found <= 0:
        raise _fault(invoice, "exchangeRateCompany", plain(found), "a rate is more than zero")
    gross, company = fields.amount("grossSum"), fields.amount("grossSumCompany")
    if gross and company:
        with localcontext(prec=80):
            off = abs(abs(gross) * found - abs(company)) > abs(company) * _RATE_SLACK + 1
        if off:
            raise _fault(
                invoice,
                "exchangeRateCompany",
                plain(found),
                f"it does not turn grossSum {plain(gross)} into grossSumCompany {plain(company)}",
            )
    return found


def cash_discount(
    invoice: ApprovedInvoice, *, gross: Decimal, negated: bool
) -> tuple[Decimal | None, str | None]:
    """The discount in the voucher's sign, and a sentence where it was worked out from the percentage."""
    given = invoice.fields.amount("cashSum")
    if given is not None:
        return (given.copy_negate() if negated and given else given), None
    percent = invoice.fields.amount("cashPercent")
    if not percent:
        return None, None
    with localcontext(prec=80):
        exact = gross * percent / 100
        discount = exact.quantize(Decimal(1).scaleb(-minor_units(invoice.currency)), ROUND_HALF_UP)
    written = format_amount(discount, currency=invoice.currency)
    return discount, f"DSCNT_AMT {written} is {plain(percent)} % of the gross amount, rounded half up"


def _fault(invoice: ApprovedInvoice, field: str, value: str, rule: str) -> MappingFault:
    return MappingFault(document=invoice.invoice_id, field=field, value=value, rule=rule)
