"""Whatever Basware answers to an import: each record goes through in the end, or is listed, and none too often."""

from tests.journeys.eventually import eventually
from tests.journeys.stories import story

from .conftest import SELDOM, NewCustomer
from .customer import Json, MasterDataCustomer
from .same import same
from .test_refusals import told

ACCOUNTS = {"accounts": {"changes": SELDOM, "full": SELDOM}}
COST_CENTERS = {"cost_centers": {"changes": SELDOM, "full": SELDOM}}
REFUSED = "Department is closed"


@story
async def test_what_expired_is_sent_again_and_what_was_not_processed_or_warned_of_is_in_place(
    new_customer: NewCustomer,
) -> None:
    # Its P2P takes a record that it let expire when the same comes again.
    customer = await new_customer("md-outcomes", entities=ACCOUNTS, imports={"skip_refused_repeats": False})
    await customer.loaded()
    codes = ["SHARE_18200", "SHARE_18600", "SHARE_18620", "SHARE_10012"]
    expired, unprocessed, warned, late = codes
    for code, plan in (
        (expired, {"status": "RecordExpired"}),
        (warned, {"status": "Warning", "message": "Name shortened"}),
        (late, {"status": None, "delay_seconds": 5}),
    ):
        await customer.outcome("accounts", external_code=code, **plan)
    await customer.change(
        chartfields=[
            {"field": "ACCOUNT", "value": code.removeprefix("SHARE_"), "descr": f"Renamed {code}"}
            for code in (expired, warned, late)
        ]
    )
    await customer.poll("accounts")
    resend = await customer.order("resend", f"accounts/{unprocessed}")
    assert (await customer.answer(resend))["action"] == "command applied"
    await customer.settled()
    await same(customer)
    # What Basware holds already is NotProcessed, and in place.
    assert (await customer.counts("accounts"))["ended"]["NotProcessed"] == 1
    assert {told(customer, "accounts", code)["step"] for code in codes} == {"confirmed"}
    assert told(customer, "accounts", warned)["words"] == ["Name shortened (DataValidation)"]
    assert await customer.posts("accounts", *codes) == [3, 2, 2, 2]


@story
async def test_every_request_is_acknowledged_once_it_is_settled(new_customer: NewCustomer) -> None:
    async def refused(customer: MasterDataCustomer) -> None:
        await customer.outcome("cost_centers", external_code="SHARE_10000", message=REFUSED)

    customer = await new_customer(
        "md-acknowledged", entities=COST_CENTERS, imports={"delay_seconds": 2}, prepare=refused
    )
    await customer.loaded()
    assert told(customer, "cost_centers", "SHARE_10000")["words"] == [f"{REFUSED} (DataValidation)"]

    async def statuses() -> list[str]:
        return [each["status"] for each in (await customer.imports())["requests"]]

    await eventually(statuses, lambda seen: seen == ["AcknowledgedError"], what="the first one acknowledged")
    await customer.change(chartfields=[{"field": "DEPTID", "value": "10000", "descr": "Finance and more"}])
    await customer.poll("cost_centers")
    await same(customer)
    await eventually(
        statuses,
        lambda seen: seen == ["AcknowledgedError", "AcknowledgedSuccess"],
        what="both acknowledged",
    )


@story
async def test_a_batch_refused_whole_goes_through_without_the_records_that_are_named(
    new_customer: NewCustomer,
) -> None:
    async def named(customer: MasterDataCustomer) -> None:
        await customer.basware_fails("status", "import_costCenters", params=_refusal("SHARE_10000"))

    customer = await new_customer("md-named", entities=COST_CENTERS, prepare=named)
    await customer.loaded()
    await same(customer, besides=["SHARE_10000"])
    refused = told(customer, "cost_centers", "SHARE_10000")
    assert (refused["step"], refused["words"]) == ("refused", [f"DATA_VALIDATION_FAILED: {REFUSED}"])
    counts = await customer.counts("cost_centers")
    assert (counts["requests"], counts["posted"]) == (1, counts["records"])
    # Corrected, it comes in.
    await customer.change(chartfields=[{"field": "DEPTID", "value": "10000", "descr": "Finance and more"}])
    await customer.poll("cost_centers")
    await same(customer)


@story
async def test_a_batch_refused_without_names_is_halved_until_the_rest_is_through(
    new_customer: NewCustomer,
) -> None:
    async def nameless(customer: MasterDataCustomer) -> None:
        await customer.basware_fails("status", "import_costCenters", times=3, params=_refusal(None))

    customer = await new_customer("md-nameless", entities=COST_CENTERS, prepare=nameless)
    await customer.loaded()
    await same(customer)
    counts = await customer.counts("cost_centers")
    assert (counts["requests"], counts["posted"]) == (4, counts["records"])


@story
async def test_busy_throttled_and_broken_answers_delay_a_batch_and_nothing_else(
    new_customer: NewCustomer,
) -> None:
    async def busy(customer: MasterDataCustomer) -> None:
        for params in ({"status": 429, "headers": {"Retry-After": "1"}}, {"status": 503}):
            await customer.basware_fails("status", "import_costCenters", params=params)
        await customer.basware_fails("html", "import_costCenters")
        await customer.basware_fails("status", "requestStatus", params={"status": 500})

    customer = await new_customer("md-busy", entities=COST_CENTERS, prepare=busy)
    await customer.loaded()
    await same(customer)
    assert await _faults(customer) == []
    counts = await customer.counts("cost_centers")
    assert (counts["requests"], counts["posted"]) == (1, counts["records"])


@story
async def test_an_answer_lost_after_basware_took_the_batch_costs_one_more_request(
    new_customer: NewCustomer,
) -> None:
    async def lost(customer: MasterDataCustomer) -> None:
        await customer.basware_fails("drop_after", "import_costCenters")

    customer = await new_customer("md-lost", entities=COST_CENTERS, prepare=lost)
    await customer.loaded()
    await same(customer)
    counts = await customer.counts("cost_centers")
    assert counts["requests"] == 2
    assert counts["posted"] == 2 * counts["records"]
    assert counts["ended"] == {"Success": counts["records"], "NotProcessed": counts["records"]}


@story
async def test_what_was_refused_in_a_request_whose_answer_was_lost_is_listed_as_refused(
    new_customer: NewCustomer,
) -> None:
    async def lost(customer: MasterDataCustomer) -> None:
        await customer.outcome("cost_centers", external_code="SHARE_10000", message=REFUSED)
        await customer.basware_fails("drop_after", "import_costCenters")

    customer = await new_customer("md-lost-no", entities=COST_CENTERS, prepare=lost)
    await customer.loaded()
    await same(customer, besides=["SHARE_10000"])
    refused = told(customer, "cost_centers", "SHARE_10000")
    assert (refused["step"], refused["words"]) == ("refused", [f"{REFUSED} (DataValidation)"])


def _refusal(code: str | None) -> Json:
    """A 400 in Basware's form, about one record or about none."""
    error = {
        "externalCode": code,
        "type": "ERROR",
        "code": "DATA_VALIDATION_FAILED",
        "message": REFUSED,
        "info": None,
    }
    return {"status": 400, "body": {"errors": [error]}}


async def _faults(customer: MasterDataCustomer) -> list[Json]:
    """What is still to go wrong for the customer."""
    found = (await customer.basware.get("faults"))["faults"]
    return [each for each in found if each["tenant"] == customer.id]
