"""What Basware's people do to invoices in the simulated world: approve, correct, recall and transfer again."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from ap_domain.document import AccountingDocument
from chassis.ledger.ports import LogRecord

from .sim_basware import FAILED, WAITING
from .sim_ports import EPOCH
from .sim_site import Content

if TYPE_CHECKING:
    from .poster_world import PosterWorld


class Documents:
    """Approved invoices arrive: some twice, some changed, some under one natural key, some refused at first.

    `contents` are all that were ever approved, by revision. `batches`: Basware names the transfer in each document.
    """

    def __init__(self, world: PosterWorld, *, batches: bool) -> None:
        self._world = world
        self._batches = batches
        self.homes: dict[str, str] = {}
        self.latest: dict[str, AccountingDocument] = {}
        self.contents: dict[str, Content] = {}
        self.fetches: Counter[str] = Counter()
        self.refused: set[str] = set()
        self.recalled: set[str] = set()
        """Transferred again while something of them may have been on its way."""

    def current(self, invoice: str) -> Content:
        """What the invoice says."""
        return self.contents[self.latest[invoice].revision]

    def plan(self) -> None:
        """Who is approved when, and what is done to it then."""
        world, random = self._world, self._world.random
        burst = random.random() < world.weather.burst
        for number in range(3 if burst else random.choice((1, 2, 2, 3))):
            name, home = f"inv{number}", f"c{random.randrange(2)}"
            names = [f"{name}~1", f"{name}~2"] if random.random() < world.weather.rivals else [name]
            for invoice in names:
                self.homes[invoice] = home
                if random.random() < 0.12:
                    self.refused.add(invoice)
                at = 0.1 if burst else random.uniform(0.0, 30.0)
                world.planned(at, partial(self.publish, invoice))
                if random.random() < 0.3:
                    world.planned(at + random.uniform(0.0, 60.0), partial(self.publish, invoice))
                if random.random() < 0.2:
                    world.planned(at + random.uniform(0.0, 20.0), partial(self.repeat, invoice))
                if random.random() < world.weather.recall:
                    world.planned(at + random.uniform(2.0, 80.0), partial(self._recall, invoice))

    def publish(self, invoice: str) -> None:
        """A fetch that differs from the last: the coder may have changed it while it was offered."""
        self.fetches[invoice] += 1
        document, before = self._world.basware.documents[invoice], self.latest.get(invoice)
        changed = document.status == WAITING and self._world.random.random() < 0.5
        revision = f"{invoice}.{self.fetches[invoice]}" if changed or before is None else before.revision
        if revision not in self.contents:
            self.contents[revision] = self._content(invoice, revision)
        asked = self._world.loop.time() + self._world.fetchers_clock
        self.latest[invoice] = AccountingDocument(
            connection_id=self.homes[invoice],
            invoice_id=invoice,
            fetch_number=self.fetches[invoice],
            fetched_at=EPOCH + timedelta(seconds=asked),
            processing_status=document.status,
            company_code="BW00",
            supplier_code="1",
            currency="USD",
            payment_block=False,
            batch_id=str(document.batch) if self._batches else None,
            content_digest=f"{invoice}.{self.fetches[invoice]}",
            revision=revision,
            raw=b"",
        )
        self.repeat(invoice)

    def _content(self, invoice: str, revision: str) -> Content:
        """Sometimes the number or the supplier is what was corrected."""
        before = self.latest.get(invoice)
        if before is None:
            return Content(revision, number=invoice.split("~", maxsplit=1)[0], supplier="1")
        was, dice = self.contents[before.revision], self._world.random.random()
        number = f"{was.number}a" if dice < 0.2 else was.number
        supplier = f"{was.supplier}1" if 0.2 <= dice < 0.3 else was.supplier
        return Content(revision, number, supplier)

    def repeat(self, invoice: str) -> None:
        """The last fetch, on its topic once more."""
        document: Any = self.latest.get(invoice)
        if document is not None:
            key = f"{invoice}/{document.fetch_number}".encode()
            self._world.broker.publish(
                LogRecord(
                    topic=self._world.layout.inputs[0],
                    partition=self._world.home_of(invoice),
                    key=key,
                    value=document,
                )
            )

    def transfer_again(self, invoice: str) -> None:
        """Basware offers it once more, with equal or changed content."""
        self._world.basware.offer_again(invoice)
        self._world.planned(self._world.random.uniform(0.1, 2.0), partial(self.publish, invoice))

    def _recall(self, invoice: str) -> None:
        """Somebody transfers it again, whatever is being done with it. Without batch ids only where it is at rest."""
        entry = self._world.by_invoice().get(invoice)
        if self._world.basware.documents[invoice].status == WAITING or entry is None:
            return
        if not self._world.at_rest(entry):
            if not self._batches:
                return
            self.recalled.add(invoice)
        self._world.result.faults["transferred again"] += 1
        self._world.peoplesoft_people.delete_some(invoice)
        self.transfer_again(invoice)

    def correct_refused(self) -> None:
        """What PeopleSoft refused is corrected there and transferred again."""
        for invoice in sorted(self.refused):
            if self._world.basware.documents[invoice].status == FAILED:
                self.refused.discard(invoice)
                self.transfer_again(invoice)
