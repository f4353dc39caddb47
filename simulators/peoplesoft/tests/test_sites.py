"""Sites behind one gateway whose interfaces have almost nothing in common, each strict about its own."""

from collections.abc import Mapping
from typing import Any

import pytest
from peoplesoft_simulator.site import Site
from pydantic import TypeAdapter

FIRST: Mapping[str, Any] = {
    "node": "FIN_EU",
    "ci_name": "ZAP_VCHR_CI",
    "namespace_host": "http://fin.eu.example:1111",
    "message_numbers": {"create": "M835922", "find": "M1013947"},
    "prefixes": {"key": "KEYPROP_", "prop": "PROP_", "collection": "COLL_"},
    "collections": {"VOUCHER_LINE": "ZZ_LINES", "DISTRIB_LINE": "ZZ_DIST", "PYMNT_VCHR_XREF": "ZZ_PAY"},
    "renames": {
        "INVOICE_ID": "BSW_INV_NO",
        "VOUCHER_ID": "VCHR_NO",
        "DISTRIB_LINE.MERCHANDISE_AMT": "AMOUNT",
    },
    "date_format": "YYYY/MM/DD",
    "nesting": "payment_collection",
    "custom": {"ZZ_IMAGE_URL": 254},
}
SECOND: Mapping[str, Any] = {
    "node": "FIN_US",
    "ci_name": "BW_VOUCHER",
    "required": ["INVOICE_ID", "ORIGIN", "VOUCHER_LINE.DESCR"],
    "omitted": ["VAT_ENTRD_AMT", "DISTRIB_LINE.AFFILIATE"],
    "lengths": {"INVOICE_ID": 22},
    "search_keys": ["BUSINESS_UNIT", "VOUCHER_ID", "INVOICE_ID", "ENTRY_STATUS"],
}
DISTRIBUTION = {"DISTRIB_LINE_NUM": 1, "ACCOUNT": "18620", "MERCHANDISE_AMT": "100.00"}
DESCRIBED = {
    "VOUCHER_LINE_NUM": 1,
    "DESCR": "Paper",
    "MERCHANDISE_AMT": "100.00",
    "DISTRIB_LINE": [DISTRIBUTION],
}


async def _at(caller: Any, site: Mapping[str, Any]) -> Any:
    await caller.control("POST", "sites", {**site, "password": caller.password})
    caller.site = TypeAdapter(Site).validate_python(site)
    return caller


async def test_a_site_with_names_of_its_own_creates_finds_and_gets(caller: Any) -> None:
    there = await _at(caller, FIRST)
    created = await there.create(PYMNT_HOLD="Y", ZZ_IMAGE_URL="https://bsw.example/1")
    number = created.text("KEYPROP_VCHR_NO")
    assert (created.text("notification"), number is not None) == ("1", True)
    found = await there.call("find", {"KEYPROP_BUSINESS_UNIT": "US001", "PROP_BSW_INV_NO": "INV-1"})
    assert (found.texts("KEYPROP_VCHR_NO"), found.text("PROP_BSW_INV_NO")) == ([number], "INV-1")
    read = await there.call("get", {"KEYPROP_BUSINESS_UNIT": "US001", "KEYPROP_VCHR_NO": number})
    assert read.text("PROP_INVOICE_DT") == "2026/03/01"
    assert read.text("PROP_ZZ_IMAGE_URL") == "https://bsw.example/1"
    assert [each.getparent().tag.rpartition("}")[2] for each in _elements(read, "PROP_PYMNT_HOLD")] == [
        "COLL_ZZ_PAY"
    ]
    assert read.texts("PROP_AMOUNT") == ["60.00", "40.00"]
    (voucher,) = await there.vouchers(node="FIN_EU")
    assert voucher["INVOICE_ID"] == "INV-1"
    (call, *_) = (await there.control("GET", "requests?node=FIN_EU&invoice_id=INV-1"))["requests"]
    assert call["operation"] == "create"


