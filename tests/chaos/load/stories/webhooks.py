"""Webhooks that are lost, doubled, late, out of order, forged."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.chaos.load.desk import Desk

from .story import Story

ONCE: Mapping[str, Any] = {"retry_after_seconds": []}
SWITCHES: Mapping[str, Mapping[str, Any]] = {
    "lost": {"lose": True},
    "doubled": {"duplicate": 2},
    "late": {"delay_seconds": 2, "jitter_seconds": 3},
    "first attempts lost": {"lost_attempts": 2},
    "bad signature": {"bad_signature": True, **ONCE},
    "unsigned": {"unsigned": True, **ONCE},
    "misspelled": {"misspelled": True},
}
"""What goes wrong with an invoice's only webhook."""


async def switched(desk: Desk, *, webhook: Mapping[str, Any]) -> None:
    await desk.approve(desk.documents.plain(), webhook=webhook)


async def several(desk: Desk) -> None:
    """Three tasks of one document that overtake each other, and one that is forged."""
    invoice = await desk.approve(desk.documents.plain(), webhook=SWITCHES["late"])
    await desk.forge(invoice)
    for _ in range(2):
        await desk.patience(desk.chance.uniform(0, 2))
        await desk.notify(invoice)


async def replayed(desk: Desk) -> None:
    """Basware tells once more of an old one."""
    await desk.notify(desk.chance.choice(desk.invoices or [await desk.approve(desk.documents.plain())]))


STORIES = (
    *(
        Story(name=f"webhook {name}", weight=1.5, tell=partial(switched, webhook=webhook))
        for name, webhook in SWITCHES.items()
    ),
    Story(name="webhooks out of order", weight=3, tell=several),
    Story(name="webhook of an old one", weight=2, tell=replayed, documents=0),
)
