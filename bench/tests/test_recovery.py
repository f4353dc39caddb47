"""Figures of recovery hold or do not hold, and say of what they were made."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.recovery_figures import (
    BEGIN,
    END,
    Drained,
    Figure,
    Restart,
    Takeover,
    keep,
    longest_pause,
    of_backlog,
    of_pauses,
    of_takeovers,
    rate,
)
from bench.recovery_stack import owned
from bench.report import Machine

AT = datetime(2026, 11, 23, 5, tzinfo=UTC)
MACHINE = Machine(cores=2, processor="p", memory_gib=8, python="3.11", load_before=0.1)
DRAINED = Drained(
    invoices=1000,
    connections=4,
    lanes=16,
    latency_ms=200,
    voucher_seconds=0.8,
    free_rate=30.0,
    rate=19.5,
)


def seconds(*values: float) -> list[datetime]:
    return [AT + timedelta(seconds=value) for value in values]


def takeover(service: str, took: float) -> Takeover:
    return Takeover(service=service, connection="c", killed=service, successor=f"{service}-2", seconds=took)


def test_the_slowest_takeover_of_each_service_counts() -> None:
    found = [
        takeover("voucher-poster", 6.1),
        takeover("voucher-poster", 11.2),
        takeover("payment-poller", 10.9),
    ]
    poster, poller = of_takeovers(found)
    assert (poster.value, poster.holds) == (11.2, False)
    assert (poller.value, poller.holds) == (10.9, True)
    assert "6.1, 11.2" in poster.detail


def test_the_longest_pause_names_the_restarts_it_fell_into() -> None:
    pause = longest_pause("c", seconds(10, 0, 1, 4.5, 5))
    assert (pause.begin, pause.end) == tuple(seconds(5, 10))
    restarts = [
        Restart(name="early", asked_at=AT, ended_at=AT, ready_at=AT + timedelta(seconds=3)),
        Restart(
            name="guilty",
            asked_at=AT + timedelta(seconds=5),
            ended_at=AT + timedelta(seconds=6),
            ready_at=AT + timedelta(seconds=8),
        ),
    ]
    (figure,) = of_pauses({"vouchers": [longest_pause("d", seconds(0, 1)), pause]}, restarts)
    assert figure.detail == "c, while restarting guilty"
    assert figure.holds  # five seconds are the bound
    with pytest.raises(ValueError, match="c: 1 effects"):
        longest_pause("c", seconds(1))


@pytest.mark.parametrize(
    ("free_rate", "reached", "holds"),
    [(30.0, 19.0, True), (30.0, 18.9, False), (10.0, 9.5, True), (10.0, 9.4, False)],
)
def test_a_backlog_is_held_against_what_lanes_and_machine_allow(
    free_rate: float, reached: float, holds: bool
) -> None:
    drained = Drained(
        **{
            **{name: getattr(DRAINED, name) for name in Drained.__slots__},
            "free_rate": free_rate,
            "rate": reached,
        }
    )
    (figure,) = of_backlog([drained])
    assert figure.holds is holds
    assert "16 lanes / 0.800 s a voucher = 20.0/s" in figure.detail


def test_each_latency_of_a_backlog_is_a_row_of_its_own() -> None:
    found = of_backlog([DRAINED, replace(DRAINED, latency_ms=600)])
    assert [each.what.partition("calls of ")[2] for each in found] == ["200 ms: rate", "600 ms: rate"]


def test_a_rate_is_between_the_first_and_the_last() -> None:
    assert rate(seconds(4, 0, 1, 2)) == pytest.approx(0.75)
    with pytest.raises(ValueError, match="no rate"):
        rate(seconds(1))


def test_a_process_owns_the_connections_whose_flows_it_shows() -> None:
    page = """
# TYPE apstream_flow_state gauge
apstream_flow_state{connection="a",flow="basware"} 0.0
apstream_flow_state{connection="b",flow="basware"} 2.0
# TYPE apstream_connection_shadow gauge
apstream_connection_shadow{connection="c"} 0.0
"""
    assert owned(page) == {"a", "b"}


def test_parts_not_measured_again_stay_in_the_record_and_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(f"# Page\n\n{BEGIN}\n\n{END}\n")

    def figure(part: str, value: float) -> Figure:
        return Figure(part=part, what=f"of {part}", value=value, bound=5.0, unit="s")

    keep(
        [figure("rolling", 1.0), figure("isolation", 9.0)],
        measured={"rolling": {"restarts": []}},
        machine=MACHINE,
        at=AT,
        folder=tmp_path,
    )
    keep([figure("isolation", 2.0)], measured={}, machine=MACHINE, at=AT, folder=tmp_path)
    page = (tmp_path / "README.md").read_text()
    assert "| of rolling | 1.00 s | at most 5.00 s | yes |  |" in page
    assert "| of isolation | 2.00 s |" in page
    assert "9.00" not in page
