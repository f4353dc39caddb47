"""The connection that a command works on: applied already, or still a document in a file."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import typer
import yaml
from chassis.connections import Connection
from chassis.connections.model import ConnectionDocument, read_document
from chassis.connections.record import seal_connection, unseal_connection
from chassis.connections.secrets import KEY_BYTES, KeyRing
from chassis.settings import ServiceSettings, load

from apstream_cli.cluster import Cluster
from apstream_cli.invoices import shard_of
from apstream_cli.refusal import Refusal
from apstream_cli.screen import now

__all__ = ["applied_connection", "clear_document", "connection_in", "text_of"]


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


async def clear_document(
    connection_id: str | None, file: Path | None, cluster: Callable[[], Cluster]
) -> Mapping[str, Any]:
    """The document of one of the two, unchecked and without opening a secret: cases are run without them.

    Raises BadParameter unless one is given, and Refusal.
    """
    if (connection_id is None) == (file is None):
        raise typer.BadParameter("wants --connection or --connection-file, one of them")
    if file is None:
        connections = await cluster().connections()
        shard_of(connections, connection_id)
        return connections[connection_id or ""].fields
    try:
        document = yaml.safe_load(text_of(file))
    except yaml.YAMLError as error:
        raise Refusal(f"{file} is not YAML: {error}") from None
    return document if isinstance(document, dict) else {}


def _would_be(document: ConnectionDocument) -> Connection:
    """By way of a record sealed with a key that nobody else has, so that both ways lead through the same defaults."""
    keys = KeyRing({"unapplied": os.urandom(KEY_BYTES)})
    record = seal_connection(document, keys=keys, version=1, shard=0, applied_at=now(), applied_by="nobody")
    return unseal_connection(record, keys=keys)
