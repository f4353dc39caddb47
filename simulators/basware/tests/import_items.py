"""Records that are imported, and how their items and requests end."""

from typing import Any

from basware_simulator.testkit import Customer, Reply


async def imported(customer: Customer, api: str, *records: Any) -> dict[str, tuple[str, list[str]]]:
    """Post, let P2P work, and say how the items ended."""
    reply = await customer.post_records(api, *records)
    assert reply.status == 200, reply.body
    await customer.advance(5)
    return await customer.items(reply)


async def status(customer: Customer, reply: Reply, query: str = "") -> Any:
    url = f"/v1/requestStatus/{reply.headers['x-amzn-RequestId']}{query}"
    [request] = (await customer.call("GET", url)).json()["requestStatus"]
    return request


async def plan(customer: Customer, api: str, **order: Any) -> None:
    await customer.control("POST", "masterdata/outcome", {"tenant": "acme", "api": api} | order)
