"""Queries over REST: what they find, in which order and form, cut where PeopleSoft cuts, and who may run them."""

import json
from typing import Any

import pytest
from peoplesoft_simulator.query_catalogue import DELIVERED

DEMO = "0000430022"


async def test_the_answer_has_the_odd_key_and_columns_with_their_records_alias(caller: Any) -> None:
    answer = await caller.query_raw("APS_PAYMENT_TERMS", max_rows=1, AFTER="14N")
    assert answer.content_type == "application/json"
    row = (
        '{"attr:rownumber":1,"A.SETID":"SHARE","A.PYMNT_TERMS_CD":"30N","A.EFFDT":"1901-01-01","A.EFF_STATUS":"A",'
        '"A.DESCR":"Net 30 days","A.NET_DAYS":30,"A.DSCNT_DAYS":0,"A.DSCNT_PCT":0}'
    )
    head = '{"status":"success","data":{"query":{"numrows":1,"queryname=":"APS_PAYMENT_TERMS","rows":['
    assert answer.raw.decode() == f"{head}{row}]}}}}}}"


async def test_blanks_flags_dates_and_leading_zeros_come_as_peoplesoft_stores_them(caller: Any) -> None:
    (supplier,) = await caller.query(AFTER="0000430021", UP_TO=DEMO)
    assert supplier["A.VENDOR_ID"] == DEMO
    assert supplier["A.HOLD_PAYMENT"] == "N"
    assert supplier["B.TAX_ID"] == "130000001"
    assert supplier["A.LASTUPDDTTM"] == "2020-01-01T00:00:00.000000"
    (project, *_) = await caller.query("APS_PROJECTS", BUSINESS_UNIT="US001")
    assert (project["A.PROJECT_ID"], project["A.START_DT"]) == ("32101", "")
    (main,) = await caller.query("APS_SUPPLIER_LOCATIONS", UP_TO="0000010280")
    assert main["A.PYMNT_TERMS_CD"] == " "


