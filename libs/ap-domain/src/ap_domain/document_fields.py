"""Typed reading of a JSON object whose fields may be absent, null, or not what the vendor's schema says.

A field is judged when it is read, not when the document is parsed: Basware's own example carries a date
wrapped in quotes in a field nobody needs, and such a field must not stop an invoice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ap_domain.bank_details import names_bank_details
from ap_domain.document_fault import DocumentFault
from ap_domain.money import MoneyFault, parse_amount

_DATE = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFields:
    """One JSON object of a document; `path` is where it stands ("" is the header), for faults."""

    values: Mapping[str, object]
    path: str = ""
    invoice_id: str | None = None

    def text(self, name: str) -> str | None:
        """The string without blanks around it; None when absent, null or blank. A number is read as its
        digits.
        """
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            return self._sound(name, value.strip()) or None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            try:
                return str(value)
            except ValueError as error:  # more digits than the interpreter will print
                raise self._fault(name, rule="a text was expected") from error
        raise self._fault(name, rule="a text was expected")

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise self.missing(name)
        return value

    def amount(self, name: str) -> Decimal | None:
        """The amount; None when absent or null. Raises DocumentFault when it does not fit decimal(38,10)."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            return parse_amount(value)
        except MoneyFault as error:
            # its words quote the value
            rule = "an amount was expected" if names_bank_details(self._at(name)) else str(error)
            raise self._fault(name, rule=rule) from error

    def required_amount(self, name: str) -> Decimal:
        value = self.amount(name)
        if value is None:
            raise self.missing(name)
        return value

    def day(self, name: str) -> date | None:
        """The calendar day as written; None when absent, null or blank.

        Basware writes days as instants (`2026-06-05T00:00:00Z`). Which zone they mean is not published, so
        the day is taken as it stands and never shifted.
        """
        value = self.text(name)
        if value is None:
            return None
        found = _DATE.fullmatch(value)
        if found is None:
            raise self._fault(name, rule="a date as in 2026-06-05 or 2026-06-05T00:00:00Z was expected")
        try:
            return date.fromisoformat(found["day"])
        except ValueError as error:
            raise self._fault(name, rule="there is no such day") from error

    def required_day(self, name: str) -> date:
        value = self.day(name)
        if value is None:
            raise self.missing(name)
        return value

    def flag(self, name: str) -> bool | None:
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise self._fault(name, rule="true or false was expected")

    def whole_number(self, name: str) -> int | None:
        value = self.amount(name)
        if value is None:
            return None
        if value != value.to_integral_value():
            raise self._fault(name, rule="a whole number was expected")
        return int(value)

    def rows(self, name: str) -> tuple["DocumentFields", ...]:
        """The objects of an array, each with its own path; empty when absent or null."""
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self._fault(name, rule="a list was expected")
        rows = []
        for index, row in enumerate(value):
            path = f"{self._at(name)}[{index}]"
            if not isinstance(row, dict):
                raise DocumentFault(
                    field=path, value=row, rule="a JSON object was expected", invoice_id=self.invoice_id
                )
            rows.append(DocumentFields(values=row, path=path, invoice_id=self.invoice_id))
        return tuple(rows)

    def _sound(self, name: str, value: str) -> str:
        """JSON can spell half a character (a lone surrogate), which no other system could be told."""
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise self._fault(name, rule="the text holds half a character") from error
        return value

    def missing(self, name: str) -> DocumentFault:
        return self._fault(name, rule="it is needed and must not be missing or blank")

    def _fault(self, name: str, *, rule: str) -> DocumentFault:
        return DocumentFault(
            field=self._at(name), value=self.values.get(name), rule=rule, invoice_id=self.invoice_id
        )

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name
