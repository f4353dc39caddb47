"""Who may call: operators of a site, wrong passwords, locks, permissions."""

import base64
import binascii
import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import AwareDatetime

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.site import OPERATIONS, STRICT, Authentication, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An operator id and password as a request carried them."""

    operator: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An operator id of a site. Without a password every login fails, as it does while locked.

    `may_query` permits the service operations that run queries; `query_max_rows` is the cap of its query security
    profile, which cuts silently. From `expires_at` (simulated clock) the password is expired: refused like a wrong
    one, but not counted towards the lock (assumption).
    """

    __pydantic_config__ = STRICT

    operator: str
    password: str | None = field(default=None, repr=False)
    operations: tuple[Operation, ...] = OPERATIONS
    locked: bool = False
    failures: int = 0
    refused_logins: int = 0
    expires_at: AwareDatetime | None = None
    may_query: bool = True
    query_max_rows: int | None = None

    def given(self, password: str) -> "Operator":
        """The operator with a fresh password, which unlocks it."""
        return replace(self, password=password, locked=False, failures=0, expires_at=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Outcome of one login: the operator's new record, if there is one, and why it was refused, if it was."""

    operator: Operator | None
    refusal: Message | None


def basic_credentials(header: str | None) -> Credentials | None:
    """Credentials of an HTTP Basic header, None if there is none or it cannot be read."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        operator, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return Credentials(operator=operator, password=password) if colon else None


def presented(
    authentication: Authentication, *, basic: Credentials | None, token: Credentials | None
) -> tuple[Credentials, ...]:
    """The credentials the site looks at, all of which must hold; empty when what it wants is missing."""
    if authentication == "both":
        return (basic, token) if basic and token else ()
    if authentication == "basic":
        return (basic,) if basic else ()
    if authentication == "username_token":
        return (token,) if token else ()
    return tuple(each for each in (token, basic) if each)


def log_in(
    operators: dict[str, Operator], credentials: tuple[Credentials, ...], *, lock_after: int, now: datetime
) -> Login:
    """Check the credentials. A wrong password counts towards the lock; a right one clears the count.

    A locked account is refused like a wrong password, so that a caller cannot tell the two apart (assumption).
    """
    if not credentials:
        return Login(operator=None, refusal=catalogue.PASSWORD_FAILED.says("ANONYMOUS"))
    name = credentials[0].operator
    known = operators.get(name)
    if known is None or any(each.operator != name for each in credentials):
        return Login(operator=None, refusal=catalogue.USER_UNKNOWN.says(name))
    right = known.password is not None and all(_same(each.password, known.password) for each in credentials)
    expired = known.expires_at is not None and known.expires_at <= now
    if right and not known.locked and not expired:
        return Login(operator=replace(known, failures=0), refusal=None)
    failures = known.failures if right else known.failures + 1
    refused = replace(
        known,
        locked=known.locked or failures >= lock_after,
        failures=failures,
        refused_logins=known.refused_logins + 1,
    )
    return Login(operator=refused, refusal=catalogue.PASSWORD_FAILED.says(name))


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())