async def test_faults_and_refusals_know_a_renamed_number(caller: Any) -> None:
    there = await _at(caller, FIRST)
    await there.control("POST", "faults", {"kind": "status", "invoice_id": "INV-2"})
    assert (await there.create()).status == 200
    assert (await there.create(INVOICE_ID="INV-2")).status == 500
    missing = await there.call("get", {"KEYPROP_BUSINESS_UNIT": "US001", "KEYPROP_VCHR_NO": "00000001"})
    assert missing.text("KEYPROP_VCHR_NO") == "00000001"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, None),
        ({"ORIGIN": None}, "ORIGIN"),
        ({"INVOICE_ID": "I" * 23}, "INVOICE_ID"),
        ({"VAT_ENTRD_AMT": "0"}, "VAT_ENTRD_AMT"),
        ({"VOUCHER_LINE": [{**DESCRIBED, "DESCR": None}]}, "DESCR"),
        (
            {"VOUCHER_LINE": [{**DESCRIBED, "DISTRIB_LINE": [{**DISTRIBUTION, "AFFILIATE": "X"}]}]},
            "AFFILIATE",
        ),
    ],
)
async def test_a_site_demands_leaves_out_and_shortens(
    caller: Any, changes: dict[str, Any], words: str | None
) -> None:
    there = await _at(caller, SECOND)
    lines = changes.get("VOUCHER_LINE", [DESCRIBED])
    kept = [{name: value for name, value in line.items() if value is not None} for line in lines]
    answer = await there.create(**{**changes, "VOUCHER_LINE": kept})
    if words is None:
        assert answer.text("notification") == "1"
    else:
        assert answer.status == 500
        assert words in (answer.text("DefaultMessage") or "")


async def test_a_site_may_search_by_fewer_keys(caller: Any) -> None:
    there = await _at(caller, SECOND)
    await there.create(VOUCHER_LINE=[DESCRIBED])
    found = await there.call("find", {"BUSINESS_UNIT": "US001", "INVOICE_ID": "INV-1"})
    assert (found.text("ENTRY_STATUS"), found.texts("VENDOR_ID")) == ("P", [])
    assert (await there.call("find", {"VENDOR_ID": "0000430022"})).status == 500


async def test_one_sites_message_is_nothing_to_the_other(caller: Any) -> None:
    await _at(caller, SECOND)
    there = await _at(caller, FIRST)
    foreign = there.envelope("find", {"KEYPROP_BUSINESS_UNIT": "US001"})
    assert (await there.send(foreign, operation="find", path="FIN_EU")).status == 200
    answer = await there.send(foreign, operation="find", path="FIN_US")
    assert "No service operation answers" in (answer.text("DefaultMessage") or "")


async def test_a_regenerated_service_refuses_the_old_message(caller: Any) -> None:
    assert (await caller.create()).text("notification") == "1"
    await caller.control("POST", "sites", {"node": "PSFT_EP", "message_numbers": {"create": "M1000001"}})
    refused = await caller.create(INVOICE_ID="B")
    assert (refused.status, refused.text("MessageID")) == (500, "9002")
    async with caller.session.get(
        f"{caller.url}/PSIGW/PeopleSoftServiceListeningConnector/PSFT_EP/CI_AP_VOUCHER.1.wsdl"
    ) as wsdl:
        assert b"M1000001" in await wsdl.read()
    caller.site = Site(node="PSFT_EP", message_numbers={"create": "M1000001"})
    assert (await caller.create(INVOICE_ID="B")).text("notification") == "1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"renames": {"NO_SUCH": "X"}},
        {"renames": {"INVOICE_ID": "ORIGIN"}},
        {"required": ["VOUCHER_LINE.NO_SUCH"]},
        {"search_keys": ["GROSS_AMT"]},
    ],
)
async def test_a_site_that_contradicts_itself_is_refused(caller: Any, wrong: dict[str, Any]) -> None:
    async with caller.session.post(f"{caller.url}/control/sites", json={"node": "N", **wrong}) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]
    assert [each["node"] for each in (await caller.control("GET", "sites"))["sites"]] == ["PSFT_EP"]


def _elements(reply: Any, name: str) -> list[Any]:
    found: list[Any] = reply.body.xpath(f"descendant::*[local-name()='{name}']")
    return found
