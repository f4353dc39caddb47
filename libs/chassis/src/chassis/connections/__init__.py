"""Connections: one customer's pair of systems, a YAML document in, a record with sealed secrets out."""

from chassis.connections.connection import (
    BaswareSide,
    ComponentInterface,
    Connection,
    PeopleSoftSide,
    WebhookTimestamp,
)
from chassis.connections.directory import ConnectionDirectory, OnChange
from chassis.connections.secret import Secret
from chassis.connections.secrets import KeyRing, KeysRefused

__all__ = [
    "BaswareSide",
    "ComponentInterface",
    "Connection",
    "ConnectionDirectory",
    "KeyRing",
    "KeysRefused",
    "OnChange",
    "PeopleSoftSide",
    "Secret",
    "WebhookTimestamp",
]
