"""Which faults a run meets, in which order: by seed, and every family at least once."""

import random
from collections.abc import Callable, Iterator, Sequence

from .faults import (
    Fault,
    PointBook,
    broker,
    clocks,
    compaction,
    membership,
    network,
    points,
    processes,
    window,
)
from .stack import LEDGERS

Round = tuple[Fault, ...]
"""Faults that happen side by side."""

ROUNDS = 40
POINT_ROUNDS = 4
POINT_SECONDS, LAST_POINT_SECONDS = 35.0, 120.0
"""The last of these rounds ends as soon as no point is left."""
ENOUGH_POINTS = 8
AWAY_SECONDS, SHORTLY_AWAY_SECONDS = 60.0, 12.0
SERVICES = (
    "ingress-web",
    "ingress-documents",
    "voucher-poster",
    "masterdata-poll",
    "masterdata-import",
    "payment-poller",
)


def full(chance: random.Random, *, rounds: int, book: PointBook) -> list[Round]:
    """At least the rounds that must be, in any order; others by chance until there are so many. At the end the points
    that were not reached so far, on a slow machine.
    """
    plan = list(_musts(chance, book))
    others: Sequence[Callable[[], Round]] = (
        lambda: _each(processes.killed, chance.sample(SERVICES, 4)),
        lambda: _each(processes.both_killed, chance.sample(SERVICES, 3)),
        lambda: tuple(chance.choice(network.to_kafka(of)) for of in chance.sample(SERVICES, 3)),
        lambda: (chance.choice(network.to_peoplesoft()), chance.choice(network.to_basware())),
    )
    while len(plan) < rounds - 1:
        plan.append(chance.choice(others)())
    chance.shuffle(plan)
    return [*plan, (points.at_points(book, within=LAST_POINT_SECONDS),)]


def short(chance: random.Random, *, book: PointBook) -> list[Round]:
    """What tells most in little time; always in this order."""
    return [
        (
            *_each(processes.killed, ("voucher-poster", "masterdata-import", "ingress-web")),
            *_each(processes.terminated, ("ingress-documents", "masterdata-poll")),
        ),
        (broker.killed(times=1, most=1),),
        (points.at_points(book, within=LAST_POINT_SECONDS, enough=ENOUGH_POINTS),),
        (network.all_to_kafka()[1], network.to_peoplesoft()[1], network.to_basware()[1]),
        (window.frozen_in_the_window(), *_each(processes.frozen, ("payment-poller", "masterdata-import"))),
    ]


def sabotaged(book: PointBook) -> list[Round]:
    """What brings out that a rule of the ledgers is missing: answers lost, processes killed between two commits."""
    between = tuple(f"transaction committed@{number}" for number in range(20, 30))
    commits = PointBook(book.directory, points=dict.fromkeys(LEDGERS, between))
    return [
        (network.to_peoplesoft()[1],),
        (points.at_points(commits, within=60.0),),
        _each(processes.killed, LEDGERS),
    ]


def _musts(chance: random.Random, book: PointBook) -> Iterator[Round]:
    for _ in range(POINT_ROUNDS):
        yield (points.at_points(book, within=POINT_SECONDS),)
    for kind in (processes.killed, processes.terminated):
        shuffled = chance.sample(SERVICES, len(SERVICES))
        yield _each(kind, shuffled[:3])
        yield _each(kind, shuffled[3:])
    yield _each(processes.both_killed, LEDGERS)
    yield _each(processes.both_killed, chance.sample(SERVICES[3:], 2))
    yield _each(processes.frozen, ("voucher-poster", "masterdata-poll", "ingress-web"))
    yield _each(processes.frozen, ("ingress-documents", "masterdata-import", "payment-poller"))
    yield _each(processes.frozen, LEDGERS)
    yield _each(membership.joins_and_leaves, chance.sample(SERVICES, 3))
    yield _each(membership.same_instance, ("voucher-poster", "masterdata-poll"))
    yield _each(membership.slow_load, LEDGERS)
    yield (membership.rolling_restart(),)
    yield (broker.restarted(),)
    for _ in range(3):
        yield (broker.killed(),)
    yield (broker.away(AWAY_SECONDS),)
    yield (broker.away(SHORTLY_AWAY_SECONDS),)
    for number in range(3):
        services = (
            "voucher-poster",
            *chance.sample([each for each in SERVICES if each != "voucher-poster"], 2),
        )
        yield tuple(network.to_kafka(of)[number] for of in services)
        yield (network.all_to_kafka()[number],)
        yield (network.to_basware()[number], network.to_peoplesoft()[number])
    yield (compaction.forced(),)
    for services in (
        ("voucher-poster", "masterdata-poll", "ingress-web"),
        ("ingress-documents", "payment-poller"),
    ):
        hows = chance.sample(sorted(clocks.HOURS), len(services))
        yield tuple(clocks.wrong(of, how) for of, how in zip(services, hows, strict=True))
    yield (window.frozen_in_the_window(),)


def _each(kind: Callable[[str], Fault], services: Sequence[str]) -> Round:
    return tuple(kind(service) for service in services)
