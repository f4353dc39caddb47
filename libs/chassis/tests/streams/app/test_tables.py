"""Tables in memory: what a writer puts, what a view shows of what is owned."""

import pytest
from chassis.streams.app_tables import HeldTables, Writing
from chassis.streams.ports import Table

from .one_shard import TABLE, state, topic


@pytest.fixture
def visible() -> set[int]:
    return {3}


@pytest.fixture
def held(visible: set[int]) -> HeldTables:
    return HeldTables([TABLE], visible=visible.__contains__)


def test_a_writer_sees_what_it_put_and_nobody_else_does_until_it_is_done(held: HeldTables) -> None:
    writing = Writing(held, 3)
    assert writing.get(TABLE, b"a") is None
    writing.put(TABLE, b"a", state(1))
    writing.put(TABLE, b"a", state(2))
    writing.put(TABLE, b"b", state(1))
    writing.put(TABLE, b"b", None)
    assert writing.get(TABLE, b"a") == state(2)
    assert writing.get(TABLE, b"b") is None
    assert held.get(TABLE, 3, b"a") is None
    held.change(3, writing.changes)
    assert dict(held.items(TABLE, 3)) == {b"a": state(2)}


def test_a_shard_not_owned_is_empty_and_one_forgotten_too(held: HeldTables, visible: set[int]) -> None:
    writing = Writing(held, 3)
    writing.put(TABLE, b"a", state(1))
    held.change(3, writing.changes)
    assert held.size(TABLE) == 1
    visible.clear()
    assert held.get(TABLE, 3, b"a") is None
    assert held.keys(TABLE, 3) == []
    assert list(held.items(TABLE, 3)) == []
    visible.add(3)
    assert held.keys(TABLE, 3) == [b"a"]
    held.forget(3)
    assert held.keys(TABLE, 3) == []


def test_keys_and_items_by_prefix_stay_as_they_were_while_the_table_changes(held: HeldTables) -> None:
    writing = Writing(held, 3)
    for key in (b"c/1", b"c/2", b"d/1"):
        writing.put(TABLE, key, state(1))
    held.change(3, writing.changes)
    assert sorted(held.keys(TABLE, 3, b"c/")) == [b"c/1", b"c/2"]
    items = held.items(TABLE, 3, b"c/")
    next(items)
    forgetting = Writing(held, 3)
    forgetting.put(TABLE, b"c/1", None)
    forgetting.put(TABLE, b"c/2", None)
    held.change(3, forgetting.changes)
    assert list(items) == []


def test_a_table_the_service_does_not_have_is_an_error(held: HeldTables) -> None:
    other = Table(changelog=topic("other"), value=TABLE.value)
    with pytest.raises(KeyError, match="other is no table of this service"):
        held.get(other, 3, b"a")
