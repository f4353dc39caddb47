"""Lines that are slow, cut, or dead without saying so: between one process and Kafka, all of them, or a vendor."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from tests.chaos.tcp_proxy import TcpProxy

from .fault import Fault, Scene, Targets

SLOW_SECONDS = 0.3
DELAY_LASTS, HALF_OPEN_LASTS = 10.0, 15.0
CUTS = 3
EVERY_LINE = "every line"
STUCK_AFTER = 90.0

Lines = Callable[[Scene], Sequence[TcpProxy]]


def to_kafka(service: str) -> tuple[Fault, ...]:
    """What may happen to the line of one replica of a service: a partition that only it is cut off by."""

    def lines(scene: Scene) -> Sequence[TcpProxy]:
        return (scene.chaos.kafka_lines[scene.replica(service)],)

    return _faults("one line to Kafka", lines, services=frozenset({service}))


def all_to_kafka() -> tuple[Fault, ...]:
    """The same for every replica at once."""
    return _faults("all lines to Kafka", lambda scene: tuple(scene.chaos.kafka_lines.values()))


def to_basware() -> tuple[Fault, ...]:
    """What may happen between us and Basware."""
    return _faults("the line to Basware", lambda scene: (scene.chaos.basware_line,))


def to_peoplesoft() -> tuple[Fault, ...]:
    """What may happen between us and PeopleSoft."""
    return _faults("the line to PeopleSoft", lambda scene: (scene.chaos.peoplesoft_line,))


def _faults(where: str, lines: Lines, *, services: frozenset[str] = frozenset()) -> tuple[Fault, ...]:
    return tuple(
        Fault(name=f"{where} {what}", inject=partial(how, lines), services=services, stuck_after=STUCK_AFTER)
        for what, how in (("slow", _slow), ("cut", _cut), ("half open", _half_open))
    )


async def _slow(lines: Lines, scene: Scene) -> Targets:
    hit = lines(scene)
    for line in hit:
        line.delay = SLOW_SECONDS
    await scene.burst(2)
    await asyncio.sleep(DELAY_LASTS)
    for line in hit:
        line.heal()
    return (_named(hit),)


async def _cut(lines: Lines, scene: Scene) -> Targets:
    hit = lines(scene)
    for _ in range(CUTS):
        await scene.burst(1)
        await scene.sometime(0.3, 2.0)
        for line in hit:
            line.cut()
    return (_named(hit),)


async def _half_open(lines: Lines, scene: Scene) -> Targets:
    hit = lines(scene)
    await scene.burst(2)
    await scene.sometime(0.0, 1.0)
    for line in hit:
        line.hold()
    await asyncio.sleep(HALF_OPEN_LASTS)
    deliver = scene.chance.random() < 0.5
    for line in hit:
        line.heal(deliver=deliver)
    return (f"{_named(hit)}, what was held {'came late' if deliver else 'was lost'}",)


def _named(lines: Sequence[TcpProxy]) -> str:
    return lines[0].name if len(lines) == 1 else EVERY_LINE
