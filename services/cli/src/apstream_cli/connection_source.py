"""The connection that a command works on: applied already, or still a document in a file."""

import os
from pathlib import Path

from chassis.connections import Connection
from chassis.connections.model import ConnectionDocument, read_document
from chassis.connections.record import seal_connection, unseal_connection
from chassis.connections.secrets import KEY_BYTES, KeyRing
from chassis.settings import ServiceSettings, load

from apstream_cli.cluster import Cluster
from apstream_cli.invoices import shard_of
from apstream_cli.refusal import Refusal
from apstream_cli.screen import now

__all__ = ["applied_connection", "connection_in", "text_of"]


def text_of(file: Path) -> str:
    """The file's text. Raises Refusal."""
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{file} cannot be read: {error}") from None


def connection_in(file: Path) -> Connection:
    """The connection that applying the document would make. Raises Refusal and DocumentRefused."""
    return _would_be(read_document(text_of(file)))


async def applied_connection(cluster: Cluster, connection_id: str) -> Connection:
    """The current version, its secrets opened with our keys. Raises Refusal, KeysRefused, KeyMissing, SealBroken."""
    connections = await cluster.connections()
    shard_of(connections, connection_id)
    return unseal_connection(connections[connection_id], keys=KeyRing.from_settings(load(ServiceSettings)))


def _would_be(document: ConnectionDocument) -> Connection:
    """By way of a record sealed with a key that nobody else has, so that both ways lead through the same defaults."""
    keys = KeyRing({"unapplied": os.urandom(KEY_BYTES)})
    record = seal_connection(document, keys=keys, version=1, shard=0, applied_at=now(), applied_by="nobody")
    return unseal_connection(record, keys=keys)
