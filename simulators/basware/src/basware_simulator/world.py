"""Everything the calls share: books, clock, faults, promised objects, and the rules that are watched."""

import random
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from .books import Books
from .call_log import CallLog
from .clock import MovableClock
from .concurrency_watch import ConcurrencyWatch
from .confirmation import Confirmations
from .faults import FaultPlan
from .import_plans import ImportPlans
from .import_processing import ImportProcessing
from .outages import Outages
from .pages import Pages
from .presigned import PresignedObjects
from .records import ClockOffset, Violation
from .throttle import Throttle


class World:
    """The simulated Basware without its sockets.

    Chance is seeded; after a restart the seed is mixed with the length of the journal, so ids do not repeat.
    """

    def __init__(self, *, folder: Path, seed: int) -> None:
        """Open the books in a folder.

        Raises:
            JournalError: in use by another process, or unreadable.
        """
        self.books = Books(folder)
        self.calls = CallLog(folder / "writes.jsonl")
        held = self.books.clock.get("offset")
        self.clock = MovableClock(offset=timedelta(seconds=held.seconds if held else 0))
        self.chance = random.Random(f"{seed}/{self.books.entries_restored}")  # noqa: S311 - reproducible on purpose
        self.token_key = f"basware-simulator/{seed}"
        self.faults = FaultPlan()
        self.outages = Outages()
        self.throttle = Throttle()
        self.objects = PresignedObjects(self.chance)
        self.watch = ConcurrencyWatch(
            lambda tenant, invoice, detail: self.note_violation(
                tenant=tenant, invoice_id=invoice, rule="calls_in_flight_at_once", detail=detail
            )
        )
        self.confirmations = Confirmations(self.books)
        self.import_processing = ImportProcessing(self.books)
        self.import_plans = ImportPlans()
        self.pages = Pages(self.new_id)
        self.fetches: dict[tuple[str, str], int] = {}
        self.document_origin = ""

    def now(self) -> datetime:
        """The simulated time."""
        return self.clock.now()

    def new_id(self) -> str:
        """A fresh random UUID."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def advance(self, by: timedelta) -> None:
        """Move the clock forward, durably, and process what has become due."""
        self.clock.advance(by)
        self.books.clock.put(ClockOffset(seconds=self.clock.offset.total_seconds()))
        self.settle()

    def settle(self) -> None:
        """Let P2P process the responses and imports that are due."""
        now = self.now()
        self.confirmations.settle(now)
        self.import_processing.settle(now)

    def note_violation(
        self, *, tenant: str, rule: str, detail: str, invoice_id: str = "", api: str = ""
    ) -> None:
        """Record that a customer's calls broke a rule."""
        self.books.violations.put(
            Violation(
                number=len(self.books.violations) + 1,
                at=self.now(),
                tenant=tenant,
                invoice_id=invoice_id,
                rule=rule,
                detail=detail,
                api=api,
            )
        )
