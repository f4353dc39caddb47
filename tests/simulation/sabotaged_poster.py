"""Rules of the voucher poster taken away, each as a patch: of its machine, and of how it looks and sends."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from ap_domain.command import Action
from chassis.ledger.entry import Phase
from voucher_poster.core import commands, documents, late_search, looking, pictures, reporting

from . import sim_callers


@contextlib.contextmanager
def without_the_find() -> Iterator[None]:
    """Nobody asks PeopleSoft what is there: every look finds nothing."""

    async def nothing(self: Any, key: Any) -> tuple[tuple[()], tuple[()]]:
        return (), ()

    with patch.object(sim_callers.InvoiceCaller, "_find", nothing):
        yield


@contextlib.contextmanager
def sending_whatever_the_age() -> Iterator[None]:
    """The last check before a send is skipped: a process that slept sends what it decided long ago."""
    real = sim_callers.InvoiceCaller.call

    async def call(self: Any, entry: Any, call: Any, *, gate: Any, repeat: bool) -> Any:
        return await real(self, entry, call, gate=lambda: None, repeat=repeat)

    with patch.object(sim_callers.InvoiceCaller, "call", call):
        yield


@contextlib.contextmanager
def forgetting_the_key_of_a_parked_doubt() -> Iterator[None]:
    """A doubt that was parked gives its natural key free, although its voucher may still appear."""

    def undecided(entry: Any) -> bool:
        return entry.started is not None and entry.phase in (Phase.STARTED, Phase.IN_DOUBT)

    with patch.object(documents, "undecided", undecided):
        yield


@contextlib.contextmanager
def trusting_an_old_look() -> Iterator[None]:
    """A look that was under way when a rival was posted counts as if it had been made after."""
    real = looking.looked

    def looked(entry: Any, look: Any, *, now: datetime, others: Any) -> Any:
        return real(entry, replace(look, asked_at=now.replace(year=now.year + 1)), now=now, others=others)

    with patch.object(looking, "looked", looked):
        yield


@contextlib.contextmanager
def adopting_without_asking_whose_it_is() -> Iterator[None]:
    """A voucher found after doubt is taken for ours although another entry holds it."""
    real = looking.looked

    def looked(entry: Any, look: Any, *, now: datetime, others: Any) -> Any:
        if entry.body.doubted is not None and len(look.same) == 1:
            body = replace(entry.body, intent=look.intent)
            return reporting.posted(replace(entry, body=body), look.same[0], now=now, action="adopted")
        return real(entry, look, now=now, others=others)

    with patch.object(looking, "looked", looked):
        yield


@contextlib.contextmanager
def sending_back_without_asking() -> Iterator[None]:
    """A person's order to send an invoice back is carried out although a voucher of it may exist."""

    def send_back(entry: Any, command: Any, now: datetime) -> Any:
        again = replace(entry, phase=Phase.WAITING, due=now, attempts=0, stop=None)
        return "told", reporting.returned(again, command.reason, now=now)

    with patch.dict(commands._DO, {Action.SEND_BACK: send_back}):
        yield


@contextlib.contextmanager
def without_the_spacing() -> Iterator[None]:
    """Basware's record is written again at once."""

    def writable(body: Any, *, now: datetime) -> datetime:
        return now

    with patch.object(documents, "writable", writable):
        yield


@contextlib.contextmanager
def an_older_picture_wins() -> Iterator[None]:
    """Of two pictures of a voucher's payment the one that comes later counts, whichever poll saw it."""

    def supersedes(picture: Any, *, poll_offset: int, observed_at: Any) -> bool:
        return True

    with patch.object(pictures, "supersedes", supersedes):
        yield


@contextlib.contextmanager
def without_the_last_search() -> Iterator[None]:
    """Nobody looks again for a create that counted as not happened."""

    def ordered(entry: Any, *, now: datetime) -> None:
        return None

    with patch.object(late_search, "ordered", ordered):
        yield


@contextlib.contextmanager
def obeying_orders_for_an_older_entry() -> Iterator[None]:
    """An order counts whatever became of the invoice since somebody looked at it."""
    with patch.object(commands, "_still_holds", lambda entry, command, *, now: None):
        yield
