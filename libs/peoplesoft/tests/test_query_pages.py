"""Reading a query to its end by its key: nothing lost, nothing doubled, and never a cut taken for the end."""

from collections.abc import AsyncGenerator, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peoplesoft import (
    ConfigurationError,
    KeyPage,
    ProtocolError,
    QueryPages,
    QueryRequest,
    QueryRoute,
    QueryRow,
    RetryLater,
)
from peoplesoft.query_pages import Key
from peoplesoft.testing.query_answers import json_answer, query_client
from peoplesoft.testing.query_source import RowsInMemory
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

PROMPTS = (("SETID", "SHARE"), ("AFTER", ""), ("UP_TO", ""))


def query(page: int = 10, *, up_to: str = "") -> QueryRequest:
    return QueryRequest(name="APS_X", max_rows=page, prompts=(*PROMPTS[:2], ("UP_TO", up_to)))


def table(groups: dict[str, int]) -> list[QueryRow]:
    return [{"ID": key, "EFFDT": str(number)} for key, size in groups.items() for number in range(size)]


def source(groups: dict[str, int], *, operator_limit: int | None = None) -> RowsInMemory:
    return RowsInMemory(key=("ID", "EFFDT"), table=table(groups), operator_limit=operator_limit)


async def read(
    rows: RowsInMemory, request: QueryRequest, *, key: Key = ("ID",), pages: QueryPages | None = None
) -> list[KeyPage]:
    return [page async for page in (pages or QueryPages(rows)).pages(request, key=key)]


def sizes(pages: Sequence[KeyPage]) -> dict[str, int]:
    seen: dict[str, int] = {}
    for page in pages:
        for key, rows in page.rows.items():
            assert key[0] not in seen, "a key comes once"
            seen[key[0]] = len(rows)
    return seen


def check_chain(pages: Sequence[KeyPage], *, page: int) -> None:
    assert [each.complete for each in pages] == [False] * (len(pages) - 1) + [True]
    assert [each.after for each in pages] == ["", *(each.last_key for each in pages[:-1])]
    assert all(sum(len(rows) for rows in each.rows.values()) <= page for each in pages)


GROUPS = st.dictionaries(st.text("AB019_", min_size=1, max_size=3), st.integers(1, 4), max_size=12)


@given(GROUPS, st.integers(4, 15))
async def test_every_key_comes_once_with_all_its_rows_whatever_the_page(
    groups: dict[str, int], page: int
) -> None:
    rows = source(groups)
    pages = await read(rows, query(page))
    assert sizes(pages) == groups
    assert list(sizes(pages)) == sorted(groups)
    check_chain(pages, page=page)
    assert all(asked.max_rows == page + 1 for asked in rows.asked)


@given(GROUPS, st.integers(4, 15), st.integers(1, 15))
async def test_a_limit_of_the_operator_never_passes_for_the_end(
    groups: dict[str, int], page: int, limit: int
) -> None:
    rows = source(groups, operator_limit=limit)
    try:
        pages = await read(rows, query(page))
    except ProtocolError:
        assert max(groups.values()) >= limit, "only a key that fills the answer may stop a read"
        return
    check_chain(pages, page=page)
    if len(groups) > 1 or max(groups.values(), default=0) <= limit:
        assert sizes(pages) == groups


@given(
    GROUPS,
    st.integers(6, 15),
    st.lists(st.tuples(st.text("AB019_", min_size=1, max_size=3), st.integers(0, 4)), max_size=12),
    st.one_of(st.none(), st.integers(6, 12)),
)
async def test_keys_that_stay_come_once_whatever_changes_between_pages(
    groups: dict[str, int], page: int, changes: list[tuple[str, int]], limit: int | None
) -> None:
    rows = source(groups, operator_limit=limit)
    now, pending = dict(groups), list(changes)

    def change(_: QueryRequest) -> None:
        for key, size in pending[:2]:
            now[key] = size
            rows.table = table(now)
        del pending[:2]

    rows.before_answer = change
    try:
        pages = await read(rows, query(page))
    except ProtocolError:
        assert changes, "only a change that looks like a cut may stop a read"
        return
    touched = {key for key, _ in changes}
    seen = sizes(pages)
    assert {key: seen[key] for key in groups.keys() - touched} == {
        key: size for key, size in groups.items() if key not in touched
    }
    for key in seen.keys() & touched:
        assert seen[key] in {groups.get(key), *(size for changed, size in changes if changed == key)}


