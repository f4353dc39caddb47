"""Typed reading of one section of a mapping document; every problem is kept until all are raised together."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from ap_domain.mapping.expression import Expression, ExpressionFault, compile_expression
from ap_domain.mapping.faults import ConfigurationFault
from ap_domain.money import MoneyFault, parse_amount

_Choice = TypeVar("_Choice", bound=StrEnum)


class Problems(list[str]):
    """What is wrong with a document, each beginning with the key."""

    def finish(self, *, what: str = "mapping") -> None:
        """Raises ConfigurationFault with all of them, each once; `what` of the connection is wrong."""
        if self:
            raise ConfigurationFault(tuple(dict.fromkeys(self)), what=what)


class Section:
    """One table of the document; `path` is where it stands ("" is the document itself, which is then called
    `what`).
    """

    def __init__(
        self,
        values: Mapping[Any, object],
        *,
        known: frozenset[str],
        problems: Problems,
        path: str = "",
        what: str = "a mapping",
    ) -> None:
        self.values = values
        self.problems = problems
        self.path = path
        problems.extend(
            f"{name!r} is not a key of {path or what}; there are {', '.join(sorted(known))}"
            for name in values
            if name not in known
        )

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def problem(self, name: str, rule: str) -> None:
        self.problems.append(f"{self.at(name)} {rule}")

    def given(self, name: str) -> bool:
        return self.values.get(name) is not None

    def section(self, name: str, *, known: frozenset[str]) -> "Section | None":
        """The table under a key; None when it is absent or no table."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.problem(name, "must be a table of keys and values")
            return None
        return Section(value, known=known, problems=self.problems, path=self.at(name))

    def text(self, name: str, *, default: str = "", longest: int | None = None) -> str:
        value = self.values.get(name)
        return default if value is None else self.code(self.at(name), value, longest=longest)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.values.get(name, default)
        if isinstance(value, bool):
            return value
        self.problem(name, "must be true or false")
        return default

    def count(self, name: str, *, default: int, least: int, most: int) -> int:
        value = self.values.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.problem(name, f"must be a whole number from {least} to {most}")
        return default

    def choice(self, name: str, *, default: _Choice) -> _Choice:
        return self._choice(self.at(name), self.values.get(name, default), default=default)

    def choices(self, name: str, *, default: _Choice) -> dict[str, _Choice]:
        """A table whose values are choices; `default` only says of which kind."""
        return {
            key: self._choice(f"{self.at(name)}.{key}", value, default=default)
            for key, value in self._table(name)
        }

    def lookup(self, name: str, *, longest: int | None = None) -> dict[str, str]:
        return {
            key: self.code(f"{self.at(name)}.{key}", value, longest=longest)
            for key, value in self._table(name)
        }

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self.problem(name, "must be a list of texts")
            return ()
        return tuple(
            self.code(f"{self.at(name)}[{place}]", each, longest=None) for place, each in enumerate(value)
        )

    def tables(self, name: str) -> list[Mapping[str, object]]:
        """A list of tables."""
        value = self.values.get(name)
        if not isinstance(value, list | tuple) or not all(isinstance(each, Mapping) for each in value):
            self.problem(name, "must be a list of tables")
            return []
        return list(value)

    def amount(self, name: str, *, default: Decimal) -> Decimal:
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, float):
            self.problem(name, f"is read as an inexact number; put {value!r} in quotes")
            return default
        try:
            return parse_amount(value)
        except MoneyFault:
            self.problem(name, f"must be an amount, not {value!r}")
            return default

    def day(self, name: str) -> date | None:
        value = self.values.get(name)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            if isinstance(value, str):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.problem(name, "must be a day as in 2026-01-31")
        return None

    def expression(self, name: str) -> Expression | None:
        value = self.values.get(name)
        return None if value is None else self.compiled(self.at(name), value)

    def expressions(self, name: str) -> tuple[Expression, ...]:
        found = (self.compiled(f"{self.at(name)}: {text!r}", text) for text in self.texts(name))
        return tuple(each for each in found if each is not None)

    def compiled(self, where: str, value: object) -> Expression | None:
        if not isinstance(value, str) or not value.strip():
            self.problems.append(f"{where} must be an expression, written as a text")
            return None
        try:
            return compile_expression(value.strip())
        except ExpressionFault as fault:
            self.problems.append(f"{where}: {fault}")
            return None

    def code(self, where: str, value: object, *, longest: int | None) -> str:
        if not isinstance(value, str):
            # YAML reads 0000430022 as a number and loses the zeros
            self.problems.append(f"{where} must be a text; put {value!r} in quotes")
            return ""
        if not value.strip() or not value.isprintable():
            self.problems.append(f"{where} must not be blank or hold control characters")
        elif longest is not None and len(value) > longest:
            self.problems.append(f"{where} is {value!r}: it has room for {longest} characters")
        return value

    def _choice(self, where: str, value: object, *, default: _Choice) -> _Choice:
        choices = type(default)
        if isinstance(value, str) and value in set(choices):
            return choices(value)
        self.problems.append(f"{where} must be one of {', '.join(choices)}")
        return default

    def _table(self, name: str) -> list[tuple[str, object]]:
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, Mapping):
            self.problem(name, "must be a table of texts")
            return []
        return [(self.code(f"{self.at(name)}: key", key, longest=None), each) for key, each in value.items()]
