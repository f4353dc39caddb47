"""PeopleSoft's queries as the poll reads them: which are asked, with which prompts, and what is made of the rows."""

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest
from ap_domain.masterdata import SourceGroup, parse_masterdata
from ap_domain.poll import PollOutcome
from masterdata.poll.adapters.query_clients import QueryClients
from masterdata.poll.adapters.query_source import QuerySource
from masterdata.poll.ports import SourceFailed
from peoplesoft import ConfigurationError, QueryRequest, QueryRow
from peoplesoft.testing.query_answers import json_answer
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

from .world import SECTION, World, account, connection

SUPPLIERS = {"parts": {"addresses": "APS_SUPPLIER_ADDRESSES", "locations": None, "contacts": None}}


@dataclass(slots=True, kw_only=True)
class Queries:
    """Tables by query. Prompts that are not in ``deaf`` choose rows as the delivered queries do."""

    tables: dict[str, list[QueryRow]]
    key: str
    deaf: frozenset[str] = frozenset()
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    given: int = 0

    async def rows(self, query: QueryRequest, *, record: str = "") -> AsyncGenerator[QueryRow, None]:
        prompts = {name: value for name, value in query.prompts if name not in self.deaf}
        self.asked.append((query.name, dict(query.prompts)))
        tests: Sequence[Callable[[QueryRow], bool]] = (
            lambda row: not prompts.get("SETID") or row["SETID"] == prompts["SETID"],
            lambda row: str(row[self.key]) > prompts.get("AFTER", ""),
            lambda row: not prompts.get("UP_TO") or str(row[self.key]) <= prompts["UP_TO"],
        )
        found = [row for row in self.tables[query.name] if all(test(row) for test in tests)]
        for row in sorted(found, key=lambda row: str(row[self.key]))[: query.max_rows]:
            self.given += 1
            yield row


async def read(
    queries: Queries,
    entity: str,
    given: dict[str, Any] | None = None,
    *,
    since: str | None = None,
    **keys: Any,
) -> tuple[list[Sequence[SourceGroup]], int]:
    """All pages, and how often it was said that it gets on."""
    plan = parse_masterdata(SECTION | {"page_rows": 10, "entities": {entity: given or {}}} | keys)
    steps: list[None] = []
    pages = QuerySource(rows_of=lambda *_: queries).read(
        connection(), plan, plan.entities[entity], since=since, stepped=lambda: steps.append(None)
    )
    return [page async for page in pages], len(steps)


def suppliers(count: int, *, addresses: int = 1, deaf: frozenset[str] = frozenset()) -> Queries:
    """Suppliers of even numbers, addresses also of odd ones, which no supplier has."""
    numbers = [f"{number:04}" for number in range(1, 2 * count + 1)]
    return Queries(
        key="VENDOR_ID",
        deaf=deaf,
        tables={
            "APS_SUPPLIERS": [{"SETID": "SHARE", "VENDOR_ID": number} for number in numbers[1::2]],
            "APS_SUPPLIER_ADDRESSES": [
                {"SETID": "SHARE", "VENDOR_ID": number, "ADDRESS_SEQ_NUM": str(place)}
                for number in numbers
                for place in range(addresses)
            ],
        },
    )


async def test_setids_are_read_one_after_the_other() -> None:
    queries = Queries(
        key="ACCOUNT",
        tables={
            "APS_ACCOUNTS": [
                account("1"),
                account("2"),
                account("1", SETID="OTHER"),
                account("9", SETID="NO"),
            ]
        },
    )
    pages, _ = await read(queries, "accounts", companies={"SHARE": ["BW00"], "OTHER": ["BW10"]})
    keys = [(group.main[0]["SETID"], group.main[0]["ACCOUNT"]) for page in pages for group in page]
    assert sorted(keys) == [("OTHER", "1"), ("SHARE", "1"), ("SHARE", "2")]
    assert {prompts["SETID"] for _, prompts in queries.asked} == {"SHARE", "OTHER"}
    assert all(prompts["SINCE"] == "" and prompts["UP_TO"] == "" for _, prompts in queries.asked)


async def test_rates_have_no_setid_to_ask_for() -> None:
    rate = {"FROM_CUR": "EUR", "TO_CUR": "USD", "RT_TYPE": "CRRNT", "EFFDT": "2026-06-01"}
    queries = Queries(key="FROM_CUR", tables={"APS_RATES": [rate, rate | {"TO_CUR": "SEK"}]})
    pages, _ = await read(queries, "exchange_rates")
    (group,) = (group for page in pages for group in page)
    assert len(group.main) == 2
    assert all("SETID" not in prompts for _, prompts in queries.asked)


async def test_parts_are_read_for_the_range_of_each_page() -> None:
    queries = suppliers(25, addresses=3)
    pages, steps = await read(queries, "suppliers", SUPPLIERS)
    groups = [group for page in pages for group in page]
    assert [group.main[0]["VENDOR_ID"] for group in groups] == [f"{number:04}" for number in range(2, 51, 2)]
    for group in groups:
        assert len(group.parts["addresses"]) == 3
        assert {row["VENDOR_ID"] for row in group.parts["addresses"]} == {group.main[0]["VENDOR_ID"]}
    of_parts = [prompts for query, prompts in queries.asked if query == "APS_SUPPLIER_ADDRESSES"]
    ranges = {prompts["UP_TO"] for prompts in of_parts}
    assert ranges == {page[-1].main[0]["VENDOR_ID"] for page in pages if page}
    assert steps == len(queries.asked), "a poll gets on with each answer, those of parts included"


