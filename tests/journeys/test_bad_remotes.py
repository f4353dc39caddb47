"""Remotes that misbehave, in every way we could think of: each invoice ends confirmed, once, without anybody's help."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import aiohttp

from .conftest import NewCustomer
from .customer import TRANSFERRED, Customer, Invoice
from .entries import entries_of
from .eventually import eventually
from .promises import kept
from .stories import story

Order = dict[str, Any]

BUSY = {"status": 429, "body": {"message": "Too Many Requests"}}
OF_BASWARE: dict[str, tuple[str, Order]] = {
    "throttled": ("get_document", {"kind": "status", "params": BUSY}),
    "throttled, for a second": (
        "acknowledge",
        {"kind": "status", "params": {**BUSY, "headers": {"Retry-After": "1"}}},
    ),
    "throttled at the report": ("transferResponses", {"kind": "status", "params": BUSY}),
    "500": ("get_document", {"kind": "status", "params": {"status": 500}}),
    "500 after the acknowledge": (
        "acknowledge",
        {"kind": "status", "params": {"status": 500, "processed": True}},
    ),
    "502 after the report": (
        "transferResponses",
        {"kind": "status", "params": {"status": 502, "processed": True}},
    ),
    "503 twice": ("acknowledge", {"kind": "status", "times": 2, "params": {"status": 503}}),
    "slow document": ("get_document", {"kind": "delay_seconds", "params": {"seconds": 2}}),
    "slow report": ("transferResponses", {"kind": "delay_seconds", "params": {"seconds": 2}}),
    "dropped before the acknowledge": ("acknowledge", {"kind": "drop_before"}),
    "dropped after the acknowledge": ("acknowledge", {"kind": "drop_after"}),
    "dropped before the report": ("transferResponses", {"kind": "drop_before"}),
    "dropped after the report": ("transferResponses", {"kind": "drop_after"}),
    "a page instead of a document": ("get_document", {"kind": "html"}),
    "a page instead of an acknowledge": ("acknowledge", {"kind": "html"}),
    "nothing instead of a document": ("get_document", {"kind": "empty"}),
    "half a document": ("get_document", {"kind": "truncated"}),
    "another document": ("get_document", {"kind": "wrong_document"}),
    "a token that expired": ("transferResponses", {"kind": "expired_token"}),
    "one bad day": ("acknowledge", {"kind": "status", "times": 3, "params": {"status": 504}}),
}
"""What Basware's API does to one invoice: the call, and the fault."""

UNNARROWED: list[tuple[str, Order]] = [
    ("token", {"kind": "status", "params": {"status": 503}}),
    ("requestStatus", {"kind": "html"}),
    ("requestStatus", {"kind": "empty"}),
    ("requestStatus", {"kind": "drop_before"}),
    ("requestStatus", {"kind": "status", "params": {"status": 500}}),
    ("requestStatus_acknowledge", {"kind": "status", "params": {"status": 500}}),
]
"""Faults of calls that name no document."""

