"""A plan meets every family of faults whatever the seed, and lets nothing happen side by side that must not."""

import ast
import random
from pathlib import Path

from chassis.failpoints import POINTS
from devstack.jvm import REPOSITORY
from hypothesis import given, settings
from hypothesis import strategies as st

from . import plan
from .faults import PointBook, points, window

NAMES = {
    *("SIGKILL of a replica", "SIGKILL of both replicas", "SIGTERM in mid-call", points.NAME, window.NAME),
    *(f"SIGSTOP 20 s of {service}" for service in plan.SERVICES),
    *(
        "replica joins and leaves",
        "two with one instance id",
        "load longer than the session",
        "rolling restart",
    ),
    *(
        "broker restart",
        "broker SIGKILL in commits",
        "broker away 60 s",
        "compaction while consumers are down",
    ),
    *("clock 2 h behind", "clock 2 h ahead", "clock jumping"),
    *(
        f"{where} {what}"
        for where in (
            "one line to Kafka",
            "all lines to Kafka",
            "the line to Basware",
            "the line to PeopleSoft",
        )
        for what in ("slow", "cut", "half open")
    ),
}


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_every_family_comes_at_least_once(seed: int, rounds: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - by seed
    planned = plan.full(chance, rounds=rounds, book=PointBook(Path("unused"), points={}))
    assert {fault.name for faults in planned for fault in faults} >= NAMES
    assert len(planned) >= rounds


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_faults_side_by_side_hit_different_services(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - by seed
    for faults in plan.full(chance, rounds=60, book=PointBook(Path("unused"), points={})):
        hit = [service for fault in faults for service in fault.services]
        assert len(hit) == len(set(hit))
        assert len(faults) == 1 or all(fault.services or "the line to" in fault.name for fault in faults)


def test_the_same_seed_gives_the_same_plan() -> None:
    def names(seed: int) -> list[list[str]]:
        chance = random.Random(seed)  # noqa: S311 - by seed
        planned = plan.full(chance, rounds=50, book=PointBook(Path("unused"), points={}))
        return [[fault.name for fault in faults] for faults in planned]

    assert names(3) == names(3)
    assert names(3) != names(4)


def test_every_named_point_is_killed_at_in_some_service() -> None:
    named = {name.partition("@")[0] for names in points.POINTS.values() for name in names}
    assert named | {*points.ELSEWHERE} == set(POINTS)


def test_a_point_belongs_to_a_service_that_passes_it() -> None:
    """By the calls of `reached` in the service's own code; what the chassis passes, every service of its kind does."""
    homes = {
        "ingress-web": "services/ingress/src/ingress/web",
        "ingress-documents": "services/ingress/src/ingress/documents",
        "voucher-poster": "services/voucher-poster/src",
        "masterdata-poll": "services/masterdata/src/masterdata/poll",
        "masterdata-import": "services/masterdata/src/masterdata/importing",
        "payment-poller": "services/payment-poller/src",
    }
    of_the_chassis = _points_in(REPOSITORY / "libs" / "chassis" / "src")
    for service, names in points.POINTS.items():
        own = _points_in(REPOSITORY / homes[service])
        named = {name.partition("@")[0] for name in names}
        assert named - of_the_chassis <= own, service
        assert own - of_the_chassis <= named | {*points.ELSEWHERE}, service


def _points_in(directory: Path) -> set[str]:
    """Every text of the code that is the name of a point."""
    found: set[str] = set()
    for file in directory.rglob("*.py"):
        if file.name != "failpoints.py":
            texts = (
                node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)
            )
            found |= {text for text in texts if isinstance(text, str)} & set(POINTS)
    return found
