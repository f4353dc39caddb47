"""Whatever is fetched and ordered and whatever the calls bring, in whatever order: what must hold of two invoices
of one natural key.
"""

from dataclasses import replace
from datetime import timedelta

from ap_domain.command import Action
from ap_domain.invoice_state import Step
from chassis.ledger import transition
from chassis.ledger.entry import Phase
from chassis.ledger.machine import Input
from chassis.ledger.outcomes import Done
from chassis.ledger.policy import Policy
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from voucher_poster.core import documents

from .samples import CLAIM, IN_PROGRESS, MACHINE, OFFERED, fetch, order, unwritten
from .two_invoices import BY_HAND, ENDINGS, INSTANT, Running, TwoInvoices

POLICY = Policy()
TICK = timedelta(milliseconds=1)
TRANSFER = (OFFERED, IN_PROGRESS)
OVER = (Step.CONFIRMED, Step.PAID, Step.RETURNED, Step.WITHDRAWN, Step.DISCARDED)
NAMES = [
    "look",
    "look",
    "create",
    "settle",
    "acknowledge",
    "revisit",
    "rehearse",
    "verify",
    "report",
    "confirm",
    "search_again",
]
FATES = ["made", "made", "lost", "never"]
during = st.sampled_from(["", *NAMES])
invoices = st.sampled_from(["a", "b"])
mostly = st.sampled_from([True] * 9 + [False])


