"""The second step: what P2P makes of records that the API layer took."""

from typing import Any

import pytest
from basware_simulator.master_data_samples import (
    account,
    cost_center,
    list_item,
    payment_means,
    payment_term,
    project,
    vendor,
)
from basware_simulator.testkit import Customer

from .import_items import imported, plan, status

WRONG_COMPANY = "Record skipped due to wrong or missing CompanyCode"
COMPANIES = {"companies": [{"companyCode": "XX99", "active": True, "inherit": False}]}
TWO = [{"companyCode": code, "active": True} for code in ("BW00", "XX99")]


@pytest.mark.parametrize(
    ("api", "record", "words"),
    [
        ("accounts", account("a", **COMPANIES), WRONG_COMPANY),
        ("accounts", account("a", companies=[]), WRONG_COMPANY),
        ("projects", project("a", companies=TWO), WRONG_COMPANY),
        ("lists/INV_LIST_1", list_item("a", companies=TWO), WRONG_COMPANY),
        (
            "vendors",
            vendor("a", paymentTerms={"paymentTermCode": "NET99"}),
            "PaymentTermCode NET99 does not exist",
        ),
        (
            "vendors",
            vendor("a", paymentMeans=payment_means("1234", "1234")),
            "Bank account ending 1234 is on this vendor more than once",
        ),
        (
            "vendors",
            vendor("a", paymentMeans=payment_means("1" * 33)),
            "Bank account ending 1111 is longer than 32 characters",
        ),
        ("lists/INV_LIST_1", list_item("a", number_1=1), "EXT_INV_LIST_1 has no column number_1"),
        ("lists/ACC_LIST_5", list_item("a", text_6="x"), "EXT_ACC_LIST_5 has no column text_6"),
        (
            "lists/ACC_LIST_11",
            list_item("a", text_3="x" * 51),
            "text_3 is longer than the 50 characters of its column in EXT_ACC_LIST_11",
        ),
    ],
)
async def test_what_p2p_refuses(customer: Customer, api: str, record: Any, words: str) -> None:
    assert await imported(customer, api, record) == {"a": ("Error", [words])}
    picked = await customer.control("GET", f"masterdata/p2p?api={api}")
    assert picked["count"] == 0
    assert (await customer.read_records(api)).status == 200


@pytest.mark.parametrize(
    ("key", "columns"),
    [
        ("ACC_LIST_10", {"text_5": "x" * 250, "number_3": 1}),
        ("ACC_LIST_20", {"text_5": "x" * 50, "number_3": 1}),
        ("ACC_LIST_30", {"text_10": "x", "number_5": 1, "dateValue_5": "2026-01-01"}),
        ("ACC_LIST_35", {"text_25": "x", "number_10": 1, "dateValue_10": "2026-01-01"}),
        ("INV_LIST_10", {"text_5": "x", "text_6": None}),
        ("INV_LIST_20", {"text_10": "x", "number_5": 1, "dateValue_5": "2026-01-01"}),
        ("CUST_RESOLVER_5", {"text_15": "x", "number_15": 1, "dateValue_15": "2026-01-01"}),
    ],
)
async def test_lists_take_what_their_columns_hold(customer: Customer, key: str, columns: Any) -> None:
    assert await imported(customer, f"lists/{key}", list_item("a", **columns)) == {"a": ("Success", [])}
    everywhere = list_item("b", **columns)
    del everywhere["companies"]
    assert await imported(customer, f"lists/{key}", everywhere) == {"b": ("Success", [])}


async def test_payment_terms_come_before_the_vendors_that_name_them(customer: Customer) -> None:
    named = {"paymentTerms": {"paymentTermCode": "NET30"}}
    assert (await imported(customer, "vendors", vendor("a", **named)))["a"][0] == "Error"
    assert (await imported(customer, "paymentTerms", payment_term("NET30")))["NET30"][0] == "Success"
    assert (await imported(customer, "vendors", vendor("b", **named)))["b"][0] == "Success"
    await customer.settings(imports={"manual_payment_terms": ["MANUAL"]})
    manual = vendor("c", paymentTerms={"paymentTermCode": "MANUAL"})
    assert (await imported(customer, "vendors", manual))["c"][0] == "Success"


async def test_p2p_may_try_longer_before_it_says_no(customer: Customer) -> None:
    await customer.settings(imports={"retry_seconds": 300})
    replies = [
        await customer.post_records("vendors", vendor(code, paymentTerms={"paymentTermCode": code}))
        for code in ("NET30", "NET99")
    ]
    await imported(customer, "paymentTerms", payment_term("NET30"))
    assert [(await status(customer, reply))["requestStatus"] for reply in replies] == ["InProgress"] * 2
    await customer.advance(300)
    assert [(await status(customer, reply))["requestStatus"] for reply in replies] == ["Success", "Error"]


async def test_a_code_belongs_to_one_record_per_company(customer: Customer) -> None:
    await customer.enter("BW00", "BW10")
    other = [{"companyCode": "BW10", "active": True}]
    ends = await imported(
        customer,
        "costCenters",
        cost_center("a", costCenterCode="100"),
        cost_center("b", costCenterCode="100"),
        cost_center("c", costCenterCode="100", companies=other),
    )
    assert [ends[code][0] for code in "abc"] == ["Success", "Error", "Success"]
    assert ends["b"][1] == [
        "costCenterCode 100 is already used in company BW00 by externalCode a",
    ]
    await imported(customer, "costCenters", cost_center("a", costCenterCode="101"))
    assert (await imported(customer, "costCenters", cost_center("b", costCenterCode="100", text1="again")))[
        "b"
    ][0] == "Success"