OF_PEOPLESOFT: dict[str, Order] = {
    "find: throttled": {"operation": "find", "kind": "throttled"},
    "find: throttled, for a second": {
        "operation": "find",
        "kind": "throttled",
        "params": {"retry_after": "1"},
    },
    "find: 500": {"operation": "find", "kind": "status"},
    "find: 503 twice": {"operation": "find", "kind": "refuse_503", "times": 2},
    "find: slow": {"operation": "find", "kind": "slow_answer", "params": {"seconds": 2}},
    "find: dropped": {"operation": "find", "kind": "drop_before"},
    "find: reset": {"operation": "find", "kind": "reset_before"},
    "find: empty": {"operation": "find", "kind": "empty"},
    "find: other XML": {"operation": "find", "kind": "not_soap"},
    "find: truncated": {"operation": "find", "kind": "truncated"},
    "find: doctype": {"operation": "find", "kind": "doctype"},
    "find: entity bomb": {"operation": "find", "kind": "entity_bomb"},
    "create: throttled": {"operation": "create", "kind": "throttled"},
    "create: 503": {"operation": "create", "kind": "refuse_503"},
    "create: server not reached": {"operation": "create", "kind": "ib_fault"},
    "create: slow": {"operation": "create", "kind": "slow_answer", "params": {"seconds": 2}},
    "create: dropped before": {"operation": "create", "kind": "drop_before"},
    "create: dropped after": {"operation": "create", "kind": "commit_then_drop"},
    "create: reset after": {"operation": "create", "kind": "commit_then_reset"},
    "create: 500 after": {"operation": "create", "kind": "http_500_after_commit"},
    "create: sign-on page": {"operation": "create", "kind": "html_login"},
    "create: sign-on page after": {"operation": "create", "kind": "html_login", "params": {"commit": True}},
    "create: empty": {"operation": "create", "kind": "empty"},
    "create: empty after": {"operation": "create", "kind": "empty", "params": {"commit": True}},
    "create: truncated": {"operation": "create", "kind": "truncated"},
    "create: cut off": {"operation": "create", "kind": "cut_off"},
    "create: another invoice's answer": {"operation": "create", "kind": "wrong_answer"},
    "create: doctype": {"operation": "create", "kind": "doctype"},
    "create: external entity": {"operation": "create", "kind": "external_entity"},
    "create: too large": {"operation": "create", "kind": "oversized"},
    "get: 503": {"operation": "get", "kind": "refuse_503"},
    "get: empty": {"operation": "get", "kind": "empty"},
}
"""What PeopleSoft does with one invoice."""


@story
async def test_basware_may_fail_in_any_way(new_customer: NewCustomer) -> None:
    customer = await new_customer("bad-basware", basware={"concurrency": 8})
    for operation, order in UNNARROWED:
        await customer.basware_fails(operation=operation, **order)
    await customer.basware.post("tokens/revoke", {"tenant": customer.tenant_id})
    invoices: dict[str, Invoice] = {}
    for seed, (name, (operation, order)) in enumerate(OF_BASWARE.items(), start=1):
        document = await customer.sample(seed, rows="1")
        await customer.basware_fails(operation=operation, document_id=document["invoiceId"], **order)
        invoices[name] = await customer.approve_document(document)
    await _all_confirmed_once(customer, invoices)
    left = (await customer.basware.get("faults"))["faults"]
    assert [each for each in left if each["tenant"] == customer.tenant_id] == []


@story
async def test_peoplesoft_may_fail_in_any_way(new_customer: NewCustomer) -> None:
    async def fail(operation: str) -> None:
        customer = await new_customer(f"bad-{operation}", peoplesoft={"settle_seconds": 1, "concurrency": 8})
        await customer.site(duplicate_action="warn")  # PeopleSoft itself would take a second voucher
        invoices: dict[str, Invoice] = {}
        orders = {name: each for name, each in OF_PEOPLESOFT.items() if each["operation"] == operation}
        for seed, (name, order) in enumerate(orders.items(), start=1):
            document = await customer.sample(seed, rows="1")
            about = {} if operation == "get" else {"invoice_id": document["invoiceNumber"]}
            await customer.peoplesoft_fails(**about, **order)
            invoices[name] = await customer.approve_document(document)
        await _all_confirmed_once(customer, invoices)

    await asyncio.gather(*map(fail, ("find", "create", "get")))


