"""Whether this host's clock is behind that of the hosts which wrote to a partition before."""

from datetime import datetime

from chassis.ledger.policy import Policy
from chassis.ledger.ports import Clock, LogRecord, Signals


class ClockWatch:
    """That of one loaded partition: the latest time anybody wrote in it, beside the time it is here."""

    def __init__(self, *, clock: Clock, signals: Signals, policy: Policy, topic: str, partition: int) -> None:
        self._clock = clock
        self._signals = signals
        self._policy = policy
        self._topic = topic
        self._partition = partition
        self._latest: datetime | None = None

    def saw(self, record: LogRecord) -> None:
        """A record of the partition was read."""
        if record.written_at is not None:
            self._latest = max(self._latest or record.written_at, record.written_at)

    def behind(self) -> float:
        """By how many seconds at least this host's clock is behind others': what they wrote is not yet to come.

        More than `policy.clocks_apart` is told each time this is asked.
        """
        if self._latest is None:
            return 0.0
        behind = max(0.0, (self._latest - self._clock.now()).total_seconds())
        if behind > self._policy.clocks_apart:
            self._signals.count("ledger_clock_behind", topic=self._topic)
            self._signals.log(
                "warning",
                "this host's clock is behind another's: set the clocks",
                partition=self._partition,
                seconds=round(behind),
            )
        return behind