async def test_a_bank_account_belongs_to_one_vendor(customer: Customer) -> None:
    ends = await imported(
        customer,
        "vendors",
        vendor("a", paymentMeans=payment_means("DE01", "DE02")),
        vendor("b", paymentMeans=payment_means("DE02")),
    )
    assert ends == {
        "a": ("Success", []),
        "b": ("Error", ["Bank account ending DE02 is already used by the vendor with externalCode a"]),
    }
    await imported(customer, "vendors", vendor("a", paymentMeans=payment_means("DE01")))
    corrected = vendor("b", paymentMeans=payment_means("DE02"), description="again")
    assert (await imported(customer, "vendors", corrected))["b"][0] == "Success"


async def test_a_name_without_english_is_taken_with_a_warning(customer: Customer) -> None:
    german = account("a", accountNames=[{"translation": "Miete", "language": "de-DE"}])
    assert await imported(customer, "accounts", german) == {
        "a": ("Warning", ["accountNames has no translation for en-US"])
    }
    assert (await customer.control("GET", "masterdata/p2p?api=accounts"))["count"] == 1


@pytest.mark.parametrize(
    ("ordered", "request_status", "in_p2p"),
    [
        ("Error", "Error", 0),
        ("RecordExpired", "Error", 0),
        ("Warning", "Success", 1),
        ("NotProcessed", "Success", 0),
        ("Unpublished", "Success", 0),
    ],
)
async def test_an_outcome_can_be_ordered(
    customer: Customer, ordered: str, request_status: str, in_p2p: int
) -> None:
    await plan(customer, "vendors", external_code="a", status=ordered, message="So not", category="Technical")
    reply = await customer.post_records("vendors", vendor("b"), vendor("a"))
    await customer.advance(5)
    assert await customer.items(reply) == {"b": ("Success", []), "a": (ordered, ["So not"])}
    assert (await status(customer, reply))["requestStatus"] == request_status
    assert (await customer.control("GET", "masterdata/p2p?api=vendors"))["count"] == 1 + in_p2p
    again = await imported(customer, "vendors", vendor("a", description="corrected"))
    assert again["a"][0] == "Success"


async def test_an_item_can_be_stuck_and_its_error_late(customer: Customer) -> None:
    await plan(customer, "accounts", external_code="a", delay_seconds=600, message="Late")
    reply = await customer.post_records("accounts", account("a"), account("b"))
    await customer.advance(5)
    assert await customer.items(reply) == {"a": ("InProgress", []), "b": ("Success", [])}
    assert (await status(customer, reply))["requestStatus"] == "InProgress"
    await customer.advance(600)
    assert (await customer.items(reply))["a"] == ("Error", ["Late"])


async def test_orders_end_with_their_times_or_when_they_are_cleared(customer: Customer) -> None:
    await plan(customer, "accounts", times=2)
    ends = await imported(customer, "accounts", *(account(code) for code in "abc"))
    assert [end for end, _ in ends.values()] == ["Error", "Error", "Success"]
    await plan(customer, "accounts", times=None)
    assert len((await customer.control("DELETE", "masterdata/outcome?tenant=acme"))["outcomes"]) == 0


async def test_the_list_of_requests_hides_what_is_not_an_error_unless_it_is_asked_for(
    customer: Customer,
) -> None:
    good = await customer.post_records("accounts", account("a"))
    bad = await customer.post_records("lists/INV_LIST_1", list_item("a", number_1=1), list_item("b"))
    await customer.advance(5)

    async def listed(query: str) -> list[str]:
        reply = await customer.call("GET", f"/v1/requestStatus{query}")
        return [] if reply.status == 404 else [r["requestId"] for r in reply.json()["requestStatus"]]

    good_id, bad_id = good.headers["x-amzn-RequestId"], bad.headers["x-amzn-RequestId"]
    assert await listed("") == [bad_id]
    assert await listed("?entityType=Account") == [good_id]
    assert await listed("?entityType=GenericList") == [bad_id]
    assert await listed("?system=P2P") == [good_id, bad_id]
    assert await listed("?status=Success") == [good_id]
    request = await status(customer, bad, "?ignoreSuccessfulItems=true")
    assert [item["externalCode"] for item in request["systems"][0]["items"]] == ["a"]
    assert (request["entityVersion"], request["genericListKey"]) == ("GenericListV1", "INV_LIST_1")


async def test_an_import_is_acknowledged_once(customer: Customer) -> None:
    reply = await customer.post_records("projects", project("a"))
    ids = {"requestIds": [reply.headers["x-amzn-RequestId"]]}

    async def acknowledge() -> int:
        return (await customer.call("POST", "/v1/requestStatus/acknowledge", json=ids)).status

    assert await acknowledge() == 400
    await customer.advance(5)
    assert [await acknowledge(), await acknowledge()] == [200, 405]
    request = await status(customer, reply)
    assert (request["requestStatus"], request["entityVersion"]) == ("AcknowledgedSuccess", "ProjectV2")


async def test_inactive_records_cannot_be_picked(customer: Customer) -> None:
    off = {"processingStatus": {"active": False}}
    await imported(customer, "vendors", vendor("a"), vendor("b", **off))
    await imported(
        customer, "costCenters", cost_center("a", companies=[{"companyCode": "BW00", "active": False}])
    )
    vendors = (await customer.control("GET", "masterdata/p2p?api=vendors"))["records"]
    assert [(r["code"], r["active"], r["companies"]) for r in vendors] == [
        ("a", True, ["BW00"]),
        ("b", False, []),
    ]
    [center] = (await customer.control("GET", "masterdata/p2p?api=costCenters"))["records"]
    assert (center["active"], center["companies"]) == (False, [])
