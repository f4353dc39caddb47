"""The edits of the voucher component: defaults first, then everything that can be wrong with what was entered.

Pure rules over one voucher. Sums: gross amount = merchandise of the lines + sales tax + freight + misc + VAT
entered on the header; a line = its distributions. ChartField and balance errors may be set to recycle (the
voucher is saved but cannot be posted or paid), all others keep the voucher from being saved.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.reference_data import CHARTFIELDS, BusinessUnit, ReferenceData
from peoplesoft_simulator.row import ZERO, Row
from peoplesoft_simulator.site import Settings
from peoplesoft_simulator.structure import DISTRIBUTION, LINE

_CODES = {
    "VOUCHER_STYLE": {"REG", "ADJ", "AMR", "CLBK", "CORR", "JRNL", "PPAY", "RGTR", "SGLP", "THRD", "TMPL"},
    "PYMNT_HOLD": {"Y", "N"},
    "PYMNT_HOLD_REASON": {"ACC", "AMT", "GDS", "OTH", "QTY", "WTH", "FNS"},
    "PYMNT_METHOD": {
        "ACH",
        "BEF",
        "BOO",
        "CHK",
        "DD",
        "DFT",
        "DRA",
        "EFT",
        "GE",
        "GM",
        "LC",
        "MAN",
        "TRW",
        "WIR",
    },
    "DUE_DT_FLG": {"Y", "N"},
    "TAX_EXEMPT": {"Y", "N"},
    "POST_VOUCHER": {"D", "N", "P"},
}
_CHARGES = ("SALETX_AMT", "FREIGHT_AMT", "MISC_AMT", "VAT_ENTRD_AMT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A voucher with its defaults, and what the edits found: errors keep it unsaved, recycles unpostable."""

    row: Row
    errors: tuple[Message, ...]
    recycles: tuple[Message, ...]


def edit(entered: Row, *, data: ReferenceData, settings: Settings, today: date) -> Edited:
    """Default and check one voucher as of its accounting date."""
    name = entered.text("BUSINESS_UNIT")
    unit = data.business_units.get(name)
    if unit is None:
        return Edited(row=entered, errors=(catalogue.BUSINESS_UNIT_INVALID.says(name),), recycles=())
    row = _with_defaults(entered, unit=unit, data=data, today=today)
    chart_fields = tuple(_chart_field_faults(row, unit=unit, data=data))
    balances = tuple(_balance_faults(row))
    errors = (
        *_header_faults(row, unit=unit, data=data, settings=settings),
        *_line_faults(row),
        *(balances if settings.balance_action == "reject" else ()),
        *(chart_fields if settings.chartfield_action == "reject" else ()),
    )
    recycles = (
        *(balances if settings.balance_action == "recycle" else ()),
        *(chart_fields if settings.chartfield_action == "recycle" else ()),
    )
    return Edited(row=row, errors=errors, recycles=recycles)


def _with_defaults(entered: Row, *, unit: BusinessUnit, data: ReferenceData, today: date) -> Row:
    setid = entered.text("VENDOR_SETID") or unit.vendor_setid
    supplier = data.suppliers.get((setid, entered.text("VENDOR_ID")))
    location = entered.text("VNDR_LOC") or (supplier.default_location if supplier else None) or ""
    accounting = entered.day("ACCOUNTING_DT") or today
    placed = data.location(supplier, vndr_loc=location, day=accounting) if supplier else None
    terms = entered.text("PYMNT_TERMS_CD") or (placed.terms if placed and placed.terms else "")
    invoiced = entered.day("INVOICE_DT")
    due = entered.day("DUE_DT")
    if due is None and invoiced is not None:
        due = invoiced + timedelta(days=data.codes.terms.get(terms, 0))
    defaulted = entered.having(
        VENDOR_SETID=setid,
        VNDR_LOC=location,
        PYMNT_TERMS_CD=terms,
        ACCOUNTING_DT=accounting.isoformat(),
        DUE_DT=due.isoformat() if due else "",
        VOUCHER_STYLE=entered.text("VOUCHER_STYLE") or "REG",
        ORIGIN=entered.text("ORIGIN") or unit.origin,
        TXN_CURRENCY_CD=entered.text("TXN_CURRENCY_CD") or unit.currency,
        PYMNT_HOLD=entered.text("PYMNT_HOLD") or "N",
    )
    gl_unit = unit.gl_business_unit or unit.business_unit
    return defaulted.with_children(
        LINE,
        tuple(
            line.with_children(
                DISTRIBUTION,
                tuple(
                    each.having(BUSINESS_UNIT_GL=each.text("BUSINESS_UNIT_GL") or gl_unit)
                    for each in line.children(DISTRIBUTION)
                ),
            )
            for line in defaulted.children(LINE)
        ),
    )


