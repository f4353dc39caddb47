"""Whatever happens at PeopleSoft, in the ledger and between polls, a whole poll brings the topic to the books."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ap_domain.payments import ExceptionKind, PaymentPicture, build_picture
from ap_domain.payments.status_rules import ENDED
from ap_domain.poll import PollKind, PollOutcome
from chassis.streams.poll_port import Polled
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from payment_poller.core.published import hidden
from payment_poller.tables import WATCHED

from .site_books import PAID, UNIT, Cells
from .world import SHARD, World

VOUCHERS = tuple(f"{number:08}" for number in range(1, 8))
HALF: Cells = PAID | {"PYMNT_GROSS_AMT": Decimal(50), "PAID_AMT": Decimal(50)}
VOID: Cells = {
    "PYMNT_SELCT_STATUS": "X",
    "PYMNT_STATUS": "V",
    "CANCEL_ACTION": "R",
    "CANCEL_DT": "2026-06-12",
}
BOOKS: tuple[tuple[Cells, ...], ...] = (
    (),
    ({},),
    (PAID,),
    (HALF, {"PYMNT_GROSS_AMT": Decimal(50)}),
    (HALF, HALF),
    ({"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "AMT"},),
    (PAID | VOID, {}),
    ({"PYMNT_SELCT_STATUS": "?"},),
)
"""Not scheduled, scheduled, paid, half, both halves, on hold, voided and scheduled anew, an unknown code."""

vouchers = st.sampled_from(VOUCHERS)
kinds = st.sampled_from(PollKind)
faults = st.one_of(
    st.tuples(st.just("breaks"), st.integers(0, 5)),
    st.tuples(st.just("cancelled"), st.integers(0, 5)),
    st.tuples(st.just("not durable"), st.integers(0, 3)),
)


class Polls(RuleBasedStateMachine):
    """A few vouchers, with polls that come to their end or end anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = World()

    def teardown(self) -> None:
        self.runner.close()

    # What happens at PeopleSoft and in the ledger.

    @rule(voucher=vouchers, payments=st.sampled_from(BOOKS), status=st.sampled_from("PPPRX"))
    def is_written(self, voucher: str, payments: tuple[Cells, ...], status: str) -> None:
        self.world.site.put(voucher, *payments, ENTRY_STATUS=status)

    @rule(
        voucher=vouchers, payments=st.sampled_from(BOOKS), at=st.sampled_from(["2026-06-02T08:00:00", None])
    )
    def is_written_late(self, voucher: str, payments: tuple[Cells, ...], at: str | None) -> None:
        """Committed under an old time of change, or none."""
        self.world.site.put(voucher, *payments, LAST_UPDATE_DT=at)
        for row in self.world.site.payments[voucher]:
            row["LAST_UPDATE_DT"] = at

    @rule(voucher=vouchers)
    def vanishes(self, voucher: str) -> None:
        self.world.site.vouchers.pop(voucher, None)
        self.world.site.payments.pop(voucher, None)

    @rule(voucher=vouchers)
    def half_of_it_vanishes(self, voucher: str) -> None:
        self.world.site.vouchers.pop(voucher, None)

    @rule(voucher=vouchers, place=st.integers(0, 1))
    def an_instalment_vanishes(self, voucher: str, place: int) -> None:
        """The query does not show it any more, and nothing changed."""
        del self.world.site.payments.get(voucher, [])[place : place + 1]

    @rule(invoice=st.integers(1, 7), voucher=st.one_of(st.none(), vouchers))
    def is_posted(self, invoice: int, voucher: str | None) -> None:
        """Posted, posted anew, or its voucher is none any more; two may claim one voucher."""
        self.world.post(f"i{invoice}", voucher)

    # What happens to polls.

    @rule(kind=kinds)
    def polls(self, kind: PollKind) -> None:
        before, known = self.world.latest(), len(self.world.published())
        doubtful = self._hidden()
        whole = kind is PollKind.FULL or self.world.watermark is None
        polled = self._poll(kind)
        assert polled is not None
        published = self.world.published()[known:]
        assert self.world.progress.changed == len(published)
        self._check_published(published, before, doubtful)
        believed = polled.outcome is PollOutcome.COMPLETE
        if not believed:
            assert "nothing was concluded" in polled.words
        if whole:
            self._check_all(believed=believed)

    @rule(kind=kinds, fault=faults)
    def poll_ends_early(self, kind: PollKind, fault: tuple[str, int]) -> None:
        before, known = self.world.latest(), len(self.world.published())
        doubtful, mark = self._hidden(), self.world.watermark
        how, where = fault
        count = 0

        def reached(_: object) -> None:
            nonlocal count
            count += 1
            if count > where and how == "breaks":
                raise RuntimeError("a bug")
            if count > where:
                _cancel()

        if how == "not durable":
            self.world.publisher.durable = where
        else:
            self.world.site.before_answer = reached
        try:
            polled = self._poll(kind)
        except RuntimeError:  # the runner makes a failed poll of a bug
            polled = None
        self.world.site.before_answer, self.world.publisher.durable = lambda _: None, None
        self._check_published(self.world.published()[known:], before, doubtful)
        if polled is None or polled.outcome is not PollOutcome.COMPLETE:
            assert self.world.watermark == mark

    @precondition(lambda self: self.world.published())
    @rule(data=st.data())
    def late_picture(self, data: st.DataObject) -> None:
        """A frozen process goes on with an old poll, or with an earlier run of the last one."""
        picture = data.draw(st.sampled_from(self.world.published()))
        offset = data.draw(st.integers(0, max(0, self.world.polls - 1)))
        self.world.late(replace(picture, poll_offset=min(picture.poll_offset, offset)))

    @rule()
    def watermark_is_lost(self) -> None:
        self.world.watermark = None

    @rule(again=st.integers(0, 5))
    def owner_changes(self, again: int) -> None:
        self.world.streams.revoke(SHARD)
        list(self.world.book.connections())  # looks at what is owned, as it does every second
        self.world.streams.own(SHARD, again=again)

    @rule()
    def time_passes(self) -> None:
        self.world.clock.advance(60)

    @invariant()
    def the_table_is_what_the_topic_leads_to(self) -> None:
        for key, picture in self.world.latest().items():
            held = self.world.held(key[1])
            assert held is not None
            if not hidden(held):
                assert (held.digest, held.invoice_id) == (picture.digest, picture.invoice_id)

    # What must hold.

    def _poll(self, kind: PollKind) -> Polled | None:
        try:
            return self.runner.run(_own(self.world.poll(kind)))
        except asyncio.CancelledError:
            return None

    def _hidden(self) -> set[str]:
        return {each for each in VOUCHERS if (held := self.world.held(each)) is not None and hidden(held)}

    def _check_published(
        self,
        published: list[PaymentPicture],
        before: dict[tuple[str, str], PaymentPicture],
        doubtful: set[str],
    ) -> None:
        """Only what changed, and once."""
        ids = [each.voucher_id for each in published]
        assert len(ids) == len(set(ids))
        for picture in published:
            last = before.get((UNIT, picture.voucher_id))
            if last is not None and picture.voucher_id not in doubtful:
                assert (picture.digest, picture.invoice_id) != (last.digest, last.invoice_id)

    def _check_all(self, *, believed: bool) -> None:
        owners: dict[str, set[str]] = {}
        for _, watched in self.world.streams.view.items(WATCHED, SHARD):
            owners.setdefault(watched.voucher_id, set()).add(watched.invoice_id)
        for voucher, invoices in owners.items():
            if not believed and not self._is_as_shown_before(voucher):
                continue
            latest = self.world.last(voucher)
            assert latest.invoice_id in invoices
            self._check(voucher, latest)
        if believed:
            count = len(self.world.published())
            for kind in (PollKind.FULL, PollKind.CHANGES):
                self._poll(kind)
                assert len(self.world.published()) == count, "nothing changed"

    def _is_as_shown_before(self, voucher: str) -> bool:
        """Whether a poll that was not believed concluded something of it all the same."""
        rows, held = self.world.site.payments.get(voucher), self.world.held(voucher)
        if voucher not in self.world.site.vouchers or not rows:
            return False
        return held is None or {int(row["PYMNT_CNT"]) for row in rows} >= {*held.shown, *held.paid}

    def _check(self, voucher: str, latest: PaymentPicture) -> None:
        watched = next(
            each
            for _, each in self.world.streams.view.items(WATCHED, SHARD)
            if (each.voucher_id, each.invoice_id) == (voucher, latest.invoice_id)
        )
        for before in (self.world.held(voucher), None):
            made = build_picture(
                watched,
                voucher_row=self.world.site.vouchers.get(voucher),
                payment_rows=self.world.site.payments.get(voucher, ()),
                plan=self.world.plan,
                poll_offset=0,
                observed_at=self.world.clock.at,
                before=before,
            )
            if before is not None:
                assert made.digest == latest.digest
            assert (made.instalments, made.paid_total, made.on_hold) == (
                latest.instalments,
                latest.paid_total,
                latest.on_hold,
            )
            # what is not shown unsettles nothing, and settles nothing
            assert made.settled == latest.settled or latest.settled or latest.gone
        if latest.settled and latest.instalments:
            assert all(each.state in ENDED for each in latest.instalments)
        missing = any(each.kind is ExceptionKind.MISSING for each in latest.exceptions)
        if voucher not in self.world.site.vouchers and not latest.settled:
            assert missing


def _cancel() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


async def _own(polling: Coroutine[Any, Any, Polled]) -> Polled:
    """In a task of its own, so that cancelling it is not cancelling the runner."""
    return await asyncio.get_running_loop().create_task(polling)


TestPolls = Polls.TestCase
TestPolls.settings = settings(
    max_examples=50,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
