"""Who calls, and how that is told to the gateway."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from xml.sax.saxutils import escape


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

    def basic(self) -> str:
        """The value of an HTTP Basic Authorization header, UTF-8 encoded."""
        return f"Basic {b64encode(f'{self.operator}:{self.password}'.encode()).decode('ascii')}"

    def hide(self, text: str) -> str:
        """`text` without the password, should a remote have echoed it: plain, as XML or inside a header."""
        if not self.password:
            return text
        for secret in (self.basic().removeprefix("Basic "), escape(self.password), self.password):
            text = text.replace(secret, "***")
        return text
