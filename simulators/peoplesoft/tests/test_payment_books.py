"""The books of payments: page by page, invented in numbers, and kept over a restart."""

import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
from peoplesoft_simulator.books import Books
from peoplesoft_simulator.server import simulator

from .keyed_vouchers import act


async def test_the_books_come_page_by_page(caller: Any) -> None:
    await caller.control(
        "POST", "payments/generate", {"count": 7, "business_unit": "EU001", "currency": "EUR"}
    )
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await caller.control("GET", f"payments?limit=3&after={after}")
        seen += [each["VOUCHER_ID"] for each in page["vouchers"]]
        after = page["next"]
    assert seen == [f"{10_000_000 + n}" for n in range(7)]


async def test_vouchers_are_invented_and_changed_the_same_for_the_same_seed(caller: Any) -> None:
    order = {"count": 200, "seed": 5, "entered_at": "2026-03-01T00:00:00Z"}
    assert (await caller.control("POST", "payments/generate", order))["last"] == "10000199"
    change = {"share": 0.1, "seed": 3, "what": "mixed"}
    changed = (await caller.control("POST", "payments/change_some", change))["changed"]
    pages = (await caller.control("GET", "payments"))["vouchers"]
    touched = {
        each["VOUCHER_ID"]
        for each in pages
        if any(row["LAST_UPDATE_DT"] > "2026-03-02" for row in each["schedule"])
    }
    assert {each["voucher"].split("/")[1] for each in changed} == touched
    assert 10 < len(touched) <= 20
    await caller.control("POST", "payments/generate", order)
    assert (await caller.control("POST", "payments/change_some", change))["changed"] == changed


async def test_payments_outlive_the_process(caller_class: type[Any], tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        pages: list[Any] = []
        for _ in range(2):
            async with simulator(books=tmp_path / "books") as url:
                caller = caller_class(url=url, session=session)
                if not pages:
                    await caller.control("POST", "payments/generate", {"count": 5})
                    await act(caller, "10000001", "pay", amount="1.00", reference="CHK-9")
                    await act(caller, "10000001", "void", form="new_row")
                pages.append(await caller.control("GET", "payments"))
        assert pages[0] == pages[1]
        assert len(pages[0]["vouchers"]) == 5


async def test_books_of_an_earlier_build_go_on(tmp_path: Path) -> None:
    Books(tmp_path).close()
    database = sqlite3.connect(tmp_path / "books.sqlite")
    database.executescript(
        "DROP INDEX vouchers_by_change; ALTER TABLE vouchers DROP COLUMN last_update;"
        " DROP TABLE schedule; DROP TABLE payments;"
        "INSERT INTO vouchers VALUES ('N', 'US001', '00000001', 'I', '2026-01-01', 'SHARE', 'V', 'P', '2026-01-01',"
        """ 'A', 1, '{"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000001"}')"""
    )
    database.close()
    books = Books(tmp_path)
    found = books.voucher("N", "US001", "00000001")
    books.close()
    assert found is not None
    assert found.last_update == ""
