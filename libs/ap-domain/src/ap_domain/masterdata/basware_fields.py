"""The fields of Basware's imports: types, lengths and choices (P2P OpenAPI 26.06), by the path a rule names.

A path is `name`, `group.name` (paymentTerms.paymentTermCode), `list.key` for lists whose elements are told apart by
a key (accountNames.en-US, identifiers.VatId), or, under a list of parts, one of these again (addresses.cityName).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ap_domain.mapping.peoplesoft_fields import Kind as Shape
from ap_domain.mapping.peoplesoft_fields import Property
from ap_domain.masterdata.basware_choices import (
    ADDRESS_PARTS,
    ADDRESS_TYPES,
    CONTACT_ROLES,
    LIST_CONTENTS,
    ORDER_FORMATS,
)
from ap_domain.masterdata.entity import Kind
from ap_domain.masterdata.generic_lists import family_of

__all__ = [
    "NEEDED",
    "PART_LISTS",
    "REQUIRED",
    "Field",
    "KeyedList",
    "find_field",
    "keyed_list",
    "known_paths",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Property):
    """A field of Basware; `name` is its whole path. A flag is written true or false, a date as a time at midnight."""

    shortest: int = 1
    choices: frozenset[str] = frozenset()
    flag: bool = False
    signed: bool = False
    most: int | None = None
    """The greatest number there is."""
    form: re.Pattern[str] | None = None
    """What the text must look like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedList:
    """A list of pairs such as [{language, translation}]; a rule names one element by its key."""

    key: str
    value: str
    longest_key: int
    field: Field
    keys: frozenset[str] = frozenset()
    """The keys there are; empty: any of up to `longest_key` characters."""


PART_LISTS: Mapping[str, str] = MappingProxyType(
    {"addresses": "addresses", "contacts": "contacts", "paymentMeans": "bank_accounts"}
)
"""Lists with an element for each row of a part -> the part."""

NEEDED: Mapping[str, str] = MappingProxyType(
    {
        "paymentTerms": "paymentTermCode",
        "deliveryTerm": "deliveryTermCode",
        "paymentMeans.financialInstitution": "id",
    }
)
"""A group is only sent with this field of it."""

_DIGITS = 9
"""Before the point: whole numbers have 32 bits, others end at 1,000,000,000."""
_LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_EMAIL = re.compile(rf"[a-z0-9_%+-]+(\.[a-z0-9_%+-]+)*@({_LABEL}\.)+{_LABEL}")
"""Orders are only sent to addresses in small letters."""


def _codes(under: str = "", shortest: int = 1, **lengths: int) -> Iterable[Field]:
    for name, size in lengths.items():
        yield Field(name=under + name, kind=Shape.CODE, size=size, shortest=shortest)


def _texts(under: str = "", **lengths: int) -> Iterable[Field]:
    for name, size in lengths.items():
        yield Field(name=under + name, kind=Shape.DESCRIPTION, size=size)


def _numbered(name: str, up_to: int, *, kind: Shape, size: int = 0, decimals: int = 0) -> Iterable[Field]:
    for number in range(1, up_to + 1):
        yield Field(name=f"{name}{number}", kind=kind, size=size, decimals=decimals, signed=True)


def _numbers(
    *names: str, decimals: int = 0, signed: bool = False, most: int | None = None
) -> Iterable[Field]:
    for name in names:
        yield Field(name=name, kind=Shape.NUMBER, size=_DIGITS, decimals=decimals, signed=signed, most=most)


def _days(*names: str) -> Iterable[Field]:
    return (Field(name=name, kind=Shape.DATE) for name in names)


def _flags(*names: str) -> Iterable[Field]:
    return (Field(name=name, kind=Shape.CODE, size=5, flag=True) for name in names)


def _choice(name: str, choices: frozenset[str]) -> Iterable[Field]:
    yield Field(name=name, kind=Shape.CODE, size=max(map(len, choices)), choices=choices)


def _by_path(*groups: Iterable[Field]) -> Mapping[str, Field]:
    return MappingProxyType({each.name: each for group in groups for each in group})


