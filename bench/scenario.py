"""What is measured: so many invoices a second for so long, over so many connections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devstack import ConnectionSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One run.

    Args:
        rate: invoices a second over all connections, whatever becomes of the earlier ones (open loop).
        seconds: how long invoices are approved.
        connections: customers the invoices are dealt out to in turn, each with a PeopleSoft site of its own.
        concurrency: calls of one connection to each of its systems at once; None leaves the defaults.
        latency_ms: what every call to PeopleSoft takes at least.
    """

    rate: float
    seconds: float
    connections: int = 1
    concurrency: int | None = None
    latency_ms: int = 50

    @property
    def invoices(self) -> int:
        """How many are approved in all; at least one."""
        return max(1, round(self.rate * self.seconds))

    @property
    def title(self) -> str:
        """In words, for a row of a table."""
        customers = "1 connection" if self.connections == 1 else f"{self.connections} connections"
        calls = "" if self.concurrency is None else f", {self.concurrency} calls at once"
        return f"{self.rate:g}/s, {customers}{calls}"

    def specs(self) -> Sequence[ConnectionSpec]:
        """Its connections. Everything is as a connection has it by default, the spacing of reports too."""
        calls: Mapping[str, int] = {} if self.concurrency is None else {"concurrency": self.concurrency}
        return [
            ConnectionSpec(id=f"bench-{number}", node=f"BENCH{number}", basware=calls, peoplesoft=calls)
            for number in range(1, self.connections + 1)
        ]
