"""The amounts of a voucher: what each line and the header carry, and that they make up the gross exactly.

GROSS_AMT = merchandise + sales tax + freight + misc + VAT of the header. Tax that PeopleSoft assesses itself
(use tax, reverse charge) is no part of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ap_domain.approved_invoice import ApprovedInvoice, CodingRow
from ap_domain.document_fields import DocumentFields
from ap_domain.mapping.amount_rules import (
    Amounts,
    check_digits,
    is_return,
    written_sums,
)
from ap_domain.mapping.credit_notes import judged
from ap_domain.mapping.faults import MappingFault
from ap_domain.mapping.rule import OTHERWISE
from ap_domain.mapping.scope import Scope, row_scope
from ap_domain.mapping.voucher_mapping import (
    PurchaseOrders,
    TaxMode,
    VoucherMapping,
    ZeroInvoices,
)
from ap_domain.money import exact_sum, format_amount

_ZERO = Decimal(0)
_HEADER_TAX = {TaxMode.SALES_TAX_HEADER: "SALETX_AMT", TaxMode.VAT_HEADER: "VAT_ENTRD_AMT"}
_SELF_ASSESSED = (TaxMode.USE_TAX, TaxMode.REVERSE_CHARGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSum:
    """One coding row with its tax mode, the amount of its distribution and its tax, in the voucher's sign."""

    row: CodingRow
    mode: TaxMode
    amount: Decimal
    tax: Decimal
    from_order: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraLine:
    """A line that stands for no coding row: tax or rounding."""

    account: str
    amount: Decimal
    description: str
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherSums:
    """All in the invoice's currency and the sign of the voucher. `header` holds the amounts beside the gross
    that are not zero, by property.
    """

    gross: Decimal
    header: Mapping[str, Decimal]
    rows: tuple[RowSum, ...]
    extra: tuple[ExtraLine, ...]
    credit_note: bool
    negated: bool

    @property
    def exempt(self) -> bool:
        return all(row.mode is TaxMode.EXEMPT for row in self.rows)


def voucher_sums(invoice: ApprovedInvoice, mapping: VoucherMapping, header: Scope) -> VoucherSums:
    """The sums of an invoice by the mapping's settings; `header` is the scope that conditions see.

    Raises MappingFault with all sums when they do not make up the gross, and for an amount with more digits
    than its currency knows or PeopleSoft stores. Raises DocumentFault for one that is missing or unusable.
    """
    return _Calculation(invoice, mapping, header).sums()


