"""A part's query that answers nothing takes nothing from the suppliers that it gave something to."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ap_domain.masterdata.source_rows import SourceGroup
from ap_domain.poll import PollKind, PollOutcome

from .world import SECTION, Site, World, account, connection

DATED = {"SETID": "SHARE", "EFFDT": "2020-01-01", "EFF_STATUS": "A"}
PARTS: Mapping[str, dict[str, Any]] = {
    "addresses": DATED | {"ADDRESS_SEQ_NUM": 1, "ADDRESS1": "Ring 1", "CITY": "Bonn", "COUNTRY": "DEU"},
    "locations": DATED | {"VNDR_LOC": "MAIN", "PYMNT_TERMS_CD": "30"},
    "contacts": DATED | {"CNTCT_SEQ_NUM": 1, "CONTACT_NAME": "Jo", "EMAILID": "jo@acme.example"},
}
REST = {"EMAILID": " ", "ADDRESS4": " ", "CURRENCY_CD": " ", "PYMNT_METHOD": " "} | {
    "ADDRESS2": " ",
    "ADDRESS3": " ",
    "STATE": " ",
    "POSTAL": " ",
    "CONTACT_TITLE": " ",
    "PHONE": " ",
}
FIELDS = {"addresses": "addresses", "locations": "paymentTerms", "contacts": "contacts"}
QUERIES = {
    "addresses": "APS_SUPPLIER_ADDRESSES",
    "locations": "APS_SUPPLIER_LOCATIONS",
    "contacts": "APS_SUPPLIER_CONTACTS",
}


def supplier(number: str, **fields: Any) -> dict[str, Any]:
    return {
        "SETID": "SHARE",
        "VENDOR_ID": number,
        "NAME1": f"Acme {number}",
        "VENDOR_NAME_SHORT": "ACME",
        "VENDOR_STATUS": "A",
        "DEFAULT_LOC": "MAIN",
        "PRIM_ADDR_SEQ_NUM": 1,
        "REMIT_ADDR_SEQ_NUM": 1,
        "TAX_ID": " ",
        "HOLD_PAYMENT": "N",
        "LASTUPDDTTM": "2026-06-01T08:00:00",
    } | fields


class Suppliers(Site):
    """Suppliers with one row of each part, but for what ``without`` says."""

    without: Callable[[str, str], bool] = staticmethod(lambda number, part: False)

    def group(self, key: str) -> SourceGroup:
        main = tuple(dict(row) for row in self.rows[key])
        parts = {
            name: () if self.without(key, name) else ({**REST, "NAME1": " ", **row, "VENDOR_ID": key},)
            for name, row in PARTS.items()
        }
        return SourceGroup(main=main, parts=parts)


async def loaded(count: int, without: Callable[[str, str], bool] | None = None) -> World:
    world = World(entity="suppliers", connection=connection(SECTION | {"entities": {"suppliers": {}}}))
    world.site = Suppliers(page=10)
    if without is not None:
        world.site.without = without
    for number in range(count):
        world.site.rows[f"V{number:02}"] = [supplier(f"V{number:02}")]
    polled = await world.poll()
    assert polled.outcome is PollOutcome.COMPLETE, polled.words
    assert [record.problems for record in world.latest().values()] == [()] * count
    return world


def content(world: World, number: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(world.last(f"SHARE_{number}").content)
    return found


@pytest.mark.parametrize("kind", PollKind)
@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_fell_silent_is_held_and_named_and_nothing_of_it_published(
    part: str, kind: PollKind
) -> None:
    world = await loaded(30)
    world.site.without = lambda number, name: name == part
    for number, rows in world.site.rows.items():
        rows[0] = supplier(number, LASTUPDDTTM="2026-06-02T08:00:00")
    world.site.rows["W"] = [supplier("W", LASTUPDDTTM="2026-06-02T08:00:00")]
    polled = await world.poll(kind)
    assert (polled.outcome, polled.held) == (PollOutcome.HELD, 0)
    assert f"{QUERIES[part]} gave no row for any record, and 30 records" in polled.words
    assert "apstream masterdata accept-shrink suppliers --connection acme" in polled.words
    assert all(FIELDS[part] in content(world, f"V{number:02}") for number in range(30))
    assert FIELDS[part] not in content(world, "W"), "nothing is taken from one that had nothing"
    polled = await world.poll(accept_shrink=True)
    assert polled.outcome is PollOutcome.COMPLETE
    assert not any(FIELDS[part] in content(world, f"V{number:02}") for number in range(30))
    assert (await world.poll()).outcome is PollOutcome.COMPLETE


async def test_changes_wait_until_the_part_gives_its_first_row() -> None:
    world = await loaded(30)
    world.site.without = lambda number, name: name == "addresses" and number != "V29"
    world.site.before_page = lambda page: waits.append(len(world.records()))
    waits: list[int] = []
    assert (await world.poll()).outcome is PollOutcome.COMPLETE
    assert waits[:3] == [30, 30, 30]
    assert [number for number in world.site.rows if "addresses" in content(world, number)] == ["V29"]


async def test_a_part_that_no_supplier_ever_had_holds_nothing() -> None:
    """Nor does it count what others lose while it is silent."""
    world = await loaded(30, without=lambda number, name: name == "contacts")
    world.site.without = lambda number, name: name == "contacts" or (name == "addresses" and number < "V08")
    world.site.rows["V20"] = [supplier("V20", NAME1="Other")]
    assert (await world.poll()).outcome is PollOutcome.COMPLETE
    assert content(world, "V20")["name"] == "Other"
    assert "addresses" not in content(world, "V07")


async def test_the_last_few_that_had_some_may_lose_it() -> None:
    world = await loaded(30, without=lambda number, name: name == "contacts" and number > "V02")
    world.site.without = lambda number, name: name == "contacts"
    assert (await world.poll()).outcome is PollOutcome.COMPLETE
    assert "contacts" not in content(world, "V00")


@pytest.mark.parametrize(
    ("undated", "outcome"), [(1, PollOutcome.COMPLETE), (5, PollOutcome.COMPLETE), (6, PollOutcome.FAILED)]
)
async def test_rows_without_a_date_are_problems_until_most_of_them_have_none(
    undated: int, outcome: PollOutcome
) -> None:
    world = World()
    world.site.page = 10
    for number in range(10):
        day = " " if number < undated else "2020-01-01"
        world.site.rows[str(number)] = [account(str(number), EFFDT=day)]
    polled = await world.poll()
    assert polled.outcome is outcome
    if outcome is PollOutcome.FAILED:
        assert "6 of 10 records of query APS_ACCOUNTS have a row" in polled.words
        assert not world.records()
    else:
        assert sum(bool(record.problems) for record in world.records()) == undated
        assert len(world.records()) == 10
