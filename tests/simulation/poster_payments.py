"""What PeopleSoft's people do to vouchers in the simulated world, and the polls that see it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from ap_domain.payments import supersedes
from chassis.ledger.ports import LogRecord

from .sim_peoplesoft import GROSS, Payment, Voucher, picture_of
from .sim_ports import EPOCH

if TYPE_CHECKING:
    from ap_domain.payments import PaymentPicture

    from .poster_world import PosterWorld


class PeopleSoftPeople:
    """They pay, take back, hold, delete and key vouchers. A poll sees what stands, and its picture may come late,
    twice, or after that of a later poll; a poll that broke off is run again under its number.
    """

    def __init__(self, world: PosterWorld) -> None:
        self._world = world
        self._polls = 0
        self._last: dict[str, PaymentPicture] = {}
        self._newest: dict[str, PaymentPicture] = {}
        self.deleted: set[str] = set()
        """Vouchers that a person deleted."""

    def plan(self) -> None:
        """Of some invoices payments are made while everything else happens."""
        world, random = self._world, self._world.random
        for invoice in world.documents.homes:
            if random.random() < world.weather.foreign:
                world.planned(random.uniform(0.0, 40.0), partial(self._key_by_hand, invoice))
            if random.random() < world.weather.payments:
                at = random.uniform(8.0, 60.0)
                for _ in range(random.choice((1, 2, 3, 5))):
                    world.planned(at, partial(self._pay, invoice))
                    at += random.choice((0.2, 2.0, 9.0))

    def delete_some(self, invoice: str) -> None:
        """The voucher of an invoice that is transferred again may be deleted first, unless it was paid."""
        entry = self._world.by_invoice().get(invoice)
        if entry is None or entry.body.voucher is None or not self._world.at_rest(entry):
            return
        voucher = self._world.peoplesoft.vouchers[entry.body.voucher.voucher_id]
        if not voucher.payments and self._world.random.random() < 0.5:
            voucher.live = False
            self.deleted.add(voucher.number)

    def _key_by_hand(self, invoice: str) -> None:
        """Somebody enters the invoice in PeopleSoft directly: before it came, or after it was posted."""
        if invoice in self._world.documents.latest and any(self._world.peoplesoft.made_for(invoice)):
            return
        latest = self._world.documents.latest.get(invoice)
        known = self._world.documents.current(invoice) if latest is not None else None
        key = known.natural_key if known is not None else self._world.first_key(invoice)
        self._world.peoplesoft.create(key.claim, "", "")
        self._world.result.faults["keyed by hand"] += 1

    def _pay(self, invoice: str) -> None:
        voucher, random = self._voucher(invoice), self._world.random
        if voucher is None or not voucher.live:
            return
        good = [payment for payment in voucher.payments if not payment.taken_back]
        act = random.choice(("pay", "pay", "hold", "take back"))
        if act == "hold":
            voucher.on_hold = not voucher.on_hold
        elif act == "take back" and good:
            random.choice(good).taken_back = True
        elif voucher.paid < GROSS:
            rest = GROSS - voucher.paid
            voucher.payments.append(Payment(random.choice((rest, rest, (rest + 1) // 2))))
        self._world.result.faults["payment"] += 1
        self._world.planned(random.uniform(0.0, 6.0), self._poll)

    def _voucher(self, invoice: str) -> Voucher | None:
        entry = self._world.by_invoice().get(invoice)
        if entry is None or entry.body.voucher is None:
            return None
        return self._world.peoplesoft.vouchers[entry.body.voucher.voucher_id]

    def _poll(self) -> None:
        """Pictures of all vouchers that invoices have, where they differ from the last."""
        random = self._world.random
        if not self._polls or random.random() < 0.9:
            self._polls += 1
        for invoice, entry in self._world.by_invoice().items():
            voucher = self._voucher(invoice)
            if voucher is None or not voucher.live:
                continue
            if self._is_seen(voucher) and random.random() < 0.7:
                continue
            picture = picture_of(
                voucher,
                connection_id=entry.connection_id,
                invoice_id=invoice,
                poll=self._polls,
                observed_at=EPOCH + timedelta(seconds=self._world.loop.time()),
            )
            for _ in range(random.choice((1, 1, 1, 2))):
                late = random.choice((0.01, random.uniform(0.0, 3.0), random.uniform(0.0, 15.0)))
                self._world.planned(late, partial(self._publish, picture))

    def _is_seen(self, voucher: Voucher) -> bool:
        """Whether the picture of the newest poll shows it, and the last on the topic, too: a late one of an older poll
        hides that of a newer one, and compaction may keep no other.
        """
        shown = (self._last.get(voucher.number), self._newest.get(voucher.number))
        if shown == (None, None):
            return not voucher.payments and not voucher.on_hold
        return all(each is not None and each.digest == voucher.digest for each in shown)

    def _publish(self, picture: PaymentPicture) -> None:
        value: Any = picture
        self._last[picture.voucher_id] = picture
        newest = self._newest.get(picture.voucher_id)
        if newest is None or supersedes(
            picture, poll_offset=newest.poll_offset, observed_at=newest.observed_at
        ):
            self._newest[picture.voucher_id] = picture
        self._world.broker.publish(
            LogRecord(
                topic=self._world.layout.inputs[2],
                partition=self._world.home_of(picture.invoice_id),
                key=f"{picture.connection_id}/{picture.voucher_id}".encode(),
                value=value,
            )
        )

    def poll_what_nobody_saw(self) -> None:
        """Polls go on: what stands at the end is seen."""
        vouchers = [self._voucher(invoice) for invoice in self._world.by_invoice()]
        if any(each is not None and each.live and not self._is_seen(each) for each in vouchers):
            self._polls += 1
            self._world.planned(1.0, self._poll)
