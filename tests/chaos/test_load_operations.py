"""The history says of each operation what is certain, whatever order things end in and wherever the file is cut off."""

import json
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.operations import NotDone, Operations, Outcome, history

ENDS: dict[Outcome, type[BaseException] | None] = {
    Outcome.OK: None,
    Outcome.FAILED: NotDone,
    Outcome.UNKNOWN: ConnectionResetError,
}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_operation_ends_as_its_block_does(tmp_path: Path, outcome: Outcome) -> None:
    operations = Operations(tmp_path / "operations.jsonl")
    error = ENDS[outcome]
    with ExitStack() as stack:
        if error is not None:
            stack.enter_context(pytest.raises(error))
        with operations.doing("approve", connection="harbor", record="a/1", amount="1.10") as doing:
            doing.detail["status"] = 200
            if error is not None:
                raise error("in words")
    (operation,) = history(operations.file).values()
    assert (operation.kind, operation.connection, operation.record) == ("approve", "harbor", "a/1")
    assert operation.outcome is outcome
    assert operation.ended_at is not None
    assert operation.at <= operation.ended_at
    assert operation.detail["amount"] == "1.10"
    assert operation.detail["status"] == 200
    assert ("in words" in str(operation.detail.get("error"))) == (error is not None)
    assert operations.counts == {("approve", outcome): 1}


def test_what_was_begun_is_in_the_file_before_it_happens(tmp_path: Path) -> None:
    operations = Operations(tmp_path / "operations.jsonl")
    with operations.doing("pay", connection="harbor"):
        (begun,) = history(operations.file).values()
        assert (begun.kind, begun.outcome, begun.ended_at) == ("pay", Outcome.UNKNOWN, None)


def test_a_file_that_was_cut_off_is_written_on(tmp_path: Path) -> None:
    file = tmp_path / "operations.jsonl"
    with Operations(file).doing("pay", connection="harbor"):
        pass
    file.write_bytes(file.read_bytes()[:-20])
    with Operations(file).doing("void", connection="harbor"):
        pass
    assert [(each.kind, each.outcome) for each in history(file).values()] == [
        ("pay", Outcome.UNKNOWN),
        ("void", Outcome.OK),
    ]


def test_where_nothing_was_written_there_is_no_history(tmp_path: Path) -> None:
    assert history(tmp_path / "none.jsonl") == {}


@given(data=st.data())
def test_any_interleaving_cut_anywhere_says_what_is_certain(data: st.DataObject) -> None:
    """Operations begin and end in any order. The file is cut at any byte: an operation whose end is whole in what is
    left has its outcome, one whose beginning is whole is unknown, the others are not there.
    """
    outcomes = data.draw(st.lists(st.sampled_from(list(Outcome)), min_size=1, max_size=6))
    steps = data.draw(st.permutations([number for number in range(len(outcomes)) for _ in range(2)]))
    records = [f"{'ü/' * data.draw(st.integers(0, 3))}{number}" for number in range(len(outcomes))]
    share = data.draw(st.fractions(0, 1))
    with TemporaryDirectory() as directory:
        operations = Operations(Path(directory) / "operations.jsonl")
        running: dict[int, ExitStack] = {}
        ends: list[tuple[int, int, Outcome | None]] = []
        for number in steps:
            if number in running:
                _end(running[number], outcomes[number])
                ends.append((operations.file.stat().st_size, number, outcomes[number]))
            else:
                running[number] = ExitStack()
                running[number].enter_context(operations.doing("act", connection="c", record=records[number]))
                ends.append((operations.file.stat().st_size, number, None))
        whole = operations.file.read_bytes()
        cut = round(share * len(whole))
        operations.file.write_bytes(whole[:cut])
        expected: dict[int, Outcome] = {}
        for end, number, outcome in ends:
            if end - 1 <= cut:  # without its line end a line is whole all the same
                expected[number] = outcome or Outcome.UNKNOWN
        found = {
            int(each.record.rpartition("/")[2]): each.outcome for each in history(operations.file).values()
        }
        assert found == expected


def _end(running: ExitStack, outcome: Outcome) -> None:
    error = ENDS[outcome]
    if error is None:
        running.close()
    else:
        assert not running.__exit__(error, error("lost"), None), "an error goes on to the caller"


def test_every_line_is_one_object(tmp_path: Path) -> None:
    operations = Operations(tmp_path / "operations.jsonl")
    with operations.doing("fault", connection="harbor", name="line\nbreak"):
        pass
    lines = operations.file.read_text().splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == [None, "ok"]
    assert len({json.loads(line)["id"] for line in lines}) == 1
