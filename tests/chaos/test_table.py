"""What a run shows at its end, and what it counts on the way."""

from pathlib import Path

from .markers import MarkerWatch, skipped
from .table import Injected, Rested, as_json, rows, text


def _injected(fault: str, number: int, recovered: float | None = 1.0) -> Injected:
    return Injected(fault=fault, round=number, hit="x", recovered=recovered)


def test_a_fault_has_one_row_with_how_often_and_how_soon() -> None:
    (row,) = rows([_injected("killed", 1, 2.0), _injected("killed", 2, 4.0), _injected("killed", 3, 9.0)], [])
    assert row.cells == ("killed", "3", "4.0 s", "9.0 s", "0", "0")


def test_what_did_not_recover_is_called_stuck() -> None:
    (row,) = rows([_injected("killed", 1, 2.0), _injected("killed", 2, None)], [])
    assert row.cells == ("killed", "2", "2.0 s", "stuck", "0", "0")
    assert as_json([row])[0]["stuck"] == 1


def test_every_fault_since_the_last_rest_answers_for_what_the_next_one_finds_once() -> None:
    injected = [_injected("killed", 1), _injected("killed", 2), _injected("frozen", 2), _injected("cut", 3)]
    rests = [Rested(rounds=range(1, 3), lost=1, twice=2), Rested(rounds=range(3, 4), lost=0, twice=1)]
    assert {row.fault: (row.lost, row.twice) for row in rows(injected, rests)} == {
        "killed": (1, 2),
        "frozen": (1, 2),
        "cut": (0, 1),
    }


def test_the_table_is_aligned() -> None:
    shown = text(rows([_injected("killed", 1), _injected("a longer name", 1)], [])).splitlines()
    assert len({len(line) for line in shown}) == 1


def test_missing_markers_are_counted_over_the_lives_of_a_process() -> None:
    watch = MarkerWatch({})

    def page(count: int) -> bytes:
        name = b"apstream_ledger_markers_missing_total"
        return b'# TYPE %s counter\n%s{topic="a"} %d.0\n%s{topic="b"} 1.0\n' % (name, name, count, name)

    watch.saw("poster", page(1))
    watch.saw("poster", page(3))
    watch.saw("poster", page(0))
    watch.saw("documents", b"nothing of it")
    assert watch.missing == 5


def test_transactions_without_markers_are_counted_as_the_broker_names_them(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text(
        "INFO Sending txn markers for poster-9\n"
        "INFO Couldn't find leader endpoint for partitions Set(x-9) while trying to send transaction markers for"
        " poster-9, these partitions are likely deleted already and hence can be skipped\n"
    )
    assert skipped(log) == 1
