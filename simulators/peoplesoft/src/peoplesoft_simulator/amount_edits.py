"""Edits of amounts: decimals of the currency, sums, sales tax and VAT.

Sums: gross amount = merchandise of the lines + sales tax + freight + misc + VAT entered on the header; a line =
its distributions. Use tax is accrued and stays out of the gross amount.
"""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.purchase_orders import HUNDRED
from peoplesoft_simulator.reference_data import BusinessUnit, ReferenceData
from peoplesoft_simulator.row import ZERO, Row
from peoplesoft_simulator.site import Settings
from peoplesoft_simulator.structure import DISTRIBUTION, LINE

_CHARGES = ("SALETX_AMT", "FREIGHT_AMT", "MISC_AMT", "VAT_ENTRD_AMT")
_APPLICABILITY = {"S", "U", "E", "X", "D", "N"}
"""SUT_APPLICABILITY: sales tax, use tax, exonerated, exempt, direct pay, none (assumption)."""


def currency_faults(row: Row, *, data: ReferenceData) -> Iterator[Message]:
    """An unknown currency, or amounts with more decimals than it has."""
    currency = row.text("TXN_CURRENCY_CD")
    decimals = data.codes.currencies.get(currency)
    if decimals is None:
        yield catalogue.CODE_INVALID.says("TXN_CURRENCY_CD", currency)
        return
    lines = row.children(LINE)
    amounts = [(name, row.amount(name)) for name in ("GROSS_AMT", "DSCNT_AMT", *_CHARGES)]
    amounts += [("MERCHANDISE_AMT", line.amount("MERCHANDISE_AMT")) for line in lines]
    amounts += [
        ("MERCHANDISE_AMT", each.amount("MERCHANDISE_AMT"))
        for line in lines
        for each in line.children(DISTRIBUTION)
    ]
    for name, amount in amounts:
        if amount != round(amount, decimals):
            yield catalogue.TOO_PRECISE.says(name, f"{amount:f}", currency)


def balance_faults(row: Row) -> Iterator[Message]:
    """Sums that do not agree."""
    lines = row.children(LINE)
    parts = [line.amount("MERCHANDISE_AMT") for line in lines] + [row.amount(name) for name in _CHARGES]
    if row.amount("GROSS_AMT") != sum(parts, ZERO):
        yield catalogue.OUT_OF_BALANCE.says(f"{row.amount('GROSS_AMT'):f}", f"{sum(parts, ZERO):f}")
    for line in lines:
        distributions = line.children(DISTRIBUTION)
        total = sum((each.amount("MERCHANDISE_AMT") for each in distributions), ZERO)
        if distributions and line.amount("MERCHANDISE_AMT") != total:
            number, amount = line.text("VOUCHER_LINE_NUM"), line.amount("MERCHANDISE_AMT")
            yield catalogue.LINE_OUT_OF_BALANCE.says(number, f"{amount:f}", f"{total:f}")


def tax_faults(
    row: Row, *, unit: BusinessUnit, data: ReferenceData, settings: Settings, day: date
) -> Iterator[Message]:
    """Sales tax against exemption and lines, VAT codes, and VAT against them."""
    yield from _sales_tax_faults(row)
    percents: dict[str, Decimal | None] = {}
    for line in row.children(LINE):
        code = line.text("TAX_CD_VAT")
        if not code:
            continue
        percents[code] = data.vat_percent(code, setid=unit.vendor_setid, day=day)
        allowed = unit.vat_codes is None or code in unit.vat_codes
        if percents[code] is None or not allowed:
            yield catalogue.VAT_CODE_INVALID.says(code, line.text("VOUCHER_LINE_NUM"), unit.business_unit)
    known = {code: percent for code, percent in percents.items() if percent is not None}
    if settings.vat_edit == "amounts" and len(known) == len(percents):
        decimals = data.codes.currencies.get(row.text("TXN_CURRENCY_CD"), 2)
        yield from _vat_amount_faults(row, percents=known, decimals=decimals)


def _sales_tax_faults(row: Row) -> Iterator[Message]:
    tax, marks = row.amount("SALETX_AMT"), [line.text("SUT_APPLICABILITY") for line in row.children(LINE)]
    for mark in marks:
        if mark and mark not in _APPLICABILITY:
            yield catalogue.CODE_INVALID.says("SUT_APPLICABILITY", mark)
    if tax and row.text("TAX_EXEMPT") == "Y":
        yield catalogue.EXEMPT_WITH_TAX.says(f"{tax:f}")
    elif tax and marks and all(mark not in ("", "S") for mark in marks):
        yield catalogue.SALES_TAX_WITHOUT_LINE.says(f"{tax:f}")


def _vat_amount_faults(row: Row, *, percents: dict[str, Decimal], decimals: int) -> Iterator[Message]:
    """VAT entered must be what the lines' codes make, give or take half a cent a line (assumption)."""
    entered, coded = (
        row.amount("VAT_ENTRD_AMT"),
        [each for each in row.children(LINE) if each.text("TAX_CD_VAT")],
    )
    if entered and not coded:
        yield catalogue.VAT_WITHOUT_CODE.says(f"{entered:f}")
        return
    smallest = Decimal(1).scaleb(-decimals)
    made = sum(
        (each.amount("MERCHANDISE_AMT") * percents[each.text("TAX_CD_VAT")] / HUNDRED for each in coded),
        ZERO,
    )
    if abs(entered - made) > smallest / 2 * max(len(coded), 1):
        shown = made.quantize(smallest, rounding=ROUND_HALF_UP)
        yield catalogue.VAT_AMOUNT_WRONG.says(f"{entered:f}", f"{shown:f}")
