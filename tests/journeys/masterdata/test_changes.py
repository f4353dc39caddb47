"""What changes in PeopleSoft, and only that, arrives; what ends there is deactivated and never deleted."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.journeys.stories import story

from .conftest import SELDOM, NewCustomer
from .same import same

WEST, EAST = "Pacific/Pago_Pago", "Pacific/Kiritimati"
"""25 hours apart: what day it is differs at every moment."""


@story
async def test_changes_arrive_and_only_what_changed_is_sent(new_customer: NewCustomer) -> None:
    customer = await new_customer("md-delta")
    await customer.loaded()
    before = await customer.counts("suppliers")
    changed = {f"SHARE_{430100 + number:010d}" for number in range(4)}
    await customer.change(
        suppliers=[
            {"vendor_id": "0000430100", "name": "Renamed Ltd."},
            {"vendor_id": "0000430101", "terms": "30N"},
            {"vendor_id": "0000430102", "address": {"number": 1, "city": "Turku", "country": "FIN"}},
            {"vendor_id": "0000430103", "contact": {"number": 1, "name": "Ann Clerk"}},
            {"vendor_id": "0000430104", "name": None},  # saved without a change
            {"vendor_id": "0000777777", "name": "Brand New plc", "terms": "NT60"},
        ]
    )
    result = await customer.poll("suppliers")
    assert (result["kind"], result["outcome"], result["changed"]) == ("changes", "complete", 5)
    await same(customer)
    after = await customer.counts("suppliers")
    assert after["posted"] == before["posted"] + 5
    assert await customer.posts("suppliers", *changed) == [2] * 4
    assert await customer.posts("suppliers", "SHARE_0000430104", "SHARE_0000777777") == [1, 1]

    # What no time of change tells of is found by the whole read; the other reads little.
    await customer.change(silently=True, suppliers=[{"vendor_id": "0000430105", "name": "Changed by SQL"}])
    result = await customer.poll("suppliers")
    assert (result["read"], result["changed"]) == (6, 0)
    assert (await customer.poll("suppliers", "run_full"))["changed"] == 1
    await same(customer)
    assert (await customer.counts("suppliers"))["posted"] == after["posted"] + 1


@story
async def test_what_ends_in_peoplesoft_is_deactivated_and_never_deleted(new_customer: NewCustomer) -> None:
    entities = {
        "payment_terms": {"full": SELDOM},
        "accounts": {"changes": SELDOM, "full": SELDOM},
        "suppliers": {"changes": SELDOM, "full": SELDOM},
    }
    customer = await new_customer("md-ended", entities=entities)
    await customer.loaded()
    held = {entity: await customer.pickable(entity) for entity in entities}
    await customer.change(
        suppliers=[{"vendor_id": "0000430100", "status": "I"}],
        chartfields=[
            {"field": "ACCOUNT", "value": "500100", "status": "I"},
            {"field": "ACCOUNT", "value": "500200", "budgetary_only": True},
        ],
    )
    assert (await customer.poll("suppliers"))["deactivated"] == 1
    assert (await customer.poll("accounts"))["deactivated"] == 2
    await customer.change(
        remove={
            "suppliers": ["0000430101"],
            "chartfields": {"ACCOUNT": ["640000"]},
            "payment_terms": ["D30"],
        }
    )
    for entity in entities:
        assert (await customer.poll(entity, "run_full"))["deactivated"] == 1, entity
    await same(customer)
    ended = {
        "payment_terms": {"SHARE_D30"},
        "accounts": {"SHARE_500100", "SHARE_500200", "SHARE_640000"},
        "suppliers": {"SHARE_0000430100", "SHARE_0000430101"},
    }
    for entity, codes in ended.items():
        left = await customer.pickable(entity)
        assert left.keys() == held[entity].keys()
        assert {code for code, each in left.items() if not each["active"]} == codes
    # All else of a record stays as it was: an import overwrites the whole of it.
    before, after = (
        side["suppliers"] for side in (held, {"suppliers": await customer.pickable("suppliers")})
    )
    assert after["SHARE_0000430101"]["content"]["name"] == before["SHARE_0000430101"]["content"]["name"]

    # It comes back, under the same code.
    await customer.change(suppliers=[{"vendor_id": "0000430100", "status": "A"}])
    await customer.poll("suppliers")
    await same(customer)
    assert (await customer.pickable("suppliers"))["SHARE_0000430100"]["active"]


@story
async def test_a_row_dated_ahead_counts_from_its_day_on_in_the_customers_time_zone(
    new_customer: NewCustomer,
) -> None:
    tomorrow = datetime.now(UTC).astimezone(ZoneInfo(EAST)).date()
    today = datetime.now(UTC).astimezone(ZoneInfo(WEST)).date()
    assert tomorrow > today
    entities = {"cost_centers": {"changes": SELDOM, "full": SELDOM}}
    customer = await new_customer("md-dated", entities=entities, section={"time_zone": WEST})
    await customer.loaded()
    await customer.change(
        chartfields=[
            {"field": "DEPTID", "value": "10000", "status": "I", "effdt": tomorrow.isoformat()},
            {"field": "DEPTID", "value": "20000", "descr": "People", "effdt": tomorrow.isoformat()},
            {"field": "DEPTID", "value": "30000", "descr": "Opening", "effdt": tomorrow.isoformat()},
            {
                "field": "DEPTID",
                "value": "40000",
                "descr": "Next year",
                "effdt": (tomorrow + timedelta(days=200)).isoformat(),
            },
        ]
    )
    result = await customer.poll("cost_centers")
    assert (result["changed"], result["deactivated"]) == (0, 0)
    await same(customer)
    # The day begins, and nothing in PeopleSoft tells of it: the whole read finds it.
    await customer.apply(masterdata={"time_zone": EAST})
    result = await customer.poll("cost_centers", "run_full")
    assert (result["changed"], result["deactivated"]) == (2, 1)
    await same(customer)
    assert "SHARE_40000" not in await customer.pickable("cost_centers")
