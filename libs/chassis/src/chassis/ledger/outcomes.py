"""What can come out of a call, and nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It happened. `value` is what the service's machine needs to go on."""

    value: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A business no, proven to have changed nothing: goes back to whoever can correct it.

    `asked` is False when it is our own no and the remote was not asked.
    """

    reason: str
    value: object = None
    asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Ask again. `after` in seconds overrides the back-off when longer (Retry-After).

    `blame` says whether it counts against the remote: "still working on it" does not; `lane` holds back
    every call of this connection to this remote for `after` seconds (throttled). `effect` is False when the call
    provably did nothing (throttled, no connection), which a call of kind once must always prove; `asked` is False
    when the remote was not asked at all.
    """

    reason: str
    after: float | None = None
    blame: bool = True
    lane: bool = False
    effect: bool = True
    asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """Sent, and nobody knows whether it happened."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A person must decide about this record. `asked` is False when the remote was not asked."""

    reason: str
    value: object = None
    asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The remote refuses us as such: stop its flow for everyone, nothing was changed."""

    reason: str
    connection_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """What a look at the remote showed while in doubt: those that are ours, and others under the same key."""

    same: tuple[object, ...] = ()
    different: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """The last check before the send failed (no longer the owner, or too old): nothing left this process."""

    reason: str


Outcome = Done | Rejected | Retry | InDoubt | Parked | Stopped | Sighted | NotSent
