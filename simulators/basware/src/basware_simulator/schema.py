"""A small vocabulary for the shapes Basware accepts, and a strict check of a JSON value against them.

The simulator has request models of its own rather than the vendor's file, so that a reader sees in one
place what is taken and refused; a contract test compares the two. Values are what `decimal_json.loads` gives.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

UNKNOWN_FIELD = "is not a known field"


class Kind(Protocol):
    """Something a JSON value can be checked against."""

    @property
    def nullable(self) -> bool:
        """Whether null is taken."""

    def problems(self, value: Any, path: str) -> Iterator[str]:
        """Say what is wrong with a value that is not null, in words that start with its path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A string; lengths count characters, both ends included. The pattern may match anywhere unless anchored."""

    shortest: int = 0
    longest: int | None = None
    pattern: str | None = None
    nullable: bool = True

    def problems(self, value: Any, path: str) -> Iterator[str]:
        """See `Kind.problems`."""
        if not isinstance(value, str):
            yield f"{path} must be a string"
        elif len(value) < self.shortest:
            yield f"{path} must have at least {self.shortest} characters"
        elif self.longest is not None and len(value) > self.longest:
            yield f"{path} must have at most {self.longest} characters"
        elif self.pattern is not None and re.search(self.pattern, value) is None:
            yield f"{path} does not match the pattern of its field"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A JSON number; bounds included."""

    least: Decimal | None = None
    most: Decimal | None = None
    whole: bool = False
    nullable: bool = True

    def problems(self, value: Any, path: str) -> Iterator[str]:
        """See `Kind.problems`."""
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            yield f"{path} must be a number"
        elif self.whole and value != int(value):
            yield f"{path} must be an integer"
        elif self.least is not None and value < self.least:
            yield f"{path} must be at least {self.least}"
        elif self.most is not None and value > self.most:
            yield f"{path} must be at most {self.most}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """true or false."""

    nullable: bool = True

    def problems(self, value: Any, path: str) -> Iterator[str]:
        """See `Kind.problems`."""
        if not isinstance(value, bool):
            yield f"{path} must be a boolean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date-time. `strict` where the API parses what a customer sends.

    Not strict where P2P publishes: the vendor's own example of an invoice line holds a date with quotation
    marks inside, so receivers have to live with text that is no date.
    """

    strict: bool = False
    nullable: bool = True

    def problems(self, value: Any, path: str) -> Iterator[str]:
        """See `Kind.problems`."""
        if not isinstance(value, str):
            yield f"{path} must be a date-time string"
        elif self.strict and not is_moment(value):
            yield f"{path} is not a valid date-time"


def is_moment(text: str) -> bool:
    """Whether the text is an RFC 3339 date-time or a bare date (both appear in the vendor's texts)."""
    if not text.isascii() or len(text) < len("2026-01-01") or text[4] != "-" or text[7] != "-":
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a list of words."""

    words: frozenset[str]
    nullable: bool = False

    def problems(self, value: Any, path: str) -> Iterator[str]:
        """See `Kind.problems`."""
        if not isinstance(value, str) or value not in self.words:
            yield f"{path} is not one of the known values"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """An array of one kind."""

    of: Kind
    nullable: bool = True

    def problems(self, value: Any, path: str) -> Iterator[str]:
        """See `Kind.problems`."""
        if not isinstance(value, list):
            yield f"{path} must be an array"
            return
        for index, item in enumerate(value):
            yield from check(self.of, item, f"{path}[{index}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An object. Fields it does not know are refused (the vendor's ``additionalProperties: false``) unless open."""

    fields: Mapping[str, Kind]
    required: frozenset[str] = field(default_factory=frozenset)
    open: bool = False
    nullable: bool = False

    def problems(self, value: Any, path: str) -> Iterator[str]:
        """See `Kind.problems`."""
        if not isinstance(value, dict):
            yield f"{path or 'body'} must be an object"
            return
        prefix = f"{path}." if path else ""
        for name in sorted(self.required - value.keys()):
            yield f"{prefix}{name} field required"
        for name, item in value.items():
            kind = self.fields.get(name)
            if kind is None and self.open:
                continue
            if kind is None:
                yield f"{prefix}{name} {UNKNOWN_FIELD}"
            else:
                yield from check(kind, item, prefix + name)


def check(kind: Kind, value: Any, path: str = "") -> Iterator[str]:
    """Say everything that is wrong with a value; nothing means it is accepted."""
    if value is None:
        if not kind.nullable:
            yield f"{path or 'body'} must not be null"
    else:
        yield from kind.problems(value, path)
