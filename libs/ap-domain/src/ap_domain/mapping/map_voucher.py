"""The default mapping: one approved invoice, one voucher, one line and one distribution for each coding row.

Sums, supplier, dates and lengths are checked here, before anything is sent, so that a clerk hears in
Basware's own field names what has to be corrected.
"""

import re
from datetime import date
from decimal import Decimal

from ap_domain.approved_invoice import ApprovedInvoice, CodingRow
from ap_domain.document_fault import DocumentFault
from ap_domain.mapping.faults import ConfigurationFault, MappingFault
from ap_domain.mapping.peoplesoft_fields import CHART_FIELD_LENGTHS, HEADER_LENGTHS, LINE_LENGTHS, MAX_ROWS
from ap_domain.mapping.property_writer import PropertyWriter
from ap_domain.mapping.voucher_amounts import VoucherAmounts, voucher_amounts
from ap_domain.mapping.voucher_draft import Distribution, Shortened, VoucherDraft, VoucherLine
from ap_domain.mapping.voucher_mapping import LongInvoiceNumber, VoucherMapping
from ap_domain.natural_key import MatchFields, NaturalKey

_CURRENCY = re.compile(r"[A-Z]{3}")
NEW_VOUCHER_ID = "NEXT"
"""Asks PeopleSoft to number the voucher when it saves it."""


def map_voucher(invoice: ApprovedInvoice, mapping: VoucherMapping, *, today: date) -> VoucherDraft:
    """The voucher of an invoice. `today` is the accounting date of an invoice that names none (voucherDate).

    Raises MappingFault when the invoice cannot become a voucher as it is (it goes back to Basware), and
    ConfigurationFault when the connection's mapping lacks what it needs (the flow stops).
    """
    try:
        return _draft(invoice, mapping, today=today)
    except DocumentFault as fault:
        raise MappingFault(
            document=invoice.invoice_id, field=fault.field, value=fault.value, rule=fault.rule
        ) from fault


def _draft(invoice: ApprovedInvoice, mapping: VoucherMapping, *, today: date) -> VoucherDraft:
    business_unit = _business_unit(invoice, mapping)
    gl_business_unit = mapping.gl_business_units.get(invoice.company_code, business_unit)
    number, full_number = _invoice_number(invoice, mapping)
    key = NaturalKey(
        business_unit=business_unit,
        vendor_setid=mapping.setid,
        vendor_id=_vendor_id(invoice, mapping),
        invoice_id=number,
    )
    _check_shape(invoice)
    amounts = voucher_amounts(invoice, tax=mapping.tax)
    header = _header(invoice, mapping, key=key, amounts=amounts, today=today, full_number=full_number)
    shortened = list(header.shortened)
    lines = tuple(
        _line(
            row,
            mapping,
            invoice=invoice,
            number=place,
            amount=amount,
            unit=gl_business_unit,
            shortened=shortened,
        )
        for place, (row, amount) in enumerate(zip(invoice.coding_rows, amounts.lines, strict=True), start=1)
    )
    return VoucherDraft(
        header=header.properties,
        lines=lines,
        natural_key=key,
        match=MatchFields(
            invoice_date=invoice.invoice_date, gross=amounts.gross, style=mapping.voucher_style
        ),
        shortened=tuple(shortened),
    )


def _header(
    invoice: ApprovedInvoice,
    mapping: VoucherMapping,
    *,
    key: NaturalKey,
    amounts: VoucherAmounts,
    today: date,
    full_number: str | None,
) -> PropertyWriter:
    fields = invoice.fields
    header = PropertyWriter(document=invoice.invoice_id, lengths=HEADER_LENGTHS)
    header.code("BUSINESS_UNIT", key.business_unit, source="companyCode")
    header.code("VOUCHER_ID", NEW_VOUCHER_ID, source="VOUCHER_ID")
    header.code("VOUCHER_STYLE", mapping.voucher_style, source="mapping.voucher_style")
    header.code("INVOICE_ID", key.invoice_id, source="invoiceNumber")
    header.day("INVOICE_DT", fields.required_day("invoiceDate"))
    header.code("VENDOR_SETID", key.vendor_setid, source="mapping.setid")
    header.code("VENDOR_ID", key.vendor_id, source="supplierCode")
    header.code("ORIGIN", mapping.origin, source="mapping.origin")
    header.day("ACCOUNTING_DT", fields.day("voucherDate") or today)
    header.amount("GROSS_AMT", amounts.gross)
    if amounts.tax_property:
        header.amount(amounts.tax_property, amounts.tax)
    header.code("TXN_CURRENCY_CD", invoice.currency, source="currencyCode")
    header.code("PYMNT_TERMS_CD", _payment_terms(invoice, mapping), source="paymentTermCode")
    if mapping.send_due_date:
        header.day("DUE_DT", fields.day("dueDate"))
    description = fields.text("description")
    if full_number:
        description = f"Invoice number {full_number}. {description or ''}"
    header.description("DESCR254_MIXED", description)
    if invoice.payment_block:
        header.code("PYMNT_HOLD", "Y", source="paymentBlock")
        header.code("PYMNT_HOLD_REASON", mapping.hold_reason, source="mapping.hold_reason")
    return header


