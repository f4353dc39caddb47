"""Master data by the thousand, its changes, and that queries and vouchers see the same."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from peoplesoft_simulator.invented_suppliers import InventedSuppliers
from peoplesoft_simulator.server import simulator
from peoplesoft_simulator.supplier_book import SupplierBook
from peoplesoft_simulator.suppliers import Supplier

AT = datetime(2026, 3, 1, tzinfo=UTC)
DEMO = "0000430022"


async def _change(caller: Any, **body: Any) -> str:
    changed: str = (await caller.control("POST", "masterdata/change", body))["changed_at"]
    return changed.partition("+")[0]


async def test_two_hundred_thousand_suppliers_cost_nothing_until_looked_at(caller: Any) -> None:
    made = await caller.control("POST", "masterdata/generate", {"suppliers": 200_000, "seed": 3})
    assert made["suppliers"] == 200_044
    page = await caller.query(AFTER="0001150000", max_rows=5)
    assert [each["A.VENDOR_ID"] for each in page] == [f"{1_150_001 + n:010d}" for n in range(5)]
    approved = next(each["A.VENDOR_ID"] for each in page if each["A.VENDOR_STATUS"] == "A")
    assert (await caller.create(VENDOR_ID=approved)).text("notification") == "1"
    locations = await caller.query("APS_SUPPLIER_LOCATIONS", AFTER="0001150000", UP_TO="0001150005")
    addresses = await caller.query("APS_SUPPLIER_ADDRESSES", AFTER="0001150000", UP_TO="0001150005")
    assert {each["A.VENDOR_ID"] for each in locations} == {each["A.VENDOR_ID"] for each in page}
    assert {each["A.VENDOR_ID"] for each in addresses} == {each["A.VENDOR_ID"] for each in page}


async def test_the_same_seed_invents_the_same_after_a_restart(tmp_path: Path, caller_class: Any) -> None:
    seen = []
    for start in range(2):
        async with simulator(books=tmp_path, seed=7) as url, aiohttp.ClientSession() as session:
            caller = caller_class(url=url, session=session)
            if start == 0:
                amounts = {"suppliers": 500, "accounts": 60, "departments": 20}
                removal = {"count": 9, "what": "remove", "seed": 5}
                await caller.control("POST", "sites", {"node": "PSFT_EP", "password": caller.password})
                await caller.control("POST", "masterdata/generate", amounts)
                await caller.control("POST", "masterdata/change_some", {"count": 9})
                await caller.control("POST", "masterdata/change_some", removal)
            seen.append([await caller.query(name) for name in ("APS_SUPPLIERS", "APS_ACCOUNTS")])
    assert seen[0] == seen[1]
    assert len(seen[0][0]) == 535


async def test_only_what_was_saved_since_comes_with_the_prompt_for_changes(caller: Any) -> None:
    await caller.control("POST", "masterdata/generate", {"suppliers": 300})
    since = await _change(caller, suppliers=[{"vendor_id": DEMO, "status": "I"}])
    (only,) = await caller.query(SINCE=since)
    assert (only["A.VENDOR_ID"], only["A.VENDOR_STATUS"], only["A.LASTUPDDTTM"]) == (DEMO, "I", since)
    assert len(await caller.query(SINCE="2019-12-31")) == 344
    assert (await caller.create()).text("notification") == "0"


async def test_a_silent_change_shows_in_full_reads_only(caller: Any) -> None:
    since = await _change(caller)
    await _change(caller, silently=True, suppliers=[{"vendor_id": DEMO, "name": "Renamed by SQL"}])
    assert await caller.query(SINCE=since) == []
    (row,) = await caller.query(AFTER="0000430021", UP_TO=DEMO)
    assert row["A.NAME1"] == "Renamed by SQL"


@pytest.mark.parametrize(("since_by", "rows"), [("key", 2), ("row", 1)])
async def test_changes_bring_whole_keys_or_just_rows_as_the_query_was_built(
    caller: Any, since_by: str, rows: int
) -> None:
    await caller.control(
        "POST", "sites", {"node": "PSFT_EP", "queries": {"APS_ACCOUNTS": {"since_by": since_by}}}
    )
    row = {"field": "ACCOUNT", "value": "18620", "effdt": "2090-01-01", "status": "I"}
    since = await _change(caller, chartfields=[row])
    assert len(await caller.query("APS_ACCOUNTS", SINCE=since)) == rows


async def test_everything_below_a_supplier_may_change(caller: Any) -> None:
    account = {"number": 1, "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "currency": "EUR"}
    change = {
        "vendor_id": DEMO,
        "hold_payment": True,
        "terms": "NT60",
        "address": {
            "number": 2,
            "effdt": "2026-01-01",
            "lines": ["1 Long Lane"],
            "city": "Leeds",
            "country": "GBR",
        },
        "location": {"vndr_loc": "BRANCH", "effdt": "2026-01-01", "status": "I"},
        "contact": {"number": 2, "name": "Pat Example"},
        "bank_account": account,
    }
    await _change(caller, suppliers=[change])
    only = {"AFTER": "0000430021", "UP_TO": DEMO}
    assert (await caller.query(**only))[0]["A.HOLD_PAYMENT"] == "Y"
    locations = await caller.query("APS_SUPPLIER_LOCATIONS", **only)
    shown = [(each["A.VNDR_LOC"], each["A.EFF_STATUS"], each["A.PYMNT_TERMS_CD"]) for each in locations]
    assert shown == [("BRANCH", "A", " "), ("BRANCH", "I", " "), ("MAIN", "A", "NT60")]
    addresses = await caller.query("APS_SUPPLIER_ADDRESSES", **only)
    assert [each["A.CITY"] for each in addresses] == ["New York", "Leeds"]
    assert [each["A.CNTCT_SEQ_NUM"] for each in await caller.query("APS_SUPPLIER_CONTACTS", **only)] == [1, 2]
    (bank,) = await caller.query("APS_SUPPLIER_BANKS", **only)
    assert (bank["A.IBAN_ID"], bank["A.DEFAULT_IND"]) == (account["iban"], "Y")


async def test_terms_vat_codes_and_rates_are_what_vouchers_are_checked_against(caller: Any) -> None:
    terms = [
        {"code": "2P10", "descr": "2/10 net 30", "discount_days": 10, "discount_percent": "2.5"},
        {"code": "30N", "effdt": "2026-02-01", "status": "I"},
    ]
    rate = {"from_currency": "USD", "to_currency": "EUR", "effdt": "2026-03-01", "multiplier": "0.91"}
    await _change(caller, payment_terms=terms, vat_codes=[{"code": "V8", "percent": "8.1"}], rates=[rate])
    rows = await caller.query("APS_PAYMENT_TERMS", AFTER="14N", UP_TO="30N")
    shown = [(each["A.PYMNT_TERMS_CD"], each["A.EFF_STATUS"], each["A.DSCNT_PCT"]) for each in rows]
    assert shown == [("2P10", "A", 2.5), ("30N", "I", 0)]
    assert (await caller.query("APS_TAX_CODES", AFTER="V7"))[0]["A.TAX_PCT"] == 8.1
    assert [each["A.RATE_MULT"] for each in await caller.query("APS_RATES", AFTER="SEK")] == [0.92, 0.91]
    refused = await caller.create(PYMNT_TERMS_CD="30N")
    assert "PYMNT_TERMS_CD 30N is not a valid value" in (refused.text("messagetext") or "")
    assert (await caller.create(PYMNT_TERMS_CD="2P10", VNDR_LOC="BRANCH")).text("notification") == "1"


async def test_what_is_removed_is_gone_from_queries_and_vouchers(caller: Any) -> None:
    await caller.control("POST", "masterdata/generate", {"suppliers": 10})
    gone = {
        "suppliers": [DEMO, "0001000003"],
        "chartfields": {"ACCOUNT": ["18620"]},
        "payment_terms": ["30N"],
    }
    await _change(caller, remove=gone)
    assert len(await caller.query()) == 52
    assert "18620" not in {each["A.ACCOUNT"] for each in await caller.query("APS_ACCOUNTS")}
    assert await caller.query("APS_PAYMENT_TERMS", AFTER="14N", UP_TO="30N") == []
    assert "does not exist" in ((await caller.create()).text("messagetext") or "")
    await _change(caller, suppliers=[{"vendor_id": "0001000003", "name": "Back Again"}])
    (back,) = await caller.query(AFTER="0001000002", UP_TO="0001000003")
    assert back["A.NAME1"] == "Back Again"


@pytest.mark.parametrize("what", ["name", "address", "terms", "inactivate", "remove"])
async def test_some_suppliers_change_and_their_ids_are_told(caller: Any, what: str) -> None:
    await caller.control("POST", "masterdata/generate", {"suppliers": 956})
    before = {each["A.VENDOR_ID"]: each for each in await caller.query()}
    body = {"share": 0.02, "seed": 4, "what": what}
    said = await caller.control("POST", "masterdata/change_some", body)
    assert len(said["changed"]) == 20
    after = {each["A.VENDOR_ID"]: each for each in await caller.query()}
    stripped = {vendor_id: {**row, "attr:rownumber": 0} for vendor_id, row in before.items()}
    differ = [key for key, row in stripped.items() if {**after.get(key, {}), "attr:rownumber": 0} != row]
    assert differ == said["changed"]
    if what != "remove":
        delta = await caller.query(SINCE=said["changed_at"].partition("+")[0])
        assert [each["A.VENDOR_ID"] for each in delta] == said["changed"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("change_some", {}, 400),
        ("change_some", {"count": 1, "share": 0.1}, 400),
        ("change_some", {"share": 1.5}, 400),
        ("generate", {"suppliers": -1}, 400),
        ("generate", {"suplliers": 1}, 400),
        ("change", {"suppliers": [{"vendor_id": "NOBODY"}]}, 404),
        ("change", {"node": "NOWHERE"}, 404),
    ],
)
async def test_what_cannot_be_done_is_refused(
    caller: Any, path: str, body: dict[str, Any], status: int
) -> None:
    async with caller.session.post(f"{caller.url}/control/masterdata/{path}", json=body) as answer:
        assert answer.status == status
        assert "error" in await answer.json()


async def test_an_address_may_still_be_just_its_number(caller: Any) -> None:
    supplier = {"vendor_id": "0000500000", "name": "Old Style", "addresses": [1, 3]}
    await caller.control("POST", "suppliers", {"suppliers": [supplier]})
    assert (await caller.create(VENDOR_ID="0000500000", ADDRESS_SEQ_NUM=3)).text("notification") == "1"
    refused = await caller.create(VENDOR_ID="0000500000", ADDRESS_SEQ_NUM=2, INVOICE_ID="INV-2")
    assert "2 is not an address" in (refused.text("messagetext") or "")


_IDS = st.integers(min_value=95, max_value=120).map(lambda number: f"{number:010d}")


@given(
    count=st.integers(min_value=0, max_value=15),
    entered=st.sets(_IDS),
    removed=st.sets(_IDS),
    after=st.one_of(st.just(""), _IDS, st.text("019 A", max_size=11)),
    up_to=st.one_of(st.just(""), _IDS, st.text("019 A", max_size=11)),
)
def test_a_book_of_suppliers_is_what_was_invented_without_the_removed_and_with_the_entered(
    count: int, entered: set[str], removed: set[str], after: str, up_to: str
) -> None:
    group = InventedSuppliers(count=count, changed_at=AT, first=100)
    book = (
        SupplierBook()
        .inventing(group)
        .without(("SHARE", each) for each in removed)
        .having(Supplier(vendor_id=each, name="Entered") for each in entered)
    )
    expected = ({group.vendor_id(index) for index in range(count)} - removed) | entered
    assert {vendor_id for _, vendor_id in book} == expected
    assert len(book) == len(expected)
    found = [each.vendor_id for each in book.between(setid="SHARE", after=after, up_to=up_to)]
    assert found == sorted(each for each in expected if each > after and (not up_to or each <= up_to))
    assert all((("SHARE", each) in book) == (each in expected) for each in entered | removed | expected)
    assert all(book["SHARE", each].name == "Entered" for each in entered)
