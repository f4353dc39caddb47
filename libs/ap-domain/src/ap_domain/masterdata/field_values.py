"""The value that a rule makes of what it sees, as Basware takes it; or why there is none, in words for people."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from anyascii import anyascii

from ap_domain.bank_details import masked
from ap_domain.mapping.expression import EvaluationFault
from ap_domain.mapping.peoplesoft_fields import Kind as Shape
from ap_domain.mapping.rule import OTHERWISE, Rule
from ap_domain.masterdata.basware_fields import Field
from ap_domain.masterdata.plan import FieldRule
from ap_domain.masterdata.whole_text import is_whole
from ap_domain.money import MoneyFault, has_at_most, parse_amount, plain

__all__ = ["BaswareValue", "FieldFault", "field_value"]

BaswareValue = str | Decimal | bool
"""What stands in a field of Basware; days are texts."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\s]+")
_FLAGS = {"true": True, "false": False, "Y": True, "N": False}
_SHOWN = 60


class FieldFault(ValueError):
    """One field of one record does not fit: names field, value, limit and where the value comes from."""


def field_value(each: FieldRule, scope: Mapping[str, object]) -> BaswareValue | None:
    """The field's value; None: it is not sent. Raises FieldFault."""
    rule, field = each.rule, each.field
    try:
        if rule.when is not None and not rule.when.holds(scope):
            return None
        picked = rule.value if rule.pick is None else rule.pick.search(scope)
    except EvaluationFault as fault:
        raise FieldFault(f"{field.name}: {fault}") from fault
    if rule.table is not None and picked not in (None, ""):
        picked = _looked_up(rule, field, picked)
    if picked is None or (isinstance(picked, str) and not picked.strip()):
        if rule.required and rule.default is None:
            raise _fault(rule, field, "", "must not be missing")
        picked = rule.default
    return None if picked is None else _converted(rule, field, picked)


def _converted(rule: Rule, field: Field, picked: object) -> BaswareValue | None:
    if field.flag:
        return _flag(rule, field, picked)
    match field.kind:
        case Shape.DATE:
            return _day(rule, field, picked)
        case Shape.NUMBER | Shape.AMOUNT:
            return _number(rule, field, picked)
        case Shape.CODE:
            return _code(rule, field, picked)
        case Shape.DESCRIPTION:
            return _description(rule, field, picked)


def _flag(rule: Rule, field: Field, picked: object) -> bool:
    found = picked if isinstance(picked, bool) else _FLAGS.get(str(picked))
    if found is None:
        raise _fault(rule, field, str(picked), "must be true or false (Y or N)")
    return found


def _day(rule: Rule, field: Field, picked: object) -> str:
    try:
        day = picked if isinstance(picked, date) else date.fromisoformat(str(picked)[:10])
    except ValueError:
        raise _fault(rule, field, str(picked), "must be a day as in 2026-01-31") from None
    return f"{day.isoformat()[:10]}T00:00:00Z"


def _number(rule: Rule, field: Field, picked: object) -> Decimal:
    try:
        # an exchange rate has more digits after the point than money
        number = picked if isinstance(picked, Decimal) and picked.is_finite() else parse_amount(picked)
    except MoneyFault:
        raise _fault(rule, field, str(picked), "must be a number") from None
    if number < 0 and not field.signed:
        raise _fault(rule, field, plain(number), "must not be negative in Basware")
    if field.most is not None and number > field.most:
        raise _fault(rule, field, plain(number), f"is more than {field.most}, the most Basware takes")
    if not has_at_most(number, integer_digits=field.size, fraction_digits=field.decimals):
        limit = f"Basware takes {field.size} digits before and {field.decimals} after the point"
        raise _fault(rule, field, plain(number), limit)
    return number


def _code(rule: Rule, field: Field, picked: object) -> str | None:
    text = _text(rule, field, picked)
    if not is_whole(text):
        raise _fault(rule, field, text, "must not hold control characters or half ones")
    text = text.upper() if rule.upper else text
    text = rule.pad.apply(text) if rule.pad else text
    if field.choices and text not in field.choices:
        raise _fault(rule, field, text, f"must be one of {', '.join(sorted(field.choices))}")
    if field.form and not field.form.fullmatch(text):
        raise _fault(rule, field, text, "is not written as Basware wants it")
    return _fitting(rule, field, text)


def _description(rule: Rule, field: Field, picked: object) -> str | None:
    text = _CONTROL.sub(" ", _text(rule, field, picked)).strip()
    text = text.upper() if rule.upper else text
    if rule.transliterate and not text.isascii():
        text = _CONTROL.sub(" ", anyascii(text)).strip()
    if rule.shorten:
        text = text[: field.size].rstrip()
    return _fitting(rule, field, text) if text else None


def _fitting(rule: Rule, field: Field, text: str) -> str:
    if len(text) > field.size:
        raise _fault(rule, field, text, f"has {len(text)} characters, Basware has room for {field.size}")
    if len(text) < field.shortest:
        raise _fault(
            rule, field, text, f"is too short, Basware asks for {field.shortest} characters at least"
        )
    return text


def _text(rule: Rule, field: Field, picked: object) -> str:
    if isinstance(picked, str):
        return picked
    if isinstance(picked, bool):
        return "true" if picked else "false"
    if isinstance(picked, Decimal):
        return plain(picked)
    raise _fault(rule, field, str(picked), "must be a single value")


def _looked_up(rule: Rule, field: Field, picked: object) -> str | None:
    table = rule.table or {}
    key = _text(rule, field, picked)
    if key in table:
        return table[key]
    if OTHERWISE in table:
        return table[OTHERWISE]
    raise _fault(
        rule, field, key, f"is not listed in the table {rule.table_name} of the connection's masterdata"
    )


def _fault(rule: Rule, field: Field, value: str, broken: str) -> FieldFault:
    source = rule.pick.reads if rule.pick and rule.pick.reads else ""
    value = masked(value, field.name, source, *_BANK.get(field.name.partition(".")[0], ()))
    excerpt = value if len(value) <= _SHOWN else f"{value[: _SHOWN - 3]}..."
    comes_from = f"; it comes from {source}" if source and source != field.name else ""
    said = f"{field.name} {excerpt!r} {broken}" if value else f"{field.name} {broken}"
    return FieldFault(said + comes_from)


_BANK = {"paymentMeans": ("bank",)}
"""Whatever stands in payment means is of a bank account."""
