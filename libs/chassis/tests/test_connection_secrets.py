import base64
import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from chassis.connections.model import ConnectionDocument, read_document
from chassis.connections.record import CONNECTION, ConnectionRecord, seal_connection, unseal_connection
from chassis.connections.secret import Secret
from chassis.connections.secrets import KeyMissing, KeyRing, KeysRefused, SealBroken
from chassis.settings import ServiceSettings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Written = Callable[[dict[str, Any]], str]


@pytest.fixture
def record(written: Written, keys: KeyRing) -> ConnectionRecord:
    return sealed(read_document(written({})), keys)


def test_a_connection_survives_sealing_and_the_wire(record: ConnectionRecord, keys: KeyRing) -> None:
    connection = unseal_connection(CONNECTION.decode(CONNECTION.encode(record)), keys=keys)
    assert (connection.id, connection.version, connection.shard) == ("acme", 3, 7)
    assert connection.basware.client_secret.reveal() == "secret-client"
    assert [secret.reveal() for secret in connection.basware.webhook_secrets] == [
        "secret-hook",
        "secret-hook-before",
    ]
    assert connection.peoplesoft.password.reveal() == "secret-password"
    assert connection.peoplesoft.settle_time.total_seconds() == 60
    assert connection.mapping["setid"] == "SHARE"


def sealed(document: ConnectionDocument, keys: KeyRing) -> ConnectionRecord:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return seal_connection(document, keys=keys, version=3, shard=7, applied_at=at, applied_by="me")


def test_how_many_calls_go_at_once_is_what_was_applied(written: Written, keys: KeyRing) -> None:
    document = read_document(written({"basware.concurrency": 7, "peoplesoft.concurrency": 8}))
    connection = unseal_connection(sealed(document, keys), keys=keys)
    assert (connection.basware.concurrency, connection.peoplesoft.concurrency) == (7, 8)


def test_what_is_said_of_payments_is_what_was_applied(written: Written, keys: KeyRing) -> None:
    section = {"time_zone": "Europe/Berlin", "statuses": {"selection": {"Q": "paid"}}}
    connection = unseal_connection(sealed(read_document(written({"payments": section})), keys), keys=keys)
    assert connection.payments == section
    assert unseal_connection(sealed(read_document(written({})), keys), keys=keys).payments == {}


def test_a_record_that_says_nothing_of_calls_at_once_has_the_defaults(
    written: Written, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = read_document(written({})).without_secrets()
    del said["basware"]["concurrency"], said["peoplesoft"]["concurrency"]
    monkeypatch.setattr(ConnectionDocument, "without_secrets", lambda _: said)
    connection = unseal_connection(sealed(read_document(written({})), keys), keys=keys)
    assert (connection.basware.concurrency, connection.peoplesoft.concurrency) == (4, 2)


def test_secrets_are_neither_in_the_record_nor_shown(record: ConnectionRecord, keys: KeyRing) -> None:
    assert b"secret-" not in CONNECTION.encode(record)
    for shown in (
        repr(record),
        repr(unseal_connection(record, keys=keys)),
        repr(keys),
        f"{Secret('secret-x')}",
    ):
        assert "secret-" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(Secret("secret-x"))


@pytest.mark.parametrize(
    "changes",
    [
        {"connection_id": "other"},
        {"version": 4},
        {"document": '{"basware":{"base_url":"https://evil.example.org"}}'},
    ],
)
def test_secrets_cannot_be_moved_to_another_connection_version_or_address(
    record: ConnectionRecord, keys: KeyRing, changes: dict[str, Any]
) -> None:
    with pytest.raises(SealBroken):
        unseal_connection(replace(record, **changes), keys=keys)


def test_a_missing_key_is_named(record: ConnectionRecord) -> None:
    with pytest.raises(KeyMissing, match="k1"):
        unseal_connection(record, keys=KeyRing({"k2": b"2" * 32}))
    with pytest.raises(SealBroken, match="k1"):
        unseal_connection(record, keys=KeyRing({"k1": b"2" * 32}))


def test_after_rotation_old_records_open_and_the_first_key_seals(record: ConnectionRecord) -> None:
    rotated = KeyRing({"k2": b"2" * 32, "k1": b"1" * 32})
    assert unseal_connection(record, keys=rotated).id == "acme"
    assert rotated.seal(b"x", bound_to=b"").key_id == "k2"


@given(plaintext=st.binary(max_size=100), bound_to=st.binary(max_size=20), flip=st.integers(0, 10_000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_bit_is_noticed(keys: KeyRing, plaintext: bytes, bound_to: bytes, flip: int) -> None:
    sealed = keys.seal(plaintext, bound_to=bound_to)
    assert keys.open(sealed, bound_to=bound_to) == plaintext
    for name in ("wrapped_key", "wrap_nonce", "nonce", "ciphertext"):
        content = bytearray(getattr(sealed, name))
        content[flip % len(content)] ^= 1 << flip % 8
        changes: dict[str, Any] = {name: bytes(content)}
        with pytest.raises(SealBroken):
            keys.open(replace(sealed, **changes), bound_to=bound_to)
    with pytest.raises(SealBroken):
        keys.open(sealed, bound_to=bound_to + b"x")


KEY = base64.b64encode(b"1" * 32).decode()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "k1: notbase64!", f"k1: {KEY[:-8]}", "k1: [", f"k1: {KEY}\nk2: {KEY[4:]}"]
)
def test_bad_keys_are_refused_without_showing_them(text: str) -> None:
    with pytest.raises(KeysRefused) as refused:
        KeyRing.from_text(text)
    assert KEY[:10] not in str(refused.value)


def test_keys_come_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APSTREAM_KEYS_FILE", raising=False)
    monkeypatch.delenv("APSTREAM_KEYS", raising=False)
    (tmp_path / "keys").write_text(f"k2: {KEY}\nk1: {KEY}\n")
    given_file = ServiceSettings(kafka_bootstrap="h:1", keys_file=tmp_path / "keys")
    assert KeyRing.from_settings(given_file).active == "k2"
    monkeypatch.setenv("APSTREAM_KEYS", f"k9: {KEY}")
    assert KeyRing.from_settings(ServiceSettings(kafka_bootstrap="h:1")).active == "k9"
    monkeypatch.delenv("APSTREAM_KEYS")
    with pytest.raises(KeysRefused, match="APSTREAM_KEYS_FILE"):
        KeyRing.from_settings(ServiceSettings(kafka_bootstrap="h:1"))
    with pytest.raises(KeysRefused, match="cannot be read"):
        KeyRing.from_file(tmp_path / "none")
