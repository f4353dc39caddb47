"""A supplier with what hangs below it: locations, addresses, contacts, bank accounts."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator

from peoplesoft_simulator.effective_dating import LONG_AGO, active_on
from peoplesoft_simulator.site import STRICT

EffStatus = Literal["A", "I"]
SupplierStatus = Literal["A", "D", "E", "I", "X"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One effective-dated row of a supplier's location; `currency` and `method` are how it wants to be paid."""

    __pydantic_config__ = STRICT

    vndr_loc: str
    effdt: date = LONG_AGO
    status: EffStatus = "A"
    terms: str | None = None
    currency: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One effective-dated row of a supplier's address; `country` has three letters."""

    __pydantic_config__ = STRICT

    number: int
    effdt: date = LONG_AGO
    status: EffStatus = "A"
    name: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal: str = ""
    country: str = "USA"
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One effective-dated row of a person at a supplier."""

    __pydantic_config__ = STRICT

    number: int
    effdt: date = LONG_AGO
    status: EffStatus = "A"
    name: str
    title: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """One account below an effective-dated location of a supplier; the row's date and status are the location's."""

    __pydantic_config__ = STRICT

    number: int
    vndr_loc: str = "MAIN"
    effdt: date = LONG_AGO
    status: EffStatus = "A"
    bank_name: str = ""
    bic: str = ""
    iban: str = ""
    account: str = ""
    currency: str = ""
    default: bool = True


def _numbered(given: Any) -> Any:
    return {"number": given} if isinstance(given, int) else given


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """A supplier; status A approved, D denied, E unapproved, I inactive, X to be archived.

    An address may be given as just its number. `changed_at` is when the supplier itself was last saved (LASTUPDDTTM).
    """

    __pydantic_config__ = STRICT

    vendor_id: str
    name: str
    setid: str = "SHARE"
    status: SupplierStatus = "A"
    default_location: str | None = "MAIN"
    locations: tuple[Location, ...] = (Location(vndr_loc="MAIN"),)
    addresses: tuple[Annotated[Address, BeforeValidator(_numbered)], ...] = (Address(number=1),)
    contacts: tuple[Contact, ...] = ()
    bank_accounts: tuple[BankAccount, ...] = ()
    short_name: str = ""
    supplier_class: Literal["A", "E", "H", "R"] = "R"
    persistence: Literal["O", "P", "R", "S"] = "R"
    primary_address: int = 1
    remit_address: int = 1
    hold_payment: bool = False
    tax_id: str = ""
    changed_at: AwareDatetime | None = None

    def address(self, number: int, *, day: date) -> Address | None:
        """The address if it is active on that day."""
        return active_on((row for row in self.addresses if row.number == number), day)

    def location(self, vndr_loc: str, *, day: date) -> Location | None:
        """The location if it is active on that day."""
        return active_on((row for row in self.locations if row.vndr_loc == vndr_loc), day)

    def with_location(self, row: Location) -> "Supplier":
        """The supplier with this location row added, or replaced where name and effective date are the same."""
        others = (each for each in self.locations if (each.vndr_loc, each.effdt) != (row.vndr_loc, row.effdt))
        return replace(self, locations=(*others, row))

    def with_address(self, row: Address) -> "Supplier":
        """The supplier with this address row added, or replaced where number and effective date are the same."""
        others = (each for each in self.addresses if (each.number, each.effdt) != (row.number, row.effdt))
        return replace(self, addresses=(*others, row))

    def with_contact(self, row: Contact) -> "Supplier":
        """The supplier with this contact row added, or replaced where number and effective date are the same."""
        others = (each for each in self.contacts if (each.number, each.effdt) != (row.number, row.effdt))
        return replace(self, contacts=(*others, row))

    def with_bank_account(self, row: BankAccount) -> "Supplier":
        """The supplier with this account added, or replaced where location, date and number are the same."""
        key = (row.vndr_loc, row.effdt, row.number)
        others = (each for each in self.bank_accounts if (each.vndr_loc, each.effdt, each.number) != key)
        return replace(self, bank_accounts=(*others, row))
