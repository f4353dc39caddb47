"""How far a source has been read, in the source's own words and by its own clock."""

from datetime import datetime, timedelta

__all__ = ["Watermark", "WatermarkFault", "since"]


class WatermarkFault(ValueError):
    """A time of change that is no time, or times with and without offset in one source."""


class Watermark:
    """The latest time of change among the rows of one read; starts where the read before it ended."""

    def __init__(self, text: str | None) -> None:
        self._text = text
        self._at = None if text is None else _instant(text)

    @property
    def text(self) -> str | None:
        """As the source wrote it; None when no row told of a time."""
        return self._text

    def saw(self, text: str | None) -> None:
        """Takes a row's time of change into account. Raises WatermarkFault."""
        if text is None:
            return
        at = _instant(text)
        try:
            if self._at is None or at > self._at:
                self._text, self._at = text, at
        except TypeError:
            raise WatermarkFault(
                f"{text} and {self._text}: one of these times has an offset, one has none"
            ) from None


def since(watermark: str, *, overlap: timedelta) -> str:
    """From when on to read: some time before the watermark, for rows that were committed late.

    As the source writes times, without fractions of a second. Raises WatermarkFault.
    """
    return (_instant(watermark) - overlap).replace(microsecond=0).isoformat()


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise WatermarkFault(f"{text!r} is not a time as in 2026-01-31T08:30:00") from None
