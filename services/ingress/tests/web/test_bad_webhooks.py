"""Whatever is wrong with a webhook: the status says whose fault it is, and nothing is published."""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from basware.signature import sign
from prometheus_client import REGISTRY

HEAD = b"POST /webhooks/acme HTTP/1.1\r\nHost: x\r\n"
MakeNotification = Callable[..., bytes]
SECRET = "möhkäle-1"
GOOD = json.dumps(
    {"taskId": "t1", "taskStatus": "New", "taskType": "AccountingDocuments", "documentId": "d1"}
).encode()


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("sha256=", id="prefix only"),
        pytest.param(sign(GOOD, "guess"), id="another secret"),
        pytest.param(sign(GOOD, ""), id="empty secret"),
        pytest.param(sign(GOOD, "decoy 0"), id="a decoy"),
        pytest.param(sign(GOOD + b" ", SECRET), id="another body"),
        pytest.param(sign(GOOD, SECRET)[:-1], id="too short"),
        pytest.param(sign(GOOD, SECRET) + "0", id="too long"),
        pytest.param(sign(GOOD, SECRET).replace("sha256=", "sha1="), id="another algorithm"),
        pytest.param(sign(GOOD, SECRET).replace("sha256=", "sha256:"), id="another separator"),
        pytest.param("z" * 64, id="not hex"),
        pytest.param("0" * 64, id="zeros"),
        pytest.param(sign(GOOD, SECRET, "base64")[:-4] + "====", id="broken base64"),
        pytest.param("A" * 3000, id="very long"),
        pytest.param("ünïcode", id="not ascii"),
        pytest.param(f"{sign(GOOD, SECRET)}, {sign(GOOD, SECRET)}", id="two"),
        pytest.param(sign(GOOD, SECRET).replace("=", "= "), id="a blank within"),
        pytest.param(f'"{sign(GOOD, SECRET)}"', id="in quotes"),
        pytest.param(sign(GOOD, SECRET, "hex")[::-1], id="backwards"),
        pytest.param(sign(GOOD, SECRET, "base64").rstrip("="), id="base64 without padding"),
        pytest.param(sign(GOOD, SECRET, "base64").replace("=", "") + "%3D", id="base64 escaped"),
        pytest.param("sha512=" + "0" * 128, id="a longer digest"),
        pytest.param("sha256=" + "\t", id="prefix and blank"),
    ],
)
@pytest.mark.parametrize("to", ["acme", "nobody"])
async def test_without_a_valid_signature_everybody_hears_the_same_401(
    door: Any, refused: Any, signature: str | None, to: str
) -> None:
    reason, connection = ("signature", "acme") if to == "acme" else ("unknown_connection", "unknown")
    with refused(reason, connection=connection):
        status, text, _ = await door.send(GOOD, to=to, signature=signature, sign_with=None)
    assert (status, text) == (401, "signature required")


@pytest.mark.parametrize(
    "to",
    ["nobody", "ACME", "acme2", "acm%65x", "%252e%252e", "acme%00", "%F0%9F%92%A5", "a" * 500, "acme%2Facme"],
)
async def test_an_unknown_connection_is_refused_as_a_wrong_signature_is(
    door: Any, refused: Any, to: str
) -> None:
    with refused("unknown_connection"):
        status, text, _ = await door.send(GOOD, to=to)
    assert (status, text) == (401, "signature required")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"[%s]" % GOOD, id="a list of one"),
        pytest.param(b'"text"', id="a text"),
        pytest.param(b"<xml/>", id="xml"),
        pytest.param(b"taskId=t1&taskType=AccountingDocuments", id="a form"),
        pytest.param(GOOD + b"{}", id="two objects"),
        pytest.param(b"\xff\xfe\x00", id="not utf-8"),
        pytest.param(gzip.compress(GOOD), id="compressed"),
        pytest.param(b"[" * 60_000, id="very deep"),
        pytest.param(b'{"a":' * 10_000, id="very deep objects"),
        pytest.param(b'{"taskId":NaN}', id="not a number"),
    ],
)
async def test_signed_but_no_notification_is_400(door: Any, refused: Any, body: bytes) -> None:
    with refused("body", connection="acme"):
        status, text, _ = await door.send(body)
    assert status == 400
    assert len(text) < 500


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe\x00", b'{"taskType":"ConnectionTest"}'])
@pytest.mark.parametrize("sign_with", ["guess", None])
async def test_a_stranger_is_not_told_what_is_wrong_with_the_body(
    door: Any, refused: Any, body: bytes, sign_with: str | None
) -> None:
    with refused("signature", connection="acme"):
        assert (await door.send(body, sign_with=sign_with))[:2] == (401, "signature required")


@pytest.mark.parametrize(
    "changes",
    [
        {"taskId": ...},
        {"taskId": None},
        {"taskId": ""},
        {"taskId": 7},
        {"taskId": "t" * 1000},
        {"taskId": "a\nb"},
        {"taskStatus": ...},
        {"taskType": ...},
        {"taskType": {"name": "AccountingDocuments"}},
        {"documentId": ...},
        {"documentId": ["63255782d0a04d8d8defcc6a0062101d"]},
        {"documentId": "d" * 37},
        {"documentId": ""},
        {"taskSubType": 5},
    ],
)
async def test_a_notification_with_a_bad_field_is_400_and_names_it(
    door: Any, refused: Any, make_notification: MakeNotification, changes: dict[str, Any]
) -> None:
    with refused("body", connection="acme"):
        status, text, _ = await door.send(make_notification(**changes))
    assert status == 400
    assert next(iter(changes)) in text


async def test_a_body_is_bounded_whether_or_not_its_length_is_announced(door: Any, refused: Any) -> None:
    largest = b'{"x":"%s"}' % (b"x" * (64 * 1024 - 8))
    assert len(largest) == 64 * 1024
    with refused("body", connection="acme"):
        assert (await door.send(largest))[0] == 400
    with refused("too_large"):
        assert (await door.send(largest + b" "))[0] == 413

    async def without_length() -> Any:
        for _ in range(100):
            yield b" " * 1024

    with refused("too_large"):
        async with door.client.post(f"{door.url}/webhooks/acme", data=without_length()) as answer:
            assert answer.status == 413


async def test_a_sender_who_hangs_up_in_the_middle_harms_nobody(
    door: Any, make_notification: MakeNotification
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(HEAD + b"Content-Length: 500\r\n\r\n{")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await door.send(make_notification()))[0] == 200


async def test_refusals_are_counted_by_reason_and_strangers_make_no_labels(door: Any) -> None:
    before = (
        _refused("unknown", "unknown_connection"),
        _refused("acme", "signature"),
        _refused("acme", "body"),
    )
    await door.send(GOOD, to="stranger-1")
    await door.send(GOOD, sign_with="guess")
    await door.send(b"{")
    after = _refused("unknown", "unknown_connection"), _refused("acme", "signature"), _refused("acme", "body")
    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1, 1]
    assert (
        REGISTRY.get_sample_value(
            "apstream_webhooks_refused_total", {"connection": "stranger-1", "reason": "unknown_connection"}
        )
        is None
    )


def _refused(connection: str, reason: str) -> float:
    labels = {"connection": connection, "reason": reason}
    return REGISTRY.get_sample_value("apstream_webhooks_refused_total", labels) or 0.0
