"""Building the properties of a voucher, each checked against PeopleSoft's documented length."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ap_domain.mapping.faults import MappingFault
from ap_domain.mapping.voucher_draft import Shortened, Value

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\s]+")


@dataclass(slots=True, kw_only=True)
class PropertyWriter:
    """Collects properties of one record: a code fits or is a fault, a description may be shortened."""

    document: str
    lengths: Mapping[str, int]
    properties: dict[str, Value] = field(default_factory=dict)
    shortened: list[Shortened] = field(default_factory=list)

    def code(self, name: str, value: str | None, *, source: str) -> None:
        """A coded value or number, whole or not at all. `source` is Basware's field that it came from."""
        if value is None:
            return
        limit = self.lengths[name]
        if len(value) > limit:
            raise self._fault(source, value, f"{name} in PeopleSoft has room for {limit} characters")
        if not value.isprintable() or not value.strip():
            raise self._fault(source, value, f"{name} in PeopleSoft takes no blank and no control characters")
        self.properties[name] = value

    def description(self, name: str, value: str | None) -> None:
        """Free text for people, in one line; what does not fit is cut, and the cut is kept for the audit."""
        text = _CONTROL.sub(" ", value or "").strip()
        limit = self.lengths[name]
        if len(text) > limit:
            self.shortened.append(Shortened(field=name, full_text=text, limit=limit))
            text = text[:limit].rstrip()
        if text:
            self.properties[name] = text

    def amount(self, name: str, value: Decimal) -> None:
        self.properties[name] = value

    def number(self, name: str, value: int) -> None:
        self.properties[name] = Decimal(value)

    def day(self, name: str, value: date | None) -> None:
        if value is not None:
            self.properties[name] = value

    def _fault(self, field: str, value: str, rule: str) -> MappingFault:
        return MappingFault(document=self.document, field=field, value=value, rule=rule)
