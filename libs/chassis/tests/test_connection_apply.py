"""What an apply writes, and in which order."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

import pytest
from ap_domain.mapping import mapping_digest, parse_mapping
from chassis.connections import apply
from chassis.connections.apply import apply_connection, mapping_version
from chassis.connections.model import DocumentRefused, read_document
from chassis.connections.record import CONNECTION, ConnectionRecord
from chassis.connections.secrets import KeyRing
from chassis.errors import NotDurable
from chassis.keys import record_key
from chassis.records import MAPPING_VERSION

Written = Callable[[dict[str, Any]], str]
AT = datetime(2026, 11, 22, tzinfo=UTC)


class Topics:
    """Kafka as an apply sees it: what is sent can be read back."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, int, bytes, bytes]] = []
        self.refuses = ""
        self.first: ConnectionRecord | None = None
        """Somebody else's record of the same version, which came before ours."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def send(self, *, topic: str, partition: int, key: bytes, value: bytes) -> None:
        if topic == self.refuses:
            raise NotDurable(f"{topic} is away")
        self.sent.append((topic, partition, key, value))

    async def stored(self, *, bootstrap: str) -> dict[str, ConnectionRecord]:
        records = [CONNECTION.decode(value) for topic, _, _, value in self.sent if topic == "ap.connections"]
        if records and self.first is not None:
            return {self.first.connection_id: self.first}
        return {record.connection_id: record for record in records}


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Topics:
    topics = Topics()
    monkeypatch.setattr(apply, "DurableProducer", lambda **_: topics)
    monkeypatch.setattr(apply, "stored_connections", topics.stored)
    return topics


Apply = Callable[[dict[str, Any]], Any]


@pytest.fixture
def applied(written: Written, keys: KeyRing, topics: Topics) -> Apply:
    async def write(changes: dict[str, Any]) -> ConnectionRecord:
        document = read_document(written(changes))
        return await apply_connection(
            document, bootstrap="unused:1", keys=keys, partitions=12, applied_by="kim", applied_at=AT
        )

    return write


async def test_the_mapping_is_written_before_the_connection_that_uses_it(
    applied: Apply, topics: Topics
) -> None:
    record = await applied({})
    assert [topic for topic, *_ in topics.sent] == ["ap.mappings", "ap.connections"]
    (_, partition, key, value), _ = topics.sent
    version = MAPPING_VERSION.decode(value)
    assert (partition, key) == (0, record_key("acme", "mapping", version.digest))
    assert (version.connection_id, version.applied_by, version.applied_at) == ("acme", "kim", AT)
    assert json.loads(version.document) == record.fields["mapping"]


async def test_the_digest_is_the_one_that_the_audit_names(applied: Apply, topics: Topics) -> None:
    record = await applied({})
    version = MAPPING_VERSION.decode(topics.sent[0][3])
    assert version.digest == mapping_digest(parse_mapping(record.fields["mapping"]))
    assert version.digest == mapping_digest(parse_mapping(json.loads(version.document)))


async def test_each_version_of_a_mapping_has_a_key_of_its_own_and_an_unchanged_one_keeps_its(
    applied: Apply, topics: Topics
) -> None:
    for changes in ({}, {"basware.record_spacing_seconds": 1}, {"mapping.setid": "EU001"}):
        await applied(changes)
    first, same, other = [key for topic, _, key, _ in topics.sent if topic == "ap.mappings"]
    assert first == same
    assert first != other


async def test_without_its_mapping_the_connection_is_not_written(applied: Apply, topics: Topics) -> None:
    topics.refuses = "ap.mappings"
    with pytest.raises(NotDurable):
        await applied({})
    assert topics.sent == []


async def test_of_two_applies_at_once_the_second_is_told(applied: Apply, topics: Topics) -> None:
    topics.first = await applied({})
    topics.sent.clear()
    with pytest.raises(DocumentRefused, match="kim applied version 1 first; look again"):
        await applied({})


async def test_a_mapping_version_holds_no_secret(written: Written) -> None:
    version = mapping_version(read_document(written({})), applied_by="kim", applied_at=AT)
    assert "secret-" not in MAPPING_VERSION.encode(version).decode(errors="replace")