@story
async def test_a_sign_on_page_stops_the_flow_until_a_person_says_that_it_was_only_that(
    new_customer: NewCustomer,
) -> None:
    """It is how a locked account looks: nothing is tried again, by nobody."""
    customer = await new_customer("sign-on")
    await customer.peoplesoft_fails("html_login", operation="find")
    invoices = [await customer.approve(seed) for seed in (1, 2, 3)]

    async def stopped() -> list[str]:
        return [each["reason"] for each in await entries_of(customer) if each["phase"] == "stopped"]

    (reason,) = await eventually(stopped, bool, what="stopped")
    assert "sign-on page" in reason
    assert await customer.calls("create") == []
    assert "sign-on page" in await customer.stack.apstream("flow", "status", customer.id, "--json")
    resume = ("flow", "resume", customer.id, "peoplesoft", "--reason", "only maintenance", "--by", "pat")
    await customer.stack.apstream(*resume)
    await customer.until_status(TRANSFERRED, *invoices)
    evidence = await kept(customer)
    assert not any("parked" in evidence.actions(each.id) for each in invoices)


@story
async def test_while_peoplesoft_is_away_one_canary_at_a_time_asks(new_customer: NewCustomer) -> None:
    """And another customer's invoices do not notice."""
    customer, other = await asyncio.gather(new_customer("canary"), new_customer("canary-neighbour"))
    await customer.until_status(TRANSFERRED, await customer.approve(20))
    await customer.peoplesoft_fails("refuse_503", operation="any", times=1000)
    invoices = [await customer.approve(seed) for seed in range(1, 9)]

    async def circuit() -> float:
        return await _metric(customer, "apstream_ledger_circuit_open", remote="peoplesoft")

    await eventually(circuit, lambda seen: seen == 1, what="the circuit open")
    neighbours = [await other.approve(seed) for seed in (1, 2)]
    await other.until_status(TRANSFERRED, *neighbours)
    assert await circuit() == 1

    async def refused() -> list[datetime]:
        calls = await customer.calls("")
        return [datetime.fromisoformat(call["received_at"]) for call in calls if call["http_status"] == 503]

    # Five failures open the circuit, and those under way come in. Then it is the canaries' turn.
    await eventually(refused, lambda seen: len(_apart(seen)) >= 2, what="two canaries")
    await customer.peoplesoft_recovers()
    await customer.until_status(TRANSFERRED, *invoices)
    assert await circuit() == 0
    times = await refused()
    assert 5 <= len(times) - len(_apart(times)) <= 5 + 2, times
    await asyncio.gather(kept(customer), kept(other))


def _apart(times: list[datetime]) -> list[datetime]:
    """Those that came four seconds or more after the one before: a circuit waits five before its canary."""
    return [later for earlier, later in pairwise(times) if later - earlier >= timedelta(seconds=4)]


async def _all_confirmed_once(customer: Customer, invoices: dict[str, Invoice]) -> None:
    names = {invoice.id: name for name, invoice in invoices.items()}

    async def unfinished() -> dict[str, str]:
        entries = {each["body"]["invoice_id"]: each for each in await entries_of(customer)}
        return {
            name: f"{entries[key]['step']} {entries[key]['phase']}: {entries[key]['reason']}"
            if key in entries
            else ""
            for key, name in names.items()
            if key not in entries or entries[key]["step"] != "confirmed"
        }

    await eventually(unfinished, lambda seen: not seen, what="all confirmed")
    evidence = await kept(customer)
    for name, invoice in invoices.items():
        actions = evidence.actions(invoice.id)
        assert len(await customer.vouchers(invoice)) == 1, name
        assert actions.count("confirmed") == 1, name
        assert set(actions).isdisjoint({"parked", "stopped"}), name


async def _metric(customer: Customer, name: str, **labels: str) -> float:
    wanted = {"connection": customer.id, **labels}
    page_url = customer.stack.endpoints.metrics["voucher-poster"]
    async with aiohttp.ClientSession() as session, session.get(page_url) as answer:
        page = await answer.text()
    shown = [
        line.rsplit(" ", 1)[1]
        for line in page.splitlines()
        if line.startswith(name + "{") and all(f'{key}="{value}"' in line for key, value in wanted.items())
    ]
    return float(shown[0]) if shown else 0.0
