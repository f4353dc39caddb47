"""What to do with a webhook: pure, from its bytes and the connection it names.

The order is the rule. The signature over the raw bytes comes first, so nothing is said about a body (not even that it
is no JSON) to somebody who does not hold the secret; a connection that does not exist costs the same work as one that
does and is refused in the same words. The time of sending is looked at after the signature: it is not part of what is
signed, so it only keeps old recordings out, and only where a connection names its header.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from basware.notification import Notification, NotificationError, TaskType, parse_notification
from basware.signature import verify
from chassis.connections import WebhookTimestamp

from ingress.web import sending_time

LARGEST_BODY = 64 * 1024
"""Bytes. Basware's notification holds ids only and has less than 1 KB."""

SECRETS_TRIED = 5
"""As many secrets are tried for every webhook, whoever it is for: the most that a connection may have active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A connection as far as its webhooks are concerned. `shard` is the partition of its work.

    `timestamp` is how its webhooks tell when they were sent, if they do; before `unsigned_test_until` a connection
    test needs no signature (it is not published whether Basware signs it).
    """

    connection_id: str
    shard: int
    secrets: tuple[str, ...] = field(repr=False)
    timestamp: WebhookTimestamp | None = None
    unsigned_test_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """The raw body, the signature header and the header that the connection names for the time, as they came."""

    raw: bytes
    signature: str | None
    sent: str | None = None


class Refusal(StrEnum):
    """Why a webhook is refused; all but `body` are one and the same to the sender."""

    UNKNOWN_CONNECTION = "unknown_connection"
    SIGNATURE = "signature"
    TIMESTAMP = "timestamp"
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
    UNSIGNED_TEST = "unsigned_test"
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


def decide(
    webhook: Webhook, subscriber: Subscriber | None, *, decoys: tuple[str, ...], now: datetime
) -> Verdict:
    """The verdict on a webhook that was sent to `subscriber`, None when there is no such connection.

    `decoys` are at least SECRETS_TRIED secrets that nobody knows; they only make the work equal and never match.
    """
    secrets = subscriber.secrets if subscriber else ()
    genuine = verify(webhook.raw, webhook.signature, secrets)
    verify(webhook.raw, webhook.signature, decoys[: max(0, SECRETS_TRIED - len(secrets))])
    if subscriber is None:
        return Refused(status=401, reason=Refusal.UNKNOWN_CONNECTION, detail="no such connection")
    if not genuine:
        return _not_genuine(webhook, subscriber, now=now)
    rule = subscriber.timestamp
    if rule and (fault := sending_time.fault(webhook.sent, now=now, tolerance=rule.tolerance)):
        return Refused(status=401, reason=Refusal.TIMESTAMP, detail=f"{rule.header}: {fault}")
    try:
        notification = parse_notification(webhook.raw)
    except NotificationError as error:
        return Refused(status=400, reason=Refusal.BODY, detail=str(error))
    if notification.task_type is TaskType.CONNECTION_TEST:
        return Answered(kind=Kind.CONNECTION_TEST, notification=notification)
    if notification.task_type is not TaskType.ACCOUNTING_DOCUMENTS:
        return Answered(kind=Kind.UNHANDLED, notification=notification)
    return Accepted(subscriber=subscriber, notification=notification)


def _not_genuine(webhook: Webhook, subscriber: Subscriber, *, now: datetime) -> Verdict:
    """Refused; but an unsigned connection test is let in where and while the connection allows it."""
    until = subscriber.unsigned_test_until
    if webhook.signature is None and until is not None and now < until:
        try:
            notification = parse_notification(webhook.raw)
        except NotificationError:
            notification = None
        if notification is not None and notification.task_type is TaskType.CONNECTION_TEST:
            return Answered(kind=Kind.UNSIGNED_TEST, notification=notification)
    detail = "signature missing" if webhook.signature is None else "signature matches no active secret"
    return Refused(status=401, reason=Refusal.SIGNATURE, detail=detail)
