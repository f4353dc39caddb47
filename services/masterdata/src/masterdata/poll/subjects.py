"""What of a connection is polled, and when: its section `masterdata`, read for the scheduler."""

from collections.abc import Sequence
from datetime import timedelta

from ap_domain.masterdata import EntityPlan, MasterDataPlan, parse_masterdata
from ap_domain.poll import PollKind
from chassis.connections import Connection
from chassis.streams.poll_port import Subject
from chassis.streams.schedule import Schedule, read_schedule

__all__ = ["subjects"]

JITTER = timedelta(seconds=60)
"""So much later a poll may begin, so that the entities and customers of an installation do not all begin at once."""


def subjects(connection: Connection) -> Sequence[Subject]:
    """Every entity, in the order in which Basware needs them; in shadow mode none, as nothing may be imported.

    An entity whose query cannot tell what changed is only read whole. Raises ConfigurationFault or ScheduleRefused.
    """
    if not connection.masterdata or connection.mode == "shadow":
        return ()
    plan = parse_masterdata(connection.masterdata)
    return tuple(
        Subject(
            connection_id=connection.id, name=entity.entity, kind=kind, schedule=_schedule(text, plan, key)
        )
        for entity in plan.entities.values()
        for kind, text in _texts(entity)
        for key in (f"{connection.id}/{entity.entity}/{kind}",)
    )


def _texts(entity: EntityPlan) -> Sequence[tuple[PollKind, str]]:
    whole = (PollKind.FULL, entity.full)
    if entity.prompts.since is None or entity.changed_at is None:
        return (whole,)
    return ((PollKind.CHANGES, entity.changes), whole)


def _schedule(text: str, plan: MasterDataPlan, key: str) -> Schedule | None:
    return read_schedule(text, zone=plan.time_zone.key, jitter=JITTER, key=key) if text else None
