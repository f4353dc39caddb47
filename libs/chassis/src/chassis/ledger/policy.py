"""The ledger's times, counts and sizes. Seconds throughout."""

from dataclasses import dataclass, field

from ap_domain.backoff import Backoff


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One place for every bound of the ledger; the defaults are for production."""

    backoff: Backoff = field(default_factory=Backoff)
    look_spacing: float = 5.0
    """Between two empty looks while in doubt."""
    send_age: float = 5.0
    """A call prepared longer ago is not sent. Must exceed the commit's p99 and stay below every settle time."""
    call_timeout: float = 120.0
    """A backstop above the clients' own time-outs."""
    revocation: float = 3.0
    """How long a revoked owner waits for running calls; what still runs becomes doubt for the next owner."""
    commit_bound: float = 60.0
    """A transaction whose outcome is unknown for this long ends the process."""
    load_bound: float = 60.0
    group_decisions: int = 100
    group_bytes: int = 1_000_000
    circuit_failures: int = 5
    """Failures in a row that open a circuit."""
    circuit_cooldown: float = 5.0
    circuit_longest: float = 30.0
    """Between two canaries: what comes back is noticed within this time."""
    hold_longest: float = 900.0
    """A remote that asks for more patience than this is asked again all the same."""
    intake_high: int = 1000
    intake_bytes: int = 64 * 1024 * 1024
    """Inputs waiting to be decided, and their bytes, at which a partition's intake pauses; it resumes at half."""
    clocks_apart: float = 5.0
    """How far this host's clock may be behind what another wrote until somebody is told."""
    unreadable_run: int = 20
    """Unreadable records in a row that stop a partition's intake."""
    stability_check: float = 5.0
    """How long the last stable offset may stay below the high watermark before an owner record is committed."""
