"""Applying the rules of one record to what its expressions see.

A code, an amount or a date is taken whole or is a fault; a description may be shortened or transliterated
where its rule says so, and what was done is kept for the audit.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from anyascii import anyascii

from ap_domain.bank_details import masked
from ap_domain.document_fields import DocumentFields
from ap_domain.mapping.faults import MappingFault
from ap_domain.mapping.peoplesoft_fields import Kind, Property
from ap_domain.mapping.rule import OTHERWISE, Rule, Value
from ap_domain.mapping.rule_book import Rules
from ap_domain.mapping.scope import Scope
from ap_domain.mapping.voucher_draft import Shortened, Transliterated
from ap_domain.money import fits, has_at_most, minor_units, plain

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\s]+")


@dataclass(slots=True, kw_only=True)
class RecordWriter:
    """Collects the properties of records of one voucher, in the order of their rules."""

    currency: str
    shortened: list[Shortened] = field(default_factory=list)
    transliterated: list[Transliterated] = field(default_factory=list)

    def record(self, rules: Rules, scope: Scope) -> dict[str, Value]:
        """The properties that the rules make of the scope. Raises MappingFault and DocumentFault."""
        properties: dict[str, Value] = {}
        for name, rule in rules.items():
            value = self._value(rule, scope)
            if value is not None:
                properties[name] = value
        return properties

    def description(self, target: Property, text: str, *, source: str = "") -> str:
        """Text that fits the property, shortened if it must be; `source` is the field it is of."""
        text = _CONTROL.sub(" ", text).strip()
        if len(text) > target.size:
            told = masked(text, target.name, source)
            self.shortened.append(Shortened(field=target.name, full_text=told, limit=target.size))
            text = text[: target.size].rstrip()
        return text

    def _value(self, rule: Rule, scope: Scope) -> Value | None:
        if rule.when is not None and not scope.holds(rule.when):
            return None
        if rule.value is not None or rule.pick is None:
            return rule.value
        source = scope.source(rule.pick, target=rule.target.name)
        picked = scope.search(rule.pick)
        if picked is not None and rule.table is not None:
            picked = _looked_up(rule, picked, scope, source)
        if picked is None:
            if rule.default is None and rule.required:
                raise _holder(scope, source, None).missing(_HELD)
            return rule.default
        return self._converted(rule, picked, scope, source)

    def _converted(self, rule: Rule, picked: object, scope: Scope, source: str) -> Value | None:
        target = rule.target
        match target.kind:
            case Kind.DATE:
                return _day(picked, scope, source)
            case Kind.AMOUNT | Kind.NUMBER:
                return self._number(target, picked, scope, source)
            case Kind.DESCRIPTION:
                return self._description(rule, _text(picked, scope, source), scope, source) or None
            case Kind.CODE:
                return _code(rule, _text(picked, scope, source), scope, source)

    def _number(self, target: Property, picked: object, scope: Scope, source: str) -> Decimal | None:
        number = _holder(scope, source, picked).amount(_HELD)
        decimals = target.decimals
        if target.kind is Kind.AMOUNT:
            decimals = min(decimals, minor_units(self.currency))
        if number is not None and not has_at_most(
            number, integer_digits=target.size, fraction_digits=decimals
        ):
            raise _fault(
                scope,
                source,
                plain(number),
                f"{target.name} in PeopleSoft has at most {target.size} digits before and {decimals} after "
                "the point; nothing is rounded",
                target=target,
            )
        return number

    def _description(self, rule: Rule, text: str, scope: Scope, source: str) -> str:
        text = _CONTROL.sub(" ", text).strip()
        if rule.upper:
            text = text.upper()
        if rule.transliterate and not text.isascii():
            plain_text = _CONTROL.sub(" ", anyascii(text)).strip()
            names = rule.target.name, source
            self.transliterated.append(
                Transliterated(
                    field=rule.target.name,
                    full_text=masked(text, *names),
                    text=masked(plain_text, *names),
                )
            )
            text = plain_text
        if len(text) > rule.target.size and not rule.shorten:
            raise _fault(
                scope,
                source,
                text,
                f"{rule.target.name} in PeopleSoft has room for {rule.target.size} characters",
                target=rule.target,
            )
        return self.description(rule.target, text, source=source)


_HELD = "value"


def _holder(scope: Scope, source: str, value: object) -> DocumentFields:
    """The value as a field of the document, so that its faults read like those of any other field."""
    return _Held(values={_HELD: value}, path=source, invoice_id=scope.document)


class _Held(DocumentFields):
    __slots__ = ()

    def _at(self, name: str) -> str:
        return self.path


def _looked_up(rule: Rule, picked: object, scope: Scope, source: str) -> str | None:
    table = rule.table or {}
    key = str(picked).lower() if isinstance(picked, bool) else _text(picked, scope, source)
    if key in table:
        return table[key]
    if OTHERWISE in table:
        return table[OTHERWISE]
    broken = f"it is not listed in {rule.table_name} of the connection's mapping"
    raise _fault(scope, source, key, broken, target=rule.target)


def _text(value: object, scope: Scope, source: str) -> str:
    if isinstance(value, Decimal) and fits(value):
        return plain(value)
    return _holder(scope, source, value).text(_HELD) or ""


def _day(value: object, scope: Scope, source: str) -> date | None:
    return _holder(scope, source, value).day(_HELD)


def _code(rule: Rule, text: str, scope: Scope, source: str) -> str | None:
    target = rule.target
    if not text:
        return None
    if not text.isprintable():
        broken = f"{target.name} in PeopleSoft takes no blank and no control characters"
        raise _fault(scope, source, text, broken, target=target)
    if rule.upper:
        text = text.upper()
    if rule.pad:
        text = rule.pad.apply(text)
    if len(text) > target.size:
        broken = f"{target.name} in PeopleSoft has room for {target.size} characters"
        raise _fault(scope, source, text, broken, target=target)
    return text


def _fault(scope: Scope, source: str, value: str, rule: str, *, target: Property) -> MappingFault:
    return MappingFault(
        document=scope.document, field=source, value=masked(value, source, target.name), rule=rule
    )
