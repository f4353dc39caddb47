"""The one window that cannot be closed: frozen between the last check and the send until a successor has created.

The successor asks PeopleSoft twice, finds nothing, and creates; then the frozen process wakes up and sends what it was
about to send. Two vouchers: nobody can prevent them, and they must be detected and told of (docs/decisions/0005).
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.journeys.entries import entries_of

from .fault import Fault, Scene, Targets

NAME = "frozen in the window"
POSTER = "voucher-poster"
POINT = "last check passed"
TRIES = 3
"""The vendor's own faults may meet the one create that matters; then there is no second voucher."""
FREEZES_WITHIN, CREATED_WITHIN, LANDS_WITHIN = 40.0, 60.0, 15.0
STANDS_SECONDS = 1.0
"""A start that stands for so long is not one of a poster that runs; much less than its successor needs to take over."""
_LOOK = 0.2

Invoice = tuple[str, str]
"""Connection and number."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An invoice whose create is started: when, and how many creates of it PeopleSoft had got and saved by then."""

    invoice_id: str
    at: str
    creates: int
    saved: int


class DidNotHappen(Exception):
    """The window could not be brought about; the message says how far it came."""


def frozen_in_the_window() -> Fault:
    """One poster is frozen there, and sends after its successor did."""
    return Fault(name=NAME, inject=_frozen, stuck_after=90.0)


async def _frozen(scene: Scene) -> Targets:
    for _ in range(TRIES - 1):
        with suppress(DidNotHappen):
            return await _once(scene)
    return await _once(scene)


async def _once(scene: Scene) -> Targets:
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
            lambda: _all_saved(scene, standing), "the successor creates what was started", CREATED_WITHIN
        )
        before = await _creates(scene, saved=True)
        with scene.load.operations.doing("fault", connection="", name=NAME, target=frozen) as doing:
            await chaos.kill(frozen, signal.SIGCONT)
            first, *more = await _landed(scene, set(standing), before)
            doing.connection, doing.record = first[0], standing[first].invoice_id
        for each in more:
            record = standing[each].invoice_id
            with scene.load.operations.doing(
                "fault", connection=each[0], record=record, name=NAME, target=frozen
            ):
                pass
    finally:
        await chaos.kill(frozen, signal.SIGCONT)
    return tuple(f"{frozen}, invoice {number} of {connection}" for connection, number in (first, *more))


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
    reached, saved = await _creates(scene), await _creates(scene, saved=True)
    found: dict[Invoice, Standing] = {}
    for customer in scene.chaos.customers:
        for entry in await entries_of(customer):
            body = entry["body"]
            if entry["phase"] == "started" and entry["step"] == "post" and body["intent"] is not None:
                invoice = customer.id, body["intent"]["natural_key"]["invoice_id"]
                at = str(entry["started"]["at"])
                found[invoice] = Standing(
                    invoice_id=body["invoice_id"], at=at, creates=reached[invoice], saved=saved[invoice]
                )
    return found


async def _creates(scene: Scene, *, saved: bool = False) -> Counter[Invoice]:
    """How many creates of an invoice PeopleSoft has got, or has made a voucher of."""
    found: Counter[Invoice] = Counter()
    for customer in scene.chaos.customers:
        calls = [call for call in await customer.calls("create") if call["voucher"] or not saved]
        found.update((customer.id, call["invoice_id"]) for call in calls)
    return found


async def _all_saved(scene: Scene, standing: dict[Invoice, Standing]) -> bool:
    saved = await _creates(scene, saved=True)
    return all(saved[invoice] > each.saved for invoice, each in standing.items())


async def _landed(scene: Scene, started: set[Invoice], before: Counter[Invoice]) -> list[Invoice]:
    """The invoices of which another create was saved: one, or all that stood before the send."""
    came: list[Invoice] = []

    async def look() -> bool:
        after = await _creates(scene, saved=True)
        came[:] = [each for each in started if after[each] > before[each]]
        return bool(came)

    await _until(look, "the frozen create lands and is saved", LANDS_WITHIN)
    await asyncio.sleep(STANDS_SECONDS)
    await look()
    return came


async def _until(done: Callable[[], Awaitable[bool]], what: str, within: float) -> None:
    try:
        async with asyncio.timeout(within):
            while not await done():
                await asyncio.sleep(_LOOK)
    except TimeoutError:
        raise DidNotHappen(f"not within {within:g} s: {what}") from None
