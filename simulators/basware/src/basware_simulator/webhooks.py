"""Push notifications: thin, signed, repeated until they are answered with 200 (push-notification OpenAPI).

Assumptions, as the vendor's manual on it was not to be had: only 200 counts, redirects are not followed, the waits
between attempts and their number are a setting, and every attempt carries the same task id and body.
"""

import asyncio
import base64
import hmac
import logging
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta

import aiohttp

from .clock import stamp
from .decimal_json import dumps
from .records import Attempt, DocumentRecord, Subscription, TaskRecord, TaskStatus
from .settings import SignatureEncoding, WebhookSwitches
from .world import World

SIGNATURE_HEADER = "X-BWAPI-Signature-256"
ACCOUNTING_DOCUMENTS = "AccountingDocuments"
# Written so in the vendor's own example of a notification.
_MISSPELLED = "AccoutingDocuments"
_VALIDITY = timedelta(days=7)
_IN_FLIGHT_AT_ONCE = 64

_log = logging.getLogger(__name__)


def signature(*, body: bytes, secret: str, encoding: SignatureEncoding) -> str:
    """The value of the signature header: HMAC-SHA256 over the raw body, the secret as UTF-8."""
    raw = hmac.digest(secret.encode(), body, "sha256")
    match encoding:
        case SignatureEncoding.HEX:
            return raw.hex()
        case SignatureEncoding.PREFIXED_HEX:
            return f"sha256={raw.hex()}"
        case SignatureEncoding.BASE64:
            return base64.b64encode(raw).decode()


class WebhookSender:
    """Sends notifications for as long as it is entered; tasks not yet delivered are taken up again at a restart."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._session: aiohttp.ClientSession | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_IN_FLIGHT_AT_ONCE)

    async def start(self) -> None:
        """Open the client side and resume what was not delivered."""
        self._session = aiohttp.ClientSession()
        for task in self._world.books.tasks:
            if task.status is TaskStatus.NEW and not task.switches.lose:
                self._spawn(self._deliver(task))

    async def stop(self) -> None:
        """Give up running attempts; they are resumed at the next start."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def notify(self, record: DocumentRecord, switches: WebhookSwitches | None = None) -> list[TaskRecord]:
        """Tell every subscription that fits the document's status; `switches` are for these notifications only."""
        tenant = self._world.books.tenants.get(record.tenant)
        if tenant is None:
            return []
        now = self._world.now()
        tasks = [
            TaskRecord(
                tenant=record.tenant,
                task_id=self._world.new_id(),
                task_type=ACCOUNTING_DOCUMENTS,
                task_sub_type=record.status,
                document_id=record.invoice_id,
                url=subscription.url,
                created=now,
                expires=now + _VALIDITY,
                switches=switches or tenant.settings.webhook,
            )
            for subscription in self._world.books.subscriptions
            if subscription.tenant == record.tenant
            and subscription.task_type == ACCOUNTING_DOCUMENTS
            and subscription.task_sub_type in ("All", record.status)
        ]
        for task in tasks:
            self._world.books.tasks.put(task)
            if not task.switches.lose:
                self._spawn(self._deliver(task))
        return tasks

    async def connection_test(self, subscription: Subscription) -> Attempt:
        """POST the notification that a new subscription must answer with 200."""
        tenant = self._world.books.tenants.get(subscription.tenant)
        signed = tenant is None or tenant.settings.sign_connection_test
        now = self._world.now()
        task = TaskRecord(
            tenant=subscription.tenant,
            task_id=self._world.new_id(),
            task_type="ConnectionTest",
            task_sub_type=subscription.task_sub_type,
            document_id="ConnectionTest",
            url=subscription.url,
            created=now,
            expires=now + _VALIDITY,
            switches=WebhookSwitches(unsigned=not signed),
        )
        return await self._post(task, subscription)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        running = asyncio.create_task(work, name="basware-simulator-webhook")
        self._running.add(running)
        running.add_done_callback(self._ended)

    def _ended(self, running: asyncio.Task[None]) -> None:
        self._running.discard(running)
        if not running.cancelled() and (error := running.exception()) is not None:
            _log.error("a notification could not be sent", exc_info=error)

    async def _deliver(self, task: TaskRecord) -> None:
        switches = task.switches
        await self._world.books.journal.durable()
        late = switches.delay_seconds
        if switches.jitter_seconds:
            late += switches.jitter_seconds * self._world.chance.random()
        await self._world.clock.sleep_until(task.created + timedelta(seconds=late))
        waits = (0.0, *switches.retry_after_seconds)
        for wait in waits[len(task.attempts) :]:
            await self._world.clock.sleep_until(self._world.now() + timedelta(seconds=wait))
            task = await self._attempt(task)
            if task.attempts[-1].status == 200:
                self._world.books.tasks.put(replace(task, status=TaskStatus.COMPLETED))
                for _ in range(switches.duplicate):
                    task = replace(await self._attempt(task), status=TaskStatus.COMPLETED)
                    self._world.books.tasks.put(task)
                return
        self._world.books.tasks.put(replace(task, status=TaskStatus.FAILED))

    async def _attempt(self, task: TaskRecord) -> TaskRecord:
        subscription = next(
            (
                held
                for held in self._world.books.subscriptions
                if held.tenant == task.tenant and held.url == task.url
            ),
            None,
        )
        if len(task.attempts) < task.switches.lost_attempts:
            attempt = Attempt(at=self._world.now(), status=None, error="lost on the way")
        elif subscription is None:
            attempt = Attempt(at=self._world.now(), status=None, error="the subscription was deleted")
        else:
            attempt = await self._post(task, subscription)
        return self._world.books.tasks.put(replace(task, attempts=(*task.attempts, attempt)))

    async def _post(self, task: TaskRecord, subscription: Subscription) -> Attempt:
        if self._session is None:
            raise RuntimeError("the sender is not started")
        at = self._world.now()
        body = _payload(task).encode()
        headers = {"Content-Type": "application/json"} | self._signed(task, subscription, body)
        timeout = aiohttp.ClientTimeout(total=task.switches.timeout_seconds)
        try:
            async with (
                self._slots,
                self._session.post(
                    task.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
                ) as answer,
            ):
                return Attempt(at=at, status=answer.status)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Attempt(at=at, status=None, error=f"{type(error).__name__}: {error}")

    def _signed(self, task: TaskRecord, subscription: Subscription, body: bytes) -> dict[str, str]:
        if task.switches.unsigned:
            return {}
        tenant = self._world.books.tenants.get(task.tenant)
        encoding = tenant.settings.signature_encoding if tenant else SignatureEncoding.HEX
        if subscription.encoding is not None:
            encoding = subscription.encoding
        secret = subscription.secret + ("-wrong" if task.switches.bad_signature else "")
        return {SIGNATURE_HEADER: signature(body=body, secret=secret, encoding=encoding)}


def _payload(task: TaskRecord) -> str:
    misspelt = task.switches.misspelled and task.task_type == ACCOUNTING_DOCUMENTS
    return dumps(
        {
            "taskId": task.task_id,
            "taskStatus": "New",
            "taskType": _MISSPELLED if misspelt else task.task_type,
            "taskSubType": task.task_sub_type,
            "documentId": task.document_id,
            "expirationTime": stamp(task.expires),
        }
    )
