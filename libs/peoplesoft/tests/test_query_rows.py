"""Rows as they come out, the same over either route."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peoplesoft import ProtocolError, QueryRequest, QueryRoute, QueryRow, QueryTimeouts
from peoplesoft.query_json import JsonRows
from peoplesoft.testing.answers import call
from peoplesoft.testing.query_answers import (
    ACCOUNTS,
    ROWS,
    Cells,
    block_answer,
    instance_answer,
    json_answer,
    query_client,
)
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

WHOLE: list[QueryRow] = [
    {"SETID": "SHARE", "ACCOUNT": "001000", "DESCR": "Cash  at bank", "RATE": Decimal("1.5"), "NOTE": None},
    {"SETID": "SHARE", "ACCOUNT": "002000", "DESCR": " Zürich & Co", "RATE": Decimal(0), "NOTE": None},
]


def as_text(row: QueryRow) -> QueryRow:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in row.items()}


async def read(route: QueryRoute, rows: Sequence[Cells]) -> list[QueryRow]:
    async with ScriptedGateway() as gateway, query_client(gateway, route) as client:
        if route is QueryRoute.REST:
            gateway.replies.append(Reply(body=json_answer(rows)))
        else:
            gateway.replies.extend([Reply(body=instance_answer()), Reply(body=block_answer(rows))])
        return [row async for row in client.rows(ACCOUNTS)]


def parsed(body: bytes, cuts: Sequence[int] = ()) -> list[QueryRow]:
    reader, rows = JsonRows(query="APS_ACCOUNTS", call=call(saves=False)), []
    edges = sorted({0, *(cut % len(body) for cut in cuts), len(body)})
    for start, end in pairwise(edges):
        rows += reader.feed(body[start:end])
    reader.finish()
    return rows


async def test_fields_lose_alias_and_trailing_blanks_and_keep_the_rest() -> None:
    assert await read(QueryRoute.REST, ROWS) == WHOLE
    assert await read(QueryRoute.SOAP, ROWS) == [as_text(row) for row in WHOLE]


@pytest.mark.parametrize("route", list(QueryRoute))
async def test_a_name_that_two_records_share_keeps_its_alias(route: QueryRoute) -> None:
    rows = [{"A.NAME1": "Acme", "B.NAME1": "Acme Ltd", "B.TAX_ID": "17", "EXPR1_1": "x"}]
    assert await read(route, rows) == [
        {"A.NAME1": "Acme", "B.NAME1": "Acme Ltd", "TAX_ID": "17", "EXPR1_1": "x"}
    ]


@pytest.mark.parametrize("route", list(QueryRoute))
@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"A.X": "1"}, "missing A.Y, added none"),
        ({"A.X": "1", "A.Y": "2", "A.Z": "3"}, "missing none, added A.Z"),
        ({"B.X": "1", "A.Y": "2"}, "missing A.X, added B.X"),
    ],
)
async def test_rows_of_one_answer_have_the_same_columns(route: QueryRoute, second: Cells, said: str) -> None:
    with pytest.raises(ProtocolError, match=said):
        await read(route, [{"A.X": "1", "A.Y": "2"}, second])
    assert len(await read(route, [{"A.X": "1", "A.Y": "2"}, {"A.Y": "2", "A.X": "1"}])) == 2


@pytest.mark.parametrize("route", list(QueryRoute))
async def test_an_empty_result_has_no_rows(route: QueryRoute) -> None:
    assert await read(route, []) == []


@pytest.mark.parametrize(
    "empty",
    [
        b'{"status":"success","data":{"query":{"numrows":0,"queryname=":"APS_ACCOUNTS"}}}',
        b'{"status":"success","data":{"query":{"numrows":"0","queryname":"APS_ACCOUNTS","rows":null}}}',
        b'{"data":{"query":{"rows":[]}},"status":"SUCCESS"}\r\n',
    ],
)
def test_an_empty_result_is_understood_however_it_leaves_its_rows_out(empty: bytes) -> None:
    assert parsed(empty) == []


def test_numbers_stay_exact() -> None:
    body = json_answer([{"A.N": 0}], numrows=1)
    exact = ["0.10", "-12345678901234567.8901", "1E+2", "0", "12345678901234567890123456789012345678"]
    for text in exact:
        assert parsed(body.replace(b'"A.N": 0', f'"A.N": {text}'.encode())) == [{"N": Decimal(text)}]


def test_a_field_in_the_json_around_the_rows_is_no_matter() -> None:
    assert (
        parsed(json_answer(extra={"rows": [{"a": [1, [2]]}]}, more=[1, {"status": "x"}], flag=True)) == WHOLE
    )


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "A.KEY": st.text(
                    st.characters(exclude_categories=["Cs"], exclude_characters="~"), max_size=8
                ),
                "B.N": st.decimals(
                    allow_nan=False, allow_infinity=False, places=3, min_value=0, max_value=9**9
                ),
                "B.M": st.none() | st.integers(-(10**12), 10**12),
            }
        ),
        max_size=6,
    ),
    st.lists(st.integers(0, 10**6), max_size=20),
)
def test_an_answer_reads_the_same_however_it_is_cut_on_its_way(rows: list[Cells], cuts: list[int]) -> None:
    written = [
        {name: f"~{cell}~" if isinstance(cell, Decimal) else cell for name, cell in row.items()}
        for row in rows
    ]
    body = json_answer(written).replace(b'"~', b"").replace(b'~"', b"")
    expected = [
        {
            "KEY": str(row["A.KEY"]).rstrip(" ") or None,
            "N": row["B.N"],
            "M": None if row["B.M"] is None else Decimal(str(row["B.M"])),
        }
        for row in rows
    ]
    assert parsed(body, cuts) == expected


@pytest.mark.parametrize("route", list(QueryRoute))
async def test_rows_come_out_before_the_answer_has_ended(route: QueryRoute) -> None:
    rows = [{"A.KEY": f"{number:06d}", "A.TEXT": "x" * 200} for number in range(2000)]
    body = json_answer(rows) if route is QueryRoute.REST else block_answer(rows)
    query = QueryRequest(name="APS_ACCOUNTS", max_rows=2000)
    async with ScriptedGateway() as gateway, query_client(gateway, route) as client:
        if route is QueryRoute.SOAP:
            gateway.replies.append(Reply(body=instance_answer()))
        gateway.replies.append(Reply(body=body, missing=20, stalled=True))
        async with asyncio.timeout(30), aclosing(client.rows(query)) as answer:
            assert (await anext(answer))["KEY"] == "000000"


@pytest.mark.parametrize("route", list(QueryRoute))
async def test_a_caller_that_takes_its_time_over_a_row_is_not_cut_off(route: QueryRoute) -> None:
    rows = [{"A.KEY": f"{number:06d}", "A.TEXT": "x" * 500} for number in range(3000)]
    body = json_answer(rows) if route is QueryRoute.REST else block_answer(rows)
    query = QueryRequest(name="APS_ACCOUNTS", max_rows=3000)
    timeouts = QueryTimeouts(connect=20.0, silence=1.0, whole=2.0)
    async with ScriptedGateway() as gateway, query_client(gateway, route, timeouts=timeouts) as client:
        if route is QueryRoute.SOAP:
            gateway.replies.append(Reply(body=instance_answer()))
        gateway.replies.append(Reply(body=body))
        count = 0
        async for _ in client.rows(query):
            count += 1
            if count == 1:
                await asyncio.sleep(2.5)  # what is measured is that this time does not count
    assert count == 3000


@pytest.mark.parametrize("route", list(QueryRoute))
async def test_a_check_asks_for_one_row_and_tells_the_fields(route: QueryRoute) -> None:
    async with ScriptedGateway() as gateway, query_client(gateway, route) as client:
        for rows in (ROWS[:1], []):
            if route is QueryRoute.SOAP:
                gateway.replies.append(Reply(body=instance_answer()))
            gateway.replies.append(
                Reply(body=json_answer(rows) if route is QueryRoute.REST else block_answer(rows))
            )
        assert await client.check(ACCOUNTS) == ("SETID", "ACCOUNT", "DESCR", "RATE", "NOTE")
        assert await client.check(ACCOUNTS) == ()
    first = gateway.seen[0]
    assert "&maxrows=1&" in first.path or b"<MaxRow>1</MaxRow>" in first.body


@pytest.mark.parametrize("route", list(QueryRoute))
async def test_more_rows_than_asked_for_are_refused(route: QueryRoute) -> None:
    with pytest.raises(ProtocolError, match="more rows came than the 10"):
        await read(route, [{"A.X": str(number)} for number in range(11)])
