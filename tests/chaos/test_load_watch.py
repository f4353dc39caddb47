"""The load's sight of the topics: read in threads, looked at in the loop, and nothing of it lost."""

import asyncio
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from tests.chaos.load.topic_feed import Read, TopicFeed, Value
from tests.chaos.load.watch import INVOICES, Watch


class HeldFeed(TopicFeed):
    """Entries of one invoice, one a fetch; a fetch is over only once it is let go."""

    def __init__(self, entries: int) -> None:
        super().__init__("127.0.0.1:1", [], opaque=())
        self.fetching, self.let_go = threading.Event(), threading.Event()
        self._one_at_a_time = threading.Lock()
        self._left = list(range(1, entries + 1))
        self._brought: deque[Read] = deque()

    def fetch(self) -> bool:
        self.fetching.set()
        assert self.let_go.wait(10)
        with self._one_at_a_time:
            if not self._left:
                return False
            sequence = self._left.pop(0)
            entry = {"connection_id": "harbor", "sequence": sequence, "body": {"invoice_id": "1"}}
            self._brought.append(Read(place=(INVOICES, 9), next=sequence, key="harbor/1", value=entry))
        return True

    def came(self) -> Iterator[Read]:
        while self._brought:
            yield self._brought.popleft()


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """With a feed of three entries."""
    made = Watch("127.0.0.1:1")
    monkeypatch.setattr(made, "_feed", HeldFeed(3))
    return made


async def test_what_is_looked_at_changes_in_the_loop_alone(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a look that is under way meets a dictionary that changes its size."""
    threads = set()
    take_in = watch.take_in

    def noted(topic: str, key: str, value: Value) -> None:
        threads.add(threading.get_ident())
        take_in(topic, key, value)

    monkeypatch.setattr(watch, "take_in", noted)
    _feed(watch).let_go.set()
    await watch.read_on()
    assert threads == {threading.get_ident()}
    assert watch.entry(INVOICES, "harbor", "1")["sequence"] == 3


async def test_what_a_reader_had_fetched_when_it_was_cancelled_is_not_lost(watch: Watch) -> None:
    feed = _feed(watch)
    reading = asyncio.create_task(watch.read_on())
    assert await asyncio.to_thread(feed.fetching.wait, 10)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert watch.entry(INVOICES, "harbor", "1") == {}
    feed.let_go.set()
    await watch.read_on()
    assert watch.entry(INVOICES, "harbor", "1")["sequence"] == 3
    assert watch.moved == 3


def _feed(watch: Watch) -> HeldFeed:
    feed: Any = watch._feed
    assert isinstance(feed, HeldFeed)
    return feed
