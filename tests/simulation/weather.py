"""How likely each kind of fault is in a run, and what a run was like in the end."""

from collections import Counter
from dataclasses import dataclass, field

from .sim_remotes import LATEST


@dataclass(slots=True)
class Result:
    """What a run did and which promises it broke."""

    seed: int
    violations: list[str] = field(default_factory=list)
    crashed: Counter[str] = field(default_factory=Counter)
    frozen: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How likely each kind of fault is in a run."""

    kill: float = 0.5
    freeze: float = 0.4
    freezes: tuple[float, ...] = (2.0, 8.0, 40.0, 90.0)
    terminate: float = 0.15
    terminations: tuple[int, ...] = (1,)
    broker: float = 0.3
    trouble: tuple[float, ...] = (0.0, 0.05, 0.3)
    refuse: float = 0.1
    refusals: float = 0.03
    lose_answer: float = 0.1
    outage: float = 0.15
    outages: tuple[int, ...] = (1,)
    burst: float = 0.1
    lockout: float = 0.1
    lose_stop: float = 0.0
    aim: float = 0.95
    aim_freezes: float = 0.2
    aim_at: str = ""
    rivals: float = 0.15
    payments: float = 0.5
    dropped: float = 0.15
    foreign: float = 0.08
    recall: float = 0.25
    flows: float = 0.25
    versions: float = 0.15
    clocks: float = 0.1
    compact: float = 0.5
    latest: float = LATEST
    markers: tuple[float, ...] = (0.0005, 0.002, 0.02)


FAIR = Weather()
