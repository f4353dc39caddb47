"""The one window that cannot be closed: frozen between the last check and the send until a successor has created.

The successor asks PeopleSoft twice, finds nothing, and creates; then the frozen process wakes up and sends what it was
about to send. Two vouchers: nobody can prevent them, and they must be detected and told of (docs/decisions/0005).
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.journeys.entries import entries_of

from .fault import Fault, Scene, Targets

NAME = "frozen in the window"
POSTER = "voucher-poster"
POINT = "last check passed"
FREEZES_WITHIN, CREATED_WITHIN, LANDS_WITHIN = 40.0, 60.0, 15.0
STANDS_SECONDS = 1.0
"""A start that stands for so long is not one of a poster that runs; much less than its successor needs to take over."""
_LOOK = 0.2

Invoice = tuple[str, str]
"""Connection and number."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An invoice whose create is started: when, and how many creates of it PeopleSoft had got by then."""

    invoice_id: str
    at: str
    creates: int


class DidNotHappen(Exception):
    """The window could not be brought about; the message says how far it came."""


def frozen_in_the_window() -> Fault:
    """One poster is frozen there, and sends after its successor did."""
    return Fault(name=NAME, inject=_frozen, stuck_after=90.0)


async def _frozen(scene: Scene) -> Targets:
    chaos, once = scene.chaos, scene.files / f"window {scene.chance.getrandbits(32)}"
    replicas = chaos.services[POSTER]
    for name in replicas:
        chaos.arm(name, {"APSTREAM_FREEZE_AT": f"{POINT}:{once}"})
        await chaos.kill(name)
    await scene.burst(1)
    frozen = await _until_frozen(scene, once)
    for name in replicas:
        chaos.arm(name, None)
    try:
        standing = await _standing(scene)
        await _until(
            lambda: _all_created(scene, standing), "the successor creates what was started", CREATED_WITHIN
        )
        before = await _creates(scene)
        with scene.load.operations.doing("fault", connection="", name=NAME, target=frozen) as doing:
            await chaos.kill(frozen, signal.SIGCONT)
            connection, number = await _landed(scene, set(standing), before)
            doing.connection, doing.record = connection, standing[connection, number].invoice_id
    finally:
        await chaos.kill(frozen, signal.SIGCONT)
    return (f"{frozen}, invoice {number} of {connection}",)


async def _until_frozen(scene: Scene, once: Path) -> str:
    """Which of the posters stands still."""

    async def came() -> bool:
        return once.exists()

    await _until(came, "a poster comes to the last check before a create", FREEZES_WITHIN)
    for name in scene.chaos.services[POSTER]:
        process = scene.chaos.stack.processes[name]
        if process.running and psutil.Process(process.pid).status() == psutil.STATUS_STOPPED:
            return name
    raise DidNotHappen("a poster was to freeze before a create and none stands still")


async def _standing(scene: Scene) -> dict[Invoice, Standing]:
    """The invoices whose create is started and does not reach PeopleSoft."""
    first = await _started(scene)
    await asyncio.sleep(STANDS_SECONDS)
    again = await _started(scene)
    found = {invoice: each for invoice, each in first.items() if again.get(invoice) == each}
    if not found:
        raise DidNotHappen("a poster froze before a create and no ledger entry stands as started")
    return found


async def _started(scene: Scene) -> dict[Invoice, Standing]:
    reached = await _creates(scene)
    found: dict[Invoice, Standing] = {}
    for customer in scene.chaos.customers:
        for entry in await entries_of(customer):
            body = entry["body"]
            if entry["phase"] == "started" and entry["step"] == "post" and body["intent"] is not None:
                invoice = customer.id, body["intent"]["natural_key"]["invoice_id"]
                at = str(entry["started"]["at"])
                found[invoice] = Standing(invoice_id=body["invoice_id"], at=at, creates=reached[invoice])
    return found


async def _creates(scene: Scene) -> Counter[Invoice]:
    """How many creates of an invoice PeopleSoft has got."""
    found: Counter[Invoice] = Counter()
    for customer in scene.chaos.customers:
        found.update((customer.id, call["invoice_id"]) for call in await customer.calls("create"))
    return found


async def _all_created(scene: Scene, standing: dict[Invoice, Standing]) -> bool:
    reached = await _creates(scene)
    return all(reached[invoice] > each.creates for invoice, each in standing.items())


async def _landed(scene: Scene, started: set[Invoice], before: Counter[Invoice]) -> Invoice:
    """The invoice whose create came once more."""
    came: list[Invoice] = []

    async def look() -> bool:
        after = await _creates(scene)
        came[:] = [each for each in started if after[each] > before[each]]
        return bool(came)

    await _until(look, "the frozen create lands", LANDS_WITHIN)
    return came[0]


async def _until(done: Callable[[], Awaitable[bool]], what: str, within: float) -> None:
    try:
        async with asyncio.timeout(within):
            while not await done():
                await asyncio.sleep(_LOOK)
    except TimeoutError:
        raise DidNotHappen(f"not within {within:g} s: {what}") from None
