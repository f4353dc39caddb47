"""Reading the `mapping` section of a connection's document; everything wrong with it is said at once."""

from collections.abc import Mapping
from dataclasses import fields

from ap_domain.mapping.mapping_checks import check_mapping
from ap_domain.mapping.peoplesoft_fields import CHART_FIELDS, HEADER, PAYMENT, Property
from ap_domain.mapping.rule_book import read_rules
from ap_domain.mapping.section import Problems, Section
from ap_domain.mapping.settings_sections import (
    read_charges,
    read_credit_notes,
    read_invoice_date_limits,
    read_open_periods,
    read_parts,
    read_rounding,
    read_supplier_scheme,
    read_tax_lines,
)
from ap_domain.mapping.voucher_mapping import (
    DatePolicy,
    LongInvoiceNumber,
    PurchaseOrders,
    Rates,
    TaxMode,
    VoucherMapping,
    ZeroInvoices,
    default_dimensions,
)

KEYS = frozenset({*(setting.name for setting in fields(VoucherMapping)), "extends"})
"""The keys of a mapping document."""


def parse_mapping(document: Mapping[str, object]) -> VoucherMapping:
    """The mapping, checked. Only `business_units` and `setid` are required.

    Raises ConfigurationFault naming every key that is unknown, missing, of the wrong type or too long, every
    expression that is none, and every rule that could not work.
    """
    problems = Problems()
    section = Section(dict(document), known=KEYS, problems=problems)
    payment_terms = section.lookup("payment_terms", longest=HEADER["PYMNT_TERMS_CD"].size)
    dimensions = section.lookup("dimensions")
    if not dimensions and section.values.get("extends") != "none":
        dimensions = default_dimensions()
    rules = read_rules(
        section,
        settings_tables={"payment_terms": payment_terms},
        dimensions=_chart_fields(section, dimensions),
    )
    business_unit = HEADER["BUSINESS_UNIT"].size
    mapping = VoucherMapping(
        business_units=section.lookup("business_units", longest=business_unit),
        setid=_code(section, HEADER["VENDOR_SETID"], "setid"),
        gl_business_units=section.lookup("gl_business_units", longest=business_unit),
        suppliers=section.lookup("suppliers", longest=HEADER["VENDOR_ID"].size),
        supplier_scheme=read_supplier_scheme(section),
        payment_terms=payment_terms,
        dimensions=dimensions,
        origin=_code(section, HEADER["ORIGIN"], "origin", default="BSW"),
        voucher_style=_code(section, HEADER["VOUCHER_STYLE"], "voucher_style", default="REG"),
        voucher_source=_code(section, HEADER["VCHR_SRC"], "voucher_source"),
        approval_flag=_code(section, HEADER["VCHR_APPRVL_FLG"], "approval_flag"),
        control_group=_code(section, HEADER["GRP_AP_ID"], "control_group"),
        tax=section.choice("tax", default=TaxMode.SALES_TAX_HEADER),
        tax_by_company=section.choices("tax_by_company", default=TaxMode.SALES_TAX_HEADER),
        tax_by_code=section.choices("tax_by_code", default=TaxMode.SALES_TAX_HEADER),
        tax_lines=read_tax_lines(section),
        charges=read_charges(section),
        rounding=read_rounding(section),
        credit_notes=read_credit_notes(section),
        zero_invoices=section.choice("zero_invoices", default=ZeroInvoices.ALLOW),
        rates=section.choice("rates", default=Rates.PEOPLESOFT),
        purchase_orders=section.choice("purchase_orders", default=PurchaseOrders.IGNORE),
        distributions_from_po=section.flag("distributions_from_po", default=False),
        group_lines_by=section.expressions("group_lines_by"),
        accounting_dates=section.choices("accounting_dates", default=DatePolicy.AS_GIVEN),
        open_periods=read_open_periods(section),
        invoice_date_limits=read_invoice_date_limits(section),
        long_invoice_number=section.choice("long_invoice_number", default=LongInvoiceNumber.REJECT),
        invoice_number_length=section.count(
            "invoice_number_length",
            default=HEADER["INVOICE_ID"].size,
            least=10,
            most=HEADER["INVOICE_ID"].size,
        ),
        hold_reason=_code(section, PAYMENT["PYMNT_HOLD_REASON"], "hold_reason", default="OTH"),
        send_due_date=section.flag("send_due_date", default=True),
        send=read_parts(section),
        payment_collection=section.text("payment_collection"),
        header=rules.header,
        lines=rules.lines,
        distributions=rules.distributions,
        payment={name: rule for name, rule in rules.payment.items() if name not in rules.header},
        tables=rules.tables,
    )
    check_mapping(mapping, section)
    problems.finish()
    return mapping


def _code(section: Section, target: Property, name: str, *, default: str = "") -> str:
    return section.text(name, default=default, longest=target.size)


def _chart_fields(section: Section, dimensions: Mapping[str, str]) -> dict[str, str]:
    targets = list(dimensions.values())
    section.problems += [
        f"dimensions.{source}: {target!r} is not a chart field"
        for source, target in dimensions.items()
        if target not in CHART_FIELDS
    ]
    twice = sorted({target for target in targets if targets.count(target) > 1})
    section.problems += [f"dimensions: {target} is set twice" for target in twice]
    return {source: target for source, target in dimensions.items() if target in CHART_FIELDS}
