"""One call of a customer, past the door: who calls, what for, with which parameters and body."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .answers import RefusalError, p2p_refusal
from .clock import moment
from .decimal_json import JsonError, loads
from .records import Tenant
from .schema import Kind, check, is_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a handler may know of a request; `address` is without the query, `path` the named parts of it.

    Args:
        arrived: simulated time.
    """

    request_id: str
    tenant: Tenant
    address: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    arrived: datetime

    def refuse_parameter(self, message: str) -> RefusalError:
        """400 for a query parameter or header."""
        return p2p_refusal(
            request_id=self.request_id, status=400, messages=[message], code="PARAMETER_VALIDATION_ERROR"
        )

    def allow_parameters(self, *names: str) -> None:
        """Refuse parameters the call does not have: a misspelt filter must not silently return everything."""
        for name in self.query:
            if name not in names:
                raise self.refuse_parameter(f"{name} is not a parameter of this call")

    def choice(self, name: str, words: frozenset[str]) -> str | None:
        """A parameter that is one of some words."""
        value = self.query.get(name)
        if value is not None and value not in words:
            raise self.refuse_parameter(f"{name} is not one of the known values")
        return value

    def flag(self, name: str) -> bool:
        """A parameter that is true or false; false if absent."""
        return self.choice(name, frozenset({"true", "false"})) == "true"

    def page_size(self, *, most: int, default: int | None = None) -> int:
        """The parameter pageSize, from 1 to `most`, which is its default unless another is given."""
        text = self.query.get("pageSize", str(default or most))
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= most:
            raise self.refuse_parameter(f"pageSize must be a number from 1 to {most}")
        return int(text)

    def updated_after(self) -> datetime | None:
        """The parameter lastUpdated; a moment without a zone is taken as UTC."""
        text = self.query.get("lastUpdated")
        if text is None:
            return None
        if not is_moment(text):
            raise self.refuse_parameter("lastUpdated is not a valid date-time")
        return moment(text)

    def json_body(self, kind: Kind) -> Any:
        """The body, checked against a shape; all that is wrong is said at once."""
        try:
            value = loads(self.body)
        except JsonError as error:
            wrong = [f"The body is not JSON: {error}"]
        else:
            wrong = list(check(kind, value))
            if not wrong:
                return value
        raise p2p_refusal(
            request_id=self.request_id, status=400, messages=wrong, code="SCHEMA_VALIDATION_ERROR"
        )
