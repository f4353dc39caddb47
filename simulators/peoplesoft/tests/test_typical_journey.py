"""A voucher is created, found and read back, at sites that spell the interface differently."""

from typing import Any

import pytest
from peoplesoft_simulator.site import Site
from pydantic import TypeAdapter

SITES: list[dict[str, Any]] = [
    {"node": "PSFT_EP"},
    {
        "node": "ERPDEV",
        "ci_name": "X_VCHR_CI",
        "namespace_host": "http://erp.example:1111",
        "message_numbers": {"create": "M835922", "create_response": "M644328134"},
        "prefixes": {"key": "KEYPROP_", "prop": "PROP_", "collection": "COLL_"},
        "collections": {"VOUCHER_LINE": "VCHR_LINE", "DISTRIB_LINE": "VCHR_DIST"},
        "date_format": "YYYY/MM/DD",
        "nesting": "payment_collection",
    },
]


@pytest.fixture(params=SITES, ids=lambda each: each["node"])
async def at_site(request: pytest.FixtureRequest, caller: Any) -> Any:
    """A caller of one of two sites."""
    await caller.control("POST", "sites", {**request.param, "password": caller.password})
    caller.site = TypeAdapter(Site).validate_python(request.param)
    return caller


def _tag(caller: Any, name: str) -> str:
    prefixes = caller.site.prefixes
    keys = ("BUSINESS_UNIT", "VOUCHER_ID", "VOUCHER_LINE_NUM", "DISTRIB_LINE_NUM")
    return f"{prefixes.key if name in keys else prefixes.prop}{name}"


async def test_a_voucher_is_created_found_and_read_back(at_site: Any) -> None:
    created = await at_site.create(
        PYMNT_HOLD="Y", PYMNT_HOLD_REASON="AMT", PYMNT_MESSAGE="Thanks & bye".replace("&", "&amp;")
    )
    assert (created.status, created.text("notification")) == (200, "1")
    number = created.text(_tag(at_site, "VOUCHER_ID"))
    assert number is not None
    assert len(number) == 8
    assert number.isdigit()

    found = await at_site.call(
        "find", {_tag(at_site, "BUSINESS_UNIT"): "US001", _tag(at_site, "INVOICE_ID"): "INV-1"}
    )
    assert found.text("notification") is None
    assert found.texts(_tag(at_site, "VOUCHER_ID")) == [number]
    assert found.text(_tag(at_site, "ENTRY_STATUS")) == "P"

    keys = {_tag(at_site, "BUSINESS_UNIT"): "US001", _tag(at_site, "VOUCHER_ID"): number}
    read = await at_site.call("get", keys)
    assert read.text(_tag(at_site, "GROSS_AMT")) == "125.00"
    assert read.text(_tag(at_site, "INVOICE_DT")) == "2026-03-01".replace(
        "-", "/" if at_site.site.prefixes.key else "-"
    )
    assert read.text(_tag(at_site, "VENDOR_SETID")) == "SHARE"
    assert read.text(_tag(at_site, "VNDR_LOC")) == "MAIN"
    assert read.text(_tag(at_site, "CLOSE_STATUS")) == "O"
    assert read.text(_tag(at_site, "POST_STATUS_AP")) == "U"
    assert read.text(_tag(at_site, "PYMNT_MESSAGE")) == "Thanks & bye"
    assert read.texts(_tag(at_site, "ACCOUNT")) == ["18620", "18200"]
    assert read.texts(_tag(at_site, "MERCHANDISE_AMT")) == ["100.00", "60.00", "40.00"]


async def test_numbers_go_up_and_are_eight_digits(caller: Any) -> None:
    first = (await caller.create(INVOICE_ID="A")).text("VOUCHER_ID")
    second = (await caller.create(INVOICE_ID="B")).text("VOUCHER_ID")
    assert int(second) == int(first) + 1


async def test_a_voucher_id_of_our_own_is_kept_and_cannot_be_used_twice(caller: Any) -> None:
    assert (await caller.create(VOUCHER_ID="APS00001")).text("VOUCHER_ID") == "APS00001"
    again = await caller.create(VOUCHER_ID="APS00001", INVOICE_ID="OTHER")
    assert (again.text("notification"), again.text("messagesetnumber"), again.text("messagenumber")) == (
        "0",
        "91",
        "49",
    )


async def test_numbering_steps_over_a_number_of_our_own(caller: Any) -> None:
    first = int((await caller.create(INVOICE_ID="A")).text("VOUCHER_ID"))
    await caller.create(INVOICE_ID="B", VOUCHER_ID=f"{first + 1:08d}")
    assert int((await caller.create(INVOICE_ID="C")).text("VOUCHER_ID")) == first + 2


async def test_find_begins_with_and_may_be_made_exact(caller: Any) -> None:
    for invoice in ("INV-1", "INV-10", "XINV-1"):
        await caller.create(INVOICE_ID=invoice)
    assert len((await caller.call("find", {"INVOICE_ID": "INV-1"})).texts("VOUCHER_ID")) == 2
    await caller.control("POST", "settings/PSFT_EP", {"find_match": "exact"})
    assert (await caller.call("find", {"INVOICE_ID": "INV-1"})).texts("INVOICE_ID") == ["INV-1"]


async def test_find_is_cut_silently(caller: Any) -> None:
    await caller.control("POST", "settings/PSFT_EP", {"find_limit": 2})
    for invoice in ("A", "B", "C"):
        await caller.create(INVOICE_ID=invoice)
    assert len((await caller.call("find", {"BUSINESS_UNIT": "US001"})).texts("VOUCHER_ID")) == 2


async def test_get_of_nothing_is_a_fault_that_names_set_and_number(caller: Any) -> None:
    answer = await caller.call("get", {"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000001"})
    assert answer.status == 500
    assert (answer.text("MessageSetID"), answer.text("MessageID")) == ("91", "50")


async def test_an_unknown_node_is_served_by_the_default_site(caller: Any) -> None:
    answer = await caller.call("find", {"BUSINESS_UNIT": "US001"}, path="NO_SUCH_NODE")
    assert answer.status == 200


async def test_the_wsdl_address_takes_calls_too(caller: Any) -> None:
    answer = await caller.call("find", {"BUSINESS_UNIT": "US001"}, path="PSFT_EP/CI_AP_VOUCHER.1.wsdl")
    assert answer.status == 200


async def test_sites_keep_their_vouchers_apart(caller: Any) -> None:
    await caller.control("POST", "sites", {"node": "OTHER", "password": caller.password})
    await caller.create()
    caller.site = Site(node="OTHER")
    assert (await caller.call("find", {"BUSINESS_UNIT": "US001"})).texts("VOUCHER_ID") == []
