"""From rows to pictures, and from pictures to the topic: what changed, and only that."""

from collections.abc import Mapping
from datetime import datetime

import structlog
from ap_domain.payments import PaymentPicture, Proof, WatchedVoucher, build_picture
from ap_domain.payments.inquiry import InquiryRow
from ap_domain.payments.payment_row import PaymentRowFault, QueryRow
from ap_domain.payments.plan import PaymentPlan
from chassis.connections import Connection
from chassis.failpoints import reached
from chassis.keys import record_key
from chassis.ledger.words import words
from chassis.streams.poll_port import Progress
from chassis.streams.poll_remarks import NAMED, Remarks
from chassis.streams.ports import TableView

from payment_poller import metrics
from payment_poller.book import VoucherKey, Watching
from payment_poller.core.published import is_to_be_published, says_as_much
from payment_poller.ports import Publisher, VoucherRows
from payment_poller.tables import PICTURES, WATCHED

__all__ = ["AT_ONCE", "Picturing"]

AT_ONCE = 200
"""Pictures published together, and vouchers looked at before other work gets its turn."""

log = structlog.get_logger("payment_poller")


class Picturing:
    """Makes and publishes the pictures of one poll. A voucher whose rows cannot be read is not published, counted, and
    named in the remarks; the others go on.
    """

    def __init__(
        self,
        *,
        connection: Connection,
        plan: PaymentPlan,
        poll_offset: int,
        watching: Watching,
        inquired: Mapping[VoucherKey, InquiryRow],
        view: TableView,
        publisher: Publisher,
        progress: Progress,
        remarks: Remarks,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._plan = plan
        self._poll_offset = poll_offset
        self._watching = watching
        self._inquired = inquired
        self._view = view
        self._publisher = publisher
        self._progress = progress
        self._remarks = remarks
        self._now = now
        self._changed: list[PaymentPicture] = []
        self.read = 0
        """Vouchers of ours that were read."""
        self.faulty = 0
        self.first_fault = ""

    def take(self, unit: str, rows: VoucherRows) -> None:
        """What was read of a watched voucher; without any row, that PeopleSoft does not show it."""
        voucher = (unit, rows.voucher_id)
        self.read += 1
        self._progress.step(read=1)
        if voucher not in self._watching.owners:
            return  # it stands for no invoice any more
        shard, connection_id = self._connection.shard, self._connection.id
        watched = self._view.get(WATCHED, shard, record_key(connection_id, self._watching.owner(voucher)))
        if watched is None:
            return
        before = self._view.get(PICTURES, shard, record_key(connection_id, *voucher))
        if self._is_silent(voucher) and before is not None and says_as_much(before, watched):
            return
        try:
            picture = build_picture(
                watched,
                voucher_row=_only(watched, rows),
                payment_rows=rows.payments,
                plan=self._plan,
                poll_offset=self._poll_offset,
                observed_at=self._now,
                before=before,
                inquiry=self._inquired.get(voucher),
            )
        except PaymentRowFault as fault:
            self._cannot(voucher, words(fault))
        except Exception as error:
            # A bug that one voucher meets must not keep all the others unread.
            said = f"voucher {unit}/{rows.voucher_id} could not be read by our own fault: {words(error)}"
            if self.faulty < NAMED:
                log.exception("a voucher could not be read by our own fault", connection=connection_id)
            self._cannot(voucher, said)
        else:
            self._watching.faulty.discard(voucher)
            if is_to_be_published(before, picture):
                self._changed.append(picture)

    def _is_silent(self, voucher: VoucherKey) -> bool:
        """Whether the source that decides shows nothing of it. The inquiry shows a few days at a time, so that says
        nothing at all.
        """
        return self._plan.sources[0] is Proof.INQUIRY and voucher not in self._inquired

    async def publish(self, *, at_least: int = 1) -> None:
        """Publishes what changed once there are so many. Raises NotDurable: some may be there."""
        while len(self._changed) >= at_least and self._changed:
            some, self._changed = self._changed[:AT_ONCE], self._changed[AT_ONCE:]
            await self._publisher.publish(some, shard=self._connection.shard)
            reached("pictures published")
            self._progress.step(changed=len(some))
            metrics.PUBLISHED.labels(self._connection.id).inc(len(some))

    def _cannot(self, voucher: VoucherKey, said: str) -> None:
        """It is read again by every poll until it can be: nothing of it need change for that."""
        self._watching.faulty.add(voucher)
        self.faulty += 1
        self.first_fault = self.first_fault or said
        self._progress.step(faulty=1)
        self._remarks.of_record(said)


def _only(watched: WatchedVoucher, rows: VoucherRows) -> QueryRow | None:
    if len(rows.voucher) > 1:
        raise PaymentRowFault(
            voucher=f"{watched.business_unit}/{watched.voucher_id}",
            field="VOUCHER_ID",
            value=watched.voucher_id,
            rule=f"the query shows it {len(rows.voucher)} times; it must give one row a voucher",
        )
    return rows.voucher[0] if rows.voucher else None
