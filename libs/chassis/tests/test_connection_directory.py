import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from chassis.connections import Connection, ConnectionDirectory
from chassis.connections.apply import next_record
from chassis.connections.model import DocumentRefused, read_document
from chassis.connections.record import ConnectionRecord, _bound_to
from chassis.connections.secrets import KeyRing
from chassis.keys import shard

Written = Callable[[dict[str, Any]], str]
Applied = Callable[[dict[str, Any]], ConnectionRecord]


@pytest.fixture
def stored() -> dict[str, ConnectionRecord]:
    return {}


@pytest.fixture
def applied(written: Written, keys: KeyRing, stored: dict[str, ConnectionRecord]) -> Applied:
    def apply(changes: dict[str, Any], *, partitions: int = 12) -> ConnectionRecord:
        record = next_record(
            read_document(written(changes)),
            stored=stored,
            keys=keys,
            partitions=partitions,
            applied_by="me",
            applied_at=datetime(2026, 11, 22, tzinfo=UTC),
        )
        stored[record.connection_id] = record
        return record

    return apply


@pytest.fixture
def directory(keys: KeyRing) -> ConnectionDirectory:
    return ConnectionDirectory(bootstrap="127.0.0.1:1", keys=keys)


def test_versions_count_and_the_shard_stays(applied: Applied) -> None:
    first = applied({})
    second = applied({"basware.record_spacing_seconds": 1})
    assert (first.version, first.shard) == (1, shard("acme", 12))
    assert (second.version, second.shard) == (2, first.shard)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, {"basware.company_codes: BW00", "peoplesoft.business_units: US001"}),
        ({"basware.client_id": "another-tenant"}, {"peoplesoft.business_units: US001"}),
        ({"peoplesoft.node": "ANOTHER"}, {"basware.company_codes: BW00"}),
        ({"basware.client_id": "another-tenant", "peoplesoft.node": "ANOTHER"}, set()),
    ],
)
def test_connections_of_one_tenant_serve_different_companies(
    applied: Applied, changes: dict[str, Any], said: set[str]
) -> None:
    applied({})
    if not said:
        assert applied({"connection": "other", **changes}).version == 1
        return
    with pytest.raises(DocumentRefused) as refused:
        applied({"connection": "other", **changes})
    assert {problem.partition(" is served")[0] for problem in refused.value.problems} == said


MASTERDATA = {
    "time_zone": "Europe/Berlin",
    "companies": {"SHARE": ["BW00"]},
    "entities": {"accounts": {"full": "0 3 * * *"}, "suppliers": {"full": "0 3 * * *"}},
}
OTHER = {
    "connection": "other",
    "peoplesoft.node": "ANOTHER",
    "basware.company_codes": ["BW50"],
    "mapping.business_units": {"BW50": "US001"},
}


@pytest.mark.parametrize(
    ("changes", "clashes"),
    [
        ({}, {"accounts", "suppliers"}),
        ({"entities": {"accounts": {"full": "0 3 * * *"}}}, {"accounts"}),
        ({"code_prefix": "B"}, set()),
        (
            {"companies": {"OTHER": ["BW50"]}, "entities": {"accounts": {"full": "0 3 * * *"}}},
            set(),
        ),
    ],
)
def test_connections_of_one_tenant_do_not_import_one_record_each_in_its_own_way(
    applied: Applied, changes: dict[str, Any], clashes: set[str]
) -> None:
    applied({"masterdata": MASTERDATA})
    ours = {**OTHER, "masterdata": {**MASTERDATA, "companies": {"SHARE": ["BW50"]}, **changes}}
    if not clashes:
        assert applied(ours).version == 1
        return
    with pytest.raises(DocumentRefused) as refused:
        applied(ours)
    said = refused.value.problems
    assert {problem.partition(":")[0].rpartition(".")[2] for problem in said} == clashes
    assert all("code_prefix" in problem for problem in said)


