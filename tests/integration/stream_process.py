"""A stream service for chaos tests, as a process of its own: it keeps the highest version of every key it follows.

Run as `python stream_process.py DIRECTORY`; what it owns and holds is written to DIRECTORY/seen.jsonl, one line a turn.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from chassis.records import DESIRED_STATE
from chassis.streams.ports import Following, Incoming, StreamService, StreamSurroundings, Table, TableWriter
from chassis.streams.running import run_stream_service, running
from chassis.topics import Topic

TURN_SECONDS = 0.1


def _topic(name: str) -> Topic:
    return Topic(
        name=name,
        key="a number",
        schema="DesiredState",
        partitions="sharded",
        cleanup="compact",
        writers=("the test",),
        readers=("the test",),
    )


FIRST, SECOND = _topic("stream-test.first"), _topic("stream-test.second")
TABLE = Table(changelog=_topic("stream-test-changelog"), value=DESIRED_STATE)
TOPICS = (FIRST, SECOND, TABLE.changelog)


def take(incoming: Incoming, tables: TableWriter) -> None:
    """Overwrites: a record met again, or an older one, leads to the same table."""
    if incoming.value is None:
        tables.put(TABLE, incoming.key, None)
        return
    state = DESIRED_STATE.decode(incoming.value)
    held = tables.get(TABLE, incoming.key)
    if held is None or state.version >= held.version:
        tables.put(TABLE, incoming.key, state)


def service(seen: Path) -> StreamService:
    async def alongside(surroundings: StreamSurroundings) -> None:
        with seen.open("a", buffering=1) as lines:
            while True:
                owned = surroundings.shards.owned()
                held = {
                    key.decode(): state.version
                    for shard in owned
                    for key, state in surroundings.view.items(TABLE, shard)
                }
                line = {"at": time.monotonic(), "owned": sorted(owned), "held": held}
                lines.write(json.dumps(line) + "\n")
                await asyncio.sleep(TURN_SECONDS)

    return StreamService(
        name="stream-test",
        tables=(TABLE,),
        followings=(Following(topic=FIRST, take=take), Following(topic=SECOND, take=take)),
        alongside=alongside,
    )


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    run_stream_service("stream-test", lambda settings: running(service(directory / "seen.jsonl"), settings))
