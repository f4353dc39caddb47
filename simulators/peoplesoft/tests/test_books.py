"""The books outlive the process, even when it is killed in the middle of its work."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peoplesoft_simulator.books import Books, Voucher
from peoplesoft_simulator.component import Entry, VoucherComponent
from peoplesoft_simulator.dataset import starting_data
from peoplesoft_simulator.row import Row, row_from_json
from peoplesoft_simulator.site import Settings

START_WITHIN = 20.0


@asynccontextmanager
async def _process(books: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A simulator of its own in a process, and its address from the ready line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "peoplesoft_simulator", "--port", "0", "--books", str(books), "--seed", "3"),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), START_WITHIN)
        word, url = line.decode().split()
        assert word == "ready"
        yield process, url
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_what_was_answered_survives_kill_9(caller: Any, tmp_path: Path) -> None:
    books = tmp_path / "other books"
    async with _process(books) as (process, caller.url):
        await caller.control("POST", "sites", {"node": "PSFT_EP", "password": caller.password})
        await caller.control("POST", "settings/PSFT_EP", {"duplicate_action": "warn"})
        await caller.control("POST", "suppliers", {"suppliers": [{"vendor_id": "0000000001", "name": "One"}]})
        await caller.control("POST", "clock", {"advance_seconds": 86400})
        await caller.control("POST", "sites", {"node": "OWN", "renames": {"INVOICE_ID": "INV_NO"}})
        rule = {"name": "R", "fields": {"ACCOUNT": "1*"}, "enabled": False}
        order = {"business_unit": "US001", "po_id": "P", "vendor_id": "V", "lines": []}
        grown = {"combination_rules": [rule], "purchase_orders": [order]}
        codes = {"vat": {"X": "12.5"}}
        await caller.control("POST", "reference", {**grown, "codes": codes})
        known = await caller.control("GET", "reference/PSFT_EP")
        first = await caller.create(VENDOR_ID="0000000001")
        calls = [asyncio.create_task(caller.create(INVOICE_ID=f"I-{n}")) for n in range(40)]
        done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        process.kill()
        answers = await asyncio.gather(*calls, return_exceptions=True)
    answered = {each.text("VOUCHER_ID") for each in answers if not isinstance(each, BaseException)}
    assert done

    async with _process(books) as (process, caller.url):
        assert await caller.control("GET", "reference/PSFT_EP") == known
        restored = await caller.control("GET", "sites")
        assert {each["node"]: each["renames"] for each in restored["sites"]} == {
            "PSFT_EP": {},
            "OWN": {"INVOICE_ID": "INV_NO"},
        }
        kept = await caller.vouchers()
        numbers = {each["VOUCHER_ID"] for each in kept}
        assert answered | {first.text("VOUCHER_ID")} <= numbers
        assert len(numbers) == len(kept)
        again = await caller.create(VENDOR_ID="0000000001")
        assert (again.text("notification"), again.texts("type")) == ("1", ["Warning"])
        assert again.text("VOUCHER_ID") not in numbers
        log = (await caller.control("GET", "requests"))["requests"]
        assert log[0]["voucher"] == f"US001/{first.text('VOUCHER_ID')}"
        (latest,) = await caller.vouchers(voucher_id=again.text("VOUCHER_ID"))
        assert latest["created_at"] > kept[0]["created_at"][:10]
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0


def test_a_create_that_fails_halfway_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = Books(tmp_path)
    component = VoucherComponent(books, seed=1)
    amounts = {"MERCHANDISE_AMT": "10"}
    distribution = Row(values={"DISTRIB_LINE_NUM": "1", "ACCOUNT": "18620", **amounts})
    line = Row(values={"VOUCHER_LINE_NUM": "1", **amounts}, rows={"DISTRIB_LINE": (distribution,)})
    header = {"BUSINESS_UNIT": "US001", "VOUCHER_ID": "NEXT", "INVOICE_ID": "I", "INVOICE_DT": "2026-01-01"}
    row = Row(values={**header, "VENDOR_ID": "0000430022", "GROSS_AMT": "10"}, rows={"VOUCHER_LINE": (line,)})
    entry = Entry(node="N", row=row, operator="A", now=datetime(2026, 1, 2, tzinfo=UTC), request=1)
    settings = Settings(duplicate_action="recycle")
    data = starting_data(seed=1)
    assert component.create(entry, data=data, settings=settings).saved

    def power_cut(_: Voucher, **__: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(component, "_recycle", power_cut)
    with pytest.raises(RuntimeError, match="power cut"):
        component.create(entry, data=data, settings=settings)
    (kept,) = books.search("N", {}, match="exact")
    assert kept.row.text("ENTRY_STATUS") == "P"
    books.close()


_VALUES = st.dictionaries(
    st.text("ABC_", min_size=1, max_size=6), st.text(min_size=1, max_size=8), max_size=5
)
_ROWS = st.recursive(
    st.builds(lambda values: Row(values=values), _VALUES),
    lambda below: st.builds(
        lambda values, rows: Row(values=values, rows={"LINE": tuple(rows)}),
        _VALUES,
        st.lists(below, max_size=3),
    ),
    max_leaves=8,
)


@given(row=_ROWS)
def test_a_row_comes_back_from_the_books_as_it_went_in(row: Row) -> None:
    assert row_from_json(row.as_json()) == row
