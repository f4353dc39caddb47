"""Reading the section: what is left out has its default, and everything wrong is said at once, by its key."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ap_domain.mapping import ConfigurationFault, SupplierScheme
from ap_domain.masterdata import QueryOwner, QueryRoute, parse_masterdata
from ap_domain.masterdata.generic_lists import family_of

from .conftest import MakePlan


def problems_of(section: dict[str, Any], **more: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigurationFault, match="the masterdata of the connection") as caught:
        parse_masterdata(section, **more)
    return caught.value.problems


def section(entity: str = "accounts", own: Any = None, **keys: Any) -> dict[str, Any]:
    return {
        "time_zone": "Europe/Berlin",
        "companies": {"SHARE": ["BW00"]},
        "entities": {entity: own or {}},
        **keys,
    }


def test_what_is_left_out_has_its_default() -> None:
    plan = parse_masterdata(section("suppliers"))
    assert plan.time_zone == ZoneInfo("Europe/Berlin")
    assert (plan.query_owner, plan.route) == (QueryOwner.PUBLIC, QueryRoute.REST)
    assert (plan.page_rows, plan.watermark_overlap_seconds, plan.code_prefix) == (5000, 600, "")
    suppliers = plan.entities["suppliers"]
    assert (suppliers.query, suppliers.page_key, suppliers.scope) == ("APS_SUPPLIERS", "VENDOR_ID", "SETID")
    assert set(suppliers.parts) == {"addresses", "contacts", "locations"}
    assert (suppliers.limit.api, suppliers.limit.most) == ("vendors", 200)
    assert (suppliers.changes, suppliers.full, suppliers.changed_at) == ("", "", "LASTUPDDTTM")
    assert (suppliers.shrink_limit, suppliers.shrink_floor) == (Decimal("0.2"), 10)
    assert suppliers.scopes == ("SHARE",)


def test_entities_come_in_the_order_in_which_basware_needs_them(make_plan: MakePlan) -> None:
    entities = list(make_plan().entities)
    assert entities.index("payment_terms") < entities.index("suppliers")
    assert entities[-1] == "suppliers"


def test_an_entity_has_its_own_companies_and_limits(make_plan: MakePlan) -> None:
    plan = make_plan(
        shrink_limit=0.5, entities={"accounts": {"shrink_floor": 3, "companies": {"EU": ["B", "A", "A"]}}}
    )
    accounts, rates = plan.entities["accounts"], plan.entities["exchange_rates"]
    assert (accounts.shrink_limit, accounts.shrink_floor) == (Decimal("0.5"), 3)
    assert accounts.companies == {"EU": ("A", "B")}
    assert plan.entities["cost_centers"].companies == {"SHARE": ("BW00", "BW10")}
    assert rates.companies == {"": ("BW00", "BW10")}
    assert rates.scopes == (None,)


def test_columns_are_those_that_rules_read() -> None:
    fields = {"text1": "DESCRSHORT", "text2": {"pick": "rows[?A == 'x'].B | [0]", "when": "'' == ''"}}
    accounts = parse_masterdata(section(own={"fields": fields})).entities["accounts"]
    assert accounts.columns == {
        "ACCOUNT",
        "BUDGETARY_ONLY",
        "DESCR",
        "DESCRSHORT",
        "EFFDT",
        "EFF_STATUS",
        "SETID",
        "STATISTICS_ACCOUNT",
    }
    suppliers = parse_masterdata(section("suppliers", {"changes": "* * * * *", "full": "0 1 * * *"}))
    found = suppliers.entities["suppliers"]
    assert {"PRIM_ADDR_SEQ_NUM", "REMIT_ADDR_SEQ_NUM", "DEFAULT_LOC", "LASTUPDDTTM"} <= found.columns
    assert not {"HOLD_PAYMENT", "TAX_ID"} & found.columns
    assert {"VENDOR_ID", "SETID", "EFFDT", "EFF_STATUS", "PYMNT_TERMS_CD"} <= found.parts["locations"].columns


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"time_zone": None}, "time_zone is missing"),
        ({"time_zone": "Mars/Base"}, "time_zone is 'Mars/Base', which is no time zone"),
        ({"time_zone": "../etc/passwd"}, "which is no time zone"),
        ({"companies": None}, "entities.accounts.companies says who may pick from it"),
        ({"companies": ["SHARE"]}, "companies must be a table"),
        ({"companies": {"SHARE": []}}, "companies.SHARE must be a list of at least one company code"),
        ({"companies": {"SHARED": ["A"]}}, "companies: key is 'SHARED': it has room for 5 characters"),
        ({"companies": {"SHARE": ["x" * 33]}}, "a company code has at most 32 characters"),
        ({"query_owner": "mine"}, "query_owner must be one of public, private"),
        ({"route": "ftp"}, "route must be one of rest, soap"),
        ({"page_rows": 1}, "page_rows must be a whole number from 10"),
        ({"watermark_overlap_seconds": -1}, "watermark_overlap_seconds must be"),
        ({"shrink_limit": 20}, "shrink_limit must be a part from 0 to 1"),
        ({"shrink_limit": "much"}, "shrink_limit must be an amount"),
        ({"shrink_floor": -1}, "shrink_floor must be"),
        ({"code_prefix": "a long prefix"}, "code_prefix must be at most 8"),
        ({"code_prefix": "EU_"}, "without tilde and underscore"),
        ({"tables": []}, "tables must be a table"),
        ({"entities": {}}, "entities must be a table of at least one entity"),
        ({"entities": {"vendors": {}}}, "entities.vendors is no entity; there are payment_terms"),
        ({"entities": {"list": {}}}, "entities.list is no entity"),
        ({"entities": {"list:ACC_LIST_36": {}}}, "'ACC_LIST_36' is no list of Basware"),
        ({"entities": {"accounts": 7}}, "entities.accounts must be a table"),
        ({"polls": {}}, "'polls' is not a key of masterdata"),
    ],
)
def test_a_wrong_key_of_the_section_is_named(changed: dict[str, Any], problem: str) -> None:
    assert any(problem in found for found in problems_of(section(**changed)))


@pytest.mark.parametrize(
    ("entity", "own", "problem"),
    [
        ("accounts", {"qwery": "A"}, "'qwery' is not a key of entities.accounts"),
        ("accounts", {"query": "A B"}, "entities.accounts.query must be the name of a query"),
        ("accounts", {"query": None}, "entities.accounts.query must be the name of a query"),
        ("accounts", {"changes": "often", "full": "0 1 * * *"}, "changes is 'often', which is no schedule"),
        ("accounts", {"changes": "* * * * *"}, "full is missing: only it finds what vanished"),
        ("tax_codes", {"changes": "* * * * *", "full": "0 1 * * *"}, "needs a query with the prompt `since`"),
        ("accounts", {"changes": "* * * * *", "changed_at": None}, "changes needs changed_at"),
        ("accounts", {"prompts": {"from": "X"}}, "'from' is not a key of entities.accounts.prompts"),
        ("accounts", {"prompts": {"after": "A,B"}}, "prompts.after must be the unique prompt name"),
        ("accounts", {"parts": {"addresses": "A"}}, "'addresses' is not a key of entities.accounts.parts"),
        ("suppliers", {"prompts": {"up_to": None}}, "prompts must name after and up_to"),
        ("suppliers", {"key": ["VENDOR_ID", "VNDR_LOC"]}, "key of suppliers is one column"),
        ("exchange_rates", {"prompts": {"setid": "SETID"}}, "prompts.setid has no use"),
        ("accounts", {"key": []}, "key must be a list of at least one column"),
        ("accounts", {"key": ["account"]}, "key names 'account'; a column is written in capital letters"),
        ("accounts", {"effective": "when"}, "effective must be the name of a column"),
        ("accounts", {"inherit": "yes"}, "inherit must be true or false"),
        ("accounts", {"active": "EFF_STATUS ="}, "active: 'EFF_STATUS =' is not a JMESPath expression"),
        ("accounts", {"active": "status == 'A'"}, "active reads 'status', which is neither a column"),
        ("accounts", {"fields": []}, "fields must be a table"),
        ("accounts", {"fields": {"text6": "DESCR"}}, "fields.text6: Basware has no such field here"),
        ("accounts", {"fields": {"text1": "descr"}}, "fields.text1 reads 'descr', which is neither"),
        ("accounts", {"fields": {"text1": {"value": "x" * 251}}}, "it has room for 250 characters"),
        ("accounts", {"fields": {"text1": {"pick": "A", "table": "t"}}}, "which is no table"),
        ("accounts", {"fields": {"accountNames.en-US": None}}, "is required by Basware"),
        ("accounts", {"fields": {"accountNames.far-too-long": "A"}}, "Basware has no such field here"),
        ("accounts", {"fields": {"externalCode": "ACCOUNT"}}, "is made of PeopleSoft's key"),
        ("accounts", {"fields": {"accountCode": {"pick": "A", "shorten": True}}}, "shorten is only for"),
        ("suppliers", {"fields": {"vendorCode": "VENDOR_ID"}}, "follows from the supplier scheme"),
        ("suppliers", {"fields": {"processingStatus.active": "X"}}, "follows from active"),
        ("suppliers", {"fields": {"paymentMeans.default": "X"}}, "the part bank_accounts, which is not read"),
        ("suppliers", {"fields": {"addresses.name": None}}, "addresses.name is required by Basware"),
        (
            "suppliers",
            {"fields": {"contacts.role": {"value": "Boss"}}},
            "'Boss' is not one of AdditionalContact",
        ),
        (
            "suppliers",
            {"fields": {"eligibleForSourcing": {"value": "yes"}}},
            "'yes' is not one of false, true",
        ),
        (
            "list:ACC_LIST_1",
            {"query": "APS_FUNDS", "fields": {"text_7": "DESCR"}},
            "fields.text_7: Basware has no",
        ),
        ("list:ACC_LIST_1", {"query": "APS_FUNDS", "fields": {"dateValue_1": "D"}}, "has no such field"),
        ("list:ACC_LIST_1", {"query": "MINE"}, "key is missing: name the column that tells the rows of MINE"),
    ],
)
def test_a_wrong_key_of_an_entity_is_named(entity: str, own: dict[str, Any], problem: str) -> None:
    found = problems_of(section(entity, own))
    assert any(problem in each for each in found), found
    assert all(each.startswith(("entities.", "'")) for each in found)


def test_all_problems_are_said_at_once() -> None:
    found = problems_of(section(own={"query": "A B", "fields": {"text9": "A"}}, route="ftp", time_zone="X"))
    assert len(found) == 4


def test_schedules_are_checked_by_whoever_knows_cron() -> None:
    own = {"full": "99 3 * * *"}
    assert parse_masterdata(section(own=own)).entities["accounts"].full == "99 3 * * *"
    found = problems_of(section(own=own), check_schedule=lambda cron: f"no minute of {cron.split()[0]}")
    assert found == ("entities.accounts.full is '99 3 * * *': no minute of 99",)


def test_what_the_supplier_scheme_needs_is_checked() -> None:
    per_location = SupplierScheme(setid="SHARE", location_in_code=True)
    found = problems_of(section("suppliers", {"parts": {"locations": None}}), scheme=per_location)
    assert "entities.suppliers.parts.locations is needed" in found[0]
    other = problems_of(section("suppliers"), scheme=SupplierScheme(setid="EU"))
    assert "entities.suppliers.companies has no EU" in other[0]
    parse_masterdata(section("suppliers"), scheme=SupplierScheme(setid="EU", setid_in_code=True))


@pytest.mark.parametrize(
    ("key", "capacity"),
    [
        ("ACC_LIST_1", (5, 3, 0, 250)),
        ("ACC_LIST_10", (5, 3, 0, 250)),
        ("ACC_LIST_11", (5, 3, 0, 50)),
        ("ACC_LIST_20", (5, 3, 0, 50)),
        ("ACC_LIST_30", (10, 5, 5, 250)),
        ("ACC_LIST_35", (25, 10, 10, 250)),
        ("INV_LIST_1", (5, 0, 0, 250)),
        ("INV_LIST_20", (10, 5, 5, 250)),
        ("CUST_RESOLVER_5", (15, 15, 15, 250)),
    ],
)
def test_a_generic_list_has_the_columns_of_its_family(key: str, capacity: tuple[int, int, int, int]) -> None:
    family = family_of(key)
    assert (family.texts, family.numbers, family.dates, family.text_length) == capacity
    last = parse_masterdata(
        section(f"list:{key}", {"query": "APS_FUNDS", "fields": {f"text_{capacity[0]}": "DESCR"}})
    )
    assert last.entities[f"list:{key}"].limit.api == f"lists/{key}"
    over = section(f"list:{key}", {"query": "APS_FUNDS", "fields": {f"text_{capacity[0] + 1}": "DESCR"}})
    assert "Basware has no such field here" in problems_of(over)[0]


@pytest.mark.parametrize(
    "key", ["ACC_LIST_0", "ACC_LIST_01", "ACC_LIST_36", "INV_LIST_21", "CUST_RESOLVER_6", "X", ""]
)
def test_lists_that_basware_does_not_have_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match="is no list of Basware"):
        family_of(key)
