"""The time of sending: checked after the signature, only where a connection names a header, to either side."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from basware.signature import HEADER, sign
from chassis.connections import WebhookTimestamp
from hypothesis import given
from hypothesis import strategies as st
from ingress.web.sending_time import fault, read_time

NOW = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)
SECRET = "möhkäle-1"
EPOCH = int(NOW.timestamp())


@pytest.fixture
def timed(door: Any) -> Any:
    """The door of a connection whose webhooks tell their time."""
    rule = WebhookTimestamp(header="X-Sent", tolerance=timedelta(minutes=5))
    door.subscribers.known["acme"] = replace(door.subscribers.known["acme"], timestamp=rule)
    return door


async def post(door: Any, body: bytes, *sent: str, secret: str = SECRET) -> tuple[int, str]:
    headers = [(HEADER, sign(body, secret)), *(("X-Sent", each) for each in sent)]
    async with door.client.post(f"{door.url}/webhooks/acme", data=body, headers=headers) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize(
    "sent",
    [
        str(EPOCH),
        str(EPOCH + 300),
        str(EPOCH - 300),
        f"{EPOCH}.25",
        str(EPOCH * 1000 + 999),
        "2026-06-20T12:00:00Z",
        "2026-06-20T12:04:59.123456Z",
        "2026-06-20T14:00:00+02:00",
        "2026-06-20T12:00:00",
        "2026-06-20 12:00:00+00:00",
        f"  {EPOCH}",
    ],
)
async def test_a_webhook_of_our_time_is_accepted(timed: Any, make_notification: Any, sent: str) -> None:
    assert await post(timed, make_notification(), sent) == (200, "ok")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param((), id="missing"),
        pytest.param(("",), id="empty"),
        pytest.param((str(EPOCH - 301),), id="too old"),
        pytest.param((str(EPOCH + 301),), id="from the future"),
        pytest.param((str((EPOCH - 301) * 1000),), id="too old in milliseconds"),
        pytest.param((str(EPOCH * 1_000_000),), id="microseconds"),
        pytest.param(("0",), id="zero"),
        pytest.param((f"-{EPOCH}",), id="negative"),
        pytest.param((f"{EPOCH}s",), id="with a unit"),
        pytest.param((f"{EPOCH:x}",), id="in hex"),
        pytest.param(("1.7e9",), id="with an exponent"),
        pytest.param(("NaN",), id="not a number"),
        pytest.param(("9" * 17,), id="beyond the calendar"),
        pytest.param(("9" * 400,), id="very long"),
        pytest.param(("2026-06-20T11:54:59Z",), id="ISO too old"),
        pytest.param(("2026-06-20T12:00:00+02:00",), id="ISO of another zone"),
        pytest.param(("2026-06-20",), id="a day only"),
        pytest.param(("2026-13-20T12:00:00Z",), id="no such month"),
        pytest.param(("2026-W25-6T12:00:00Z",), id="a week"),
        pytest.param(("Sat, 20 Jun 2026 12:00:00 GMT",), id="HTTP's date"),
        pytest.param((str(EPOCH), str(EPOCH)), id="twice"),
    ],
)
async def test_a_genuine_webhook_of_another_time_is_refused_in_the_same_words(
    timed: Any, refused: Any, make_notification: Any, sent: tuple[str, ...]
) -> None:
    with refused("timestamp", connection="acme"):
        assert await post(timed, make_notification(), *sent) == (401, "signature required")


async def test_the_signature_comes_first(timed: Any, refused: Any, make_notification: Any) -> None:
    with refused("signature", connection="acme"):
        assert (await post(timed, make_notification(), "0", secret="guess"))[0] == 401


async def test_the_time_comes_before_the_body(timed: Any, refused: Any) -> None:
    with refused("timestamp", connection="acme"):
        assert (await post(timed, b"{", "0"))[0] == 401


async def test_a_connection_that_names_no_header_asks_for_no_time(door: Any, make_notification: Any) -> None:
    assert (await post(door, make_notification(), "0"))[0] == 200


@given(st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    found = read_time(text)
    assert found is None or found.tzinfo is UTC


@given(st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)), st.sampled_from(["s", "ms", "iso"]))  # noqa: DTZ001
def test_each_spelling_is_read_as_the_instant_that_was_written(naive: datetime, spelling: str) -> None:
    instant = naive.replace(tzinfo=UTC, microsecond=naive.microsecond // 1000 * 1000)
    texts = {
        "s": f"{instant.timestamp():.3f}",
        "ms": str(round(instant.timestamp() * 1000)),
        "iso": instant.isoformat(),
    }
    read = read_time(texts[spelling])
    assert read is not None
    assert abs(read - instant) < timedelta(milliseconds=1)
    assert fault(texts[spelling], now=instant, tolerance=timedelta(seconds=1)) is None
