"""Starts and stops a whole apstream on one machine: Kafka, simulators, services."""

from devstack.connection_spec import ConnectionSpec
from devstack.endpoints import ConnectionEndpoint, Endpoints
from devstack.errors import DevstackError, MissingPrerequisite, NotReady, Refused, StackIsRunning
from devstack.kafka import KafkaNode, Listener
from devstack.program import Program
from devstack.run_state import RunState
from devstack.stack import Stack

__all__ = [
    "ConnectionEndpoint",
    "ConnectionSpec",
    "DevstackError",
    "Endpoints",
    "KafkaNode",
    "Listener",
    "MissingPrerequisite",
    "NotReady",
    "Program",
    "Refused",
    "RunState",
    "Stack",
    "StackIsRunning",
]