_NAME = Field(name="translation", kind=Shape.DESCRIPTION, size=2000, shortest=2)
_NAMES = KeyedList(key="language", value="translation", longest_key=10, field=_NAME)

_KEYED: Mapping[str, KeyedList] = MappingProxyType(
    {
        "accountNames": _NAMES,
        "costCenterNames": _NAMES,
        "taxCodeNames": _NAMES,
        "paymentTermNames": _NAMES,
        "identifiers": KeyedList(
            key="schemeId", value="id", longest_key=32, field=Field(name="id", kind=Shape.CODE, size=36)
        ),
        "customFields": KeyedList(
            key="name",
            value="value",
            longest_key=25,
            field=Field(name="value", kind=Shape.DESCRIPTION, size=250),
        ),
        "tags": KeyedList(
            key="name",
            value="value",
            longest_key=50,
            field=Field(name="value", kind=Shape.DESCRIPTION, size=250),
        ),
        "addresses.additionalAddressFields": KeyedList(
            key="key",
            value="value",
            longest_key=32,
            keys=ADDRESS_PARTS,
            field=Field(name="value", kind=Shape.DESCRIPTION, size=200),
        ),
        "paymentMeans.financialAccountIdentifiers": KeyedList(
            key="schemeId",
            value="id",
            longest_key=36,
            # the API takes 50 characters, Basware's P2P 32
            field=Field(name="id", kind=Shape.CODE, size=32),
        ),
    }
)

_SUPPLIERS = _by_path(
    _codes(sourceSystem=36, supplierAssignedAccountId=128, vendorClass=100),
    _texts(name=250, description=250),
    _flags("eligibleForSourcing", "processingStatus.paymentDenied"),
    _codes("paymentTerms.", paymentTermCode=25),
    _texts("paymentTerms.", description=200),
    _codes("deliveryTerm.", deliveryTermCode=25),
    _texts("deliveryTerm.", deliveryLocation=100, description=200),
    _choice("orderingDetails.orderingFormat", ORDER_FORMATS),
    _codes("orderingDetails.", orderingMessageLanguage=10, orderingLanguage=25, orderProcessType=50),
    (Field(name="orderingDetails.orderEmail", kind=Shape.CODE, size=320, shortest=3, form=_EMAIL),),
    _texts("addresses.", name=200, description=200, addressLine1=200, addressLine2=200, addressLine3=200),
    _texts("addresses.", cityName=50, poBox=50, streetName=50, locality=50, postalZone=50),
    _texts("addresses.", countrySubEntity=50, countrySubEntityDescription=50),
    _codes("addresses.", shortest=2, countryId=2),
    _choice("addresses.addressType", ADDRESS_TYPES),
    _flags("addresses.default", "paymentMeans.default"),
    _texts("contacts.", name=200, description=200),
    _codes("contacts.", telephone=50, telefax=50, email=200, website=200),
    _choice("contacts.role", CONTACT_ROLES),
    _codes("paymentMeans.", paymentMeansCode=25),
    _texts("paymentMeans.", description=200, accountHolderName=200),
    _codes("paymentMeans.", shortest=3, currencyCode=3),
    _texts("paymentMeans.financialInstitution.", name=250),
    _codes("paymentMeans.financialInstitution.", id=20, branchId=50, branchIdSchemeId=36, schemeId=36),
    _codes("paymentMeans.financialInstitution.", shortest=2, countryId=2),
)

