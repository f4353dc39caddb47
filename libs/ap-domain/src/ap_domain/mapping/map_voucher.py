"""From an approved invoice to a voucher, by the settings and rules of one mapping.

Sums, supplier, dates and lengths are checked here, before anything is sent, so that a clerk hears in
Basware's own field names what has to be corrected.
"""

import re
from dataclasses import dataclass
from datetime import date

from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.document_fault import DocumentFault
from ap_domain.mapping.accounting_date import accounting_date, check_invoice_date
from ap_domain.mapping.faults import ConfigurationFault, MappingFault
from ap_domain.mapping.header_facts import business_unit, cash_discount, invoice_number, rate, supplier
from ap_domain.mapping.line_builder import build_lines
from ap_domain.mapping.peoplesoft_fields import HEADER, MAX_ROWS
from ap_domain.mapping.record_writer import RecordWriter
from ap_domain.mapping.rule import Value
from ap_domain.mapping.rule_book import KEY_PROPERTIES
from ap_domain.mapping.scope import Scope, header_scope
from ap_domain.mapping.sums import VoucherSums, voucher_sums
from ap_domain.mapping.voucher_draft import VoucherDraft
from ap_domain.mapping.voucher_mapping import VoucherMapping
from ap_domain.natural_key import MatchFields, NaturalKey

_CURRENCY = re.compile(r"[A-Z]{3}")


def map_voucher(invoice: ApprovedInvoice, mapping: VoucherMapping, *, today: date) -> VoucherDraft:
    """The voucher of an invoice. `today` is the accounting date of an invoice that names none (voucherDate).

    Raises MappingFault when the invoice cannot become a voucher as it is (it goes back to Basware), and
    ConfigurationFault when the connection's mapping lacks what it needs (the flow stops).
    """
    try:
        return _Voucher(invoice, mapping, today).draft()
    except DocumentFault as fault:
        raise MappingFault(
            document=invoice.invoice_id, field=fault.field, value=fault.value, rule=fault.rule
        ) from fault


@dataclass(frozen=True, slots=True)
class _Facts:
    """What `voucher.*` shows, before and after the sums are known."""

    unit: str
    gl_unit: str
    full_number: str | None
    known: dict[str, object]


