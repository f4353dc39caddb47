"""One seed, one run: processes of the voucher poster, a broker, both remotes, and a plan of faults.

Everything follows from the seed. `run(seed)` returns what happened and every promise that was broken.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn

from ap_domain.document import AccountingDocument
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.owner import PartitionOwner
from chassis.ledger.policy import Policy
from chassis.ledger.ports import LogRecord
from chassis.ledger.records import Layout
from chassis.ledger.worker import LedgerWorker
from voucher_poster.core.invoice_state import InvoiceState
from voucher_poster.core.machine import InvoiceMachine

from .awaits import sites, suspended_at
from .sim_broker import Broker, written
from .sim_callers import InvoiceCaller
from .sim_loop import PROCESS, Process, ProcessExit, SimLoop, Stuck
from .sim_ports import EPOCH, SimClock, SimFlows, SimLog, SimMember, SimReader, SimSignals, SimWire
from .sim_remotes import Basware, Network, PeopleSoft

LAYOUT = Layout(
    service="voucher-poster",
    ledger="peoplesoft.vouchers",
    audit="audit.voucher-poster",
    unreadable="ap.unreadable",
    facts=(),
    inputs=("basware.accounting-documents",),
)
PARTITIONS = 2
CALM = 120.0
"""Virtual seconds without faults and changes after which a run counts as quiet."""
PATIENCE = 4000.0
"""Virtual seconds after which a run that is not quiet has lost something."""


@dataclass(slots=True)
class Result:
    """What a run did and which promises it broke."""

    seed: int
    violations: list[str] = field(default_factory=list)
    crashed: Counter[str] = field(default_factory=Counter)
    frozen: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    steps: int = 0
    seconds: float = 0.0


class World:
    """The run of one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.loop = SimLoop(seed)
        self.random = self.loop.random
        self.result = Result(seed)
        self.policy = Policy(circuit_cooldown=2.0, circuit_longest=20.0, stability_check=2.0)
        self.broker = Broker(self.loop, partitions=PARTITIONS)
        self.network = Network(self.loop, trouble=self.random.choice((0.0, 0.05, 0.3)))
        self.basware = Basware(self.loop)
        self.refusing: set[str] = set()
        self.peoplesoft = PeopleSoft(refuses=self.refusing.__contains__)
        self.flows = SimFlows()
        self.signals = SimSignals()
        self.clock = SimClock(self.loop)
        self.fetches: Counter[str] = Counter()
        self.documents: dict[str, AccountingDocument] = {}
        self.homes: dict[str, int] = {}
        self.processes: list[Process] = []
        self.stops: dict[Process, asyncio.Event] = {}
        self.born = 0
        self.pending = 0
        self.quiet_since: float | None = None
        self.done = False

    # processes

    def start_process(self) -> None:
        """A process of the service starts, as a supervisor would start it."""
        self.born += 1
        process = Process(f"p{self.born:02d}")
        self.processes.append(process)
        self.loop.spawn(process, self._main(process))

    async def _main(self, process: Process) -> None:
        stop = self.stops[process] = asyncio.Event()
        caller = InvoiceCaller(self.loop, self.network, self.basware, self.peoplesoft)

        def die(reason: str) -> NoReturn:
            self.kill(process, reason)
            raise ProcessExit

        def make_owner(partition: int) -> PartitionOwner[InvoiceState]:
            return PartitionOwner(
                partition=partition,
                layout=LAYOUT,
                instance=process.name,
                machine=InvoiceMachine(),
                caller=caller,
                flows=self.flows,
                wire=SimWire(),
                log=SimLog(self.broker, f"{LAYOUT.service}-{partition}"),
                reader=SimReader(self.broker),
                clock=self.clock,
                fraction=self.random.random,
                signals=self.signals,
                policy=self.policy,
                width=lambda connection, remote: 2,
            )

        worker = LedgerWorker(
            member=SimMember(self.broker, process),
            inputs=LAYOUT.inputs,
            written=LAYOUT.written,
            make_owner=make_owner,
            clock=self.clock,
            signals=self.signals,
            policy=self.policy,
            die=die,
        )
        await worker.run(stop)
        self.kill(process, "stopped")

    def kill(self, process: Process, reason: str) -> None:
        """The process takes no further step; another starts in its place after a while."""
        if not process.alive:
            return
        self.loop.end(process)
        process.ended = reason
        self.result.faults[f"ended: {reason.split(':')[0][:40]}"] += 1
        self.loop.world_later(self.random.choice((0.3, 2.0, 15.0)), self.start_process)

    # faults

    def plan(self) -> None:
        """What goes wrong, and when."""
        random = self.random
        for _ in range(random.choice((0, 0, 1, 2))):
            self._fault(random.uniform(2.0, 80.0), self._kill_some)
        for _ in range(random.choice((0, 0, 0, 1, 2))):
            self._fault(random.uniform(2.0, 80.0), self._freeze_some)
        if random.random() < 0.15:
            self._fault(random.uniform(5.0, 60.0), self._terminate_some)
        if random.random() < 0.3:
            for _ in range(random.choice((1, 1, 2, 4))):
                self._fault(random.uniform(2.0, 60.0), self._crash_broker)
        if random.random() < 0.1:
            self.broker.refuse = lambda record: _is_entry(record) and random.random() < 0.03
        if random.random() < 0.1:
            self.broker.lose_answer = lambda: random.random() < 0.02
        if random.random() < 0.8:
            self._aim(random)

    def _aim(self, random: random.Random) -> None:
        """Kill or freeze a process exactly while it is suspended at one of the ledger's awaits."""
        places = sites()
        target = places[self.seed % len(places)]
        countdown = random.choice((1, 1, 2, 3, 5, 9))
        freeze = random.random() < 0.25
        fired = False

        def hook(process: Process, coroutine: Any) -> None:
            nonlocal countdown, fired
            if fired or target not in suspended_at(coroutine):
                return
            countdown -= 1
            if countdown <= 0:
                fired = True
                if freeze:
                    self._freeze(process, random.uniform(3.0, 40.0))
                else:
                    self._kill(process)

        self.loop.hook = hook

    def _fault(self, when: float, act: Callable[[], None]) -> None:
        self.pending += 1

        def happen() -> None:
            self.pending -= 1
            act()

        self.loop.world_later(when, happen)

    def _alive(self) -> list[Process]:
        return [process for process in self.processes if process.alive]

    def _kill_some(self) -> None:
        if alive := self._alive():
            self._kill(self.random.choice(alive))

    def _kill(self, process: Process) -> None:
        for coroutine in process.suspended.values():
            self.result.crashed.update(suspended_at(coroutine))
        self.result.faults["kill"] += 1
        self.kill(process, "killed")

    def _freeze_some(self) -> None:
        if alive := self._alive():
            self._freeze(self.random.choice(alive), self.random.choice((2.0, 8.0, 40.0)))

    def _freeze(self, process: Process, seconds: float) -> None:
        for coroutine in process.suspended.values():
            self.result.frozen.update(suspended_at(coroutine))
        self.result.faults["freeze"] += 1
        process.frozen_until = self.loop.time() + seconds

    def _terminate_some(self) -> None:
        if alive := self._alive():
            process = self.random.choice(alive)
            self.result.faults["terminate"] += 1
            if process in self.stops:
                self.stops[process].set()

    def _crash_broker(self) -> None:
        self.result.faults["broker crash"] += 1
        self.broker.crash(self.random.uniform(0.5, 20.0))

    # invoices

    def invoices(self) -> None:
        """Approved invoices arrive: some twice, some changed, some under one natural key, some refused at first."""
        random = self.random
        for number in range(random.choice((1, 2, 2, 3))):
            name, home = f"inv{number}", random.randrange(PARTITIONS)
            names = [f"{name}~1", f"{name}~2"] if random.random() < 0.15 else [name]
            for invoice in names:
                self.homes[invoice] = home
                if random.random() < 0.12:
                    self.refusing.add(invoice)
                at = random.uniform(0.0, 30.0)
                self._fault(at, lambda invoice=invoice: self._publish(invoice))  # type: ignore[misc]
                if random.random() < 0.3:
                    again = at + random.uniform(0.0, 60.0)
                    self._fault(again, lambda invoice=invoice: self._publish(invoice))  # type: ignore[misc]
                if random.random() < 0.2:
                    self._fault(at + random.uniform(0.0, 20.0), lambda invoice=invoice: self._repeat(invoice))  # type: ignore[misc]

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
                LogRecord(topic=LAYOUT.inputs[0], partition=self.homes[invoice], key=key, value=document)
            )

    # the run

    def run(self) -> Result:
        """To quiet, or to the end of patience."""
        token = PROCESS.set(self.loop.world)
        try:
            asyncio.events._set_running_loop(self.loop)
            self.plan()
            for _ in range(2):
                self.start_process()
            self.invoices()
            self.loop.world_later(1.0, self.broker.watch)
            self.loop.world_later(5.0, self._look_for_quiet)
            asyncio.events._set_running_loop(None)
            try:
                self.loop.run_until(lambda: self.done, deadline=PATIENCE)
            except Stuck as stuck:
                self.result.violations.append(str(stuck))
            from .checker import check  # noqa: PLC0415 - the checker reads a finished world

            self.result.violations.extend(check(self))
        finally:
            self._clean_up()
            PROCESS.reset(token)
        self.result.steps = self.loop.steps
        self.result.seconds = self.loop.time()
        return self.result

    def entries(self) -> dict[str, Entry[InvoiceState]]:
        """The latest committed entry of each invoice, read from the ledger as anyone would."""
        found: dict[str, Entry[InvoiceState]] = {}
        for partition in range(PARTITIONS):
            for record in written(self.broker.log(LAYOUT.ledger, partition)):
                if not record.kind:
                    entry: Any = record.value
                    found[entry.body.invoice_id] = entry
        return found

    def _look_for_quiet(self) -> None:
        entries = self.entries()
        quiet = (
            self.pending == 0
            and all(
                entries.get(invoice) is not None and entries[invoice].phase in (Phase.FINAL, Phase.PARKED)
                for invoice in self.fetches
            )
            and all(process.frozen_until <= self.loop.time() for process in self._alive())
        )
        if not quiet:
            self.quiet_since = None
        elif self.quiet_since is None:
            self.quiet_since = self.loop.time()
            self._transfer_again(entries)
        elif self.loop.time() - self.quiet_since > CALM:
            self.done = True
        self.loop.world_later(5.0, self._look_for_quiet)

    def _transfer_again(self, entries: dict[str, Entry[InvoiceState]]) -> None:
        """What PeopleSoft refused is corrected there and transferred again, with equal content."""
        for invoice in sorted(self.refusing):
            document = self.basware.documents[invoice]
            if document.status == "TransferFailed":
                self.refusing.discard(invoice)
                document.status = "WaitingForTransfer"
                self._fault(1.0, lambda invoice=invoice: self._publish(invoice))  # type: ignore[misc]

    def _clean_up(self) -> None:
        for process in [*self.processes, self.loop.world]:
            process.alive = False
            for coroutine in list(process.suspended.values()):
                with contextlib.suppress(BaseException):
                    coroutine.close()
            process.suspended.clear()


def _is_entry(record: LogRecord) -> bool:
    entry: Any = record.value
    return record.topic == LAYOUT.ledger and not record.kind and entry.phase is not Phase.PARKED


def run(seed: int) -> Result:
    """Run one seed."""
    return World(seed).run()
