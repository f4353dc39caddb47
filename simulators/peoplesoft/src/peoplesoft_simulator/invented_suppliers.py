"""Suppliers invented from a seed, one by one when somebody looks: two hundred thousand of them weigh nothing.

About one in fifty is inactive and one in a hundred not approved; some have a second address or location, a future
row, a contact, a bank account, or letters that are not ASCII.
"""

import zlib
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from pydantic import AwareDatetime

from peoplesoft_simulator.effective_dating import LONG_AGO
from peoplesoft_simulator.site import STRICT
from peoplesoft_simulator.suppliers import Address, BankAccount, Contact, Location, Supplier, SupplierStatus

_Choice = TypeVar("_Choice")

_FIRST = (
    "Northern",
    "Harbour",
    "Summit",
    "Cedar",
    "Atlas",
    "Müller &",
    "Škoda",
    "Union",
    "Åkesson",
    "D'Arcy",
)
_TRADES = ("Office", "Paper", "Cleaning", "Freight", "Catering", "Software", "Legal", "Energy", "Travel")
_FORMS = ("Ltd.", "Inc.", "GmbH", "AB", "S.A.", "Oy")
_PLACES = (
    ("USA", "USD", "Springfield", "IL"),
    ("DEU", "EUR", "Köln", ""),
    ("FIN", "EUR", "Espoo", ""),
    ("SWE", "SEK", "Malmö", ""),
    ("GBR", "GBP", "Leeds", ""),
    ("FRA", "EUR", "Orléans", ""),
)
_TERMS = ("00", "14N", "30N", "NT60")
_METHODS = ("ACH", "CHK", "EFT", "WIR")


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedSuppliers:
    """`count` suppliers of a SetID with consecutive ids of 10 digits from `first` on, saved at `changed_at`."""

    __pydantic_config__ = STRICT

    count: int
    changed_at: AwareDatetime
    setid: str = "SHARE"
    seed: int = 0
    first: int = 1_000_000

    def vendor_id(self, index: int) -> str:
        """The id of the supplier at that place, counted from 0."""
        return f"{self.first + index:010d}"

    def index(self, vendor_id: str) -> int | None:
        """The place of an id, None if it is not one of these."""
        if len(vendor_id) != 10 or not (vendor_id.isascii() and vendor_id.isdigit()):
            return None
        index = int(vendor_id) - self.first
        return index if 0 <= index < self.count else None

    def between(self, *, after: str, up_to: str) -> range:
        """Places of the ids greater than `after` and not greater than `up_to`, as text; empty means no bound."""
        places = range(self.count)
        begin = bisect_right(places, after, key=self.vendor_id) if after else 0
        end = bisect_right(places, up_to, key=self.vendor_id) if up_to else self.count
        return range(begin, max(begin, end))

    def supplier(self, index: int) -> Supplier:
        """The supplier at that place: the same for the same seed, whenever it is asked for."""
        draw = zlib.crc32(f"{self.seed}/{self.first + index}".encode())
        name = f"{_pick(_FIRST, draw)} {_pick(_TRADES, draw >> 4)} {_pick(_FORMS, draw >> 8)} {index}"
        country, currency, city, state = _pick(_PLACES, draw >> 6)
        main = Location(
            vndr_loc="MAIN",
            terms=_pick(_TERMS, draw >> 3),
            currency=currency,
            method=_pick(_METHODS, draw >> 7),
        )
        address = Address(
            number=1,
            name=name,
            lines=(f"{draw % 199 + 1} Market Street",),
            city=city,
            state=state,
            postal=f"{draw % 100_000:05d}",
            country=country,
            email=f"invoices{index}@supplier.example" if draw % 3 else "",
        )
        return Supplier(
            vendor_id=self.vendor_id(index),
            name=name,
            short_name=f"{name[:8].strip().upper()}-{index % 1000:03d}",
            setid=self.setid,
            status=_status(draw),
            locations=(main,) if draw % 10 else (main, _branch(main, draw)),
            addresses=(address,)
            if draw % 7
            else (address, *_further(address, changed=self.changed_at.date())),
            contacts=(_contact(index),) if draw % 5 == 0 else (),
            bank_accounts=(_account(draw, currency=currency),) if draw % 4 == 0 else (),
            tax_id=f"{country[:2]}{draw:010d}" if draw % 2 else "",
            changed_at=self.changed_at,
        )


def _pick(choices: tuple[_Choice, ...], draw: int) -> _Choice:
    return choices[draw % len(choices)]


def _status(draw: int) -> SupplierStatus:
    if draw % 50 == 49:
        return "I"
    return "E" if draw % 100 == 7 else "A"


def _branch(main: Location, draw: int) -> Location:
    terms = _pick(_TERMS, draw >> 9)
    return Location(vndr_loc="BRANCH", terms=terms, currency=main.currency, method=main.method)


def _further(address: Address, *, changed: date) -> tuple[Address, ...]:
    """A second address that was closed, and the first one moving in thirty days."""
    moved = replace(address, effdt=changed + timedelta(days=30), lines=("1 New Road", "Building B"))
    closed = replace(
        address, number=2, effdt=LONG_AGO + timedelta(days=365), status="I", lines=("P.O. Box 1",)
    )
    return (moved, closed)


def _contact(index: int) -> Contact:
    return Contact(
        number=1, name=f"Kim Example {index}", email=f"kim{index}@supplier.example", phone="555-0100"
    )


def _account(draw: int, *, currency: str) -> BankAccount:
    return BankAccount(
        number=1,
        bank_name="Example Bank",
        bic="EXAMDEFFXXX",
        iban=f"DE{draw % 90 + 10}{draw:018d}",
        account=f"{draw:010d}",
        currency=currency,
    )
