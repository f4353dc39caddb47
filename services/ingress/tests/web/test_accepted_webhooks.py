"""A genuine webhook: 200 means that the notification is durable, or that there was nothing to do."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from ap_domain.notification import NotificationSource
from basware.signature import sign
from chassis.records import NOTIFICATION
from prometheus_client import REGISTRY

MakeNotification = Callable[..., bytes]
SECRET = "möhkäle-1"


@pytest.fixture
def limits() -> dict[str, Any]:
    return {"concurrency": 3, "request_seconds": 0.3}


async def test_a_notification_is_published_whole_at_the_connections_shard(
    door: Any, make_notification: MakeNotification
) -> None:
    body = make_notification(futureField={"a": 1})
    assert (await door.send(body))[0] == 200
    ((published, partition, trace),) = door.kafka.published
    assert partition == 7
    assert published.connection_id == "acme"
    assert published.task_id == "eb9ea3fa-69de-4a5a-8a1a-f4347cd18626"
    assert published.document_id == "63255782d0a04d8d8defcc6a0062101d"
    assert published.task_type == "AccountingDocuments"
    assert published.task_sub_type == "WaitingForTransfer"
    assert published.expiration_time == datetime(2026, 12, 11, 8, 53, 31, tzinfo=UTC)
    assert published.received_at == datetime(2026, 6, 20, 12, 0, tzinfo=UTC)
    assert published.source is NotificationSource.WEBHOOK
    assert published.body == body
    assert len(trace.trace_id) == 32
    assert NOTIFICATION.decode(NOTIFICATION.encode(published)) == published


@pytest.mark.parametrize("encoding", ["hex", "sha256=hex", "base64"])
@pytest.mark.parametrize("secret", [SECRET, "old"])
async def test_each_active_secret_in_each_spelling_opens_the_door(
    door: Any, make_notification: MakeNotification, encoding: str, secret: str
) -> None:
    body = make_notification()
    assert (await door.send(body, signature=sign(body, secret, encoding)))[0] == 200
    assert len(door.kafka.published) == 1


@pytest.mark.parametrize("name", ["AccoutingDocuments", "accountingdocuments", "ACCOUNTINGDOCUMENTS"])
async def test_the_vendors_own_spellings_are_accepted(
    door: Any, make_notification: MakeNotification, name: str
) -> None:
    assert (await door.send(make_notification(taskType=name)))[0] == 200
    assert door.kafka.published[0][0].task_type == "AccountingDocuments"


async def test_the_optional_fields_may_be_absent(door: Any, make_notification: MakeNotification) -> None:
    assert (await door.send(make_notification(taskSubType=..., expirationTime=None)))[0] == 200
    published = door.kafka.published[0][0]
    assert (published.task_sub_type, published.expiration_time) == (None, None)


async def test_200_comes_only_after_kafka_has_confirmed(
    door: Any, make_notification: MakeNotification
) -> None:
    door.kafka.confirms.clear()
    sending = asyncio.create_task(door.send(make_notification()))
    async with asyncio.timeout(5):
        await door.kafka.asked.wait()
    assert not sending.done()
    door.kafka.confirms.set()
    assert (await sending)[0] == 200


async def test_without_kafka_the_sender_is_asked_to_send_again_and_then_is_heard(
    door: Any, make_notification: MakeNotification
) -> None:
    door.kafka.away = True
    assert await door.send(make_notification()) == (503, "try again", "1")
    door.kafka.away = False
    assert (await door.send(make_notification()))[0] == 200
    assert len(door.kafka.published) == 1


@pytest.mark.parametrize("sign_with", [SECRET, "guess", None])
@pytest.mark.parametrize("to", ["acme", "nobody"])
async def test_nobody_is_refused_before_all_connections_are_known(
    door: Any, make_notification: MakeNotification, sign_with: str | None, to: str
) -> None:
    door.subscribers.waiting_for = "ap.connections has not been read to its end"
    assert await door.send(make_notification(), to=to, sign_with=sign_with) == (503, "try again", "1")
    assert door.kafka.published == []


async def test_a_connection_whose_key_is_missing_is_asked_to_send_again(
    door: Any, make_notification: MakeNotification
) -> None:
    assert await door.send(make_notification(), to="keyless") == (503, "try again", "1")
    assert (await door.send(make_notification()))[0] == 200


@pytest.mark.parametrize(
    ("task_type", "outcome"),
    [
        ("ConnectionTest", "connection_test"),
        ("connectiontest", "connection_test"),
        ("RequestStatus", "unhandled"),
        ("ExportedPurchaseOrders", "unhandled"),
        ("SomethingOfNextYear", "unhandled"),
    ],
)
async def test_what_needs_no_work_is_answered_and_counted_but_not_published(
    door: Any, make_notification: MakeNotification, task_type: str, outcome: str
) -> None:
    before = _accepted(outcome)
    assert (await door.send(make_notification(taskType=task_type)))[0] == 200
    assert door.kafka.published == []
    assert _accepted(outcome) == before + 1


async def test_a_connection_test_needs_its_type_only_but_a_signature_all_the_same(door: Any) -> None:
    body = b'{"taskType":"ConnectionTest"}'
    assert (await door.send(body))[0] == 200
    assert (await door.send(body, sign_with=None))[0] == 401


async def test_a_repeated_webhook_is_answered_counted_and_published_once(
    door: Any, make_notification: MakeNotification
) -> None:
    before = _accepted("duplicate")
    statuses = [(await door.send(make_notification()))[0] for _ in range(3)]
    assert statuses == [200, 200, 200]
    assert len(door.kafka.published) == 1
    assert _accepted("duplicate") == before + 2


async def test_one_task_id_about_another_document_is_no_duplicate(
    door: Any, make_notification: MakeNotification
) -> None:
    await door.send(make_notification())
    await door.send(make_notification(documentId="another"))
    assert len(door.kafka.published) == 2


async def test_more_webhooks_at_once_than_allowed_are_asked_to_come_again(
    door: Any, make_notification: MakeNotification
) -> None:
    door.kafka.confirms.clear()
    sending = [asyncio.create_task(door.send(make_notification(taskId=f"t{number}"))) for number in range(6)]
    async with asyncio.timeout(5):
        done: set[asyncio.Task[Any]] = set()
        while len(done) < 3:
            done, _ = await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)
    assert {task.result() for task in done} == {(503, "try again", "1")}
    door.kafka.confirms.set()
    statuses = sorted([(await task)[0] for task in sending])
    assert statuses == [200, 200, 200, 503, 503, 503]
    assert (await door.send(make_notification(taskId="later")))[0] == 200


async def test_the_time_to_the_answer_is_measured(door: Any, make_notification: MakeNotification) -> None:
    before = REGISTRY.get_sample_value("apstream_webhook_seconds_count", {"status": "200"}) or 0.0
    await door.send(make_notification())
    assert REGISTRY.get_sample_value("apstream_webhook_seconds_count", {"status": "200"}) == before + 1
    assert REGISTRY.get_sample_value("apstream_webhooks_in_flight") == 0


def _accepted(outcome: str) -> float:
    labels = {"connection": "acme", "outcome": outcome}
    return REGISTRY.get_sample_value("apstream_webhooks_accepted_total", labels) or 0.0
