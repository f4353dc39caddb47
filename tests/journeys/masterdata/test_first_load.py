"""The first load: everything that PeopleSoft has, once, in the order in which Basware needs it.

How few requests that takes is shown where no load of the machine can part what was published together: in the tests of
the import, in virtual time, and in bench.masterdata.
"""

from math import ceil

from tests.journeys.stories import story

from .conftest import SELDOM, NewCustomer
from .customer import MasterDataCustomer, api_of
from .same import same

EVERYTHING = {
    "payment_terms": {"full": SELDOM},
    "tax_codes": {"full": SELDOM},
    "accounts": {"changes": SELDOM, "full": SELDOM},
    "cost_centers": {"changes": SELDOM, "full": SELDOM},
    "projects": {"full": SELDOM, "companies": {"US001": ["BW00"]}},
    "exchange_rates": {"full": SELDOM},
    "list:ACC_LIST_1": {"query": "APS_OPERATING_UNITS", "full": SELDOM},
    "suppliers": {"changes": SELDOM, "full": SELDOM, "parts": {"bank_accounts": "APS_SUPPLIER_BANKS"}},
}
NEEDS = (("payment_terms", "suppliers"), ("tax_codes", "accounts"))
"""What refers to what: the first must be there before the second comes."""
MANY = 630
MOST_SUPPLIERS = 200
"""Of one request (P2P OpenAPI 26.06)."""


@story
async def test_the_first_load_brings_everything_once_and_in_order(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("md-first", entities=EVERYTHING)
    await customer.loaded()
    await same(customer)

    sent = [each["api"] for each in (await customer.imports())["requests"]]
    assert set(sent) == set(map(api_of, EVERYTHING))
    for first, second in NEEDS:
        assert sent.index(api_of(first)) < sent.index(api_of(second))
    for entity in EVERYTHING:
        counts = await customer.counts(entity)
        assert counts["posted"] == counts["records"] == counts["in_p2p"], entity
        assert set(counts["ended"]) == {"Success"}, entity
    # What may not stand on a voucher is not offered to coders, and a supplier has the code that invoices bring back.
    accounts = await customer.pickable("accounts")
    assert "SHARE_18600" in accounts
    assert {"SHARE_900001", "SHARE_990000", "SHARE_18699"}.isdisjoint(accounts)
    suppliers = await customer.pickable("suppliers")
    assert suppliers["SHARE_0000430022"]["code"] == "430022"


@story
async def test_many_suppliers_are_sent_once_and_an_unchanged_read_sends_nothing(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("md-many", section={"page_rows": 250}, prepare=_many)
    await customer.loaded()
    await same(customer)
    counts = await customer.counts("suppliers")
    assert counts["posted"] == counts["in_p2p"] == counts["records"] > MANY
    assert counts["requests"] >= ceil(counts["posted"] / MOST_SUPPLIERS)
    assert len(await customer.queries("APS_SUPPLIERS")) >= ceil(MANY / 250)

    # Read again as a whole, nothing has changed and nothing is sent.
    result = await customer.poll("suppliers", "run_full")
    assert (result["outcome"], result["changed"], result["deactivated"]) == ("complete", 0, 0)
    assert result["read"] > MANY
    assert await customer.counts("suppliers") == counts


async def _many(customer: MasterDataCustomer) -> None:
    suppliers = [
        {"vendor_id": f"{800_000 + number:010d}", "name": f"Supplier {number}"} for number in range(MANY)
    ]
    await customer.peoplesoft.post("suppliers", {"node": customer.spec.node, "suppliers": suppliers})
