"""Whether a flow of a connection should run: people and services write it, every service obeys it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["DesiredState", "FlowState"]


class FlowState(StrEnum):
    """Paused: no new effects, while doubt and confirmations go on. Stopped: no calls to that remote at all."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredState:
    """The latest word on one flow. ``version`` is the previous one + 1; a version not higher is ignored.

    ``connection_version`` names the connection it was decided on: a stop that names an older connection than the
    current one is void, so that a late stop cannot undo a correction.
    """

    connection_id: str
    flow: str
    state: FlowState
    version: int
    connection_version: int
    reason: str
    actor: str
    at: datetime
