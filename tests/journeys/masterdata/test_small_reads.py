"""A suspiciously small read is stopped and told, and nothing is deactivated by it."""

from tests.journeys.eventually import eventually
from tests.journeys.stories import story

from .conftest import NewCustomer
from .customer import MasterDataCustomer
from .same import same

REMOVED = [f"{430100 + number:010d}" for number in range(20)]


@story
async def test_a_query_that_is_cut_without_a_word_deactivates_nothing(new_customer: NewCustomer) -> None:
    customer = await new_customer("md-cut", section={"shrink_floor": 3})
    await customer.loaded()
    before = await customer.counts("suppliers")
    # Cut at every call, it is read on from where each answer ends.
    await _cut(customer, times=50, rows=7)
    result = await customer.poll("suppliers", "run_full")
    assert (result["outcome"], result["read"], result["changed"]) == ("complete", 44, 0), result["words"]
    # The first answer cut, and nothing behind it: it looks like the end.
    await customer.peoplesoft_recovers()
    await _cut(customer, times=1, rows=30)
    await _cut(customer, times=50, rows=0)
    result = await customer.poll("suppliers", "run_full")
    assert (result["outcome"], result["deactivated"]) == ("held", 0), result["words"]
    await _held(customer, 1)
    await customer.peoplesoft_recovers()
    await customer.settled()
    assert await customer.counts("suppliers") == before
    result = await customer.poll("suppliers", "run_full")
    assert (result["outcome"], result["changed"]) == ("complete", 0)
    await same(customer)


@story
async def test_an_empty_answer_is_held_until_the_source_is_right_again(new_customer: NewCustomer) -> None:
    customer = await new_customer("md-empty")
    await customer.loaded()
    before = await customer.counts("suppliers")
    await _cut(customer, times=50, rows=0)
    result = await customer.poll("suppliers", "run_full")
    assert (result["outcome"], result["deactivated"]) == ("held", 0), result
    assert "none of the 42 active records would be left" in result["words"]
    assert "accept-shrink suppliers" in result["words"]
    await _held(customer, 1)
    await customer.settled()
    assert await customer.counts("suppliers") == before
    await customer.peoplesoft_recovers()
    assert (await customer.poll("suppliers", "run_full"))["outcome"] == "complete"
    await same(customer)


@story
async def test_a_true_shrink_goes_through_once_a_person_accepts_it(new_customer: NewCustomer) -> None:
    customer = await new_customer("md-shrink")
    await customer.loaded()
    await customer.change(
        remove={"suppliers": REMOVED}, suppliers=[{"vendor_id": "0000430130", "name": "Renamed Meanwhile"}]
    )
    result = await customer.poll("suppliers", "run_full")
    assert (result["outcome"], result["deactivated"], result["changed"]) == ("held", 0, 1)
    assert "20 of 42 active records would be deactivated" in result["words"]
    await same(customer, besides=[f"SHARE_{each}" for each in REMOVED])
    # Again without a person's word: still held.
    assert (await customer.poll("suppliers", "run_full"))["outcome"] == "held"
    await _held(customer, 2)
    result = await customer.poll("suppliers", "accept_shrink")
    assert (result["outcome"], result["deactivated"]) == ("complete", 20)
    await same(customer)
    assert (await customer.counts("suppliers"))["in_p2p"] == 42
    assert set(await customer.posts("suppliers", *(f"SHARE_{each}" for each in REMOVED))) == {2}


async def _cut(customer: MasterDataCustomer, *, times: int, rows: int) -> None:
    order = {"query": "APS_SUPPLIERS", "times": times, "params": {"rows": rows}}
    await customer.peoplesoft_fails("silently_cut", **order)


async def _held(customer: MasterDataCustomer, times: int) -> None:
    """The metric that wakes somebody says so; it is counted right after the result is told."""

    async def told() -> float:
        return await customer.metric("masterdata-poll", "apstream_polls_total", outcome="held")

    await eventually(told, lambda seen: seen == times, what=f"{times} held polls in the metrics")