@pytest.mark.parametrize("name", sorted(DELIVERED))
async def test_every_query_is_sorted_by_its_key_and_pages_by_it(caller: Any, name: str) -> None:
    counts = {"ALTACCT": 5, "BUDGET_REF": 5, "CLASS_FLD": 5, "PROGRAM_CODE": 5, "FUND_CODE": 5, "PRODUCT": 5}
    fields = counts | {f"CHARTFIELD{n}": 5 for n in (1, 2, 3)}
    await caller.control(
        "POST", "masterdata/generate", {"suppliers": 30, "accounts": 9, "projects": 7, "chartfields": fields}
    )
    await caller.control("POST", "payments/generate", {"count": 30})
    by_unit = "setid" in DELIVERED[name].prompts and DELIVERED[name].prompts["setid"] == "BUSINESS_UNIT"
    setid = {"BUSINESS_UNIT": "US001"} if by_unit else {}
    rows = await caller.query(name, **setid)
    column = "A.FROM_CUR" if name == "APS_RATES" else list(rows[0])[2]
    keys = [row[column] for row in rows]
    assert keys == sorted(keys)
    assert len(set(keys)) > 1
    middle = keys[len(keys) // 2]
    before = await caller.query(name, UP_TO=middle, **setid)
    after = await caller.query(name, AFTER=middle, **setid)
    assert [row[column] for row in (*before, *after)] == keys
    assert {row[column] for row in before}.isdisjoint(row[column] for row in after)


@pytest.mark.parametrize(
    ("max_rows", "cap", "come"), [(0, 0, 44), (10, 0, 10), (45, 0, 44), (0, 7, 7), (9, 7, 7)]
)
async def test_more_rows_than_asked_for_or_allowed_are_cut_without_a_word(
    caller: Any, max_rows: int, cap: int, come: int
) -> None:
    await caller.control("POST", "operators", {"operator": "APSTREAM", "query_max_rows": cap})
    answer = await caller.query_raw(max_rows=max_rows)
    query = json.loads(answer.raw)["data"]["query"]
    assert (query["numrows"], len(query["rows"])) == (come, come)
    assert [row["attr:rownumber"] for row in query["rows"]] == list(range(1, come + 1))


async def test_history_and_future_rows_come_raw_and_the_voucher_follows_the_clock(caller: Any) -> None:
    future = {"field": "ACCOUNT", "value": "18620", "effdt": "2090-01-01", "status": "I"}
    await caller.control("POST", "masterdata/change", {"chartfields": [future]})
    rows = await caller.query("APS_ACCOUNTS", AFTER="18600", UP_TO="18620")
    seen = [(row["A.EFFDT"], row["A.EFF_STATUS"], row["A.DESCR"]) for row in rows]
    assert seen == [("1901-01-01", "A", "Office Supplies"), ("2090-01-01", "I", "Office Supplies")]
    assert (await caller.create()).text("notification") == "1"
    await caller.control("POST", "clock", {"advance_seconds": 70 * 366 * 86400})
    late = await caller.create(INVOICE_ID="INV-2")
    assert "18620 is not valid" in (late.text("messagetext") or "")


async def test_a_setid_that_is_blank_or_unknown_finds_nothing(caller: Any) -> None:
    for setid in ("", "NONE"):
        assert await caller.query(SETID=setid) == []
        assert await caller.query("APS_PAYMENT_TERMS", SETID=setid) == []


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ({"basic": None}, 401, "password failed"),
        ({"basic": ("APSTREAM", "wrong")}, 401, "password failed"),
        ({"basic": ("NOBODY", "x")}, 401, "not defined"),
        ({"node": "NOWHERE"}, 404, "no node"),
        ({"name": "APS_NOTHING"}, 404, "does not exist"),
        ({"owner": "private"}, 404, "does not exist"),
        ({"form": "WEBROWSET"}, 400, "simulated"),
        ({"max_rows": "many"}, 400, "maxrows must be a number"),
        ({"parameters": {"isconnectedquery": "Y"}}, 400, "isconnectedquery"),
        ({"MISSPELT": "1"}, 400, "there is no prompt MISSPELT"),
        ({"SINCE": "yesterday"}, 400, "not a date-time"),
        ({"AFTER": "a,b"}, 400, "holds a comma"),
        ({"raw_prompts": {"prompt_fieldvalue": "SHARE"}}, 400, "1 values"),
        ({"raw_prompts": {"json_resp": "true"}}, 400, "no value slot for prompt SETID"),
        (
            {
                "raw_prompts": {
                    "prompt_psqueryname": "APS_ACCOUNTS",
                    "prompt_uniquepromptname": "SETID",
                    "prompt_fieldvalue": "SHARE",
                }
            },
            400,
            "is of query APS_ACCOUNTS",
        ),
        ({"raw_prompts": {"prompt_uniquepromptname": "SETID%2CAFTER"}}, 400, "holds a comma"),
        (
            {
                "raw_prompts": dict.fromkeys(
                    ("prompt_psqueryname", "prompt_uniquepromptname", "prompt_fieldvalue"), ""
                )
            },
            400,
            "no value slot for prompt SETID",
        ),
    ],
)
async def test_what_does_not_fit_is_refused(
    caller: Any, how: dict[str, Any], status: int, words: str
) -> None:
    answer = await caller.query_raw(how.pop("name", "APS_SUPPLIERS"), **how)
    assert answer.status == status
    assert words in json.loads(answer.raw)["message"]


async def test_a_401_may_be_a_page_and_wrong_passwords_lock(caller: Any) -> None:
    await caller.control("POST", "settings/PSFT_EP", {"rest_error_body": "html"})
    for _ in range(3):
        answer = await caller.query_raw(basic=("APSTREAM", "wrong"))
        assert (answer.status, answer.content_type) == (401, "text/html")
    assert (await caller.query_raw()).status == 401
    assert (await caller.call("find", {"BUSINESS_UNIT": "US001"})).status == 500
    await caller.control("POST", "operators", {"operator": "APSTREAM", "locked": False})
    assert (await caller.query_raw()).status == 200


async def test_an_operator_may_be_kept_from_queries_alone(caller: Any) -> None:
    await caller.control("POST", "operators", {"operator": "APSTREAM", "may_query": False})
    answer = await caller.query_raw()
    assert answer.status == 401
    assert "not authorized" in json.loads(answer.raw)["message"]
    assert (await caller.execute()).text("MessageID") == "536"
    assert (await caller.create()).text("notification") == "1"