class AnyOrder(RuleBasedStateMachine):
    """An answer may be lost, a decision may be unwritable, an owner may end, people may order and delete."""

    def __init__(self) -> None:
        super().__init__()
        self.world = TwoInvoices()
        self.running: dict[str, Running] = {}
        self.sent: dict[str, str] = {}
        """The step whose call is under way, or of which the earlier owner did not hear."""
        self.shadow = False

    @rule(
        invoice=invoices,
        status=st.sampled_from([OFFERED, OFFERED, OFFERED, IN_PROGRESS, "Cancelled"]),
        revision=st.sampled_from(["r1", "r2"]),
        during=during,
        late=st.sampled_from([0, 0, 0, 3, 6000]),
        batch_id=st.sampled_from([None, "b1", "b1", "b2"]),
        writable=mostly,
    )
    def fetched(
        self,
        *,
        invoice: str,
        status: str,
        revision: str,
        during: str,
        late: int,
        batch_id: str | None,
        writable: bool,
    ) -> None:
        """Fetched `late` instants before it arrives, but after the fetch before it; then it is of no later transfer."""
        self.go_on(invoice, until=during)
        seen = self.world.seen[invoice]
        batch_id = seen.batch_id if late and seen.fetches else batch_id
        seen.batch_id = batch_id
        seen.fetches += 1
        self.world.now += INSTANT
        seen.fetched_at = max(seen.fetched_at + TICK, self.world.now - late * INSTANT)
        seen.last = fetch(
            seen.fetches,
            status=status,
            revision=revision,
            fetched_at=seen.fetched_at,
            shadow=self.shadow,
            batch_id=batch_id,
        )
        self.arrive(invoice, seen.last, writable=writable)

    @rule(invoice=invoices)
    def fetched_again(self, invoice: str) -> None:
        record = self.world.seen[invoice].last
        if record is not None:
            self.arrive(invoice, record, writable=True)

    @precondition(lambda self: self.world.entries)
    @rule(invoice=invoices, until=st.sampled_from(["end", *NAMES]), create=st.sampled_from(FATES))
    def goes_on(self, invoice: str, until: str, create: str) -> None:
        self.go_on(invoice, until=until, create=create)

    def go_on(self, invoice: str, *, until: str, create: str = "made") -> None:
        """Call after call until the answer of one is awaited, so that what comes late is met often enough."""
        for _ in range(10 if until else 0):
            self.begin(invoice, happens=create != "never")
            running = self.running.get(invoice)
            if running is None or running.call.name == until:
                return
            lost = running.call.name == "create" and create != "made"
            self.end(invoice, "lost" if lost else "done", writable=True)

    @precondition(lambda self: self.world.entries)
    @rule(invoice=invoices, action=st.sampled_from(Action), during=during, fresh=mostly, writable=mostly)
    def ordered(self, *, invoice: str, action: Action, during: str, fresh: bool, writable: bool) -> None:
        self.go_on(invoice, until=during)
        entry = self.world.entries.get(invoice)
        sequence = entry.sequence if entry else 0
        expires = self.world.now + timedelta(minutes=5)
        record = order(action, sequence=sequence if fresh else sequence - 1, expires_at=expires)
        self.arrive(invoice, record, writable=writable or not fresh)
        after = self.world.entries.get(invoice)
        if entry is not None and after is not None and after is not entry:
            self.world.seen[invoice].stands |= action in (Action.RESUBMIT, Action.LINK, Action.DISCARD)
            freed = bool(MACHINE.claims(entry)) and not MACHINE.claims(after)
            self.world.seen[invoice].let_go |= action is Action.DISCARD and freed
        assert fresh or self.world.entries.get(invoice) is entry, "a stale order is carried out"

    def arrive(self, invoice: str, record: Input, *, writable: bool) -> None:
        entry = self.world.entries.get(invoice)
        record = replace(record, key=f"acme/{invoice}")
        decision = transition.on_input(MACHINE, entry, record, now=self.world.now)
        if not writable and entry is not None:
            sent = self.sent.get(invoice) == entry.step
            decision = unwritten(entry, call=MACHINE.call(entry) if sent else None)
        self.world.take(invoice, decision)

    @rule(invoice=invoices, happens=st.booleans())
    def a_call_begins(self, invoice: str, happens: bool) -> None:
        self.begin(invoice, happens=happens)

    @precondition(lambda self: self.running)
    @rule(invoice=invoices, ending=st.sampled_from(ENDINGS), writable=mostly)
    def a_call_ends(self, invoice: str, ending: str, writable: bool) -> None:
        self.end(invoice, ending, writable=writable)

    def begin(self, invoice: str, *, happens: bool) -> None:
        """The call that is wanted goes out; a create happens right there, or does not."""
        entry = self.world.entries.get(invoice)
        if entry is None or invoice in self.running or (entry.phase is Phase.PARKED and entry.due is None):
            return
        call = MACHINE.call(entry)
        assert call is not None or entry.phase is Phase.FINAL
        if call is None:
            return
        if call.goes_on_when_paused or not self.shadow:
            self.running[invoice] = self.world.begin(invoice, call, happens=happens)
            self.sent[invoice] = entry.step

    def end(self, invoice: str, ending: str, *, writable: bool) -> None:
        running = self.running.pop(invoice, None)
        if running is None:
            return
        del self.sent[invoice]
        self.world.now += INSTANT
        entry = self.world.entries[invoice]
        outcome = self.world.outcome(running, ending)
        self.world.answered(invoice, running, outcome, writable=writable)
        decision = transition.on_outcome(
            MACHINE,
            entry,
            running.call,
            outcome,
            unchanged=entry.sequence == running.entry.sequence,
            now=self.world.now,
            fraction=0.5,
            policy=POLICY,
            others=lambda claim: self.world.others(invoice, claim),
        )
        if not writable:
            looked_again = transition.looks_again(MACHINE, entry, running.call)
            decision = unwritten(entry, call=running.call, rests=not looked_again)
        looked = running.call.name == "look" and isinstance(outcome, Done)
        self.world.take(invoice, decision, after_look=looked and not running.live)

    @precondition(lambda self: self.world.entries)
    @rule()
    def another_owner(self) -> None:
        """What ran is forgotten; what was started is in doubt."""
        self.running.clear()
        for invoice, entry in list(self.world.entries.items()):
            loaded = transition.on_load(entry, now=self.world.now)
            if loaded is not None:
                self.world.take(invoice, loaded)

    @precondition(lambda self: not any(each.call.name == "create" for each in self.running.values()))
    @rule()
    def settle_time_passes(self) -> None:
        self.world.now += timedelta(minutes=2)

    @precondition(lambda self: self.world.live())
    @rule()
    def somebody_deletes_the_vouchers(self) -> None:
        for voucher in self.world.books:
            voucher.deleted = True

    @rule(shadow=st.sampled_from([True, False, False, False]))
    def somebody_changes_the_mode(self, shadow: bool) -> None:
        self.shadow = shadow

    @invariant()
    def one_live_voucher_for_one_natural_key(self) -> None:
        assert len([each for each in self.world.books if not each.deleted and each.made_by != BY_HAND]) <= 1

    @invariant()
    def a_live_voucher_is_never_reported_as_refused(self) -> None:
        for invoice, entry in self.world.entries.items():
            report = entry.body.report
            if report is None or report.success or entry.step not in (Step.REPORT, Step.CONFIRM):
                continue
            rival = self.world.entries.get("b" if invoice == "a" else "a")
            taken = rival.body.voucher if rival else None
            assert all(voucher == taken for voucher in self.world.live(made_by=invoice))

    @invariant()
    def the_key_is_held_while_a_voucher_stands(self) -> None:
        for invoice, entry in self.world.entries.items():
            if self.world.live(made_by=invoice) and not self.world.seen[invoice].let_go:
                assert CLAIM in MACHINE.claims(entry)

    @invariant()
    def a_voucher_belongs_to_who_made_it(self) -> None:
        for invoice, entry in self.world.entries.items():
            if entry.body.voucher is not None:
                voucher = self.world.books[int(entry.body.voucher.voucher_id)]
                if voucher.deleted:
                    # It was live when it was looked at for a link, and whose it was has let it go since.
                    continue
                made_by = voucher.made_by
                assert made_by in (invoice, BY_HAND) or self.world.seen[made_by].let_go

    @invariant()
    def a_confirmed_voucher_is_of_the_content_last_seen_in_transfer(self) -> None:
        for entry in self.world.entries.values():
            document = entry.body.document
            rests = entry.step in documents.AT_REST and entry.phase is Phase.FINAL
            if rests and document.status in TRANSFER:
                assert entry.body.posted_revision == document.revision

    @invariant()
    def success_is_told_of_what_peoplesoft_had_or_a_person_saw(self) -> None:
        for invoice, entry in self.world.entries.items():
            report, voucher = entry.body.report, entry.body.voucher
            if report is None or voucher is None or entry.step != Step.REPORT:
                continue
            made_of = self.world.books[int(voucher.voucher_id)].revision
            stands = self.world.seen[invoice].stands or made_of == BY_HAND
            assert made_of == entry.body.document.revision or stands, "nobody saw that it differs"

    @invariant()
    def what_is_withdrawn_was_not_seen_in_transfer_since(self) -> None:
        for entry in self.world.entries.values():
            document = entry.body.document
            if entry.step == Step.WITHDRAWN and entry.phase is Phase.FINAL and not document.shadow:
                assert document.status != IN_PROGRESS
                assert not documents.outdated(entry.body, document)

    @invariant()
    def whatever_is_not_at_rest_asks_for_a_call(self) -> None:
        for entry in self.world.entries.values():
            if entry.phase is Phase.FINAL:
                assert entry.step in OVER
                assert (entry.due is None) == (MACHINE.call(entry) is None) == (entry.body.late is None)
            elif entry.phase is Phase.PARKED:
                assert entry.due is None or entry.body.late is not None
            else:
                assert MACHINE.call(entry) is not None

    @invariant()
    def a_create_under_way_is_of_an_entry_at_its_post(self) -> None:
        for entry in self.world.entries.values():
            if entry.phase in (Phase.STARTED, Phase.IN_DOUBT):
                assert (entry.step, entry.body.voucher) == (Step.POST, None)
                assert CLAIM in MACHINE.claims(entry)

    @invariant()
    def nothing_newer_is_forgotten(self) -> None:
        for invoice, entry in self.world.entries.items():
            if entry.phase is Phase.FINAL or entry.step in (Step.ACKNOWLEDGE, Step.REVISIT, Step.REHEARSE):
                assert entry.body.newer is None
            known = (entry.body.newer or entry.body.document).fetch_number
            assert known <= self.world.seen[invoice].fetches


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
