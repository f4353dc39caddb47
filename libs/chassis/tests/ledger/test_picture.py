"""What a scrape shows of the books, and that nothing a ledger counts lacks a metric."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import chassis.ledger.signals
import pytest
from chassis import metrics
from chassis.ledger.clock import SystemClock
from chassis.ledger.entry import Entry, Phase, Started
from chassis.ledger.owner import PartitionOwner
from chassis.ledger.picture import LedgerPicture
from chassis.ledger.signals import COUNTERS, TOKEN_RENEWALS, ServiceSignals, count_renewal
from prometheus_client import CollectorRegistry, generate_latest

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


class Lane:
    def __init__(self, *, is_open: bool, is_throttled: bool, waiting: int) -> None:
        self.is_open = is_open
        self.is_throttled = is_throttled
        self.waiting = waiting


class Book:
    def __init__(self, entries: list[Entry[None]]) -> None:
        self._entries = entries

    def entries(self) -> Iterable[Entry[None]]:
        return self._entries


class Owner:
    """What a picture asks of an owner."""

    def __init__(
        self,
        *entries: Entry[None],
        partition: int,
        fullness: float,
        intake: dict[str, int],
        lanes: dict[tuple[str, str], Lane],
    ) -> None:
        self.partition = partition
        self.fullness = fullness
        self.intake = intake
        self.book = Book(list(entries))
        self.lanes = lanes.items()


def entry(phase: Phase, *, age: int, connection: str = "acme") -> Entry[None]:
    return Entry(
        key=f"{connection}/{phase}/{age}",
        connection_id=connection,
        sequence=1,
        phase=phase,
        step="post",
        since=NOW - timedelta(seconds=age),
        body=None,
    )


def test_a_scrape_shows_depth_age_circuits_intake_and_what_waits() -> None:
    owners = [
        Owner(
            entry(Phase.PARKED, age=60),
            entry(Phase.PARKED, age=600),
            entry(Phase.FINAL, age=9000),
            partition=3,
            fullness=0.25,
            intake={"inputs": 2, "commands": 1},
            lanes={
                ("acme", "basware"): Lane(is_open=True, is_throttled=True, waiting=3),
                ("acme", "peoplesoft"): Lane(is_open=True, is_throttled=False, waiting=0),
            },
        ),
        Owner(
            entry(Phase.IN_DOUBT, age=5, connection="other"),
            partition=4,
            fullness=1.5,
            intake={"inputs": 40, "commands": 0},
            lanes={},
        ),
    ]
    registry = CollectorRegistry()
    picture = LedgerPicture(lambda: cast("list[PartitionOwner[Any]]", owners), clock=Clock())
    registry.register(picture)
    text = generate_latest(registry).decode()
    for line in (
        'apstream_ledger_entries{connection="acme",phase="parked"} 2.0',
        'apstream_ledger_entries{connection="acme",phase="final"} 1.0',
        'apstream_ledger_entries{connection="other",phase="in_doubt"} 1.0',
        'apstream_ledger_oldest_seconds{connection="acme",phase="parked"} 600.0',
        'apstream_ledger_circuit_open{connection="acme",remote="basware"} 1.0',
        'apstream_ledger_lane_held{connection="acme",remote="basware"} 1.0',
        'apstream_ledger_lane_held{connection="acme",remote="peoplesoft"} 0.0',
        'apstream_ledger_calls_waiting{connection="acme",remote="basware"} 3.0',
        'apstream_ledger_intake_waiting{topic="inputs"} 42.0',
        'apstream_ledger_intake_waiting{topic="commands"} 1.0',
        'apstream_ledger_intake_fullness{partition="3"} 0.25',
        'apstream_ledger_intake_fullness{partition="4"} 1.5',
        "apstream_ledger_partitions_owned 2.0",
    ):
        assert line in text
    assert 'phase="final"} 9' not in text


def test_a_start_is_as_old_as_itself_however_long_it_waited_before() -> None:
    begun = Started(at=NOW - timedelta(seconds=2), number=3, settle_seconds=60.0, request_digest="d")
    owner = Owner(
        replace(entry(Phase.STARTED, age=7200), started=begun),
        replace(entry(Phase.WAITING, age=3600), started=begun),
        partition=3,
        fullness=0.0,
        intake={},
        lanes={},
    )
    picture = LedgerPicture(lambda: cast("list[PartitionOwner[Any]]", [owner]), clock=Clock())
    (oldest,) = (each for each in picture.collect() if each.name == "apstream_ledger_oldest_seconds")
    assert {each.labels["phase"]: each.value for each in oldest.samples} == {
        "started": 2.0,
        "waiting": 3600.0,
    }


def test_the_picture_is_in_the_catalogue() -> None:
    assert {"apstream_ledger_entries", "apstream_ledger_oldest_seconds"} <= set(metrics.CATALOGUE)


def test_every_count_of_the_ledger_has_a_metric_with_its_labels() -> None:
    source = Path(chassis.ledger.signals.__file__).parent
    counted = re.findall(
        r"_signals\.count\(\s*\"(\w+)\"", "".join(each.read_text() for each in source.glob("*.py"))
    )
    assert set(counted) == set(COUNTERS)


@pytest.mark.parametrize("name", COUNTERS)
def test_a_count_is_counted(name: str) -> None:
    labels = dict.fromkeys(COUNTERS[name]._labelnames, "x")
    before = COUNTERS[name].labels(**labels)._value.get()
    ServiceSignals().count(name, **labels)
    assert COUNTERS[name].labels(**labels)._value.get() == before + 1


def test_a_renewed_token_is_counted_by_how_it_ended() -> None:
    before = TOKEN_RENEWALS.labels("acme", "refused")._value.get()
    count_renewal("acme", "refused")
    assert TOKEN_RENEWALS.labels("acme", "refused")._value.get() == before + 1


def test_an_unknown_count_and_an_odd_level_do_no_harm() -> None:
    ServiceSignals().count("no such thing", topic="x")
    ServiceSignals().log("fatal", "something happened", record="a/b")


def test_the_clock_is_aware_and_its_monotonic_side_goes_forward() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    first = clock.monotonic()
    assert clock.monotonic() >= first
