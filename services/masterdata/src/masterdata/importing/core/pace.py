"""Every bound of the import: seconds, counts and bytes."""

from dataclasses import dataclass, field
from datetime import timedelta

from ap_domain.backoff import Backoff

__all__ = ["Pace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The defaults are for production; times in seconds."""

    tick: float = 0.25
    """How often each connection looks for what is to be done."""
    look_at_all: float = 900.0
    """How often the whole table of a connection is gone through, in small portions."""
    least_spacing: float = 1.0
    """Basware lets a record expire that comes again within a second (P2P OpenAPI), whatever a connection says."""
    batch_bytes: int = 5_990_000
    """Of one request, with what stands between its records; Basware takes 6 MB (P2P OpenAPI)."""
    gather_quiet: float = 1.0
    gather_longest: float = 5.0
    """A batch that is not full is sent once nothing came for so long, or its oldest record has waited so long."""
    sends_at_once: int = 2
    """Of one connection: each holds a batch in memory."""
    requests_under_way: int = 50
    """Of one connection: stored by Basware, and its word on them still awaited."""
    first_ask: float = 1.0
    longest_ask: float = 60.0
    """Basware is asked what became of a request after the first wait, then after twice the last one."""
    patience: float = 1800.0
    """Without Basware's word for so long a record is sent again."""
    clocks_differ: timedelta = timedelta(minutes=5)
    """At most, Basware's and ours: so much earlier it is asked for requests whose answer was lost."""
    most_attempts: int = 6
    """A version that was sent so often without a clear word is listed as refused: a person must look."""
    blocks_for: float = 600.0
    """What is not settled holds back what may refer to it, but not for longer."""
    suspect_rest: float = 5.0
    """An entity after a batch that fails although Basware answers other calls."""
    not_allowed_rest: float = 900.0
    """An entity for whose API Basware gives us no rights; a change of the connection ends it."""
    missing_for: float = 60.0
    """How long a record's content may be missing where it should lie before somebody is told."""
    narrowing: int = 60
    """Requests of one turn that look for the guilty records of a refused batch; the rest waits for the next turn."""
    entity_rest: float = 60.0
    """An entity that Basware does not take just then is left alone for so long."""
    kafka_rest: float = 5.0
    acknowledge_after: float = 5.0
    acknowledge_at_once: int = 50
    acknowledge_tries: int = 5
    throttled_longest: float = 900.0
    """A remote that asks for more patience than this is asked again all the same."""
    backoff: Backoff = field(default_factory=lambda: Backoff(base=2.0, cap=120.0))
    repeat: Backoff = field(default_factory=lambda: Backoff(base=5.0, cap=600.0))
    """Between sends of one version that came to nothing."""

    def spacing(self, configured: timedelta) -> float:
        """Between two sends of one record."""
        return max(configured.total_seconds(), self.least_spacing)
