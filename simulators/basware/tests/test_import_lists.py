"""Reading master data back, and what somebody else did to it meanwhile."""

from typing import Any

import pytest
from basware_simulator.master_data_samples import account, list_item, vendor
from basware_simulator.testkit import ControlError, Customer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TOKEN = "x-amz-meta-continuationtoken"


async def pages(customer: Customer, api: str, query: str, wrapper: str | None) -> list[list[str]]:
    """External codes, page by page."""
    found: list[list[str]] = []
    headers: dict[str, str] = {}
    while True:
        reply = await customer.read_records(api, query, headers=headers)
        if reply.status == 404:
            return found
        body = reply.json()
        found.append([record["externalCode"] for record in (body[wrapper] if wrapper else body)])
        if TOKEN not in reply.headers:
            return found
        headers = {TOKEN: reply.headers[TOKEN]}


async def test_a_list_comes_in_pages(customer: Customer) -> None:
    codes = [f"{number:03d}" for number in range(150)]
    await customer.post_records("vendors", *(vendor(code) for code in codes))
    assert [len(page) for page in await pages(customer, "vendors", "", "vendorEntities")] == [100, 50]
    await customer.settings(imports={"bare_lists": True, "most_per_page": 40})
    bare = await pages(customer, "vendors", "?pageSize=500", None)
    assert [len(page) for page in bare] == [40, 40, 40, 30]
    assert sorted(code for page in bare for code in page) == codes


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(0, 12), size=st.integers(1, 13))
async def test_pages_neither_lose_nor_repeat(customer: Customer, count: int, size: int) -> None:
    key = f"lists/ACC_LIST_{count + 1}"
    codes = [str(number) for number in range(count)]
    if codes:
        await customer.post_records(key, *(list_item(code) for code in codes))
    found = await pages(customer, key, f"?pageSize={size}", "listItems")
    assert sorted(code for page in found for code in page) == sorted(codes)
    assert all(len(page) == size for page in found[:-1])


async def test_filters_and_the_query_that_a_token_belongs_to(customer: Customer) -> None:
    await customer.enter("BW00", "BW10")
    other = [{"companyCode": "BW10", "inherit": False, "active": True}]
    await customer.post_records("accounts", account("a"), account("b", companies=other))
    await customer.advance(10)
    since = (await customer.control("GET", "clock"))["now"]
    await customer.advance(10)
    await customer.post_records("accounts", account("c"), account("d"))
    assert await pages(customer, "accounts", "?companyCode=BW10", "accounts") == [["b"]]
    assert await pages(customer, "accounts", f"?lastUpdated={since}", "accounts") == [["c", "d"]]
    assert await pages(customer, "accounts", "?companyCode=NONE", "accounts") == []
    first = await customer.read_records("accounts", "?pageSize=1")
    headers = {TOKEN: first.headers[TOKEN]}
    for api, query in (("accounts", "?pageSize=2"), ("costCenters", "?pageSize=1"), ("accounts", "?limit=1")):
        assert (await customer.read_records(api, query, headers=headers)).status == 400
    assert (await customer.read_records("accounts", "?pageSize=501")).status == 400


async def test_digits_are_served_as_they_were_posted(customer: Customer) -> None:
    body = b'[{"externalCode":"a","number_1":1160.00,"text_1":"\\u00e9"}]'
    await customer.call("POST", "/v1/lists/ACC_LIST_1", data=body)
    assert body[2:-2] in (await customer.read_records("lists/ACC_LIST_1")).body


async def place(customer: Customer, layer: str, *records: Any) -> None:
    order = {"tenant": "acme", "api": "accounts", "layer": layer, "records": records}
    await customer.control("POST", "masterdata/records", order)


async def test_somebody_else_may_change_either_layer(customer: Customer) -> None:
    await customer.post_records("accounts", account("a"), account("b"))
    await customer.advance(5)
    await place(customer, "p2p", account("a", text1="by hand"))
    await place(customer, "both", account("x"))
    await customer.control("DELETE", "masterdata/accounts/b?layer=both")
    assert sorted(*await pages(customer, "accounts", "", "accounts")) == ["a", "x"]
    record = await customer.control("GET", "masterdata/accounts/a")
    assert (record["p2p"]["text1"], record["api"]) == ("by hand", account("a"))
    with pytest.raises(ControlError, match="404"):
        await customer.control("GET", "masterdata/accounts/b")


async def test_what_p2p_lost_is_not_brought_back_by_the_same_record(customer: Customer) -> None:
    await customer.post_records("accounts", account("a"))
    await customer.advance(5)
    await customer.control("DELETE", "masterdata/accounts/a?layer=p2p")
    again = await customer.post_records("accounts", account("a"))
    await customer.advance(5)
    assert (await customer.items(again))["a"][0] == "NotProcessed"
    assert (await customer.control("GET", "masterdata/p2p?api=accounts"))["count"] == 0


@pytest.mark.parametrize(
    ("method", "path", "order"),
    [
        ("POST", "masterdata/outcome", {"tenant": "acme", "api": "suppliers"}),
        ("POST", "masterdata/outcome", {"tenant": "acme", "api": "lists"}),
        ("POST", "masterdata/outcome", {"tenant": "nobody", "api": "vendors"}),
        ("POST", "masterdata/outcome", {"tenant": "acme", "api": "vendors", "status": "Mistyped"}),
        ("POST", "masterdata/records", {"tenant": "acme", "api": "vendors", "records": [{}]}),
        ("GET", "masterdata/p2p?api=suppliers", None),
        ("DELETE", "masterdata/vendors/unheard-of", None),
    ],
)
async def test_a_mistyped_order_is_refused(customer: Customer, method: str, path: str, order: Any) -> None:
    with pytest.raises(ControlError):
        await customer.control(method, path, order)