async def test_a_key_with_more_rows_than_a_page_is_an_error_that_names_it() -> None:
    with pytest.raises(ProtocolError, match=r"query APS_X .* ID 'B' has more rows than the 5 of a page"):
        await read(source({"A": 1, "B": 6}), query(5))
    assert sizes(await read(source({"A": 1, "B": 5}), query(5))) == {"A": 1, "B": 5}


@pytest.mark.parametrize("groups", [{"A": 3, "B": 9}, {"A": 9, "B": 1}, {"A": 4, "B": 9, "C": 1}])
async def test_a_key_with_more_rows_than_the_operator_may_fetch_is_noticed(groups: dict[str, int]) -> None:
    with pytest.raises(ProtocolError, match="it may have more") as caught:
        await read(source(groups, operator_limit=6), query(50))
    assert "operator may fetch" in caught.value.remedy


async def test_a_key_that_comes_while_the_only_other_one_is_read_is_no_cut() -> None:
    rows = source({"A": 2})

    def add(asked: QueryRequest) -> None:
        if dict(asked.prompts)["AFTER"] == "A":
            rows.table = table({"A": 2, "B": 1})

    rows.before_answer = add
    assert sizes(await read(rows, query(10))) == {"A": 2, "B": 1}


async def test_a_composite_key_pages_by_its_first_field_and_groups_by_all() -> None:
    rates = [
        {"FROM_CUR": start, "TO_CUR": end, "RT_TYPE": None if end == "SEK" else "CRRNT", "EFFDT": day}
        for start in ("EUR", "GBP", "USD")
        for end in ("CHF", "SEK")
        for day in ("2026-01-01", "2026-02-01")
    ]
    rows = RowsInMemory(key=("FROM_CUR", "TO_CUR", "EFFDT"), table=[*rates])
    pages = await read(rows, query(5), key=("FROM_CUR", "TO_CUR", "RT_TYPE"))
    assert [(page.after, page.last_key, len(page.rows)) for page in pages] == [
        ("", "EUR", 2),
        ("EUR", "GBP", 2),
        ("GBP", "USD", 2),
    ]
    assert list(pages[0].rows) == [("EUR", "CHF", "CRRNT"), ("EUR", "SEK", "")]
    assert all(len(each) == 2 for page in pages for each in page.rows.values())


async def test_a_part_is_read_for_the_keys_of_a_page() -> None:
    rows = source(dict.fromkeys("ABCDEFG", 2))
    pages = QueryPages(rows)
    parts = [
        page async for page in pages.pages(query(10, up_to="E"), key=("ID",), after="B", record="suppliers")
    ]
    assert sizes(parts) == {"C": 2, "D": 2, "E": 2}
    assert parts[0].after == "B"


async def test_what_one_query_shows_of_the_operators_limit_saves_calls_for_the_next() -> None:
    rows = source({f"{number:03d}": 1 for number in range(30)})
    pages = QueryPages(rows)
    assert len(await read(rows, query(10), pages=pages)) == 3
    asked = len(rows.asked)
    await read(rows, query(10, up_to="004"), pages=pages)
    assert len(rows.asked) == asked + 1


async def test_a_query_without_a_prompt_to_page_by_must_come_whole() -> None:
    rows = source({"A": 2, "B": 2})
    whole = QueryPages(rows).pages(query(4), key=("ID",), after_prompt=None)
    assert sizes([page async for page in whole]) == {"A": 2, "B": 2}
    with pytest.raises(ProtocolError, match="more than 3 rows and no prompt"):
        await anext(QueryPages(rows).pages(query(3), key=("ID",), after_prompt=None))
    with pytest.raises(ConfigurationError, match="no prompt LATER"):
        await anext(QueryPages(rows).pages(query(3), key=("ID",), after_prompt="LATER"))


