"""What to do with a webhook: pure, from its bytes and the connection it names.

The order is the rule. The signature over the raw bytes comes first, so nothing is said about a body (not even that it
is no JSON) to somebody who does not hold the secret; a connection that does not exist costs the same work as one that
does and is refused in the same words.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from basware.notification import Notification, NotificationError, TaskType, parse_notification
from basware.signature import verify

LARGEST_BODY = 64 * 1024
"""Bytes. Basware's notification holds ids only and has less than 1 KB."""

SECRETS_TRIED = 5
"""As many secrets are tried for every webhook, whoever it is for: the most that a connection may have active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A connection as far as its webhooks are concerned. `shard` is the partition of its work."""

    connection_id: str
    shard: int
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """The raw body and the signature header as they came."""

    raw: bytes
    signature: str | None


class Refusal(StrEnum):
    """Why a webhook is refused; `unknown_connection` and `signature` are one and the same to the sender."""

    UNKNOWN_CONNECTION = "unknown_connection"
    SIGNATURE = "signature"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """To be answered with `status`; `detail` is for our log, only a 400 tells it to the sender as well."""

    status: int
    reason: Refusal
    detail: str


class Kind(StrEnum):
    """Why a genuine webhook is answered 200 without anything being published."""

    CONNECTION_TEST = "connection_test"
    UNHANDLED = "unhandled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """To be answered 200 and counted: a connection test, or a task type that nobody here works on."""

    kind: Kind
    notification: Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """To be published, and answered 200 once that is durable."""

    subscriber: Subscriber
    notification: Notification


Verdict = Refused | Answered | Accepted


def decide(webhook: Webhook, subscriber: Subscriber | None, *, decoys: tuple[str, ...]) -> Verdict:
    """The verdict on a webhook that was sent to `subscriber`, None when there is no such connection.

    `decoys` are at least SECRETS_TRIED secrets that nobody knows; they only make the work equal and never match.
    """
    secrets = subscriber.secrets if subscriber else ()
    genuine = verify(webhook.raw, webhook.signature, secrets)
    verify(webhook.raw, webhook.signature, decoys[: max(0, SECRETS_TRIED - len(secrets))])
    if subscriber is None:
        return Refused(status=401, reason=Refusal.UNKNOWN_CONNECTION, detail="no such connection")
    if not genuine:
        detail = "signature missing" if webhook.signature is None else "signature matches no active secret"
        return Refused(status=401, reason=Refusal.SIGNATURE, detail=detail)
    try:
        notification = parse_notification(webhook.raw)
    except NotificationError as error:
        return Refused(status=400, reason=Refusal.BODY, detail=str(error))
    if notification.task_type is TaskType.CONNECTION_TEST:
        return Answered(kind=Kind.CONNECTION_TEST, notification=notification)
    if notification.task_type is not TaskType.ACCOUNTING_DOCUMENTS:
        return Answered(kind=Kind.UNHANDLED, notification=notification)
    return Accepted(subscriber=subscriber, notification=notification)
