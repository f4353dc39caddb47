"""The queries over suppliers and the records below them."""

from collections.abc import Iterator

from peoplesoft_simulator.query import NEVER_TOUCHED, Ask, QueryRow
from peoplesoft_simulator.reference_data import ReferenceData
from peoplesoft_simulator.suppliers import Supplier

_ADDRESS_LINES = 4


def suppliers(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
    """One row a supplier."""
    for each in _asked_for(data, ask):
        yield {
            "A.SETID": each.setid,
            "A.VENDOR_ID": each.vendor_id,
            "A.VENDOR_NAME_SHORT": each.short_name or each.name[:10].upper(),
            "A.NAME1": each.name,
            "A.VENDOR_STATUS": each.status,
            "A.VENDOR_CLASS": each.supplier_class,
            "A.VENDOR_PERSISTENCE": each.persistence,
            "A.DEFAULT_LOC": each.default_location or "",
            "A.PRIM_ADDR_SEQ_NUM": each.primary_address,
            "A.REMIT_ADDR_SEQ_NUM": each.remit_address,
            "A.HOLD_PAYMENT": each.hold_payment,
            "B.TAX_ID": each.tax_id,
            "A.LASTUPDDTTM": each.changed_at or NEVER_TOUCHED,
        }


def addresses(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
    """One row an effective-dated address."""
    for each in _asked_for(data, ask):
        for row in sorted(each.addresses, key=lambda row: (row.number, row.effdt)):
            lines = (*row.lines, *[""] * _ADDRESS_LINES)[:_ADDRESS_LINES]
            yield {
                "A.SETID": each.setid,
                "A.VENDOR_ID": each.vendor_id,
                "A.ADDRESS_SEQ_NUM": row.number,
                "A.EFFDT": row.effdt,
                "A.EFF_STATUS": row.status,
                "A.NAME1": row.name,
                **{f"A.ADDRESS{number}": line for number, line in enumerate(lines, start=1)},
                "A.CITY": row.city,
                "A.STATE": row.state,
                "A.POSTAL": row.postal,
                "A.COUNTRY": row.country,
                "A.EMAILID": row.email,
            }


def locations(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
    """One row an effective-dated location."""
    for each in _asked_for(data, ask):
        for row in sorted(each.locations, key=lambda row: (row.vndr_loc, row.effdt)):
            yield {
                "A.SETID": each.setid,
                "A.VENDOR_ID": each.vendor_id,
                "A.VNDR_LOC": row.vndr_loc,
                "A.EFFDT": row.effdt,
                "A.EFF_STATUS": row.status,
                "A.CURRENCY_CD": row.currency or "",
                "A.PYMNT_TERMS_CD": row.terms or "",
                "A.PYMNT_METHOD": row.method or "",
            }


def contacts(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
    """One row an effective-dated contact."""
    for each in _asked_for(data, ask):
        for row in sorted(each.contacts, key=lambda row: (row.number, row.effdt)):
            yield {
                "A.SETID": each.setid,
                "A.VENDOR_ID": each.vendor_id,
                "A.CNTCT_SEQ_NUM": row.number,
                "A.EFFDT": row.effdt,
                "A.EFF_STATUS": row.status,
                "A.CONTACT_NAME": row.name,
                "A.CONTACT_TITLE": row.title,
                "A.EMAILID": row.email,
                "A.PHONE": row.phone,
            }


def bank_accounts(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
    """One row an account of an effective-dated location."""
    for each in _asked_for(data, ask):
        for row in sorted(each.bank_accounts, key=lambda row: (row.vndr_loc, row.effdt, row.number)):
            yield {
                "A.SETID": each.setid,
                "A.VENDOR_ID": each.vendor_id,
                "A.VNDR_LOC": row.vndr_loc,
                "A.EFFDT": row.effdt,
                "A.EFF_STATUS": row.status,
                "A.BANK_ACCT_SEQ_NBR": row.number,
                "A.BANK_NAME": row.bank_name,
                "A.BANK_ID_NBR": row.bic,
                "A.IBAN_ID": row.iban,
                "A.BANK_ACCOUNT_NUM": row.account,
                "A.CURRENCY_CD": row.currency,
                "A.DEFAULT_IND": row.default,
            }


def _asked_for(data: ReferenceData, ask: Ask) -> Iterator[Supplier]:
    found = data.suppliers.between(setid=ask.setid, after=ask.after, up_to=ask.up_to, saved_since=ask.since)
    return (each for each in found if ask.changed(each.changed_at))