def _line(
    row: CodingRow,
    mapping: VoucherMapping,
    *,
    invoice: ApprovedInvoice,
    number: int,
    amount: Decimal,
    unit: str,
    shortened: list[Shortened],
) -> VoucherLine:
    line = PropertyWriter(document=invoice.invoice_id, lengths=LINE_LENGTHS)
    line.number("VOUCHER_LINE_NUM", number)
    line.description("DESCR", row.fields.text("orderLineDescription") or row.fields.text("accountName"))
    line.amount("MERCHANDISE_AMT", amount)
    shortened.extend(line.shortened)
    distribution = PropertyWriter(document=invoice.invoice_id, lengths=CHART_FIELD_LENGTHS)
    distribution.number("DISTRIB_LINE_NUM", 1)
    distribution.code("BUSINESS_UNIT_GL", unit, source="companyCode")
    for source, chart_field in mapping.dimensions.items():
        code = row.fields.required_text(source) if chart_field == "ACCOUNT" else row.fields.text(source)
        distribution.code(chart_field, code, source=f"{row.fields.path}.{source}")
    distribution.amount("MERCHANDISE_AMT", amount)
    return VoucherLine(
        properties=line.properties, distributions=(Distribution(properties=distribution.properties),)
    )


def _business_unit(invoice: ApprovedInvoice, mapping: VoucherMapping) -> str:
    try:
        return mapping.business_units[invoice.company_code]
    except KeyError:
        raise ConfigurationFault(
            (f"business_units: company {invoice.company_code} of invoice {invoice.invoice_id} is not listed",)
        ) from None


def _vendor_id(invoice: ApprovedInvoice, mapping: VoucherMapping) -> str:
    code = invoice.fields.required_text("supplierCode")
    mapped = mapping.suppliers.get(code)
    if mapped is not None:
        return mapped
    return code.zfill(HEADER_LENGTHS["VENDOR_ID"]) if code.isascii() and code.isdigit() else code


def _invoice_number(invoice: ApprovedInvoice, mapping: VoucherMapping) -> tuple[str, str | None]:
    """INVOICE_ID, and the full number where that had to be shortened by the connection's rule."""
    full = invoice.fields.required_text("invoiceNumber")
    limit = HEADER_LENGTHS["INVOICE_ID"]
    if len(full) <= limit or mapping.long_invoice_number is LongInvoiceNumber.REJECT:
        return full, None
    return full[-limit:].strip(), full


def _payment_terms(invoice: ApprovedInvoice, mapping: VoucherMapping) -> str | None:
    term = invoice.fields.text("paymentTermCode")
    if term is None or not mapping.payment_terms:
        return None
    try:
        return mapping.payment_terms[term]
    except KeyError:
        raise MappingFault(
            document=invoice.invoice_id,
            field="paymentTermCode",
            value=term,
            rule="this term has no PeopleSoft payment term in the connection's mapping",
        ) from None


def _check_shape(invoice: ApprovedInvoice) -> None:
    if not _CURRENCY.fullmatch(invoice.fields.required_text("currencyCode")):
        raise MappingFault(
            document=invoice.invoice_id,
            field="currencyCode",
            value=invoice.currency,
            rule="a currency is three capital letters (ISO 4217)",
        )
    if not 0 < len(invoice.coding_rows) <= MAX_ROWS:
        raise MappingFault(
            document=invoice.invoice_id,
            field="codingRows",
            value=str(len(invoice.coding_rows)),
            rule=f"a voucher needs 1 to {MAX_ROWS} lines",
        )
