"""SIGKILL at each named point between two durable steps, in each service that has the point."""

import asyncio
import sys
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.stack import ChaosStack

from .fault import Fault, Scene, Targets

NAME = "SIGKILL at a named point"
_LOOK = 0.1

_TRANSACTION = ("transaction written", "transaction committed")
_LEDGER = (
    *("partition fenced", "owner committed", "partition loaded", *_TRANSACTION),
    *(f"{point}@20" for point in _TRANSACTION),  # past those of taking partitions over
)
_STREAM = ("shard fenced", "positions committed", *_TRANSACTION)
_POLL = ("poll due written", "poll audited", "poll result written")

POINTS: Mapping[str, tuple[str, ...]] = {
    "ingress-web": ("notification durable",),
    "ingress-documents": (
        *("document published", "fetch due", "document fetched", "sweep told"),
        *_LEDGER,
    ),
    "voucher-poster": (
        *("create sent", "started committed", "voucher created", "outcome committed", "last check passed"),
        *("acknowledge due", "acknowledged", "look due", "doubt committed", "reported"),
        *("confirm due", "outcome heard", "confirmed"),
        *("payment due", "payment reported", "payment stored", "payment told"),
        *_LEDGER,
    ),
    "masterdata-poll": (*_POLL, "master records published", "poll read", *_STREAM),
    "masterdata-import": (
        *("import intended", "import sent", "import noted", "import answered", "import settled"),
        *_STREAM,
    ),
    "payment-poller": (*_POLL, "payments read", "pictures published", *_STREAM),
}
"""What each service passes, what tells most first; docs/architecture.md says where they lie."""
ELSEWHERE = ("handed over",)
"""No run comes there, as no two of its customers share a tenant: tests/journeys/test_crashes.py kills at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point of a service, and the file that says that a process died there."""

    service: str
    name: str
    once: Path

    @property
    def env(self) -> dict[str, str]:
        return {"APSTREAM_KILL_AT": f"{self.name}:{self.once}"}

    @property
    def reached(self) -> bool:
        return self.once.exists()


class PointBook:
    """Which points were reached in this run; `directory` must exist. A replica that stays armed after its round may
    still reach its own. `NAME@3` is the third time in a process.
    """

    def __init__(self, directory: Path, *, points: Mapping[str, Sequence[str]] = POINTS) -> None:
        self.directory = directory
        self._points = [
            Point(service=service, name=name, once=directory / f"{service} {name}")
            for service, names in points.items()
            for name in names
        ]

    def reached(self) -> list[Point]:
        return [each for each in self._points if each.reached]

    def left(self, service: str = "") -> list[Point]:
        """Not reached yet, of a service or of all."""
        return [each for each in self._points if not each.reached and service in ("", each.service)]


def at_points(book: PointBook, *, within: float, enough: int = sys.maxsize) -> Fault:
    """Every service at once: each replica dies at one point after the other, as many as come up in this time, or until
    there are `enough`.
    """

    async def inject(scene: Scene) -> Targets:
        before = {each.once for each in book.reached()}

        async def reached_enough() -> None:
            while len(book.reached()) < len(before) + enough:
                await asyncio.sleep(_LOOK)

        services = [service for service in scene.chaos.services if book.left(service)]
        try:
            await _first_of(
                asyncio.gather(*(_die_on(scene, service, book) for service in services)),
                reached_enough(),
                within=within,
            )
        finally:
            for service in services:
                for name in scene.chaos.services[service]:
                    scene.chaos.arm(name, None)
        return tuple(f"{each.name} ({each.service})" for each in book.reached() if each.once not in before)

    return Fault(name=NAME, inject=inject)


async def _first_of(*work: Awaitable[object], within: float) -> None:
    """Until the first has ended, or the time is over: what did not come up then comes up in a later round."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _die_on(scene: Scene, service: str, book: PointBook) -> None:
    """Until every point of the service was reached. Both replicas are armed, each with a point of its own."""
    chaos = scene.chaos
    armed: dict[str, Point] = {}
    for name, point in zip(chaos.services[service], _next(book, service, armed), strict=False):
        _arm(chaos, name, point, armed)
        await chaos.kill(name)
    while armed:
        await asyncio.sleep(_LOOK)
        for name in [name for name, point in armed.items() if point.reached]:
            del armed[name]
            following = next(_next(book, service, armed), None)
            if following is None:
                chaos.arm(name, None)
            else:
                _arm(chaos, name, following, armed)


def _arm(chaos: ChaosStack, name: str, point: Point, armed: dict[str, Point]) -> None:
    armed[name] = point
    chaos.arm(name, point.env)


def _next(book: PointBook, service: str, armed: dict[str, Point]) -> Iterator[Point]:
    """Points nobody is armed with."""
    taken = {each.once for each in armed.values()}
    return iter([each for each in book.left(service) if each.once not in taken])
