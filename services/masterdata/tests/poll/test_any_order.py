"""Whatever happens at the source and between the polls, a whole poll brings the topic to what the mapping says."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from ap_domain.masterdata import Mapped, map_record, parse_masterdata
from ap_domain.masterdata.record import MasterRecord
from ap_domain.poll import PollKind, PollOutcome
from chassis.streams.poll_port import Polled
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from .world import SECTION, SHARD, World, account, connection

# The last two are one key of the topic: their external codes differ only in how an accent is written.
KEYS = ("001", "1", "2", "A/B", "A_B", "Cafe\u0301", "Caf\u00e9")
TODAY = date(2026, 6, 20)
BEGAN = datetime(2026, 6, 1)  # noqa: DTZ001 - PeopleSoft writes times without a zone
STRICT = SECTION | {"shrink_limit": 0.3, "shrink_floor": 0}
"""So few accounts are held soon."""
PLAN = parse_masterdata(SECTION)
ENTITY = PLAN.entities["accounts"]

keys = st.sampled_from(KEYS)
faults = st.one_of(
    st.tuples(st.just("breaks"), st.integers(0, 3)),
    st.tuples(st.just("cancelled"), st.integers(0, 3)),
    st.tuples(st.just("not durable"), st.integers(0, 4)),
)


class Polls(RuleBasedStateMachine):
    """A site of a few accounts, with polls that are complete, held, or end anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = World(connection=connection(STRICT))
        self.ticks = 0
        self.known = 0
        """Records on the topic before the last poll."""
        self.doubtful: set[bytes] = set()
        """Hidden by a late record since the last complete poll of everything."""

    def teardown(self) -> None:
        self.runner.close()

    # What happens at the source.

    @rule(key=keys, text=st.sampled_from(["Rent", "Cash", "Fees"]))
    def is_written(self, key: str, text: str) -> None:
        """Added, changed, returned, or sound again."""
        self._write(key, {"DESCR": text})

    @rule(key=keys, how=st.sampled_from([{"EFF_STATUS": "I"}, {"STATISTICS_ACCOUNT": "Y"}]))
    def is_closed(self, key: str, how: dict[str, str]) -> None:
        self._write(key, how)

    @rule(key=keys, status=st.sampled_from("AI"))
    def is_spoiled(self, key: str, status: str) -> None:
        self._write(key, {"DESCR": "one", "EFF_STATUS": status}, {"DESCR": "another", "EFF_STATUS": status})

    @rule(key=keys, status=st.sampled_from("AI"))
    def cannot_be_mapped(self, key: str, status: str) -> None:
        self._write(key, {"DESCR": "x" * 5000, "EFF_STATUS": status})

    @rule(key=keys)
    def vanishes(self, key: str) -> None:
        self.world.site.rows.pop(key, None)

    # What happens to polls.

    @rule(kind=st.sampled_from(PollKind), accept=st.booleans())
    def polls(self, kind: PollKind, accept: bool) -> None:
        before, self.known = self.world.latest(), len(self.world.records())
        whole = kind is PollKind.FULL or self.world.watermark is None
        polled = self._poll(kind, accept)
        assert polled is not None
        self._check_published(before)
        progress = self.world.progress
        assert progress.changed + progress.deactivated == len(self.world.records()) - self.known
        if polled.outcome is PollOutcome.HELD:
            self._check_nothing_deactivated(before)
            return
        assert polled.outcome is PollOutcome.COMPLETE, polled.words
        self.doubtful -= set(self.world.table()) if whole else set()
        self._check_all(whole=whole)

    @rule(kind=st.sampled_from(PollKind), accept=st.booleans(), fault=faults)
    def poll_ends_early(self, kind: PollKind, accept: bool, fault: tuple[str, int]) -> None:
        before, self.known = self.world.latest(), len(self.world.records())
        how, where = fault
        if how == "breaks":
            self.world.site.breaks_at(where)
        elif how == "cancelled":
            self.world.site.before_page = lambda page: _cancel() if page == where else None
        else:
            self.world.kafka.durable = where
        mark = self.world.watermark
        polled = self._poll(kind, accept)
        self.world.site.before_page, self.world.kafka.durable = lambda _: None, None
        self._check_published(before)
        if polled is None or polled.outcome is not PollOutcome.COMPLETE:
            assert self.world.watermark == mark
            if how != "not durable":
                self._check_nothing_deactivated(before)

    @precondition(lambda self: self.world.polls)
    @rule(data=st.data())
    def late_record(self, data: st.DataObject) -> None:
        """A frozen process goes on with an old poll, which found something else."""
        records = self.world.records()
        if not records:
            return
        record = data.draw(st.sampled_from(records))
        late = replace(record, poll_offset=data.draw(st.integers(1, self.world.polls)))
        self.world.late(late)
        self.doubtful.add(self.world.key(record.external_code))

    @rule(again=st.integers(0, 20))
    def process_starts_anew(self, again: int) -> None:
        self.world.streams.revoke(SHARD)
        self.world.streams.own(SHARD, again=again)

    # What holds.

    @invariant()
    def the_table_is_the_topic(self) -> None:
        records, latest, table = self.world.records(), self.world.latest(), self.world.table()
        assert latest.keys() == table.keys()
        for key, held in table.items():
            assert records[held.offset] == latest[key]
            if held.digest:
                assert (held.digest, held.active) == (latest[key].digest, latest[key].active)

    @invariant()
    def what_can_be_sent_is_whole(self) -> None:
        for record in self.world.records():
            assert record.content or record.problems
            if record.content and not record.active:
                assert not any(company["active"] for company in json.loads(record.content)["companies"])

    def _write(self, key: str, *rows: dict[str, str]) -> None:
        self.ticks += 1
        changed = (BEGAN + timedelta(minutes=self.ticks)).isoformat()
        self.world.site.rows[key] = [account(key, LASTUPDDTTM=changed, **row) for row in rows]

    def _poll(self, kind: PollKind, accept: bool) -> Polled | None:
        try:
            return self.runner.run(_own(self.world.poll(kind, accept_shrink=accept)))
        except asyncio.CancelledError:
            return None

    def _mapped(self) -> dict[bytes, Mapped]:
        found: dict[bytes, Mapped] = {}
        for key in sorted(self.world.site.rows):
            for mapped in map_record(PLAN, ENTITY, self.world.site.group(key), today=TODAY):
                found.setdefault(self.world.key(mapped.external_code), mapped)
        return found

    def _check_published(self, before: dict[bytes, MasterRecord]) -> None:
        """Only what changed, and once."""
        published = self.world.records()[self.known :]
        codes = [self.world.key(record.external_code) for record in published]
        assert len(codes) == len(set(codes))
        for key, record in zip(codes, published, strict=True):
            if key not in self.doubtful and key in before:
                assert (record.digest, record.active) != (before[key].digest, before[key].active)

    def _check_nothing_deactivated(self, before: dict[bytes, MasterRecord]) -> None:
        for key, record in self.world.latest().items():
            if key not in self.doubtful:
                assert record.active or not before[key].active

    def _check_all(self, *, whole: bool) -> None:
        latest, mapped = self.world.latest(), self._mapped()
        for key, record in mapped.items():
            # A read of changes may meet only one of two records that share a key.
            if key not in self.doubtful and (whole or "Caf" not in record.source):
                _check(latest.get(key), record)
        if whole:
            assert not any(latest[key].active for key in latest.keys() - mapped.keys())
        if whole:
            again = len(self.world.records())
            polled = self._poll(PollKind.FULL, False)
            assert polled is not None
            assert polled.outcome is PollOutcome.COMPLETE
            assert len(self.world.records()) == again


def _check(latest: MasterRecord | None, mapped: Mapped) -> None:
    if latest is None:
        assert not mapped.active
        return
    assert latest.active == mapped.active
    if mapped.active:
        assert latest.problems == mapped.problems
        assert latest.digest == mapped.digest
        if not mapped.problems:
            assert latest.content == mapped.content


def _cancel() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


async def _own(polling: Coroutine[Any, Any, Polled]) -> Polled:
    """In a task of its own, so that cancelling it is not cancelling the runner."""
    return await asyncio.get_running_loop().create_task(polling)


TestPolls = Polls.TestCase
TestPolls.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