class _Calculation:
    """One invoice's sums, step by step."""

    def __init__(self, invoice: ApprovedInvoice, mapping: VoucherMapping, header: Scope) -> None:
        self._invoice = invoice
        self._mapping = mapping
        self._scope = header
        gross = invoice.fields.required_amount("grossSum")
        check_digits(invoice, "grossSum", gross)
        self._credit_note, self._negated = judged(invoice, gross, mapping.credit_notes)
        self._gross = self._signed(gross)

    def sums(self) -> VoucherSums:
        if not self._gross and self._mapping.zero_invoices is ZeroInvoices.REJECT:
            raise self._fault("grossSum", "0", "an invoice over nothing is not taken by this connection")
        rows, charged = self._rows()
        tax = self._tax([*rows, *(part for parts in charged.values() for part in parts)])
        amounts = Amounts(
            lines=exact_sum(row.amount for row in rows),
            charges={name: self._charge(name, parts) for name, parts in charged.items()},
            tax=tax,
        )
        extra = self._tax_lines(rows, charged, tax)
        rest = exact_sum((self._gross, amounts.made.copy_negate()))
        if rest:
            extra = (*extra, self._rounding(rest, amounts))
        header = {name: tax[mode] for mode, name in _HEADER_TAX.items() if tax[mode]}
        header |= {name: amount for name, amount in amounts.charges.items() if amount}
        return VoucherSums(
            gross=self._gross,
            header=header,
            rows=tuple(rows),
            extra=extra,
            credit_note=self._credit_note,
            negated=self._negated,
        )

    def _rows(self) -> tuple[list[RowSum], dict[str, list[RowSum]]]:
        """The rows that become lines, and those that are a charge of the header."""
        lines: list[RowSum] = []
        charged: dict[str, list[RowSum]] = {name: [] for name in self._mapping.charges}
        for row in self._invoice.coding_rows:
            found = self._row(row)
            scope = row_scope(row.fields, self._scope, {"tax": str(found.mode)})
            charge = next(
                (
                    name
                    for name, each in self._mapping.charges.items()
                    if each.rows is not None and scope.holds(each.rows)
                ),
                None,
            )
            (lines if charge is None else charged[charge]).append(found)
        return lines, charged

    def _row(self, row: CodingRow) -> RowSum:
        mode = self._mapping.tax_mode(company=self._invoice.company_code, code=_tax_code(row, self._invoice))
        gross_coded = mode is TaxMode.GROSS_CODED
        amount = row.gross_total if gross_coded else row.net_total
        check_digits(
            self._invoice, f"{row.fields.path}.{'grossTotal' if gross_coded else 'netTotal'}", amount
        )
        if mode is TaxMode.EXEMPT and row.tax_sum:
            raise self._fault(
                f"{row.fields.path}.taxSum",
                self._written(row.tax_sum),
                "the row's tax code is exempt in the connection's mapping, so it may have no tax",
            )
        amount, tax = self._signed(amount), self._signed(row.tax_sum or _ZERO)
        from_order = self._mapping.purchase_orders is not PurchaseOrders.IGNORE and bool(
            row.fields.text("orderNumber")
        )
        if from_order and is_return(row) and amount > 0:
            amount, tax = amount.copy_negate(), tax.copy_negate()
        return RowSum(row=row, mode=mode, amount=amount, tax=tax, from_order=from_order)

    def _tax(self, rows: list[RowSum]) -> dict[TaxMode, Decimal]:
        """Tax by mode, in the voucher's sign; nothing for the modes that have none in the gross.

        Where all rows have one mode the header's tax counts, if Basware sent it; else that of the rows. Tax
        lines need to know the tax of each code, so there the rows come first.
        """
        tax = dict.fromkeys(TaxMode, _ZERO)
        modes = {row.mode for row in rows}
        stated = self._invoice.tax_sum
        for mode in modes - {TaxMode.GROSS_CODED, *_SELF_ASSESSED}:
            parts = [row.tax for row in rows if row.mode is mode]
            by_rows = len(modes) > 1 or stated is None or (mode is TaxMode.TAX_LINE and any(parts))
            amount = exact_sum(parts) if by_rows or stated is None else self._signed(stated)
            check_digits(self._invoice, "taxSum1", amount)
            if mode is TaxMode.EXEMPT and amount:
                raise self._fault("taxSum1", self._written(amount), "an exempt invoice may have no tax")
            tax[mode] = amount
        return tax

    def _charge(self, name: str, rows: list[RowSum]) -> Decimal:
        pick = self._mapping.charges[name].pick
        if pick is None:
            return exact_sum(row.amount for row in rows)
        source = self._scope.source(pick, target=name)
        holder = DocumentFields(
            values={source: self._scope.search(pick)}, invoice_id=self._invoice.invoice_id
        )
        amount = holder.amount(source) or _ZERO
        check_digits(self._invoice, source, amount)
        return self._signed(amount)

    def _tax_lines(
        self, rows: list[RowSum], charged: dict[str, list[RowSum]], tax: dict[TaxMode, Decimal]
    ) -> tuple[ExtraLine, ...]:
        """A line for each tax code; one line for all where only the header knows the tax."""
        total = tax[TaxMode.TAX_LINE]
        by_code: dict[str | None, list[Decimal]] = {}
        for each in (*rows, *(part for parts in charged.values() for part in parts)):
            if each.mode is TaxMode.TAX_LINE and each.tax:
                by_code.setdefault(_tax_code(each.row, self._invoice), []).append(each.tax)
        if total and not by_code:
            by_code[self._invoice.fields.text("taxCode")] = [total]
        lines = ((code, exact_sum(parts)) for code, parts in by_code.items())
        return tuple(self._tax_line(code, amount) for code, amount in lines if amount)

    def _tax_line(self, code: str | None, amount: Decimal) -> ExtraLine:
        check_digits(self._invoice, "taxSum", amount)
        accounts = self._mapping.tax_lines.accounts
        account = accounts.get(code or OTHERWISE, accounts.get(OTHERWISE))
        if account is None:
            raise self._fault(
                "taxCode", code or "", "this tax code has no account in tax_lines of the connection's mapping"
            )
        return ExtraLine(
            account=account,
            amount=amount,
            description=f"Tax {code}" if code else "Tax",
            codes=self._mapping.tax_lines.codes,
        )

    def _rounding(self, rest: Decimal, amounts: Amounts) -> ExtraLine:
        rounding = self._mapping.rounding
        if abs(rest) > rounding.tolerance:
            raise self._fault(
                "grossSum",
                self._written(self._gross),
                written_sums(
                    amounts,
                    currency=self._invoice.currency,
                    field=self._field,
                    tolerance=rounding.tolerance,
                ),
            )
        return ExtraLine(account=rounding.account, amount=rest, description="Rounding", codes=rounding.codes)

    @property
    def _field(self) -> str:
        return "grossTotal" if self._mapping.tax is TaxMode.GROSS_CODED else "netTotal"

    def _signed(self, amount: Decimal) -> Decimal:
        return amount.copy_negate() if self._negated and amount else amount

    def _written(self, amount: Decimal) -> str:
        return format_amount(amount, currency=self._invoice.currency)

    def _fault(self, field: str, value: str, rule: str) -> MappingFault:
        return MappingFault(document=self._invoice.invoice_id, field=field, value=value, rule=rule)


def _tax_code(row: CodingRow, invoice: ApprovedInvoice) -> str | None:
    return row.fields.text("taxCode") or invoice.fields.text("taxCode")
