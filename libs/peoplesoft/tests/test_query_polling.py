"""Fetching a result over SOAP, block by block, while PeopleSoft works on it."""

import pytest
from peoplesoft import QueryRoute, QueryRow, QueryTimeouts, RetryLater
from peoplesoft.testing.query_answers import (
    ACCOUNTS,
    ROWS,
    block_answer,
    instance_answer,
    query_client,
)
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

QUEUED = block_answer(status="queued")
SOME = block_answer(ROWS[:1], status="blockRetrieved")
LAST = block_answer(ROWS[1:])


class Naps:
    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


async def read(*bodies: bytes, whole: float = 5.0) -> tuple[list[QueryRow], list[float], list[str]]:
    naps = Naps()
    async with (
        ScriptedGateway() as gateway,
        query_client(
            gateway,
            QueryRoute.SOAP,
            sleep=naps,
            timeouts=QueryTimeouts(connect=2.0, silence=5.0, whole=whole),
        ) as client,
    ):
        gateway.replies.extend(Reply(body=body) for body in (instance_answer(), *bodies))
        rows = [row async for row in client.rows(ACCOUNTS)]
        blocks = [
            seen.body.partition(b"BlockNumber>")[2].partition(b"<")[0].decode() for seen in gateway.seen
        ]
    return rows, naps.taken, blocks[1:]


async def test_blocks_are_fetched_in_order_until_the_final_one() -> None:
    rows, naps, blocks = await read(SOME, SOME, LAST)
    assert [row["ACCOUNT"] for row in rows] == ["001000", "001000", "002000"]
    assert (naps, blocks) == ([], ["1", "2", "3"])


async def test_a_queued_query_is_asked_again_for_the_same_block_ever_less_often() -> None:
    rows, naps, blocks = await read(QUEUED, QUEUED, SOME, QUEUED, LAST)
    assert len(rows) == 2
    assert naps == [1.0, 1.5, 1.0]
    assert blocks == ["1", "1", "1", "2", "2"]


async def test_an_empty_final_block_ends_a_result() -> None:
    rows, _, _ = await read(SOME, block_answer([]))
    assert len(rows) == 1


async def test_the_wait_for_a_queued_query_is_bounded() -> None:
    with pytest.raises(RetryLater, match="still queued after 107"):
        await read(*[QUEUED] * 30, whole=100.0)


async def test_the_longest_wait_between_two_looks_is_bounded() -> None:
    _, naps, _ = await read(*[QUEUED] * 15, LAST, whole=1000.0)
    assert max(naps) == 15.0