_FIELDS: Mapping[Kind, Mapping[str, Field]] = MappingProxyType(
    {
        Kind.SUPPLIERS: _SUPPLIERS,
        Kind.ACCOUNTS: _by_path(
            _codes(accountCode=25, taxCode=25), _numbered("text", 5, kind=Shape.DESCRIPTION, size=250)
        ),
        Kind.COST_CENTERS: _by_path(
            _codes(costCenterCode=25),
            _numbered("text", 10, kind=Shape.DESCRIPTION, size=250),
            _numbered("date", 5, kind=Shape.DATE),
            _numbered("int", 5, kind=Shape.NUMBER, size=_DIGITS),
        ),
        Kind.TAX_CODES: _by_path(
            _codes(taxCode=25, taxGroup=25),
            _numbers("taxPercentage", "taxPercentage2", decimals=6, signed=True),
        ),
        Kind.PAYMENT_TERMS: _by_path(
            _codes(paymentTermCode=25),
            _numbers("sortOrder", "dueDateDays", "dueDateDays2", "cashDueDateDays", "cashDueDateDays2"),
            _numbers("dueDateEom", "cashDueDateEom", most=12),
            _numbers("dueDateCalc", most=1),
            _numbers("cashDueDateCalc", most=2),
            _choice("moveDueDatesTo", frozenset("012")),
            _numbers("cashDiscount", decimals=6),
            _days("validFrom", "validTo"),
        ),
        Kind.EXCHANGE_RATES: _by_path(
            _numbers("rate", decimals=40),
            _codes(shortest=2, currencyCodeFrom=3, currencyCodeTo=3),
            _days("validFrom"),
        ),
        Kind.PROJECTS: _by_path(
            _codes(projectCode=25), _texts(projectName=100, description=500), _days("validFrom", "validUntil")
        ),
    }
)

REQUIRED: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.SUPPLIERS: ("name",),
        Kind.ACCOUNTS: ("accountCode", "accountNames.en-US"),
        Kind.COST_CENTERS: ("costCenterCode", "costCenterNames.en-US"),
        Kind.TAX_CODES: ("taxCode", "taxCodeNames.en-US", "taxPercentage"),
        Kind.PAYMENT_TERMS: ("paymentTermCode", "paymentTermNames.en-US", "validFrom", "validTo"),
        Kind.EXCHANGE_RATES: ("rate", "currencyCodeFrom", "currencyCodeTo", "validFrom"),
        Kind.PROJECTS: ("projectCode", "projectName", "validFrom", "validUntil"),
        Kind.LIST: (),
    }
)
"""What every record needs beside externalCode, companies and (suppliers) vendorCode, which no rule makes."""


def keyed_list(group: str) -> KeyedList | None:
    """The list of pairs under a path, if it is one."""
    return _KEYED.get(group)


def known_paths(kind: Kind, *, list_key: str = "") -> tuple[str, ...]:
    """The paths rules may name, for messages; lists of pairs as `accountNames.<language>`."""
    fixed = family_fields(list_key) if kind is Kind.LIST else _FIELDS[kind]
    pairs = (f"{group}.<{pair.key}>" for group, pair in _KEYED.items() if _belongs(group, kind))
    return tuple(sorted((*fixed, *pairs)))


def find_field(kind: Kind, path: str, *, list_key: str = "") -> Field | None:
    """The field under a path of a kind's import; None where there is none."""
    fixed = family_fields(list_key) if kind is Kind.LIST else _FIELDS[kind]
    if path in fixed:
        return fixed[path]
    for group, pair in _KEYED.items():
        key = path.removeprefix(f"{group}.")
        if key == path or not _belongs(group, kind):
            continue
        if pair.keys and key not in pair.keys:
            return None
        if not 0 < len(key) <= pair.longest_key or key != key.strip() or not key.isprintable():
            return None
        element = pair.field
        return Field(name=path, kind=element.kind, size=element.size, shortest=element.shortest)
    return None


def family_fields(list_key: str) -> Mapping[str, Field]:
    """The columns of a generic list: Basware's tables have fewer than its API. Raises ValueError for no list."""
    family = family_of(list_key)
    return _by_path(
        _numbered("text_", family.texts, kind=Shape.DESCRIPTION, size=family.text_length),
        _numbered("number_", family.numbers, kind=Shape.NUMBER, size=_DIGITS, decimals=6),
        _numbered("dateValue_", family.dates, kind=Shape.DATE),
        _choice("listContent", LIST_CONTENTS),
    )


_NAMES_OF = {
    "accountNames": Kind.ACCOUNTS,
    "costCenterNames": Kind.COST_CENTERS,
    "taxCodeNames": Kind.TAX_CODES,
    "paymentTermNames": Kind.PAYMENT_TERMS,
}


def _belongs(group: str, kind: Kind) -> bool:
    return _NAMES_OF.get(group, Kind.SUPPLIERS) is kind
