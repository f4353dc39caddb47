"""How far a source has been read, in the source's own words and by its own clock."""

from datetime import datetime, timedelta

__all__ = ["Watermark", "WatermarkFault", "since"]

AHEAD = timedelta(days=2)
"""A time of change further ahead than this is a slip of the source's; clocks and time zones explain less."""


class WatermarkFault(ValueError):
    """A time of change that is no time, that lies in the future, or times with and without offset in one source."""


class Watermark:
    """The latest time of change among the rows of one read.

    ``before`` is where the read before it ended. ``now`` stands in the zone in which the source writes times.
    """

    def __init__(self, before: str | None, *, now: datetime) -> None:
        self._before = before
        self._now = now
        self._seen: datetime | None = None

    def saw(self, text: str | None) -> None:
        """Takes a row's time of change into account. Raises WatermarkFault."""
        if text is None:
            return
        at = _instant(text)
        if (at if at.tzinfo else at.replace(tzinfo=self._now.tzinfo)) > self._now + AHEAD:
            raise WatermarkFault(f"{text} lies in the future")
        try:
            if self._seen is None or at > self._seen:
                self._seen = at
        except TypeError:
            raise WatermarkFault(f"{text}: of these times one has an offset and one has none") from None

    def reached(self, took: timedelta) -> str | None:
        """Before when nothing can have been missed by a read that took so long; None when no row ever told a time.

        Never later than the read began: a row that says so was written by a clock that is ahead of the others.
        A row that was read first may have changed while the last ones were read, but never before the read began,
        and that is no more than ``took`` before the latest time it met.
        """
        if self._seen is None:
            return self._before
        at = _not_after(_less(self._seen, took), self._now)
        try:
            if self._before is not None and _instant(self._before) >= at:
                return self._before
        except (TypeError, WatermarkFault):  # the source writes times in another form than it did
            pass
        return at.isoformat()


def since(watermark: str, *, overlap: timedelta, now: datetime) -> str:
    """From when on to read: some time before the watermark, for rows that were committed late.

    As the source writes times, without fractions of a second. ``now`` stands in the zone in which it writes them: where
    times have no offset and its clocks went back since the watermark, the hour that came twice is read again. Raises
    WatermarkFault.
    """
    at = _not_after(_instant(watermark), now)
    return _less(at, overlap + _fall(at, now)).replace(microsecond=0).isoformat()


def _not_after(at: datetime, now: datetime) -> datetime:
    return min(at, now.astimezone(at.tzinfo) if at.tzinfo else now.replace(tzinfo=None))


def _fall(at: datetime, now: datetime) -> timedelta:
    """By how much the clocks of the zone went back in between; at most, of a time that came twice."""
    before, after = at.replace(tzinfo=now.tzinfo, fold=0).utcoffset(), now.utcoffset()
    if at.tzinfo is not None or before is None or after is None:
        return timedelta(0)
    return max(before - after, timedelta(0))


def _less(at: datetime, time: timedelta) -> datetime:
    try:
        return at - time
    except OverflowError:  # before the year 1: an empty time as some databases have it
        return at


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise WatermarkFault(f"{text!r} is not a time as in 2026-01-31T08:30:00") from None
