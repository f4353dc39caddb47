"""A stream service for tests: it keeps the highest version of every key it follows, in two topics.

Run as `python stream_process.py DIRECTORY NAME`: what it owns and how much it holds is written to
DIRECTORY/seen.jsonl, one line a turn.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ap_domain.desired_state import DesiredState
from chassis.records import DESIRED_STATE
from chassis.streams.ports import Following, Incoming, StreamService, StreamSurroundings, Table, TableWriter
from chassis.streams.running import run_stream_service, running
from chassis.topics import Topic

TURN_SECONDS = 0.1

Alongside = Callable[[StreamSurroundings], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Highest:
    """The service of one name, with topics of its own."""

    name: str

    @property
    def first(self) -> Topic:
        return self._topic("first")

    @property
    def second(self) -> Topic:
        return self._topic("second")

    @property
    def changelog(self) -> Topic:
        return self._topic("changelog")

    @property
    def table(self) -> Table[DesiredState]:
        return Table(changelog=self.changelog, value=DESIRED_STATE)

    @property
    def topics(self) -> tuple[Topic, ...]:
        return (self.first, self.second, self.changelog)

    def service(self, directory: Path) -> StreamService:
        """The service that tells what it sees."""
        table = self.table

        async def alongside(surroundings: StreamSurroundings) -> None:
            with (directory / "seen.jsonl").open("a", buffering=1) as lines:
                while True:
                    owned = sorted(surroundings.shards.owned())
                    held = sum(len(surroundings.view.keys(table, shard)) for shard in owned)
                    line = {"at": time.monotonic(), "owned": owned, "held": held}
                    lines.write(json.dumps(line) + "\n")
                    await asyncio.sleep(TURN_SECONDS)

        return self.over(table, alongside)

    def over(self, table: Table[DesiredState], alongside: Alongside) -> StreamService:
        """The service with something else alongside. A record met again, or an older one, changes nothing."""

        def take(incoming: Incoming, tables: TableWriter) -> None:
            if incoming.value is None:
                tables.put(table, incoming.key, None)
                return
            state = DESIRED_STATE.decode(incoming.value)
            held = tables.get(table, incoming.key)
            if held is None or state.version >= held.version:
                tables.put(table, incoming.key, state)

        return StreamService(
            name=self.name,
            tables=(table,),
            followings=(Following(topic=self.first, take=take), Following(topic=self.second, take=take)),
            alongside=alongside,
        )

    def _topic(self, last: str) -> Topic:
        return Topic(
            name=f"{self.name}-{last}",
            key="a number",
            schema="DesiredState",
            partitions="sharded",
            cleanup="compact",
            writers=("the test",),
            readers=("the test",),
        )


if __name__ == "__main__":
    _, where, called = sys.argv
    highest = Highest(name=called)
    run_stream_service(called, lambda settings: running(highest.service(Path(where)), settings))
