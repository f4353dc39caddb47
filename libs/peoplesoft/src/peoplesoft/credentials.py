"""Who calls, and how that is told to the gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import BasicAuth


class Authentication(StrEnum):
    """HTTP Basic (the default), WS-Security UsernameToken, or both at once."""

    BASIC = "basic"
    USERNAME_TOKEN = "username_token"  # noqa: S105 - the name of a scheme, not a secret
    BOTH = "both"

    @property
    def uses_basic(self) -> bool:
        """Whether every call carries an Authorization header."""
        return self is not Authentication.USERNAME_TOKEN

    @property
    def uses_username_token(self) -> bool:
        """Whether every SOAP message carries a Security header."""
        return self is not Authentication.BASIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A PeopleSoft operator id and its password; the password never shows in `repr`."""

    operator: str
    password: str = field(repr=False)

    def basic(self) -> BasicAuth:
        """The HTTP Basic credentials, UTF-8 encoded."""
        return BasicAuth(self.operator, self.password, encoding="utf-8")

    def hide(self, text: str) -> str:
        """`text` without the password, should a remote have echoed it."""
        if not self.password:
            return text
        return text.replace(self.basic().encode().removeprefix("Basic "), "***").replace(self.password, "***")
