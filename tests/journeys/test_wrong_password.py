"""A wrong PeopleSoft password stops that customer's flow before the account is locked; the right one resumes it."""

from pathlib import Path
from typing import Any

from .conftest import NewCustomer
from .customer import TRANSFERRED, Customer
from .eventually import eventually
from .evidence import gather_evidence
from .promises import kept
from .stories import story
from .topic_records import DESIRED_STATE, INVOICES


@story
async def test_a_wrong_password_stops_the_flow_and_the_right_one_resumes_it(
    new_customer: NewCustomer,
) -> None:
    customer = await new_customer("wrong-password", peoplesoft={"password": {"value": "not the password"}})
    invoices = [await customer.approve(seed) for seed in range(1, 5)]

    async def all_waiting() -> tuple[list[str], list[str]]:
        evidence = await gather_evidence(customer)
        stops = [each.value["state"] for each in evidence.records[DESIRED_STATE]]
        entries = evidence.latest(INVOICES).values()
        return stops, sorted(f"{each['step']} {each['phase']}" for each in entries)

    stops, phases = await eventually(
        all_waiting,
        lambda seen: bool(seen[0]) and len(seen[1]) == 4 and all(each.startswith("post") for each in seen[1]),
        what="the flow stopped and every invoice acknowledged",
    )
    assert stops == ["stopped"]
    assert set(phases) <= {"post stopped", "post waiting"}, "nothing is parked"
    operator = await customer.operator()
    assert 1 <= operator["refused_logins"] <= 2
    assert operator["locked"] is False
    assert await customer.calls("create") == []

    await customer.apply(peoplesoft={"password": _right(customer)})
    await customer.until_status(TRANSFERRED, *invoices)
    await kept(customer)
    assert (await customer.operator())["refused_logins"] == operator["refused_logins"]


def _right(customer: Customer) -> dict[str, Any]:
    return {"file": str(Path(customer.stack.run_dir) / "secrets" / f"{customer.id}-peoplesoft")}