class Answers:
    """A source that gives out what it was told to, call after call, whatever it is asked."""

    def __init__(self, *answers: Sequence[QueryRow]) -> None:
        self._answers = list(answers)

    async def rows(self, query: QueryRequest, *, record: str = "") -> AsyncGenerator[QueryRow, None]:
        for row in self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]:
            yield row


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([table({"B": 1, "A": 1})], "'A' comes after 'B'"),
        ([[*table({"A": 1, "B": 1}), *table({"A": 1})]], "'A' comes after 'B'"),
        ([table({"A": 1, "B": 1, "C": 1})], "'A' comes after 'B'"),
        ([table({"A": 1, "B": 1, "C": 1}), table({"B": 1})], "'B' comes after 'B'"),
        ([[{"ID": None}]], "row 1 has no ID"),
        ([[{"OTHER": "A"}]], "no field ID, only OTHER"),
        ([[{"ID": Decimal(7)}]], "leading zeros"),
    ],
    ids=[
        "falling",
        "twice",
        "a page that ignores AFTER",
        "AFTER not greater",
        "no key",
        "no field",
        "a number",
    ],
)
async def test_a_query_that_cannot_be_paged_is_an_error_that_says_why(
    answers: list[list[QueryRow]], said: str
) -> None:
    with pytest.raises(ProtocolError, match="APS_X cannot be read page by page") as caught:
        async for _ in QueryPages(Answers(*answers)).pages(query(2), key=("ID",), record="poll 7"):
            pass
    assert said in str(caught.value)
    assert caught.value.record == "poll 7"


async def test_the_order_of_keys_is_the_databases() -> None:
    rows = table({"a": 1, "B": 1, "c": 1})
    pages = QueryPages(Answers(rows), order=str.casefold).pages(query(9), key=("ID",), after_prompt=None)
    assert list(sizes([page async for page in pages])) == ["a", "B", "c"]
    with pytest.raises(ProtocolError, match="'B' comes after 'a'"):
        await anext(QueryPages(Answers(rows)).pages(query(9), key=("ID",)))


async def test_pages_without_end_are_bounded() -> None:
    rows = source({f"{number:03d}": 1 for number in range(50)})
    with pytest.raises(ProtocolError, match="no end after 4 pages"):
        await read(rows, query(5), pages=QueryPages(rows, most_pages=4))


async def test_what_the_source_raises_comes_out_and_no_page_is_complete_then() -> None:
    rows = source({f"{number:03d}": 1 for number in range(50)})

    def fails(_: QueryRequest) -> None:
        if len(rows.asked) == 3:
            raise RetryLater("busy")

    rows.before_answer = fails
    pages = QueryPages(rows).pages(query(20), key=("ID",))
    seen = [await anext(pages), await anext(pages)]
    with pytest.raises(RetryLater):
        await anext(pages)
    assert [page.complete for page in seen] == [False, False]


async def test_pages_go_over_the_line_as_they_do_in_memory() -> None:
    first = [{"A.ID": f"{number:02d}"} for number in range(4)]
    async with ScriptedGateway() as gateway, query_client(gateway, QueryRoute.REST) as client:
        gateway.replies.append(Reply(body=json_answer(first, query="APS_X")))
        gateway.replies.append(Reply(body=json_answer(first[3:], query="APS_X")))
        pages = [page async for page in QueryPages(client).pages(query(3), key=("ID",))]
    assert sizes(pages) == {"00": 1, "01": 1, "02": 1, "03": 1}
    assert [seen.path.partition("fieldvalue=")[2] for seen in gateway.seen] == [
        "SHARE,,&json_resp=true",
        "SHARE,02,&json_resp=true",
    ]