class _Voucher:
    """One invoice on its way; each step needs the ones before."""

    def __init__(self, invoice: ApprovedInvoice, mapping: VoucherMapping, today: date) -> None:
        self._invoice = invoice
        self._mapping = mapping
        self._today = today
        self._decisions: list[str] = []
        self._discount_note: str | None = None

    def draft(self) -> VoucherDraft:
        facts = self._facts()
        self._check_shape()
        sums = voucher_sums(
            self._invoice, self._mapping, header_scope(self._invoice, self._mapping, facts.known)
        )
        facts.known.update(self._facts_of(sums))
        scope = header_scope(self._invoice, self._mapping, facts.known)
        writer = RecordWriter(currency=self._invoice.currency)
        header = self._header(scope, writer, sums, facts)
        payment = writer.record(self._mapping.payment, scope)
        self._check_hold(header.get("PYMNT_HOLD"), payment.get("PYMNT_HOLD"))
        if not self._mapping.payment_collection:
            header, payment = header | payment, {}
        lines = build_lines(sums, self._mapping, scope, writer, gl_unit=facts.gl_unit)
        return VoucherDraft(
            header=header,
            lines=lines,
            natural_key=NaturalKey(
                business_unit=_text(header["BUSINESS_UNIT"]),
                vendor_setid=_text(header["VENDOR_SETID"]),
                vendor_id=_text(header["VENDOR_ID"]),
                invoice_id=_text(header["INVOICE_ID"]),
            ),
            match=MatchFields(
                invoice_date=_day(header["INVOICE_DT"]),
                gross=sums.gross,
                style=_text(header["VOUCHER_STYLE"]),
            ),
            shortened=tuple(writer.shortened),
            transliterated=tuple(writer.transliterated),
            decisions=tuple(self._decisions),
            payment=payment,
            payment_collection=self._mapping.payment_collection,
        )

    def _facts(self) -> _Facts:
        unit = business_unit(self._invoice, self._mapping)
        gl_unit = self._mapping.gl_business_units.get(self._invoice.company_code, unit)
        number, full_number = invoice_number(self._invoice, self._mapping)
        setid, vendor_id, location = supplier(self._invoice, self._mapping)
        return _Facts(
            unit=unit,
            gl_unit=gl_unit,
            full_number=full_number,
            known={
                "business_unit": unit,
                "gl_business_unit": gl_unit,
                "invoice_id": number,
                "full_invoice_number": full_number,
                "vendor_setid": setid,
                "vendor_id": vendor_id,
                "vendor_location": location,
                "rate": rate(self._invoice, self._mapping),
                "today": self._today.isoformat(),
            },
        )

    def _facts_of(self, sums: VoucherSums) -> dict[str, object]:
        discount, self._discount_note = cash_discount(self._invoice, gross=sums.gross, negated=sums.negated)
        style = self._mapping.credit_notes.style if sums.credit_note else None
        if sums.negated:
            self._decisions.append("The sums of this credit note were positive and were negated")
        for extra in sums.extra:
            self._decisions.append(
                f"A line was added: {extra.description} {extra.amount} to account {extra.account}"
            )
        return {
            "style": str(style or self._mapping.voucher_style),
            "credit_note": sums.credit_note,
            "tax_exempt": sums.exempt,
            "from_order": any(row.from_order for row in sums.rows),
            "gross": sums.gross,
            "discount": discount,
        }

    def _header(
        self, scope: Scope, writer: RecordWriter, sums: VoucherSums, facts: _Facts
    ) -> dict[str, Value]:
        header = writer.record(self._mapping.header, scope)
        for name in (*KEY_PROPERTIES, "TXN_CURRENCY_CD"):
            if name not in header:
                raise MappingFault(
                    document=self._invoice.invoice_id,
                    field=scope.source(self._mapping.header[name].pick, target=name),
                    value="",
                    rule=f"a voucher cannot be without {name}",
                )
        invoice_date = _day(header["INVOICE_DT"])
        check_invoice_date(invoice_date, self._mapping, today=self._today, document=self._invoice.invoice_id)
        if self._discount_note and header.get("DSCNT_AMT") == facts.known["discount"]:
            self._decisions.append(self._discount_note)
        self._place_in_period(header, unit=_text(header["BUSINESS_UNIT"]))
        if facts.full_number:
            description = f"Invoice number {facts.full_number}. {header.get('DESCR254_MIXED', '')}"
            header["DESCR254_MIXED"] = writer.description(HEADER["DESCR254_MIXED"], description)
        return {**header, "GROSS_AMT": sums.gross, **sums.header}

    def _place_in_period(self, header: dict[str, Value], *, unit: str) -> None:
        wanted = header.get("ACCOUNTING_DT")
        if not isinstance(wanted, date):
            return
        day = accounting_date(
            wanted,
            self._mapping,
            business_unit=unit,
            today=self._today,
            document=self._invoice.invoice_id,
        )
        header["ACCOUNTING_DT"] = day
        if day != wanted:
            self._decisions.append(
                f"ACCOUNTING_DT was moved to {day.isoformat()}: "
                f"{wanted.isoformat()} lies in no open period of {unit}"
            )

    def _check_hold(self, *asked: Value | None) -> None:
        """What Basware blocks for payment must not be paid because of a rule."""
        if self._invoice.payment_block and "Y" not in asked:
            rule = f"Basware blocks invoice {self._invoice.invoice_id} for payment, and no hold is asked for"
            raise ConfigurationFault((f"payment.PYMNT_HOLD: {rule}",))

    def _check_shape(self) -> None:
        if not _CURRENCY.fullmatch(self._invoice.fields.required_text("currencyCode")):
            raise MappingFault(
                document=self._invoice.invoice_id,
                field="currencyCode",
                value=self._invoice.currency,
                rule="a currency is three capital letters (ISO 4217)",
            )
        if not 0 < len(self._invoice.coding_rows) <= MAX_ROWS:
            raise MappingFault(
                document=self._invoice.invoice_id,
                field="codingRows",
                value=str(len(self._invoice.coding_rows)),
                rule=f"a voucher needs 1 to {MAX_ROWS} lines",
            )


def _text(value: Value) -> str:
    return value if isinstance(value, str) else str(value)


def _day(value: Value) -> date:
    if not isinstance(value, date):
        raise TypeError(f"INVOICE_DT is documented as a date; its rule made {value!r}")
    return value