def test_a_newer_version_replaces_and_is_announced(applied: Applied, directory: ConnectionDirectory) -> None:
    heard: list[int] = []
    directory.take(applied({}))
    directory.on_change(lambda connection: heard.append(connection.version))
    directory.take(applied({"peoplesoft.password": {"value": "changed"}}))
    current = directory.get("acme")
    assert isinstance(current, Connection)
    assert current.peoplesoft.password.reveal() == "changed"
    assert heard == [1, 2]


def test_a_version_that_is_not_higher_is_ignored(applied: Applied, directory: ConnectionDirectory) -> None:
    first, second = applied({}), applied({"basware.record_spacing_seconds": 1})
    for record in (second, first, second):
        directory.take(record)
    assert directory.version("acme") == 2
    assert [connection.version for connection in directory.all()] == [2]


def test_a_connection_that_cannot_be_decrypted_is_unusable_until_it_can(
    applied: Applied, directory: ConnectionDirectory, keys: KeyRing
) -> None:
    directory._follower.ready.set()
    directory.take(applied({}))
    broken = KeyRing({"lost": b"9" * 32}).seal(b"{}", bound_to=b"")
    record = applied({})
    directory.take(
        ConnectionRecord(**{**{f: getattr(record, f) for f in record.__slots__}, "secrets": broken})
    )
    assert directory.get("acme") is None
    assert directory.version("acme") == 2
    assert "lost" in directory.unusable["acme"]
    assert "acme" in str(directory.problem())
    directory.take(applied({}))
    directory.take(applied({}))
    assert directory.get("acme") is not None
    assert directory.problem() is None


def rewritten(
    record: ConnectionRecord, keys: KeyRing, change: Callable[[dict[str, Any]], None]
) -> ConnectionRecord:
    """The record as another release would have written it: its document changed, its secrets bound to that."""
    secrets = keys.open(
        record.secrets, bound_to=_bound_to(record.connection_id, record.version, record.document)
    )
    fields = record.fields
    change(fields)
    document = json.dumps(fields)
    bound_to = _bound_to(record.connection_id, record.version, document)
    return replace(record, document=document, secrets=keys.seal(secrets, bound_to=bound_to))


def test_keys_that_a_newer_release_wrote_are_passed_over(
    applied: Applied, directory: ConnectionDirectory, keys: KeyRing
) -> None:
    def newer(fields: dict[str, Any]) -> None:
        for section in (fields, fields["basware"], fields["peoplesoft"]):
            section["of_a_newer_release"] = 1
        fields["peoplesoft"]["component_interface"]["of_a_newer_release"] = 1

    directory.take(rewritten(applied({}), keys, newer))
    connection = directory.get("acme")
    assert connection is not None
    assert connection.peoplesoft.component_interface.name == "AP_VOUCHER"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("basware.record_spacing_seconds", "soon"),
        ("basware.company_codes", None),
        ("basware.unsigned_connection_test_until", "tomorrow"),
        ("peoplesoft", []),
        ("peoplesoft.component_interface", {}),
        ("peoplesoft.posting", {"windows": "always"}),
        ("peoplesoft.posting", {"of_a_newer_release": 1}),
    ],
)
def test_a_document_that_cannot_be_read_sets_that_connection_aside_and_the_others_go_on(
    *, applied: Applied, directory: ConnectionDirectory, keys: KeyRing, path: str, value: object
) -> None:
    def broken(fields: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        for parent in parents:
            fields = fields[parent]
        fields[last] = value

    directory._follower.ready.set()
    directory.take(applied({}))
    directory.take(rewritten(applied({}), keys, broken))
    other = {"connection": "other", "basware.client_id": "another-tenant", "peoplesoft.node": "ANOTHER"}
    directory.take(applied(other))
    assert directory.get("acme") is None
    assert "cannot read its document" in directory.unusable["acme"]
    assert "acme" in str(directory.problem())
    assert directory.get("other") is not None
    directory.take(applied({}))
    assert directory.problem() is None


def test_nothing_is_said_to_be_ready_before_the_topic_is_read(directory: ConnectionDirectory) -> None:
    assert not directory.ready
    assert directory.problem() is not None
    assert directory.get("acme") is None
