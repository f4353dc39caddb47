"""What the component fills in before it checks: supplier's location and terms, dates, codes, order's coding."""

from datetime import date, timedelta
from decimal import Decimal

from peoplesoft_simulator.order_lines import OrderLine, order_line
from peoplesoft_simulator.purchase_orders import HUNDRED, PoDistribution
from peoplesoft_simulator.reference_data import BusinessUnit, ReferenceData
from peoplesoft_simulator.row import ZERO, Row
from peoplesoft_simulator.site import Settings
from peoplesoft_simulator.structure import DISTRIBUTION, LINE


def with_defaults(
    entered: Row, *, unit: BusinessUnit, data: ReferenceData, settings: Settings, today: date
) -> Row:
    """The voucher as it stands after PeopleSoft's defaulting."""
    setid = entered.text("VENDOR_SETID") or unit.vendor_setid
    supplier = data.suppliers.get((setid, entered.text("VENDOR_ID")))
    location = entered.text("VNDR_LOC") or (supplier.default_location if supplier else None) or ""
    accounting = entered.day("ACCOUNTING_DT") or today
    placed = supplier.location(location, day=accounting) if supplier else None
    terms = entered.text("PYMNT_TERMS_CD") or (placed.terms if placed and placed.terms else "")
    net_days = data.net_days(terms, setid=unit.vendor_setid, day=accounting)
    due = _due(entered, net_days=net_days or 0, settings=settings)
    has_orders = any(line.text("PO_ID") for line in entered.children(LINE))
    defaulted = entered.having(
        VENDOR_SETID=setid,
        VNDR_LOC=location,
        PYMNT_TERMS_CD=terms,
        ACCOUNTING_DT=accounting.isoformat(),
        DUE_DT=due,
        SCHEDULED_PAY_DT=entered.text("SCHEDULED_PAY_DT") or due,
        REMIT_SETID=entered.text("REMIT_SETID") or setid,
        REMIT_VENDOR=entered.text("REMIT_VENDOR") or entered.text("VENDOR_ID"),
        VOUCHER_STYLE=entered.text("VOUCHER_STYLE") or "REG",
        ORIGIN=entered.text("ORIGIN") or unit.origin,
        TXN_CURRENCY_CD=entered.text("TXN_CURRENCY_CD") or unit.currency,
        PYMNT_HOLD=entered.text("PYMNT_HOLD") or "N",
        MATCH_ACTION=entered.text("MATCH_ACTION") or ("Y" if has_orders and unit.matching else "N"),
    )
    decimals = data.codes.currencies.get(defaulted.text("TXN_CURRENCY_CD"), 2)
    lines = tuple(_line(line, unit=unit, data=data, decimals=decimals) for line in defaulted.children(LINE))
    return defaulted.with_children(LINE, lines)


def _due(entered: Row, *, net_days: int, settings: Settings) -> str:
    """Terms count from the basis date, or from the invoice date where there is none."""
    given = entered.day("DUE_DT")
    basis = entered.day("TERMS_BASIS_DT") or entered.day("INVOICE_DT")
    kept = given is not None and (entered.text("DUE_DT_FLG") == "Y" or not settings.due_date_needs_flag)
    if kept or basis is None:
        return given.isoformat() if given else ""
    return (basis + timedelta(days=net_days)).isoformat()


def _line(line: Row, *, unit: BusinessUnit, data: ReferenceData, decimals: int) -> Row:
    ordered = order_line(line, unit=unit, data=data)
    filled = line if not isinstance(ordered, OrderLine) else ordered.defaulted(line)
    distributions = filled.children(DISTRIBUTION)
    if not distributions and isinstance(ordered, OrderLine):
        distributions = _from_order(filled, ordered.schedule.distributions, decimals=decimals)
    gl_unit = unit.gl_business_unit or unit.business_unit
    placed = tuple(
        each.having(BUSINESS_UNIT_GL=each.text("BUSINESS_UNIT_GL") or gl_unit) for each in distributions
    )
    return filled.with_children(DISTRIBUTION, placed)


def _from_order(line: Row, shares: tuple[PoDistribution, ...], *, decimals: int) -> tuple[Row, ...]:
    """The order's distributions with their share of the line; the last takes what rounding leaves."""
    amount, left, rows = line.amount("MERCHANDISE_AMT"), line.amount("MERCHANDISE_AMT"), []
    for number, share in enumerate(shares, start=1):
        part = left if number == len(shares) else _rounded(amount * share.percent / HUNDRED, decimals)
        left -= part
        values = {"DISTRIB_LINE_NUM": str(number), "MERCHANDISE_AMT": f"{part:f}", **share.chart_fields}
        rows.append(Row(values=values))
    return tuple(rows)


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    return round(amount, decimals) + ZERO
