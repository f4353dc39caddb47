"""What settings and rules of one mapping ask of each other."""

from ap_domain.mapping.rule import OTHERWISE
from ap_domain.mapping.section import Section
from ap_domain.mapping.voucher_mapping import (
    CreditNoteStyle,
    DatePolicy,
    LongInvoiceNumber,
    Part,
    PurchaseOrders,
    TaxMode,
    VoucherMapping,
)


def check_mapping(mapping: VoucherMapping, section: Section) -> None:
    """Adds to the section's problems what contradicts itself or lacks its other half."""
    for name, given in (("business_units", mapping.business_units), ("setid", mapping.setid)):
        if not given:
            section.problem(name, "is missing or empty")
    _check_accounts(mapping, section)
    _check_descriptions(mapping, section)
    _check_companies(mapping, section)
    _check_dates(mapping, section)
    if mapping.distributions_from_po and mapping.purchase_orders is PurchaseOrders.IGNORE:
        section.problem("distributions_from_po", "needs purchase_orders to be already_matched or match_again")
    if Part.DUE_DATE_FLAG in mapping.send and not mapping.send_due_date:
        section.problem("send", "names due_date_flag, but send_due_date is false")
    if mapping.payment_collection and not mapping.payment_collection.isidentifier():
        section.problem("payment_collection", "must be the name of a collection")


def _check_accounts(mapping: VoucherMapping, section: Section) -> None:
    modes = {mapping.tax, *mapping.tax_by_company.values(), *mapping.tax_by_code.values()}
    if TaxMode.TAX_LINE in modes and not mapping.tax_lines.accounts:
        section.problem("tax_lines.accounts", "is missing or empty; tax_line needs an account")
    if mapping.rounding.tolerance and not mapping.rounding.account:
        section.problem("rounding.account", "is missing; a tolerance needs an account")
    if "ACCOUNT" not in mapping.distributions and not any(
        problem.startswith(("distributions.ACCOUNT", "dimensions")) for problem in section.problems
    ):
        section.problem("dimensions:", "no field is mapped to ACCOUNT, nor has it a rule in distributions")


def _check_descriptions(mapping: VoucherMapping, section: Section) -> None:
    if mapping.long_invoice_number is not LongInvoiceNumber.REJECT and "DESCR254_MIXED" not in mapping.header:
        section.problem(
            "long_invoice_number", "needs a header rule for DESCR254_MIXED, which keeps the number"
        )
    if mapping.credit_notes.style is CreditNoteStyle.ADJ and "VOUCHER_ID_RELATED" not in mapping.header:
        section.problem("credit_notes.style", "ADJ needs a header rule for VOUCHER_ID_RELATED")


def _check_companies(mapping: VoucherMapping, section: Section) -> None:
    for company in mapping.tax_by_company:
        if company not in mapping.business_units:
            section.problem(
                f"tax_by_company.{company}", "is a company without business unit in business_units"
            )


def _check_dates(mapping: VoucherMapping, section: Section) -> None:
    units = set(mapping.business_units.values())
    for name, keys in (
        ("accounting_dates", mapping.accounting_dates),
        ("open_periods", mapping.open_periods),
    ):
        for unit in set(keys) - units - {OTHERWISE}:
            section.problem(f"{name}.{unit}", "is not one of the business units")
    for unit in sorted(units):
        if mapping.date_policy(unit) is not DatePolicy.AS_GIVEN and not mapping.periods(unit):
            section.problem("open_periods", f"has no period for {unit}, whose accounting date follows them")
