"""Reading the rows of the site's queries: texts without blanks, exact amounts, days; or which value is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ap_domain.money import MoneyFault, parse_amount
from ap_domain.payments.picture import VoucherStatus

__all__ = ["PaymentRow", "PaymentRowFault", "QueryRow", "VoucherRow", "read_payment_row", "read_voucher_row"]

QueryRow = Mapping[str, str | Decimal | None]
"""Record aliases stripped; a name that two records of the query share keeps its alias."""

_NO_MONEY = Decimal(0)


class PaymentRowFault(ValueError):
    """A row says what cannot be read: nothing is concluded of its voucher. Names voucher, field and value."""

    def __init__(self, *, voucher: str, field: str, value: str, rule: str) -> None:
        self.voucher = voucher
        self.field = field
        self.value = value if len(value) <= 60 else f"{value[:57]}..."
        self.rule = rule
        super().__init__(f"voucher {voucher}: {field} is {self.value or 'blank'}: {rule}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """A scheduled payment as the query shows it. ``gross`` is in the voucher's currency, the other amounts in
    ``currency``, blank where none is shown. ``netted``: the payment set off credit notes.
    """

    number: int
    selection: str
    action: str
    hold: bool
    hold_reason: str
    method: str
    gross: Decimal
    paid: Decimal
    discount: Decimal
    withheld: Decimal
    currency: str
    due: date | None
    scheduled: date | None
    payment_id: str
    reference: str
    paid_on: date | None
    payment_status: str
    cancel_action: str
    cancelled_on: date | None
    netted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRow:
    """The voucher itself as the query shows it."""

    status: VoucherStatus
    gross: Decimal
    currency: str


def read_payment_row(row: QueryRow, *, business_unit: str, voucher_id: str) -> PaymentRow:
    """Raises PaymentRowFault."""
    read = _Reader(row, business_unit=business_unit, voucher_id=voucher_id)
    return PaymentRow(
        number=read.number("PYMNT_CNT"),
        selection=read.text("PYMNT_SELCT_STATUS"),
        action=read.text("PYMNT_ACTION"),
        hold=read.flag("PYMNT_HOLD"),
        hold_reason=read.text("PYMNT_HOLD_REASON"),
        method=read.text("PYMNT_METHOD"),
        gross=read.amount("PYMNT_GROSS_AMT"),
        paid=read.amount("PAID_AMT", blank=_NO_MONEY),
        discount=read.amount("PAID_AMT_DSCNT", blank=_NO_MONEY),
        withheld=read.amount("WTHD_AMT", blank=_NO_MONEY),
        currency=read.text("CURRENCY_PYMNT"),
        due=read.day("DUE_DT"),
        scheduled=read.day("SCHEDULED_PAY_DT"),
        payment_id=read.text("PYMNT_ID"),
        reference=read.text("PYMNT_ID_REF"),
        paid_on=read.day("PYMNT_DT"),
        payment_status=read.text("PYMNT_STATUS"),
        cancel_action=read.text("CANCEL_ACTION"),
        cancelled_on=read.day("CANCEL_DT"),
        netted=read.flag("NETTED"),
    )


def read_voucher_row(row: QueryRow, *, business_unit: str, voucher_id: str) -> VoucherRow:
    """Raises PaymentRowFault."""
    read = _Reader(row, business_unit=business_unit, voucher_id=voucher_id)
    status = VoucherStatus(
        entry=read.text("ENTRY_STATUS"),
        match=read.optional("MATCH_STATUS_VCHR"),
        approval=read.optional("APPR_STATUS"),
        budget=read.optional("BUDGET_HDR_STATUS"),
        posting=read.optional("POST_STATUS_AP"),
        close=read.optional("CLOSE_STATUS"),
        terms=read.optional("PYMNT_TERMS_CD"),
        accounting_date=read.day("ACCOUNTING_DT") if read.optional("ACCOUNTING_DT") else None,
    )
    return VoucherRow(status=status, gross=read.amount("GROSS_AMT"), currency=read.text("TXN_CURRENCY_CD"))


class _Reader:
    """Reads one row; a column that the query does not have is a fault as well: it could hide a void."""

    def __init__(self, row: QueryRow, *, business_unit: str, voucher_id: str) -> None:
        self._row = row
        self._voucher = f"{business_unit}/{voucher_id}"
        for name, expected in (("BUSINESS_UNIT", business_unit), ("VOUCHER_ID", voucher_id)):
            if self.text(name) != expected:
                raise self._fault(name, self.text(name), "the row is of another voucher")

    def text(self, name: str) -> str:
        value = self._value(name)
        if value is None:
            return ""
        return value.strip() if isinstance(value, str) else f"{value:f}"

    def optional(self, name: str) -> str:
        """Blank also where the site's query does not show it: nobody watches it then."""
        return self.text(name) if name in self._row or f"A.{name}" in self._row else ""

    def flag(self, name: str) -> bool:
        text = self.text(name)
        if text in ("Y", "N", ""):
            return text == "Y"
        raise self._fault(name, text, "must be Y or N")

    def amount(self, name: str, *, blank: Decimal | None = None) -> Decimal:
        text = self.text(name)
        if not text and blank is not None:
            return blank
        try:
            return parse_amount(text)
        except MoneyFault:
            raise self._fault(name, text, "must be an amount") from None

    def number(self, name: str) -> int:
        amount = self.amount(name)
        if amount != amount.to_integral_value() or amount < 0:
            raise self._fault(name, self.text(name), "must be a whole number")
        return int(amount)

    def day(self, name: str) -> date | None:
        text = self.text(name)
        try:
            return date.fromisoformat(text[:10]) if text else None
        except ValueError:
            raise self._fault(name, text, "must be a day as in 2026-01-31") from None

    def _value(self, name: str) -> str | Decimal | None:
        # a name that occurs twice keeps its alias: A is the record itself, B the payment
        for each in (name, f"A.{name}", f"B.{name}"):
            if each in self._row:
                return self._row[each]
        raise self._fault(name, "missing", "the site's query must show this field")

    def _fault(self, name: str, value: str, rule: str) -> PaymentRowFault:
        return PaymentRowFault(voucher=self._voucher, field=name, value=value, rule=rule)