def _header_faults(
    row: Row, *, unit: BusinessUnit, data: ReferenceData, settings: Settings
) -> Iterator[Message]:
    for name in ("INVOICE_ID", "INVOICE_DT", "VENDOR_ID"):
        if not row.text(name):
            yield catalogue.FIELD_REQUIRED.says(name)
    if row.text("VENDOR_SETID") != unit.vendor_setid:
        yield catalogue.SETID_INVALID.says(row.text("VENDOR_SETID"), unit.business_unit)
    elif row.text("VENDOR_ID"):
        yield from _supplier_faults(row, data=data)
    for name, allowed in _CODES.items():
        if row.text(name) and row.text(name) not in allowed:
            yield catalogue.CODE_INVALID.says(name, row.text(name))
    if row.text("ORIGIN") not in data.codes.origins:
        yield catalogue.CODE_INVALID.says("ORIGIN", row.text("ORIGIN"))
    if row.text("PYMNT_TERMS_CD") and row.text("PYMNT_TERMS_CD") not in data.codes.terms:
        yield catalogue.CODE_INVALID.says("PYMNT_TERMS_CD", row.text("PYMNT_TERMS_CD"))
    yield from _currency_faults(row, data=data)
    accounting = row.day("ACCOUNTING_DT")
    periods = settings.open_periods if unit.open_periods is None else unit.open_periods
    if accounting and not any(each.begins <= accounting <= each.ends for each in periods):
        yield catalogue.PERIOD_CLOSED.says(accounting.isoformat(), unit.business_unit)


def _supplier_faults(row: Row, *, data: ReferenceData) -> Iterator[Message]:
    setid, vendor, location = row.text("VENDOR_SETID"), row.text("VENDOR_ID"), row.text("VNDR_LOC")
    supplier = data.suppliers.get((setid, vendor))
    day = row.day("ACCOUNTING_DT")
    if supplier is None:
        yield catalogue.SUPPLIER_INVALID.says(vendor, setid)
    elif supplier.status != "A":
        yield catalogue.SUPPLIER_NOT_APPROVED.says(vendor, supplier.status)
    elif not location:
        yield catalogue.LOCATION_MISSING.says(vendor)
    elif day and data.location(supplier, vndr_loc=location, day=day) is None:
        yield catalogue.LOCATION_INVALID.says(location, vendor, day.isoformat())


def _currency_faults(row: Row, *, data: ReferenceData) -> Iterator[Message]:
    currency = row.text("TXN_CURRENCY_CD")
    decimals = data.codes.currencies.get(currency)
    if decimals is None:
        yield catalogue.CODE_INVALID.says("TXN_CURRENCY_CD", currency)
        return
    lines = row.children(LINE)
    amounts = [(name, row.amount(name)) for name in ("GROSS_AMT", *_CHARGES)]
    amounts += [("MERCHANDISE_AMT", line.amount("MERCHANDISE_AMT")) for line in lines]
    amounts += [
        ("MERCHANDISE_AMT", each.amount("MERCHANDISE_AMT"))
        for line in lines
        for each in line.children(DISTRIBUTION)
    ]
    for name, amount in amounts:
        if amount != round(amount, decimals):
            yield catalogue.TOO_PRECISE.says(name, f"{amount:f}", currency)


def _line_faults(row: Row) -> Iterator[Message]:
    lines = row.children(LINE)
    if not lines:
        yield catalogue.NO_LINES.says()
    yield from _repeated(lines, "VOUCHER_LINE_NUM")
    for line in lines:
        distributions = line.children(DISTRIBUTION)
        if not distributions and not line.text("PO_ID"):
            yield catalogue.NO_DISTRIBUTION.says(line.text("VOUCHER_LINE_NUM"))
        yield from _repeated(distributions, "DISTRIB_LINE_NUM")


def _repeated(rows: tuple[Row, ...], key: str) -> Iterator[Message]:
    seen: set[Decimal] = set()
    for row in rows:
        if row.amount(key) in seen:
            yield catalogue.NUMBERED_TWICE.says(key, row.text(key))
        seen.add(row.amount(key))


def _balance_faults(row: Row) -> Iterator[Message]:
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


def _chart_field_faults(row: Row, *, unit: BusinessUnit, data: ReferenceData) -> Iterator[Message]:
    day = row.day("ACCOUNTING_DT")
    if day is None:
        raise ValueError(
            f"voucher of {unit.business_unit} reached the ChartField edit without an accounting date"
        )
    for line in row.children(LINE):
        for each in line.children(DISTRIBUTION):
            place = (line.text("VOUCHER_LINE_NUM"), each.text("DISTRIB_LINE_NUM"))
            gl_unit = data.business_units.get(each.text("BUSINESS_UNIT_GL"))
            if gl_unit is None:
                yield catalogue.GL_UNIT_INVALID.says(each.text("BUSINESS_UNIT_GL"), *place)
                continue
            setid = gl_unit.chartfield_setid
            for field in CHARTFIELDS:
                value = each.text(field)
                if not value and field != "ACCOUNT":
                    continue
                if data.chart_field(setid=setid, field=field, value=value, day=day) is None:
                    yield catalogue.CHARTFIELD_INVALID.says(field, value, setid, day.isoformat(), *place)
