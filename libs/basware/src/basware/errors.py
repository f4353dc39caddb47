"""Everything that can go wrong in a call to Basware, sorted by what the caller should do next.

    BaswareError
    ├── RetryLater           try again, later
    ├── OutcomeUnknown       a write was sent and its answer was lost
    ├── Refused              Basware said no for a business reason
    │   └── ImportRefused    to a batch of master data: which records it names
    ├── CredentialsRefused   stop: no further call can succeed
    ├── NotFound             the record does not exist there
    ├── AlreadyAcknowledged  acknowledge was done before, by us or by another consumer
    ├── ProtocolError        what came back is not an answer of Basware's API
    │   └── AnswerTooLarge   it is longer than the bound that the caller set
    └── InvalidRequest       ours: the request breaks a published limit and was not sent

No message, excerpt or repr holds a credential, a token or the signature of a pre-signed address.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEntity:
    """One error in Basware's own words, from either of its two error models or from its gateway."""

    message: str
    code: str | None = None
    type: str | None = None
    external_code: str | None = None
    info: str | None = None

    def __str__(self) -> str:
        lead = f"{self.code}: " if self.code else ""
        tail = f" ({self.info})" if self.info else ""
        return f"{lead}{self.message}{tail}"


class BaswareError(Exception):
    """A call to Basware did not give the answer asked for.

    `operation` is the client's name of the call, `remote` the host that was talked to, `record` the
    invoice id, request id or batch it was about, `status` the HTTP status if there was an answer, `request_id`
    Basware's own (quote it to their support), `excerpt` the redacted beginning of the answer, `advice`
    what an operator can do. `may_have_taken_effect` is true when Basware may have carried out a write in
    spite of this error: a repeated acknowledge then answers `AlreadyAcknowledged` through no one's fault.
    `retry_after` is how many seconds the remote asked to be left alone, if it did.
    """

    default_advice: ClassVar[str] = "Look at what the remote said."

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        remote: str = "",
        record: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        excerpt: str = "",
        entities: tuple[ErrorEntity, ...] = (),
        advice: str | None = None,
        may_have_taken_effect: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operation = operation
        self.remote = remote
        self.record = record
        self.status = status
        self.request_id = request_id
        self.excerpt = excerpt
        self.entities = entities
        self.advice = advice or self.default_advice
        self.may_have_taken_effect = may_have_taken_effect
        self.retry_after = retry_after

    def for_record(self, record: str | None) -> Self:
        """The same error as met on behalf of another record (a token renewal is shared by many calls)."""
        same = copy.copy(self)
        same.record = record
        return same

    def __str__(self) -> str:
        where = " ".join(
            part
            for part in (
                self.operation,
                f"of {self.record}" if self.record else "",
                f"at {self.remote}" if self.remote else "",
            )
            if part
        )
        facts = ", ".join(
            part
            for part in (
                f"HTTP {self.status}" if self.status is not None else "",
                f"request id {self.request_id}" if self.request_id else "",
            )
            if part
        )
        return (
            (f"{where}: " if where else "")
            + self.message
            + (f" ({facts})" if facts else "")
            + (f"; it said: {self.excerpt}" if self.excerpt else "")
            + f". {self.advice}"
        )


class RetryLater(BaswareError):
    """Nothing is wrong with the request; the remote is away, busy or throttling (429, 5xx, no connection)."""

    default_advice: ClassVar[str] = "It is tried again by itself; look at the remote if it lasts."


class OutcomeUnknown(BaswareError):
    """A write was sent and its answer never came; it may or may not have been carried out."""

    default_advice: ClassVar[str] = "The same request may be repeated as it was, with the same external code."


class Refused(BaswareError):
    """Basware understood the request and said no; `entities` holds its words."""

    default_advice: ClassVar[str] = "Correct what Basware names; the same request will be refused again."


class ImportRefused(Refused):
    """Basware refused a batch of master data.

    `guilty` maps the external codes of the batch that it names to its words, empty when it names none of them;
    `general` are the words that name none. Whether the rest of the batch was stored is not published: send it again.
    """

    default_advice: ClassVar[str] = (
        "Correct the records that Basware names; the others can be sent without them."
    )

    def __init__(
        self,
        message: str,
        *,
        guilty: Mapping[str, str] | None = None,
        general: tuple[str, ...] = (),
        operation: str = "",
        remote: str = "",
        record: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        excerpt: str = "",
        entities: tuple[ErrorEntity, ...] = (),
        may_have_taken_effect: bool = False,
    ) -> None:
        super().__init__(
            message,
            operation=operation,
            remote=remote,
            record=record,
            status=status,
            request_id=request_id,
            excerpt=excerpt,
            entities=entities,
            may_have_taken_effect=may_have_taken_effect,
        )
        self.guilty = MappingProxyType(dict(guilty or {}))
        self.general = general


class CredentialsRefused(BaswareError):
    """Client id, secret or scopes are not accepted, also with a token fetched just before."""

    default_advice: ClassVar[str] = (
        "Check client id, client secret, scopes and that the base URL is of the tenant's region; "
        "work on this connection should stop until then."
    )


class NotFound(BaswareError):
    """Basware does not know the record."""

    default_advice: ClassVar[str] = "Check that the id belongs to this tenant and environment."


class AlreadyAcknowledged(BaswareError):
    """Basware answered 405: the record was acknowledged before."""

    default_advice: ClassVar[str] = (
        "If no earlier attempt of ours can have done it, another consumer reads this tenant."
    )


class ProtocolError(BaswareError):
    """What came back cannot be an answer of the API: HTML, cut short, empty, too large, another invoice."""

    default_advice: ClassVar[str] = "Check the base URL and what stands between (proxy, gateway, firewall)."


class AnswerTooLarge(ProtocolError):
    """The answer is longer than the bound for it, so it was not read to its end; asking again brings the same."""

    default_advice: ClassVar[str] = "Raise the limit if such a size is genuine."


class InvalidRequest(BaswareError, ValueError):
    """The request would break a limit that Basware publishes; it was not sent.

    `field` is Basware's name of the field, `limit` says the rule.
    """

    default_advice: ClassVar[str] = "Correct the value where it is made; nothing was sent."

    def __init__(
        self,
        message: str,
        *,
        field: str = "",
        limit: str = "",
        operation: str = "",
        remote: str = "",
        record: str | None = None,
    ) -> None:
        super().__init__(message, operation=operation, remote=remote, record=record)
        self.field = field
        self.limit = limit
