"""The voucher poster in the simulated world: invoices come, are changed, refused, corrected and sent again."""

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.document import AccountingDocument
from ap_domain.invoice_state import InvoiceState, Step
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Machine
from chassis.ledger.ports import Caller, LogRecord
from chassis.ledger.records import Layout
from voucher_poster.core.machine import InvoiceMachine

from .sim_callers import InvoiceCaller
from .sim_ports import EPOCH
from .sim_remotes import Basware, PeopleSoft
from .world import FAIR, PARTITIONS, Weather, World

EXCUSED = (
    "cannot be written",
    "PeopleSoft already has",
    "has other content than voucher",
    "is parked undecided",
)
"""Reasons for which an invoice may be parked in these runs: each is what a person must decide."""


class PosterWorld(World):
    """Two processes of the voucher poster and what they talk to."""

    layout = Layout(
        service="voucher-poster",
        ledger="peoplesoft.vouchers",
        audit="audit.voucher-poster",
        unreadable="ap.unreadable",
        facts=(),
        inputs=("basware.accounting-documents", "ap.commands"),
    )

    def __init__(self, seed: int, weather: Weather = FAIR) -> None:
        super().__init__(seed, weather)
        self.basware = Basware(self.loop)
        self.refusing: set[str] = set()
        self.peoplesoft = PeopleSoft(refuses=self.refusing.__contains__)
        self.fetches: Counter[str] = Counter()
        self.documents: dict[str, AccountingDocument] = {}
        self.homes: dict[str, int] = {}
        self.ordered: Counter[str] = Counter()

    def machine(self) -> Machine[Any]:
        return InvoiceMachine()

    def caller(self) -> Caller[Any]:
        return InvoiceCaller(self.loop, self.network, self.basware, self.peoplesoft)

    def traffic(self) -> None:
        """Approved invoices arrive: some twice, some changed, some under one natural key, some refused at first."""
        random = self.random
        if random.random() < self.weather.lockout:
            self.planned(random.uniform(0.0, 30.0), self._lock_out)
        for _ in range(random.choice((0, 0, 1, 3))):
            self.planned(random.uniform(1.0, 90.0), self._order_something)
        burst = random.random() < self.weather.burst
        for number in range(3 if burst else random.choice((1, 2, 2, 3))):
            name, home = f"inv{number}", random.randrange(PARTITIONS)
            names = [f"{name}~1", f"{name}~2"] if random.random() < self.weather.rivals else [name]
            for invoice in names:
                self.homes[invoice] = home
                if random.random() < 0.12:
                    self.refusing.add(invoice)
                at = 0.1 if burst else random.uniform(0.0, 30.0)
                self.planned(at, partial(self._publish, invoice))
                if random.random() < 0.3:
                    again = at + random.uniform(0.0, 60.0)
                    self.planned(again, partial(self._publish, invoice))
                if random.random() < 0.2:
                    self.planned(at + random.uniform(0.0, 20.0), partial(self._repeat, invoice))

    def _lock_out(self) -> None:
        """PeopleSoft refuses our password for a while; then it is set right and the operator resumes the flow."""
        self.result.faults["password refused"] += 1
        self.peoplesoft.locked_out = True
        self.planned(self.random.uniform(5.0, 40.0), self._let_in)

    def _let_in(self) -> None:
        self.peoplesoft.locked_out = False
        self.planned(5.0, self._resume)

    def _resume(self) -> None:
        self.flows.stopped.clear()
        for process, worker in self.workers.items():
            for partition in range(PARTITIONS):
                self.loop.in_process(
                    process, partial(worker.flows_changed, connection_changed=f"c{partition}")
                )

    def _order_something(self) -> None:
        """Somebody orders something about an invoice as it stands, or as it stood: it may come too late."""
        entries = self._by_invoice()
        if entries:
            invoice = self.random.choice(sorted(entries))
            self._order(entries[invoice], self.random.choice(tuple(Action)), stale=self.random.random() < 0.3)

    def _order(self, entry: Entry[InvoiceState], action: Action, *, stale: bool = False) -> None:
        invoice, now = entry.body.invoice_id, EPOCH + timedelta(seconds=self.loop.time())
        self.ordered[invoice] += 1
        command: Any = Command(
            command_id=f"{invoice}-{self.ordered[invoice]}",
            connection_id=entry.connection_id,
            ledger=CommandedLedger.VOUCHERS,
            record_id=invoice,
            action=action,
            reason="because",
            actor="somebody",
            issued_at=now,
            expires_at=now + timedelta(minutes=10),
            expected_sequence=entry.sequence - stale,
        )
        self.broker.publish(
            LogRecord(
                topic=self.layout.inputs[1],
                partition=self.homes[invoice],
                key=command.command_id.encode(),
                value=command,
            )
        )

    def _order_what_is_parked(self) -> None:
        """People deal with what waits for them, each invoice three times at most."""
        for invoice, entry in sorted(self._by_invoice().items()):
            if entry.phase is Phase.PARKED and self.ordered[invoice] < 3:
                action = self.random.choice(tuple(Action))
                self.planned(self.random.uniform(1.0, 30.0), partial(self._order, entry, action))

    def _publish(self, invoice: str) -> None:
        """A fetch that differs from the last: the coder may have changed it while it was offered."""
        self.fetches[invoice] += 1
        status = self.basware.documents[invoice].status
        before = self.documents.get(invoice)
        changed = before is None or (status == "WaitingForTransfer" and self.random.random() < 0.5)
        revision = f"{invoice}.{self.fetches[invoice]}" if changed or before is None else before.revision
        self.documents[invoice] = AccountingDocument(
            connection_id=f"c{self.homes[invoice]}",
            invoice_id=invoice,
            fetch_number=self.fetches[invoice],
            fetched_at=EPOCH + timedelta(seconds=self.loop.time()),
            processing_status=status,
            company_code="BW00",
            supplier_code="1",
            payment_block=False,
            content_digest=f"{invoice}.{self.fetches[invoice]}",
            revision=revision,
            raw=b"",
        )
        self._repeat(invoice)

    def _repeat(self, invoice: str) -> None:
        document: Any = self.documents.get(invoice)
        if document is not None:
            key = f"{invoice}/{document.fetch_number}".encode()
            self.broker.publish(
                LogRecord(topic=self.layout.inputs[0], partition=self.homes[invoice], key=key, value=document)
            )

    def unfinished(self) -> list[str]:
        entries = self._by_invoice()
        waiting = [
            f"{invoice}: {entries[invoice].phase} {entries[invoice].step} {entries[invoice].reason}"
            if invoice in entries
            else f"{invoice}: nothing"
            for invoice in self.fetches
            if invoice not in entries or entries[invoice].phase not in (Phase.FINAL, Phase.PARKED)
        ]
        if not waiting:
            self._transfer_again()
            self._order_what_is_parked()
        elif self.pending == 0 and not self.peoplesoft.locked_out and self.flows.stopped:
            self.planned(10.0, self._resume)
        return waiting

    def _transfer_again(self) -> None:
        """What PeopleSoft refused is corrected there and transferred again, with equal content."""
        for invoice in sorted(self.refusing):
            document = self.basware.documents[invoice]
            if document.status == "TransferFailed":
                self.refusing.discard(invoice)
                document.status = "WaitingForTransfer"
                self.planned(1.0, partial(self._publish, invoice))

    def _excused(self, reason: str) -> bool:
        """A thawed process may acknowledge once more before it learns that it is fenced: harmless, but then the
        owner finds an acknowledge that is not its own and asks a person.
        """
        excused = (*EXCUSED, "another consumer") if self.result.faults["freeze"] else EXCUSED
        return any(excuse in reason for excuse in excused)

    def _check_content(self, invoice: str, voucher: str) -> list[str]:
        """Unless a person said that it stands: what was transferred is what the voucher was made of."""
        transferred, made_of = self.documents[invoice].revision, self.peoplesoft.content[voucher]
        if transferred == made_of:
            return []
        return [f"{invoice} is confirmed as {transferred}, its voucher was made of {made_of}"]

    def _by_invoice(self) -> dict[str, Entry[InvoiceState]]:
        return {entry.body.invoice_id: entry for entry in self.entries().values()}

    def check(self) -> list[str]:
        tried = self.peoplesoft.logins_refused
        refused = [f"{tried} sign-ons with a refused password"] if tried > 2 * len(self.processes) + 2 else []
        return [*self.basware.violations, *refused, *self._check_vouchers(), *self._check_outcomes()]

    def _check_vouchers(self) -> list[str]:
        made: Counter[str] = Counter()
        for vouchers in self.peoplesoft.vouchers.values():
            made.update(invoice for _, invoice in vouchers)
        broken = [f"{invoice} has {count} vouchers" for invoice, count in made.items() if count > 1]
        shared = [key for key, vouchers in self.peoplesoft.vouchers.items() if len(vouchers) > 1]
        return broken + [f"natural key {key} has more than one voucher" for key in shared]

    def _check_outcomes(self) -> list[str]:
        broken = []
        for invoice, entry in self._by_invoice().items():
            document = self.basware.documents[invoice]
            if entry.phase is Phase.PARKED and not self._excused(entry.reason):
                broken.append(f"{invoice} is parked: {entry.reason}")
            if entry.phase is not Phase.FINAL:
                continue
            voucher = entry.body.voucher
            held = {
                number
                for vouchers in self.peoplesoft.vouchers.values()
                for number, of in vouchers
                if of == invoice
            }
            if entry.step == Step.CONFIRMED:
                if voucher is None or held != {voucher.voucher_id}:
                    broken.append(f"{invoice} is confirmed with {voucher}, PeopleSoft holds {held}")
                elif (document.status, document.voucher) != ("Transferred", voucher.voucher_id):
                    broken.append(
                        f"{invoice} is confirmed, Basware shows {document.status} {document.voucher}"
                    )
                elif not self.ordered[invoice]:
                    broken += self._check_content(invoice, voucher.voucher_id)
            elif entry.step == Step.RETURNED and held:
                broken.append(f"{invoice} was returned although PeopleSoft holds {held}")
        return broken