async def test_a_part_without_any_row_leaves_its_records_whole() -> None:
    queries = suppliers(3)
    queries.tables["APS_SUPPLIER_ADDRESSES"] = []
    pages, _ = await read(queries, "suppliers", SUPPLIERS)
    assert [dict(group.parts) for page in pages for group in page] == [{"addresses": ()}] * 3


async def test_a_part_that_knows_no_end_is_not_read_to_its_end_for_every_page() -> None:
    queries = suppliers(100, deaf=frozenset({"UP_TO"}))
    pages, _ = await read(queries, "suppliers", SUPPLIERS)
    groups = [group for page in pages for group in page]
    assert len(groups) == 100
    assert all(
        [row["VENDOR_ID"] for row in group.parts["addresses"]] == [group.main[0]["VENDOR_ID"]]
        for group in groups
    )
    assert queries.given < 600


async def test_what_changed_is_asked_of_parts_too() -> None:
    queries = suppliers(2)
    await read(queries, "suppliers", SUPPLIERS, since="2026-06-01T08:00:00")
    assert {query for query, _ in queries.asked} == {"APS_SUPPLIERS", "APS_SUPPLIER_ADDRESSES"}
    assert {prompts["SINCE"] for _, prompts in queries.asked} == {"2026-06-01T08:00:00"}


@pytest.mark.parametrize(("count", "fits"), [(10, True), (11, False)])
async def test_a_query_without_a_prompt_to_page_by_must_fit_one_answer(count: int, fits: bool) -> None:
    rows = [account(f"{number:02}") for number in range(count)]
    queries = Queries(key="ACCOUNT", tables={"APS_ACCOUNTS": list(rows)})
    given = {"prompts": {"after": None, "up_to": None, "since": None}}
    if fits:
        pages, _ = await read(queries, "accounts", given)
        assert sum(len(page) for page in pages) == count
        assert [prompts for _, prompts in queries.asked] == [{"SETID": "SHARE"}]
        return
    with pytest.raises(SourceFailed, match="more than 10 rows and no prompt to page by"):
        await read(queries, "accounts", given)


async def test_sites_may_name_prompts_as_they_like() -> None:
    queries = Queries(key="ACCOUNT", tables={"APS_ACCOUNTS": [account("1")]})
    await read(queries, "accounts", {"prompts": {"setid": "BIND1", "since": "BIND2"}})
    assert set(queries.asked[0][1]) == {"BIND1", "AFTER", "UP_TO", "BIND2"}


async def test_a_connection_that_cannot_be_reached_by_its_document_is_a_failure_in_words() -> None:
    def none(*_: object) -> Queries:
        raise ConfigurationError("no address")

    plan = parse_masterdata(SECTION)
    pages = QuerySource(rows_of=none).read(
        connection(), plan, plan.entities["accounts"], since=None, stepped=lambda: None
    )
    with pytest.raises(SourceFailed, match="no address") as failed:
        await anext(pages)
    assert not failed.value.stops


@pytest.mark.parametrize(
    ("reply", "said", "stops"),
    [
        (Reply(status=401), "HTTP 401", True),
        (Reply(status=403), "", False),
        (Reply(status=503), "", False),
        (Reply(body=json_answer([account("2"), account("1")])), "comes after", False),
        (Reply(body=json_answer([account("1")]), missing=30), "", False),
        (Reply(body=b"<html>Sign in</html>"), "sign-on page", True),
    ],
)
async def test_what_a_gateway_may_answer_ends_a_poll_in_words(reply: Reply, said: str, stops: bool) -> None:
    async with ScriptedGateway() as gateway, aiohttp.ClientSession() as session:
        gateway.replies.append(reply)
        world = World()
        side = world.connection.peoplesoft
        world.connection = replace(world.connection, peoplesoft=replace(side, base_url=gateway.url))
        polled = await world.poll(source=QuerySource(rows_of=QueryClients(session=session).of))
    assert polled.outcome is PollOutcome.FAILED
    assert said in polled.words
    assert "What to do" in polled.words
    assert "s3cret" not in polled.words
    assert bool(world.flows.stops) is stops
    assert not world.records()


async def test_a_poll_over_a_gateway_publishes_what_it_answers_and_a_changed_connection_is_asked_anew() -> (
    None
):
    async with ScriptedGateway() as gateway, aiohttp.ClientSession() as session:
        world = World()
        side = replace(world.connection.peoplesoft, base_url=gateway.url)
        world.connection = replace(world.connection, peoplesoft=side)
        clients = QueryClients(session=session)
        plan = parse_masterdata(SECTION)
        first = clients.of(world.connection, plan)
        assert clients.of(world.connection, plan) is first
        for rows in ([account("1"), account("2")], [account("2")]):
            gateway.replies.append(Reply(body=json_answer(rows)))
        polled = await world.poll(source=QuerySource(rows_of=clients.of))
        assert polled.outcome is PollOutcome.COMPLETE, polled.words
        assert clients.of(replace(world.connection, version=2), plan) is not first
    assert [record.external_code for record in world.records()] == ["SHARE_1", "SHARE_2"]
