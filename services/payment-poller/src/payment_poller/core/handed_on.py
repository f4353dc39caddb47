"""The watermark that a poll hands on which did not read all that changed since the one before."""

from datetime import datetime, timedelta

__all__ = ["handed_on"]

SLACK = timedelta(days=2)
"""More than clocks and time zones explain between us and PeopleSoft."""


def handed_on(*, before: str | None, found: str | None, now: datetime) -> str:
    """The watermark after a read of the vouchers that can still change, which leaves out what is settled for long:
    where the reads of changes had come to, lest they pass by what changed of those.

    The earlier of both, for a ``before`` that ran ahead is led back so; ``found`` where times are written in another
    form than they were. Where neither knows a time, changes are read from a while before ``now``, which stands in the
    zone in which the source writes times.
    """
    if found is None:
        return before or (now - SLACK).replace(tzinfo=None, microsecond=0).isoformat()
    try:
        earlier = before is not None and datetime.fromisoformat(before) < datetime.fromisoformat(found)
    except (ValueError, TypeError):
        earlier = False
    return before if earlier and before is not None else found
