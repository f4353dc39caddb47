"""How long to wait before a call is tried again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential back-off with full jitter: a wait drawn evenly from zero to a bound that doubles up to
    `cap`.

    All in seconds. A remote that names its own wait (Retry-After) is never asked sooner than it said, except
    that nobody may send us away for longer than `retry_after_cap`.
    """

    base: float = 1.0
    cap: float = 300.0
    retry_after_cap: float = 3600.0

    def __post_init__(self) -> None:
        if not 0 < self.base <= self.cap or self.retry_after_cap < 0:
            raise ValueError("a back-off needs 0 < base <= cap, in seconds")

    @property
    def longest(self) -> float:
        """No wait is ever longer than this."""
        return self.cap + self.retry_after_cap

    def seconds(self, *, attempt: int, fraction: float, retry_after: float | None = None) -> float:
        """The wait after attempt number `attempt` (from 1) failed; `fraction` is a random number from 0 to 1.

        With `retry_after` the jitter comes on top, so that those who were sent away together do not return
        together.
        """
        if attempt < 1:
            raise ValueError("attempts count from 1")
        if not 0 <= fraction <= 1:
            raise ValueError("the random fraction is from 0 to 1")
        # beyond 2**64 the bound is the cap anyway; the limit keeps a large attempt number from overflowing
        jitter = min(self.cap, self.base * 2.0 ** min(attempt - 1, 64)) * fraction
        asked = 0.0 if retry_after is None else min(max(retry_after, 0.0), self.retry_after_cap)
        return asked + jitter
