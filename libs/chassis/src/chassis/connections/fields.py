"""The fields of a connection document: what their values may be, in words of their own."""

import os
import re
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

from ap_domain.posting_calendar import CalendarFault, read_calendar
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

__all__ = [
    "Code",
    "Codes",
    "ConnectionId",
    "Filled",
    "Instant",
    "MessageClass",
    "MessageNumber",
    "PostingTable",
    "SecretSource",
    "Stage",
    "StrictModel",
    "Text",
    "Url",
]

V = TypeVar("V")


def _safe_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an absolute https URL")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("must be https: credentials travel on it (plain http only to this machine)")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must not hold credentials, a query or a fragment")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _filled(values: tuple[V, ...]) -> tuple[V, ...]:
    if not values:
        raise ValueError("must not be empty")
    return values


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) != len(values):
        raise ValueError("names a value twice")
    return values


def _connection_id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,62}", text):
        raise ValueError(
            "must be up to 63 lower-case letters, digits, dots, dashes; it is part of a URL and of keys"
        )
    return text


def _instant(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must name its offset, such as 2026-12-01T12:00:00Z")
    return value.astimezone(UTC)


def _posting(section: dict[str, Any]) -> dict[str, Any]:
    """Checked by the calendar's own rules; days are kept as texts."""
    try:
        read_calendar(section)
    except CalendarFault as fault:
        raise ValueError("; ".join(fault.problems)) from None
    return section


Text = Annotated[str, Field(min_length=1, max_length=254, pattern=r"^\S(.*\S)?$")]
Code = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^\S+$")]
Codes = Annotated[tuple[Code, ...], AfterValidator(_filled), AfterValidator(_distinct)]
Url = Annotated[str, AfterValidator(_safe_url)]
Stage = Literal["test", "production"]
MessageClass = Literal[
    "rejected", "retry_later", "configuration", "needs_person", "not_authorised", "credentials_refused"
]
"""What a site may say of a message number; whether a create is in doubt is never for a table to end."""
MessageNumber = Annotated[str, Field(pattern=r"^[0-9]{1,5}-[0-9]{1,5}$")]
ConnectionId = Annotated[str, AfterValidator(_connection_id)]
Instant = Annotated[datetime, AfterValidator(_instant)]
PostingTable = Annotated[dict[str, Any], AfterValidator(_posting)]
Filled = AfterValidator(_filled)


class StrictModel(BaseModel):
    """Unknown keys are faults; values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SecretSource(StrictModel):
    """Where a secret is taken from when the document is applied: exactly one of the three."""

    file: Path | None = None
    env: str | None = None
    value: SecretStr | None = None

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("wants exactly one of file, env and value")
        self.read()
        return self

    def read(self) -> str:
        """The secret, without the line end of a file. Raises ValueError saying why there is none."""
        if self.file is not None:
            try:
                secret = self.file.expanduser().read_text("utf-8").strip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise ValueError(f"cannot be read: {error}") from None
        elif self.env is not None:
            secret = os.environ.get(self.env, "")
        else:
            secret = self.value.get_secret_value() if self.value else ""
        if not secret:
            raise ValueError("is empty or not set")
        return secret
