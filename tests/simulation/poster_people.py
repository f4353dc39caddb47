"""What people order in the simulated world: about invoices, and about flows."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from ap_domain.command import Action, Command, CommandedLedger, VoucherLink
from ap_domain.desired_state import FlowState
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.ports import LogRecord

from .sim_peoplesoft import UNIT
from .sim_ports import EPOCH

if TYPE_CHECKING:
    from ap_domain.invoice_state import InvoiceState

    from .poster_world import PosterWorld

ACTIONS = (Action.RESUBMIT, Action.SEND_BACK, Action.DISCARD, Action.LINK)
REMOTES = ("basware", "peoplesoft")


class People:
    """`invalid` are the orders that must have no effect: given for an older entry, or expired."""

    def __init__(self, world: PosterWorld) -> None:
        self._world = world
        self.ordered: Counter[str] = Counter()
        self.invalid: set[str] = set()
        self._discarded: Counter[str] = Counter()

    def plan(self) -> None:
        """Orders at any time, flows paused or stopped for a while, connections changed, a password refused."""
        world, random = self._world, self._world.random
        for _ in range(random.choice((0, 0, 1, 3))):
            world.planned(random.uniform(1.0, 90.0), self._order_something)
        if random.random() < world.weather.lockout:
            world.planned(random.uniform(0.0, 30.0), self._lock_out)
        if random.random() < world.weather.flows:
            for _ in range(random.choice((1, 2))):
                world.planned(random.uniform(0.0, 60.0), self._hold_a_flow)
        if random.random() < world.weather.versions:
            world.planned(random.uniform(0.0, 60.0), self._change_connection)

    def _hold_a_flow(self) -> None:
        random = self._world.random
        connection, flow = f"c{random.randrange(2)}", random.choice(REMOTES)
        state = random.choice((FlowState.PAUSED, FlowState.STOPPED))
        self._world.result.faults[f"flow {state}"] += 1
        self._world.flows.say(connection, flow, state)
        self._tell()
        self._world.planned(random.uniform(1.0, 40.0), partial(self._let_go, connection, flow))

    def _let_go(self, connection: str, flow: str) -> None:
        self._world.flows.say(connection, flow, FlowState.RUNNING)
        self._tell()

    def _change_connection(self) -> None:
        """A new version voids the stops of older ones."""
        self._world.result.faults["connection changed"] += 1
        self._world.version += 1
        self._world.flows.stopped.clear()
        self._tell(changed=True)

    def resume(self) -> None:
        """Whatever a service stopped goes on."""
        self._world.flows.stopped.clear()
        self._tell(changed=True)

    def _tell(self, *, changed: bool = False) -> None:
        for process, worker in self._world.workers.items():
            for connection in ("c0", "c1") if changed else (None,):
                self._world.loop.in_process(
                    process, partial(worker.flows_changed, connection_changed=connection)
                )

    def _lock_out(self) -> None:
        """PeopleSoft refuses our password for a while; then it is set right and the operator resumes the flow."""
        self._world.result.faults["password refused"] += 1
        self._world.peoplesoft.locked_out = True
        self._world.planned(self._world.random.uniform(5.0, 40.0), self._let_in)

    def _let_in(self) -> None:
        self._world.peoplesoft.locked_out = False
        self._world.planned(5.0, self.resume)

    def _order_something(self) -> None:
        """Somebody orders something about an invoice as it stands, or as it stood: it may come too late."""
        random = self._world.random
        if entries := self._world.by_invoice():
            entry = entries[random.choice(sorted(entries))]
            self._order(entry, random.choice(ACTIONS), valid=random.random() >= 0.3)

    def _order(self, entry: Entry[InvoiceState], action: Action, *, valid: bool = True) -> None:
        world, invoice = self._world, entry.body.invoice_id
        now = EPOCH + timedelta(seconds=world.loop.time())
        self.ordered[invoice] += 1
        stale = not valid and world.random.random() < 0.6
        command: Any = Command(
            command_id=f"{invoice}-{self.ordered[invoice]}",
            connection_id=entry.connection_id,
            ledger=CommandedLedger.VOUCHERS,
            record_id=invoice,
            action=action,
            reason="because",
            actor="somebody",
            issued_at=now,
            expires_at=now + timedelta(minutes=10 if valid or stale else -10),
            expected_sequence=entry.sequence - stale,
            voucher=self._named(invoice) if action is Action.LINK else None,
        )
        if stale or (not valid and not world.skewed):
            self.invalid.add(command.command_id)
        world.broker.publish(
            LogRecord(
                topic=world.layout.inputs[1],
                partition=world.home_of(invoice),
                key=command.command_id.encode(),
                value=command,
            )
        )

    def _named(self, invoice: str) -> VoucherLink:
        """The invoice's voucher, as somebody found it in PeopleSoft, or any other."""
        vouchers = self._world.peoplesoft.vouchers
        content = self._world.documents.current(invoice)
        fitting = [each.number for each in vouchers.values() if each.key == content.natural_key.claim]
        number = self._world.random.choice(fitting or [*vouchers, "99999999"])
        return VoucherLink(business_unit=UNIT, voucher_id=number, invoice_number=content.number)

    def deal_with_what_is_parked(self) -> None:
        """Each invoice three times at most."""
        for invoice, entry in sorted(self._world.by_invoice().items()):
            if entry.phase is Phase.PARKED and self.ordered[invoice] < 3:
                action = self._world.random.choice(ACTIONS)
                self._world.planned(
                    self._world.random.uniform(1.0, 30.0), partial(self._order, entry, action)
                )
