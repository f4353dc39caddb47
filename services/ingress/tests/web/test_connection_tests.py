"""Basware's connection test: signed like the rest, unless the connection lets an unsigned one in for a while."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chassis.connections import WebhookTimestamp
from prometheus_client import REGISTRY

NOW = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)
TEST = b'{"taskType":"ConnectionTest"}'


@pytest.fixture
def lenient(door: Any) -> Any:
    """The door of a connection that takes an unsigned test for one more minute, and wants a time of the rest."""
    door.subscribers.known["acme"] = replace(
        door.subscribers.known["acme"],
        unsigned_test_until=NOW + timedelta(minutes=1),
        timestamp=WebhookTimestamp(header="X-Sent", tolerance=timedelta(minutes=5)),
    )
    return door


async def test_while_it_is_allowed_an_unsigned_test_is_answered_and_counted(lenient: Any) -> None:
    labels = {"connection": "acme", "outcome": "unsigned_test"}
    before = REGISTRY.get_sample_value("apstream_webhooks_accepted_total", labels) or 0.0
    assert (await lenient.send(TEST, sign_with=None))[:2] == (200, "ok")
    assert REGISTRY.get_sample_value("apstream_webhooks_accepted_total", labels) == before + 1
    assert lenient.kafka.published == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"taskType":"RequestStatus"}', id="another type"),
        pytest.param(
            b'{"taskId":"t","taskStatus":"New","taskType":"AccountingDocuments","documentId":"d"}',
            id="a notification",
        ),
    ],
)
async def test_nothing_else_gets_in_without_a_signature(lenient: Any, refused: Any, body: bytes) -> None:
    with refused("signature", connection="acme"):
        assert (await lenient.send(body, sign_with=None))[:2] == (401, "signature required")


@pytest.mark.parametrize("signature", ["", "sha256=", "0" * 64])
async def test_a_wrong_signature_is_no_missing_one(lenient: Any, refused: Any, signature: str) -> None:
    with refused("signature", connection="acme"):
        assert (await lenient.send(TEST, signature=signature))[0] == 401


@pytest.mark.parametrize("until", [None, NOW, NOW - timedelta(seconds=1)])
async def test_by_default_and_afterwards_it_must_be_signed(
    door: Any, refused: Any, until: datetime | None
) -> None:
    door.subscribers.known["acme"] = replace(door.subscribers.known["acme"], unsigned_test_until=until)
    with refused("signature", connection="acme"):
        assert (await door.send(TEST, sign_with=None))[0] == 401
    assert (await door.send(TEST))[0] == 200