async def test_a_site_has_names_prompts_and_columns_of_its_own(caller: Any) -> None:
    setup = {
        "name": "XX_VENDORS",
        "prompts": {"setid": "WHICH_SETID", "after": "FROM_ID"},
        "without": ["since", "up_to"],
        "extra": {"C.SITE_FIELD": "X"},
        "omitted": ["B.TAX_ID"],
    }
    queries = {"APS_SUPPLIERS": setup, "APS_ACCOUNTS": {"owner": "private"}, "APS_RATES": {"exists": False}}
    await caller.control("POST", "sites", {"node": "PSFT_EP", "queries": queries})
    prompts = {
        "prompt_psqueryname": "XX_VENDORS,XX_VENDORS",
        "prompt_uniquepromptname": "FROM_ID,WHICH_SETID",
        "prompt_fieldvalue": "0000430130,SHARE",
    }
    rows = await caller.query("XX_VENDORS", raw_prompts=prompts)
    assert [row["A.VENDOR_ID"][-3:] for row in rows] == ["131", "132", "133", "134", "135"]
    assert rows[0]["C.SITE_FIELD"] == "X"
    assert "B.TAX_ID" not in rows[0]
    assert (await caller.query_raw("APS_SUPPLIERS")).status == 404
    assert (await caller.query_raw("APS_ACCOUNTS")).status == 404
    assert (await caller.query_raw("APS_ACCOUNTS", owner="private")).status == 200
    assert (await caller.query_raw("APS_RATES")).status == 404


async def test_without_a_prompt_for_the_setid_all_setids_come_sorted_by_key(caller: Any) -> None:
    await caller.control(
        "POST", "sites", {"node": "PSFT_EP", "queries": {"APS_SUPPLIERS": {"without": ["setid"]}}}
    )
    other = {"vendor_id": DEMO, "setid": "OTHER", "name": "Somebody Else"}
    await caller.control("POST", "suppliers", {"suppliers": [other]})
    await caller.control(
        "POST", "masterdata/generate", {"setid": "OTHER", "suppliers": 2, "first_supplier": 430021}
    )
    names = ["AFTER", "UP_TO", "SINCE"]
    prompts = {
        "prompt_psqueryname": ",".join(["APS_SUPPLIERS"] * 3),
        "prompt_uniquepromptname": ",".join(names),
        "prompt_fieldvalue": f"0000430020,{DEMO},",
    }
    rows = await caller.query("APS_SUPPLIERS", raw_prompts=prompts)
    assert [(row["A.VENDOR_ID"][-3:], row["A.SETID"]) for row in rows] == [
        ("021", "OTHER"),
        ("022", "OTHER"),
        ("022", "SHARE"),
    ]
    assert rows[1]["A.NAME1"] == "Somebody Else"


async def test_columns_may_be_filtered_and_xml_comes_without_the_flag(caller: Any) -> None:
    rows = await caller.query(parameters={"filterfields": "A.VENDOR_ID,A.NAME1"}, max_rows=2)
    assert set(rows[0]) == {"attr:rownumber", "A.VENDOR_ID", "A.NAME1"}
    await caller.control("POST", "settings/PSFT_EP", {"rest_json_flag": "json_response"})
    assert (await caller.query(parameters={"json_response": "true"}, max_rows=1))[0]["A.VENDOR_ID"]
    answer = await caller.query_raw(max_rows=2, UP_TO=DEMO)
    assert answer.content_type == "text/xml"
    assert (
        b'numrows="2" queryname="APS_SUPPLIERS"><row rownumber="1"><A.SETID><![CDATA[SHARE]]>' in answer.raw
    )


async def test_the_log_shows_what_was_asked_and_how_much_came(caller: Any) -> None:
    await caller.query(AFTER="0000430100", max_rows=3)
    await caller.query_raw("APS_ACCOUNTS", basic=None)
    calls = (await caller.control("GET", "requests?operation=query"))["requests"]
    shown = [(each["query"], each["rows"], each["http_status"], each["operator"]) for each in calls]
    assert shown == [("APS_SUPPLIERS", 3, 200, "APSTREAM"), ("APS_ACCOUNTS", None, 401, "ANONYMOUS")]
    asked = {"SETID": "SHARE", "AFTER": "0000430100", "UP_TO": "", "SINCE": "", "maxrows": "3"}
    assert calls[0]["prompts"] == asked
    assert calls[0]["received_at"] <= calls[0]["answered_at"]
    assert len((await caller.control("GET", "requests?query=APS_ACCOUNTS"))["requests"]) == 1


async def test_an_account_that_takes_no_amounts_is_refused_on_a_voucher(caller: Any) -> None:
    for account in ("900001", "990000"):
        line = {
            "VOUCHER_LINE_NUM": 1,
            "MERCHANDISE_AMT": "125.00",
            "DISTRIB_LINE": [{"DISTRIB_LINE_NUM": 1, "ACCOUNT": account, "MERCHANDISE_AMT": "125.00"}],
        }
        answer = await caller.create(SALETX_AMT=None, VOUCHER_LINE=[line])
        assert f"Account {account} is statistical" in (answer.text("messagetext") or "")
