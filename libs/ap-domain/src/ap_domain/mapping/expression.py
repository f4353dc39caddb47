"""JMESPath over a document: compiled when the mapping is read, exact with amounts, and forgiving where a field
is absent.

JMESPath's own number functions turn digits into floats or refuse a Decimal. Here every number stays exact,
functions that round are not offered, and a literal such as `1.50` is a Decimal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeGuard

from jmespath import compile as compile_jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions, signature
from jmespath.parser import ParsedResult
from jmespath.visitor import Options

from ap_domain.bank_details import names_bank_details
from ap_domain.money import MoneyFault, exact_sum, parse_amount, plain

LONGEST = 1000
SECRET_FIELD = "invoiceImageToken"  # noqa: S105  the name of a field that may never leave, not its value


class ExpressionFault(ValueError):
    """A text that is no expression, or asks for a function that is not offered."""


class EvaluationFault(ValueError):
    """An expression met a value it cannot work with."""


class _ExactFunctions(Functions):
    @signature({"types": []})
    def _func_abs(self, value: object) -> object:
        return value.copy_abs() if isinstance(value, Decimal) else abs(value) if _is_number(value) else None

    @signature({"types": []})
    def _func_sum(self, values: object) -> object:
        return exact_sum(Decimal(each) for each in _items(values) if _is_number(each))

    @signature({"types": []})
    def _func_max(self, values: object) -> object:
        return max((each for each in _items(values) if each is not None), default=None)

    @signature({"types": []})
    def _func_min(self, values: object) -> object:
        return min((each for each in _items(values) if each is not None), default=None)

    @signature({"types": []})
    def _func_to_number(self, value: object) -> object:
        try:
            return parse_amount(value)
        except MoneyFault:
            return None

    @signature({"types": []})
    def _func_to_string(self, value: object) -> object:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, Decimal):
            return plain(value)
        return json.dumps(value, separators=(",", ":"), default=str)

    @signature({"types": []}, {"types": []})
    def _func_contains(self, subject: object, part: object) -> bool:
        if isinstance(subject, str):
            return isinstance(part, str) and part in subject
        return part in _items(subject)

    @signature({"types": []}, {"types": []})
    def _func_starts_with(self, text: object, beginning: object) -> bool:
        return isinstance(text, str) and isinstance(beginning, str) and text.startswith(beginning)

    @signature({"types": []}, {"types": []})
    def _func_ends_with(self, text: object, end: object) -> bool:
        return isinstance(text, str) and isinstance(end, str) and text.endswith(end)

    @signature({"types": []})
    def _func_length(self, value: object) -> int:
        return len(value) if isinstance(value, str | list | dict) else 0

    @signature({"types": []}, {"types": []})
    def _func_join(self, separator: object, values: object) -> str:
        return str(separator).join(str(each) for each in _items(values) if each is not None)

    @signature({"types": []}, {"types": []})
    def _func_split(self, text: object, separator: object) -> object:
        """`split(supplierCode, '-')`: the parts of a text; nothing of an absent one."""
        if not isinstance(text, str):
            return None
        return text.split(separator) if isinstance(separator, str) and separator else [text]


OFFERED = frozenset(
    {
        "abs",
        "contains",
        "ends_with",
        "join",
        "length",
        "max",
        "min",
        "not_null",
        "split",
        "starts_with",
        "sum",
        "to_array",
        "to_number",
        "to_string",
    }
)
_PLAIN = frozenset(
    {
        "and_expression",
        "comparator",
        "field",
        "function_expression",
        "literal",
        "not_expression",
        "or_expression",
    }
)
"""Kinds of nodes under which the scope stays the same."""
_OPTIONS = Options(custom_functions=_ExactFunctions())


@dataclass(frozen=True, slots=True)
class Expression:
    """One compiled expression; equal expressions have equal text."""

    text: str
    reads: str | None = field(compare=False, repr=False)
    """The field it is known by, as Basware writes it: the first of bank details if it reads any, else the first it
    reads; None where it reads none.
    """
    paths: tuple[tuple[str, ...], ...] = field(compare=False, repr=False)
    """Every plain path it reads from the top of the scope; empty where it filters or projects."""
    _steps: tuple[str, ...] = field(compare=False, repr=False)
    _compiled: ParsedResult = field(compare=False, repr=False)

    def search(self, scope: Mapping[str, object]) -> object:
        """What the scope holds there; None for what is absent. Raises EvaluationFault."""
        if self._steps:
            value: object = scope
            for step in self._steps:
                value = value.get(step) if isinstance(value, Mapping) else None
            return value
        try:
            return self._compiled.search(scope, _OPTIONS)
        except (JMESPathError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise EvaluationFault(f"the expression {self.text!r} cannot be worked out: {error}") from error

    def holds(self, scope: Mapping[str, object]) -> bool:
        """Whether it is true of the scope: absent, false and empty values are not; the number 0 is."""
        value = self.search(scope)
        return value is not None and value is not False and value not in ("", [], {})


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Raises ExpressionFault saying what is wrong."""
    if len(text) > LONGEST:
        raise ExpressionFault(f"an expression has at most {LONGEST} characters")
    try:
        parsed = compile_jmespath(text)
    except (JMESPathError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ExpressionFault(f"{text!r} is not a JMESPath expression ({reason})") from error
    tree = _exact(parsed.parsed)
    return Expression(
        text=text,
        reads=_known_by(tree),
        paths=tuple(_paths(tree)) if _from_the_top(tree) else (),
        _steps=_steps(tree),
        _compiled=ParsedResult(text, tree),
    )


def _exact(node: Any) -> Any:
    """The tree with its number literals as Decimals; refuses what is not offered on the way."""
    kind, value = node["type"], node.get("value")
    if kind == "function_expression":
        _check_call(value, len(node["children"]))
    if kind == "field" and value == SECRET_FIELD:
        raise ExpressionFault(f"{SECRET_FIELD} opens the image of the invoice and may not be sent on")
    exact = {**node, "children": [_exact(child) for child in node["children"]]}
    if kind == "literal":
        exact["value"] = _exact_literal(value)
    return exact


def _exact_literal(value: Any) -> Any:
    # the library has read the digits as a float; its shortest text is what stood in the expression
    return Decimal(repr(value)) if isinstance(value, float) else value


def _check_call(name: str, given: int) -> None:
    spec = Functions.FUNCTION_TABLE.get(name) if name not in _ExactFunctions.FUNCTION_TABLE else None
    spec = _ExactFunctions.FUNCTION_TABLE.get(name, spec)
    if name not in OFFERED or spec is None:
        raise ExpressionFault(f"there is no function {name}(); there are {', '.join(sorted(OFFERED))}")
    wanted = spec["signature"]
    if not (given >= len(wanted) if wanted[-1].get("variadic") else given == len(wanted)):
        raise ExpressionFault(f"{name}() takes {len(wanted)} values, not {given}")


def _steps(node: Any) -> tuple[str, ...]:
    """The keys of a plain path such as `document.text1`; empty for anything more."""
    if node["type"] == "field":
        return (node["value"],)
    if node["type"] == "subexpression":
        parts = [_steps(child) for child in node["children"]]
        return tuple(step for part in parts for step in part) if all(parts) else ()
    return ()


def _known_by(node: Any) -> str | None:
    found = _fields(node)
    return next((each for each in found if names_bank_details(each)), found[0] if found else None)


def _fields(node: Any) -> list[str]:
    """The fields it reads, in its order."""
    return [".".join(steps) for steps in _paths(node)]


def _paths(node: Any) -> list[tuple[str, ...]]:
    if steps := _steps(node):
        return [steps]
    return [each for child in node["children"] for each in _paths(child)]


def _from_the_top(node: Any) -> bool:
    """Whether every field in it is one of the scope itself, not one of what a filter or projection looks at."""
    if node["type"] == "subexpression":
        return bool(_steps(node))
    return node["type"] in _PLAIN and all(_from_the_top(child) for child in node["children"])


def _is_number(value: object) -> TypeGuard[int | Decimal]:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
