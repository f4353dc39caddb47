"""Pictures of payments and vouchers that people link, among all else that happens to two invoices, in any order."""

from datetime import timedelta

from ap_domain.command import Action, VoucherLink
from ap_domain.payments import PaymentPicture, payment_told
from chassis.ledger.entry import Phase
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from voucher_poster.core import documents

from .payment_side import arriving, held, paid, scheduled, unreadable
from .samples import IN_PROGRESS, MACHINE, OFFERED, order
from .test_any_order import NAMES, AnyOrder, during, invoices, mostly
from .two_invoices import BY_HAND, Voucher, payment_report

BECAUSE = "the buyer said so"
"""Why a person let go of a payment."""
SHOWS = {
    "nothing": scheduled,
    "part": lambda **more: paid(40, **more),
    "more": lambda **more: paid(70, **more),
    "all": paid,
    "hold": held,
    "unknown code": unreadable,
}


class AnyOrderOfPayments(AnyOrder):
    """PeopleSoft pays, holds and takes back; polls come late; Basware refuses and drops; vouchers are keyed by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.polls = 0
        self.late: list[tuple[str, PaymentPicture]] = []
        self.newest: dict[str, PaymentPicture] = {}

    @precondition(lambda self: self.world.books)
    @rule(
        invoice=invoices,
        shows=st.sampled_from(sorted(SHOWS)),
        during=st.sampled_from(["", "end", "end", *NAMES, "report_payment", "confirm_payment"]),
        late=st.sampled_from([False, False, False, True]),
        other=st.sampled_from([False] * 9 + [True]),
    )
    def polled(self, invoice: str, shows: str, during: str, late: bool, other: bool) -> None:
        self.go_on(invoice, until=during)
        entry = self.world.entries.get(invoice)
        voucher = entry.body.voucher if entry else None
        number = voucher.voucher_id if voucher and not other else "00000000"
        self.polls += 1
        found = SHOWS[shows](voucher_id=number, poll=self.polls, invoice_id=invoice)
        if late:
            self.late.append((invoice, found))
        else:
            self.see(invoice, found)

    @precondition(lambda self: self.late)
    @rule(data=st.data())
    def a_poll_ends_late(self, data: st.DataObject) -> None:
        self.see(*self.late.pop(data.draw(st.integers(0, len(self.late) - 1))))

    def see(self, invoice: str, found: PaymentPicture) -> None:
        before = self.world.entries.get(invoice)
        self.arrive(invoice, arriving(found), writable=True)
        voucher = before.body.voucher if before is not None else None
        key = f"{invoice}/{found.voucher_id}"
        newest = self.newest.get(key)
        ours = voucher is not None and voucher.voucher_id == found.voucher_id
        if ours and (newest is None or newest.poll_offset < found.poll_offset):
            self.newest[key] = found

    @rule()
    def somebody_keys_a_voucher_by_hand(self) -> None:
        if not self.world.live():
            self.world.books.append(Voucher(made_by=BY_HAND, revision=BY_HAND))

    @precondition(lambda self: self.world.books)
    @rule(
        invoice=invoices,
        during=during,
        status=st.sampled_from([OFFERED, IN_PROGRESS, "Transferred"]),
        goes_on=st.booleans(),
        fresh=mostly,
    )
    def linked(self, invoice: str, during: str, status: str, goes_on: bool, fresh: bool) -> None:
        self.go_on(invoice, until=during)
        entry = self.world.entries.get(invoice)
        sequence = entry.sequence if entry else 0
        voucher = VoucherLink(
            business_unit="US001", voucher_id=f"{len(self.world.books) - 1:08}", invoice_number="80"
        )
        expires = self.world.now + timedelta(minutes=5)
        command = order(
            Action.LINK,
            sequence=sequence if fresh else sequence + 1,
            record_id=invoice,
            expires_at=expires,
            voucher=voucher,
        )
        self.arrive(invoice, command, writable=True)
        after = self.world.entries.get(invoice)
        assert fresh or after is entry
        if after is not None and after is not entry:
            self.world.seen[invoice].stands = True
        if goes_on:
            self.begin(invoice, happens=True)
            running = self.running.get(invoice)
            if running is not None and running.call.name == "link":
                running.status = status
                self.end(invoice, "done", writable=True)

    @invariant()
    def two_invoices_never_have_one_voucher(self) -> None:
        held = [entry.body.voucher.voucher_id for entry in self.world.entries.values() if entry.body.voucher]
        assert len(held) == len(set(held))

    @invariant()
    def at_rest_basware_shows_what_the_newest_picture_says(self) -> None:
        for invoice, entry in self.world.entries.items():
            if entry.phase is not Phase.FINAL or entry.step not in documents.AT_REST:
                continue
            assert entry.body.voucher is not None
            shown = self.world.seen[invoice].basware.shown
            newest = self.newest.get(f"{invoice}/{entry.body.voucher.voucher_id}")
            if newest is None:
                # Of a voucher that took another's place only what Basware knows of that one is known.
                assert entry.body.payment is None or entry.body.payment.wanted is None
                continue
            payment = entry.body.payment
            if payment is not None and (newest.unknown or payment.given_up == payment.wanted != payment.told):
                assert entry.reason == BECAUSE, "what nobody understands, or Basware refuses, is passed over"
                continue
            told = payment_told(newest, before=shown, transfer_block=entry.body.payment_block)
            assert told == shown, "Basware shows another payment than PeopleSoft"

    @invariant()
    def a_payment_is_told_of_a_confirmed_voucher_and_under_its_own_number(self) -> None:
        for entry in self.world.entries.values():
            if entry.step not in documents.PAYING or entry.phase is Phase.PARKED:
                continue
            assert (entry.body.voucher is not None, entry.body.report) == (True, None)
            assert payment_report(entry).number == (entry.body.payment and entry.body.payment.reports)
            assert MACHINE.claims(entry)


TestAnyOrderOfPayments = AnyOrderOfPayments.TestCase
TestAnyOrderOfPayments.settings = settings(max_examples=100, stateful_step_count=60, deadline=None)
