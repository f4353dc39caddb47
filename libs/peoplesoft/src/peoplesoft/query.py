"""What a query is asked, and the rows it gives."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeAlias

from peoplesoft.errors import ConfigurationError, InvalidMessage

QueryRow: TypeAlias = Mapping[str, str | Decimal | None]
"""One row: field name without the record's alias -> its value; None where PeopleSoft stores only blanks.

Text is as sent, leading zeros included, less trailing blanks. Over REST numbers come as Decimal, over SOAP as text:
who reads a number must take both. Dates and times are text on both routes.
"""

_NAME = re.compile(r"[\w.#$@-]{1,30}", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class QueryOwner(StrEnum):
    """Whose query it is: PeopleSoft keeps the two apart in the address."""

    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """One run of a query. `prompts` are (unique prompt name, value) in the query's own order; an empty value leaves
    the prompt unset. At most `max_rows` rows are asked for: PeopleSoft cuts there without a word, and there is
    no unlimited read.

    Raises ConfigurationError for names no query can have, InvalidMessage for values that cannot be sent.
    """

    name: str
    max_rows: int
    owner: QueryOwner = QueryOwner.PUBLIC
    prompts: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.max_rows < 1:
            raise ConfigurationError(f"query {self.name}: {self.max_rows} rows cannot be asked for")
        for what, name in [("query", self.name), *(("prompt", name) for name, _ in self.prompts)]:
            if not _NAME.fullmatch(name):
                raise ConfigurationError(f"{name!r} is no name of a {what} in PeopleSoft")
        for name, value in self.prompts:
            if _CONTROL.search(value):
                raise InvalidMessage(
                    f"the value {value!r} of prompt {name} has characters that cannot be sent",
                    property_path=name,
                    operation=self.name,
                )

    def with_prompt(self, name: str, value: str) -> QueryRequest:
        """This request with another value for one of its prompts. Raises ConfigurationError if it has none of
        that name.
        """
        if all(name != prompt for prompt, _ in self.prompts):
            raise ConfigurationError(f"query {self.name} has no prompt {name}")
        prompts = tuple((prompt, value if prompt == name else old) for prompt, old in self.prompts)
        return replace(self, prompts=prompts)


class RowSource(Protocol):
    """What runs queries: `QueryClient`, or rows in memory in tests."""

    def rows(self, query: QueryRequest, *, record: str = "") -> AsyncGenerator[QueryRow, None]:
        """The rows in the query's order. Only an iteration that ends by itself has seen the whole answer."""
        ...
