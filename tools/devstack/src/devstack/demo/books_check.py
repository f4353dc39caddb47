"""Both sides' books against each other, all invoices together. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from devstack.demo.evidence import Evidence, is_live, name_of
from devstack.scenario.case import TRANSFERRED
from devstack.scenario.customers import OPERATORS

Sums = Mapping[str, Decimal]
_CREDIT_NOTES = ("CR", "CN")
_ALIKE = (
    "BUSINESS_UNIT",
    "VENDOR_SETID",
    "VENDOR_ID",
    "INVOICE_ID",
    "INVOICE_DT",
    "GROSS_AMT",
    "VOUCHER_STYLE",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """One connection: what Basware has as transferred, what PeopleSoft has of ours, by currency."""

    connection: str
    invoices: int
    vouchers: int
    invoiced: Sums
    vouchered: Sums
    problems: Sequence[str] = field(default_factory=tuple)
    twice: Sequence[str] = field(default_factory=tuple)
    """Those of the problems that may be paid twice."""


def check_books(
    connection: str, evidences: Sequence[Evidence], vouchers: Sequence[Mapping[str, Any]]
) -> Books:
    """The sums of both sides, and everything that should not be: a voucher of nobody or of two, a live one twice."""
    transferred = [each for each in evidences if each.status == TRANSFERRED]
    made = {name for each in evidences for name in each.made}
    ours = [
        voucher
        for voucher in vouchers
        if is_live(dict(voucher))
        and (voucher["created_by"] == OPERATORS[connection] or name_of(dict(voucher)) in made)
    ]
    invoiced, vouchered = _invoiced(transferred), _vouchered(ours)
    twice = list(_twice(ours))
    found = [*_strays(evidences, ours), *twice]
    if invoiced != vouchered:
        found.append(f"invoices make {written(invoiced)}, vouchers {written(vouchered)}")
    return Books(
        connection=connection,
        invoices=len(transferred),
        vouchers=len(ours),
        invoiced=invoiced,
        vouchered=vouchered,
        problems=found,
        twice=twice,
    )


def written(sums: Sums) -> str:
    """For people: `EUR 1,234.50, USD 10.00`."""
    return ", ".join(f"{currency} {amount:,f}" for currency, amount in sorted(sums.items())) or "nothing"


def _invoiced(transferred: Sequence[Evidence]) -> Sums:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in transferred:
        document = each.document["document"]
        gross = Decimal(str(document["grossSum"]))
        credit = document.get("invoiceTypeCode") in _CREDIT_NOTES
        sums[document["currencyCode"]] += -gross.copy_abs() if credit else gross
    return dict(sums)


def _vouchered(vouchers: Sequence[Mapping[str, Any]]) -> Sums:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in vouchers:
        sums[each["TXN_CURRENCY_CD"]] += Decimal(each.get("GROSS_AMT", "0"))
    return dict(sums)


def _strays(evidences: Sequence[Evidence], ours: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    owners = Counter(name for each in evidences for name in each.made)
    for voucher in ours:
        name = name_of(dict(voucher))
        if owners[name] != 1:
            yield f"voucher {name} ({voucher['INVOICE_ID']}) belongs to {owners[name]} invoices"


def _twice(ours: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    alike = Counter(tuple(voucher.get(name, "") for name in _ALIKE) for voucher in ours)
    for key, number in alike.items():
        if number > 1:
            yield f"{number} live vouchers are the same invoice: {'/'.join(key)}"
