"""The voucher poster in the simulated world: invoices come, are changed, refused, corrected, paid and sent again."""

from typing import Any

from ap_domain.invoice_state import InvoiceState, Step
from ap_domain.natural_key import NaturalKey
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Machine
from chassis.ledger.ports import Caller, Clock
from voucher_poster.core.machine import InvoiceMachine
from voucher_poster.wire import LAYOUT

from .poster_checks import broken_promises
from .poster_documents import Documents
from .poster_payments import PeopleSoftPeople
from .poster_people import People
from .sim_basware import Basware
from .sim_callers import InvoiceCaller
from .sim_peoplesoft import PeopleSoft
from .sim_sends import Sends
from .sim_site import Content, Site
from .weather import FAIR, Weather
from .world import World


class PosterWorld(World):
    """Two processes of the voucher poster and what they talk to."""

    layout = LAYOUT

    def __init__(self, seed: int, weather: Weather = FAIR) -> None:
        super().__init__(seed, weather)
        random = self.random
        self.version = 1
        self.fetchers_clock = self.wrong_clock()
        batches = self.skewed or random.random() < 0.7
        self.basware = Basware(self.loop, trouble=0.3 if random.random() < weather.dropped else 0.0)
        self.documents = Documents(self, batches=batches)
        self.peoplesoft = PeopleSoft(
            refuses=self.documents.refused.__contains__, time=self.loop.time, latest=weather.latest
        )
        self.peoplesoft_people = PeopleSoftPeople(self)
        self.people = People(self)
        self.sends = Sends(self.loop, self.flows, self.broker, self.places)
        self._site = Site(
            network=self.network,
            basware=self.basware,
            peoplesoft=self.peoplesoft,
            sends=self.sends,
            contents=self.documents.contents,
            current=self.documents.current,
            adopts=random.random() < 0.3,
            version=lambda: self.version,
            ordered=lambda invoice: bool(self.people.ordered[invoice]),
        )

    def machine(self) -> Machine[Any]:
        return InvoiceMachine()

    def caller(self, clock: Clock) -> Caller[Any]:
        return InvoiceCaller(self._site, clock)

    def traffic(self) -> None:
        self.documents.plan()
        self.peoplesoft_people.plan()
        self.people.plan()

    def home_of(self, invoice: str) -> int:
        """The partition of the invoice's connection."""
        return int(self.documents.homes[invoice][1:])

    def first_key(self, invoice: str) -> NaturalKey:
        """What an invoice says that nobody has corrected."""
        return Content("", number=invoice.split("~", maxsplit=1)[0], supplier="1").natural_key

    def by_invoice(self) -> dict[str, Entry[InvoiceState]]:
        """The latest committed entry of each invoice."""
        return {entry.body.invoice_id: entry for entry in self.entries().values()}

    def at_rest(self, entry: Entry[InvoiceState]) -> bool:
        """Whether its voucher is confirmed and nothing is being told."""
        return entry.phase is Phase.FINAL and entry.step in (Step.CONFIRMED, Step.PAID)

    def _is_over(self, entry: Entry[InvoiceState]) -> bool:
        """Parked or final, without one more look to come."""
        return entry.phase in (Phase.PARKED, Phase.FINAL) and entry.due is None

    def unfinished(self) -> list[str]:
        entries = self.by_invoice()
        waiting = [
            f"{invoice}: {entries[invoice].phase} {entries[invoice].step} {entries[invoice].reason}"
            if invoice in entries
            else f"{invoice}: nothing"
            for invoice in self.documents.fetches
            if invoice not in entries or not self._is_over(entries[invoice])
        ]
        if not waiting:
            self.documents.correct_refused()
            self.people.deal_with_what_is_parked()
            self.peoplesoft_people.poll_what_nobody_saw()
        elif self.pending == 0 and not self.peoplesoft.locked_out and self.flows.stopped:
            self.planned(10.0, self.people.resume)
        return waiting

    def check(self) -> list[str]:
        return broken_promises(self)
