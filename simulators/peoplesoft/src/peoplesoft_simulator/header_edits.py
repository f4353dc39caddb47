"""Edits of the voucher header: supplier, codes, dates, discount, exchange rate, control group, period."""

from collections.abc import Iterator
from datetime import date, datetime

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.reference_data import BusinessUnit, ReferenceData
from peoplesoft_simulator.row import ZERO, Row
from peoplesoft_simulator.site import Settings
from peoplesoft_simulator.suppliers import Supplier

_METHODS = {"ACH", "BEF", "BOO", "CHK", "DD", "DFT", "DRA", "EFT", "GE", "GM", "LC", "MAN", "TRW", "WIR"}
_CODES = {
    "VOUCHER_STYLE": {"REG", "ADJ", "AMR", "CLBK", "CORR", "JRNL", "PPAY", "RGTR", "SGLP", "THRD", "TMPL"},
    "PYMNT_HOLD": {"Y", "N"},
    "PYMNT_HOLD_REASON": {"ACC", "AMT", "GDS", "OTH", "QTY", "WTH", "FNS"},
    "PYMNT_METHOD": _METHODS,
    "DUE_DT_FLG": {"Y", "N"},
    "TAX_EXEMPT": {"Y", "N"},
    "POST_VOUCHER": {"D", "N", "P"},
    "MATCH_ACTION": {"Y", "N"},
    "CUR_RT_SOURCE": {"T", "U"},
}


def header_faults(
    row: Row, *, unit: BusinessUnit, data: ReferenceData, settings: Settings, now: datetime
) -> Iterator[Message]:
    """Everything that is wrong with the header, amounts and taxes apart."""
    for name in ("INVOICE_ID", "INVOICE_DT", "VENDOR_ID"):
        if not row.text(name):
            yield catalogue.FIELD_REQUIRED.says(name)
    if row.text("VENDOR_SETID") != unit.vendor_setid:
        yield catalogue.SETID_INVALID.says(row.text("VENDOR_SETID"), unit.business_unit)
    elif row.text("VENDOR_ID"):
        yield from _supplier_faults(row, data=data)
    yield from _code_faults(row, unit=unit, data=data, day=row.day("ACCOUNTING_DT") or now.date())
    yield from _group_faults(row, unit=unit, data=data)
    yield from _discount_faults(row)
    yield from _rate_faults(row, unit=unit)
    accounting = row.day("ACCOUNTING_DT")
    periods = settings.open_periods if unit.open_periods is None else unit.open_periods
    if accounting and not any(each.takes(accounting, now=now) for each in periods):
        yield catalogue.PERIOD_CLOSED.says(accounting.isoformat(), unit.business_unit)
    needs_related = settings.adjustment_needs_related and row.text("VOUCHER_STYLE") == "ADJ"
    if needs_related and not row.text("VOUCHER_ID_RELATED"):
        yield catalogue.RELATED_REQUIRED.says()


def _code_faults(row: Row, *, unit: BusinessUnit, data: ReferenceData, day: date) -> Iterator[Message]:
    terms = row.text("PYMNT_TERMS_CD")
    if terms and data.net_days(terms, setid=unit.vendor_setid, day=day) is None:
        yield catalogue.CODE_INVALID.says("PYMNT_TERMS_CD", terms)
    own = {
        "PYMNT_HANDLING_CD": data.codes.handling,
        "RT_TYPE": data.codes.rate_types,
    }
    for name, allowed in {**_CODES, **own}.items():
        if row.text(name) and row.text(name) not in allowed:
            yield catalogue.CODE_INVALID.says(name, row.text(name))
    if row.text("ORIGIN") not in data.codes.origins:
        yield catalogue.CODE_INVALID.says("ORIGIN", row.text("ORIGIN"))


def _supplier_faults(row: Row, *, data: ReferenceData) -> Iterator[Message]:
    setid, vendor, location = row.text("VENDOR_SETID"), row.text("VENDOR_ID"), row.text("VNDR_LOC")
    supplier = data.suppliers.get((setid, vendor))
    day = row.day("ACCOUNTING_DT")
    if supplier is None:
        yield catalogue.SUPPLIER_INVALID.says(vendor, setid)
        return
    if supplier.status != "A":
        yield catalogue.SUPPLIER_NOT_APPROVED.says(vendor, supplier.status)
    elif not location:
        yield catalogue.LOCATION_MISSING.says(vendor)
    elif day and supplier.location(location, day=day) is None:
        yield catalogue.LOCATION_INVALID.says(location, vendor, day.isoformat())
    yield from _address_faults(row, "ADDRESS_SEQ_NUM", supplier, day=day)
    paid = data.suppliers.get((row.text("REMIT_SETID"), row.text("REMIT_VENDOR")))
    if paid is None:
        yield catalogue.SUPPLIER_INVALID.says(row.text("REMIT_VENDOR"), row.text("REMIT_SETID"))
    else:
        yield from _address_faults(row, "REMIT_ADDR_SEQ_NUM", paid, day=day)


def _address_faults(row: Row, name: str, supplier: Supplier, *, day: date | None) -> Iterator[Message]:
    number = int(row.amount(name))
    if number and day and supplier.address(number, day=day) is None:
        yield catalogue.ADDRESS_INVALID.says(name, row.text(name), supplier.vendor_id)


def _group_faults(row: Row, *, unit: BusinessUnit, data: ReferenceData) -> Iterator[Message]:
    name = row.text("GRP_AP_ID")
    group = data.control_groups.get((unit.business_unit, name))
    if name and group is None:
        yield catalogue.GROUP_UNKNOWN.says(name, unit.business_unit)
    elif group is not None and not group.open:
        yield catalogue.GROUP_CLOSED.says(name, unit.business_unit)


def _discount_faults(row: Row) -> Iterator[Message]:
    """A discount lies between invoice and due date and within the gross amount (assumption)."""
    day, invoiced, due = row.day("DSCNT_DUE_DT"), row.day("INVOICE_DT"), row.day("DUE_DT")
    if day and invoiced and day < invoiced:
        yield catalogue.DISCOUNT_DATE.says(day.isoformat(), "before", "invoice date", invoiced.isoformat())
    if day and due and day > due:
        yield catalogue.DISCOUNT_DATE.says(day.isoformat(), "after", "due date", due.isoformat())
    discount, gross = row.amount("DSCNT_AMT"), row.amount("GROSS_AMT")
    if discount and (abs(discount) > abs(gross) or discount * gross < ZERO):
        yield catalogue.DISCOUNT_TOO_LARGE.says(f"{discount:f}", f"{gross:f}")


def _rate_faults(row: Row, *, unit: BusinessUnit) -> Iterator[Message]:
    """A rate has both its parts, both positive; the base currency's is 1 (assumption)."""
    if not row.text("RATE_MULT") and not row.text("RATE_DIV"):
        return
    multiplier, divisor = row.amount("RATE_MULT"), row.amount("RATE_DIV")
    if multiplier <= ZERO or divisor <= ZERO:
        yield catalogue.RATE_INCOMPLETE.says(f"{multiplier:f}", f"{divisor:f}")
    elif row.text("TXN_CURRENCY_CD") == unit.currency and multiplier != divisor:
        rate = f"{multiplier:f}/{divisor:f}"
        yield catalogue.RATE_NOT_ONE.says(unit.currency, unit.business_unit, rate)
