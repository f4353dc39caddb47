"""Reading the `mapping` section of a connection's document; everything wrong with it is said at once."""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import TypeVar

from ap_domain.mapping.faults import ConfigurationFault
from ap_domain.mapping.peoplesoft_fields import CHART_FIELD_LENGTHS, HEADER_LENGTHS
from ap_domain.mapping.voucher_mapping import LongInvoiceNumber, TaxMode, VoucherMapping, default_dimensions

_Choice = TypeVar("_Choice", bound=StrEnum)


def parse_mapping(document: Mapping[str, object]) -> VoucherMapping:
    """The mapping, checked. Only `business_units` and `setid` are required.

    Raises ConfigurationFault naming every key that is unknown, missing, of the wrong type or too long.
    """
    section = _Section(document)
    business_unit, vendor_id = HEADER_LENGTHS["BUSINESS_UNIT"], HEADER_LENGTHS["VENDOR_ID"]
    mapping = VoucherMapping(
        business_units=section.lookup("business_units", longest=business_unit),
        setid=section.text("setid", default="", longest=HEADER_LENGTHS["VENDOR_SETID"]),
        gl_business_units=section.lookup("gl_business_units", longest=business_unit),
        suppliers=section.lookup("suppliers", longest=vendor_id),
        payment_terms=section.lookup("payment_terms", longest=HEADER_LENGTHS["PYMNT_TERMS_CD"]),
        dimensions=section.lookup("dimensions") or default_dimensions(),
        origin=section.text("origin", default="BSW", longest=HEADER_LENGTHS["ORIGIN"]),
        voucher_style=section.text("voucher_style", default="REG", longest=HEADER_LENGTHS["VOUCHER_STYLE"]),
        tax=section.choice("tax", default=TaxMode.SALES_TAX_HEADER),
        long_invoice_number=section.choice("long_invoice_number", default=LongInvoiceNumber.REJECT),
        hold_reason=section.text("hold_reason", default="OTH", longest=HEADER_LENGTHS["PYMNT_HOLD_REASON"]),
        send_due_date=section.flag("send_due_date", default=True),
    )
    section.require("business_units", given=bool(mapping.business_units))
    section.require("setid", given=bool(mapping.setid))
    section.check_dimensions(mapping.dimensions)
    section.finish()
    return mapping


class _Section:
    """One reading of a section; problems add up until `finish` raises them together."""

    def __init__(self, document: Mapping[str, object]) -> None:
        known = {setting.name for setting in fields(VoucherMapping)}
        self._document = document
        self._problems = [f"{name!r} is not a key of a mapping" for name in document if name not in known]

    def text(self, name: str, *, default: str, longest: int) -> str:
        value = self._document.get(name)
        return default if value is None else self._code(name, value, longest=longest)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._document.get(name, default)
        if isinstance(value, bool):
            return value
        self._problems.append(f"{name} must be true or false")
        return default

    def choice(self, name: str, *, default: _Choice) -> _Choice:
        choices = type(default)
        value = self._document.get(name, default)
        if isinstance(value, str) and value in set(choices):
            return choices(value)
        self._problems.append(f"{name} must be one of {', '.join(choices)}")
        return default

    def lookup(self, name: str, *, longest: int | None = None) -> dict[str, str]:
        value = self._document.get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self._problems.append(f"{name} must be a table of texts")
            return {}
        return {
            self._code(f"{name}: key", key, longest=None): self._code(f"{name}.{key}", code, longest=longest)
            for key, code in value.items()
        }

    def require(self, name: str, *, given: bool) -> None:
        if not given:
            self._problems.append(f"{name} is missing or empty")

    def check_dimensions(self, dimensions: Mapping[str, str]) -> None:
        targets = list(dimensions.values())
        self._problems += [
            f"dimensions.{source}: {target!r} is not a chart field"
            for source, target in dimensions.items()
            if target not in CHART_FIELD_LENGTHS
        ]
        twice = sorted({target for target in targets if targets.count(target) > 1})
        self._problems += [f"dimensions: {target} is set twice" for target in twice]
        if "ACCOUNT" not in targets:
            self._problems.append("dimensions: no field is mapped to ACCOUNT")

    def finish(self) -> None:
        if self._problems:
            raise ConfigurationFault(tuple(self._problems))

    def _code(self, name: str, value: object, *, longest: int | None) -> str:
        if not isinstance(value, str):
            # YAML reads 0000430022 as a number and loses the zeros
            self._problems.append(f"{name} must be a text; put {value!r} in quotes")
            return ""
        if not value.strip() or not value.isprintable():
            self._problems.append(f"{name} must not be blank or hold control characters")
        elif longest is not None and len(value) > longest:
            self._problems.append(f"{name} is {value!r}: PeopleSoft has room for {longest} characters")
        return value
