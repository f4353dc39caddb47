"""Writes a connection: checks it against the others, versions it, seals its secrets, makes it durable."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from ap_domain.mapping import ConfigurationFault, mapping_digest, parse_mapping
from ap_domain.mapping_version import MappingVersion
from ap_domain.masterdata import parse_masterdata

from chassis.connections.model import ConnectionDocument, DocumentRefused
from chassis.connections.record import CONNECTION, ConnectionRecord, seal_connection
from chassis.connections.secrets import KeyRing
from chassis.follower import CompactedFollower, ConsumerRecord
from chassis.keys import record_key, shard
from chassis.producer import DurableProducer
from chassis.records import MAPPING_VERSION
from chassis.topics import CONNECTIONS, MAPPINGS

__all__ = ["apply_connection", "conflicts", "mapping_version", "next_record", "stored_connections"]

TERRITORIES = (
    ("basware", ("base_url", "client_id"), "company_codes"),
    ("peoplesoft", ("base_url", "node"), "business_units"),
)
"""Side of the document, what names the tenant there, what only one connection of a tenant may serve."""


async def stored_connections(*, bootstrap: str) -> dict[str, ConnectionRecord]:
    """The current record of every connection, still sealed. A version that is not higher is passed over."""
    current: dict[str, ConnectionRecord] = {}

    def keep(message: ConsumerRecord) -> None:
        if message.value is None:
            return
        record = CONNECTION.decode(message.value)
        held = current.get(record.connection_id)
        if held is None or record.version > held.version:
            current[record.connection_id] = record

    await CompactedFollower(bootstrap=bootstrap, topic=CONNECTIONS, apply=keep).load()
    return current


async def apply_connection(
    document: ConnectionDocument,
    *,
    bootstrap: str,
    keys: KeyRing,
    partitions: int,
    applied_by: str,
    applied_at: datetime,
) -> ConnectionRecord:
    """Returns the record written. Raises DocumentRefused when it conflicts with other connections or
    another apply.

    ``partitions`` is the number of shards of the system. Also raises NotAnswered, TopicMissing and
    NotDurable.
    """
    record = next_record(
        document,
        stored=await stored_connections(bootstrap=bootstrap),
        keys=keys,
        partitions=partitions,
        applied_by=applied_by,
        applied_at=applied_at,
    )
    mapping = mapping_version(document, applied_by=applied_by, applied_at=applied_at)
    async with DurableProducer(bootstrap=bootstrap, client_id="apstream-apply") as producer:
        # First what the digest in every later audit event stands for, then the connection that uses it.
        await producer.send(
            topic=MAPPINGS.name,
            partition=0,
            key=record_key(mapping.connection_id, "mapping", mapping.digest),
            value=MAPPING_VERSION.encode(mapping),
        )
        await producer.send(
            topic=CONNECTIONS.name,
            partition=0,
            key=record_key(record.connection_id),
            value=CONNECTION.encode(record),
        )
    # Two applies at once write the same version; everyone keeps the first, so the second must be told.
    winner = (await stored_connections(bootstrap=bootstrap))[record.connection_id]
    if winner.version == record.version and winner.secrets.nonce != record.secrets.nonce:
        raise DocumentRefused(
            (f"connection: {winner.applied_by} applied version {winner.version} first; look again",)
        )
    return record


def mapping_version(document: ConnectionDocument, *, applied_by: str, applied_at: datetime) -> MappingVersion:
    """The document's mapping under the digest that the audit names."""
    return MappingVersion(
        connection_id=document.connection,
        digest=mapping_digest(parse_mapping(document.mapping)),
        document=json.dumps(
            document.without_secrets()["mapping"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ),
        applied_at=applied_at,
        applied_by=applied_by,
    )


def next_record(
    document: ConnectionDocument,
    *,
    stored: dict[str, ConnectionRecord],
    keys: KeyRing,
    partitions: int,
    applied_by: str,
    applied_at: datetime,
) -> ConnectionRecord:
    """The record that follows what is stored. Raises DocumentRefused with every conflict."""
    if found := tuple(conflicts(document, stored.values())):
        raise DocumentRefused(found)
    previous = stored.get(document.connection)
    return seal_connection(
        document,
        keys=keys,
        version=previous.version + 1 if previous else 1,
        shard=previous.shard if previous else shard(document.connection, partitions),
        applied_at=applied_at,
        applied_by=applied_by,
    )


def conflicts(document: ConnectionDocument, stored: Iterable[ConnectionRecord]) -> Iterator[str]:
    """Company codes of one Basware tenant and business units of one PeopleSoft have one connection each."""
    ours = document.without_secrets()
    for record in stored:
        if record.connection_id != document.connection:
            for side, tenant, served in TERRITORIES:
                yield from _overlap(ours[side], record, side=side, tenant=tenant, served=served)
            yield from _same_codes(ours, record)


def _overlap(
    ours: dict[str, Any], record: ConnectionRecord, *, side: str, tenant: tuple[str, str], served: str
) -> Iterator[str]:
    theirs = record.fields[side]
    if all(ours[name] == theirs[name] for name in tenant):
        for code in sorted({*ours[served]} & {*theirs[served]}):
            yield f"{side}.{served}: {code} is served by the connection {record.connection_id} already"


def _same_codes(ours: dict[str, Any], record: ConnectionRecord) -> Iterator[str]:
    """External codes are unique in a tenant: two connections must not import one record, each in its own way."""
    theirs = record.fields
    if any(ours["basware"][name] != theirs["basware"][name] for name in ("base_url", "client_id")):
        return
    if not ours["masterdata"] or not theirs.get("masterdata"):
        return
    try:
        one, other = (parse_masterdata(section) for section in (ours["masterdata"], theirs["masterdata"]))
    except ConfigurationFault:
        return  # ours was checked before; theirs was applied by another release, and is not polled by this one
    if one.code_prefix != other.code_prefix:
        return
    for name in sorted(one.entities.keys() & other.entities.keys()):
        for scope in sorted(one.entities[name].companies.keys() & other.entities[name].companies.keys()):
            what = f"masterdata.entities.{name}: {scope or 'everything'}"
            yield (
                f"{what} is imported into this Basware tenant by the connection {record.connection_id} already, under "
                "the same external codes; let one connection name the companies of both, or give this one a code_prefix"
            )
