"""One row of a table of bad answers, and what a client must make of it: for tests of this package and of its users."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.errors import (
    ConfigurationError,
    CredentialsRefused,
    NeedsPerson,
    NotAuthorised,
    OutcomeUnknown,
    PeopleSoftError,
    ProtocolError,
    Rejected,
    RetryLater,
)
from peoplesoft.testing.answers import KEYS
from peoplesoft.testing.invented_sites import sample_voucher
from peoplesoft.testing.scripted_gateway import Reply

UNKNOWN = OutcomeUnknown
"""The only class that leaves open whether a create saved; every other proves that nothing was saved."""
REJECTED, AGAIN, PASSWORD, PERMISSION = Rejected, RetryLater, CredentialsRefused, NotAuthorised
CONFIGURATION, PERSON, GARBLED = ConfigurationError, NeedsPerson, ProtocolError

Kind = type[PeopleSoftError]


@dataclass(frozen=True, kw_only=True)
class Bad:
    """What came, what a create must make of it, and what a read; None: not asked, as it is no answer to that.

    `wait` are the seconds the error must pass on from the remote.
    """

    what: str
    reply: Reply
    create: Kind | None = UNKNOWN
    find: Kind | None = None
    get: Kind | None = None
    wait: float | None = None

    def calls(self, client: ComponentInterfaceClient) -> list[tuple[Kind, Callable[[], Awaitable[object]]]]:
        """Each call this row is about, with the class its error must have."""
        whole = {"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000017"}
        rows: list[tuple[Kind | None, Callable[[], Awaitable[object]]]] = [
            (self.create, lambda: client.create(sample_voucher(), record="invoice 17")),
            (self.find, lambda: client.find(KEYS, record="invoice 17")),
            (self.get, lambda: client.get(whole, record="invoice 17")),
        ]
        return [(kind, call) for kind, call in rows if kind is not None]


def bad(
    what: str,
    reply: Reply | bytes,
    create: Kind | None = UNKNOWN,
    read: Kind | None = GARBLED,
    *,
    status: int = 200,
    wait: float | None = None,
    **headers: str,
) -> Bad:
    """A row for an answer to anything: find and get must both make `read` of it. `Retry_After="17"` is a header."""
    if isinstance(reply, bytes):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = Reply(body=reply, status=status, headers=named)
    return Bad(what=what, reply=reply, create=create, find=read, get=read, wait=wait)
