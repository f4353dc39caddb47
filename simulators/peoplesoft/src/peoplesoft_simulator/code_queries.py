"""The queries over code tables: payment terms, VAT codes, market rates."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from peoplesoft_simulator.code_tables import PaymentTerms, VatCode
from peoplesoft_simulator.query import Ask, QueryRow
from peoplesoft_simulator.reference_data import ReferenceData

_Row = TypeVar("_Row", bound=PaymentTerms | VatCode)


def payment_terms(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
    """One row effective-dated terms."""
    plain = [
        PaymentTerms(code=code, setid=setid, descr=f"Net {days} days", net_days=days)
        for code, days in data.codes.terms.items()
        for setid in data.setids
    ]
    for row in _sorted(data.terms, plain, ask):
        yield {
            "A.SETID": row.setid,
            "A.PYMNT_TERMS_CD": row.code,
            "A.EFFDT": row.effdt,
            "A.EFF_STATUS": row.status,
            "A.DESCR": row.descr,
            "A.NET_DAYS": row.net_days,
            "A.DSCNT_DAYS": row.discount_days,
            "A.DSCNT_PCT": row.discount_percent,
        }


def vat_codes(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
    """One row an effective-dated VAT code."""
    plain = [
        VatCode(code=code, setid=setid, descr=f"VAT {percent:f} %", percent=percent)
        for code, percent in data.codes.vat.items()
        for setid in data.setids
    ]
    for row in _sorted(data.vat, plain, ask):
        yield {
            "A.SETID": row.setid,
            "A.TAX_CD_VAT": row.code,
            "A.EFFDT": row.effdt,
            "A.EFF_STATUS": row.status,
            "A.DESCR": row.descr,
            "A.TAX_PCT": row.percent,
        }


def rates(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
    """One row a dated market rate; rates have no SetID."""
    for row in data.rates:
        if ask.within(row.from_currency):
            yield {
                "A.RT_RATE_INDEX": row.index,
                "A.TERM": row.term,
                "A.FROM_CUR": row.from_currency,
                "A.TO_CUR": row.to_currency,
                "A.RT_TYPE": row.rate_type,
                "A.EFFDT": row.effdt,
                "A.RATE_MULT": row.multiplier,
                "A.RATE_DIV": row.divisor,
            }


def _sorted(tables: Mapping[str, tuple[_Row, ...]], plain: list[_Row], ask: Ask) -> list[_Row]:
    """The tables' rows, and the plain codes' where the tables say nothing about a code in a SetID."""
    said = {(row.setid, code) for code, rows in tables.items() for row in rows}
    rows = [
        *(row for each in tables.values() for row in each),
        *(row for row in plain if (row.setid, row.code) not in said),
    ]
    shown = (row for row in rows if ask.owns(row.setid) and ask.within(row.code))
    return sorted(shown, key=lambda row: (row.code, row.setid, row.effdt))
