"""The client and the simulator, which share no code, on the way of master data into Basware and back."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from basware import (
    IMPORTS,
    BaswareClient,
    CredentialsRefused,
    ImportApi,
    ImportRefused,
    InvalidRequest,
    ItemState,
    OutcomeUnknown,
    RequestState,
    RetryLater,
    import_scopes,
    list_api,
)
from basware_simulator import Simulator
from basware_simulator.testkit import Customer

APIS = (*IMPORTS.values(), list_api("ACC_LIST_1"))


@pytest.fixture
async def customer(tmp_path: Path) -> AsyncIterator[Customer]:
    async with Simulator(books=tmp_path) as simulator, aiohttp.ClientSession() as session:
        caller = Customer(session=session, url=simulator.api_url)
        await caller.enter("BW00")
        yield caller


@pytest.fixture
def client(customer: Customer) -> BaswareClient:
    return client_of(customer, *APIS)


def client_of(customer: Customer, *apis: ImportApi) -> BaswareClient:
    return BaswareClient(
        base_url=customer.url,
        client_id="acme-client",
        client_secret=customer.client_secret,
        session=customer.session,
        scopes=import_scopes(apis),
    )


def supplier(number: int, **changes: Any) -> str:
    company = {"companyCode": changes.pop("company", "BW00")}
    record = {
        "externalCode": f"SHARE-{number:05}",
        "vendorCode": f"{number:05}",
        "name": f"Müller {number}",
        "companies": [company],
    }
    return json.dumps({**record, **changes}, ensure_ascii=False)


async def codes(client: BaswareClient, *, page_size: int | None = None) -> list[str]:
    return [record.external_code async for record in client.list_records("vendors", page_size=page_size)]


async def outcome(
    customer: Customer, client: BaswareClient, *records: str
) -> tuple[str, RequestState, dict[str | None, ItemState]]:
    """Imports suppliers, waits until P2P is done with them, and tells what became of each."""
    accepted = await client.import_records("vendors", records)
    assert accepted.request_id is not None
    await customer.advance(60)
    status = await client.request_status(accepted.request_id)
    assert status is not None
    assert status.entity_type == IMPORTS["vendors"].entity_type
    return accepted.request_id, status.state, {item.external_code: item.state for item in status.items}


async def test_suppliers_go_in_are_followed_and_acknowledged(
    customer: Customer, client: BaswareClient
) -> None:
    first, state, items = await outcome(customer, client, supplier(1), supplier(2, company="XX"))
    assert (state, items) == (
        RequestState.ERROR,
        {"SHARE-00001": ItemState.SUCCESS, "SHARE-00002": ItemState.ERROR},
    )
    second, state, items = await outcome(customer, client, supplier(1))
    assert items == {"SHARE-00001": ItemState.NOT_PROCESSED}
    found = client.request_statuses(entity_type="Vendor")
    assert {status.request_id for status in [s async for s in found]} == {first, second}
    await client.acknowledge_request_status([first])
    acknowledged = client.request_statuses(state=RequestState.ACKNOWLEDGED_ERROR)
    assert [status.request_id async for status in acknowledged] == [first]


async def test_one_record_sent_twice_at_once_expires(customer: Customer, client: BaswareClient) -> None:
    older = await client.import_records("vendors", [supplier(1)])
    newer = await client.import_records("vendors", [supplier(1, name="Meier")])
    await customer.advance(60)
    states = []
    for accepted in (older, newer):
        status = await client.request_status(accepted.request_id or "")
        assert status is not None
        states += [item.state for item in status.items]
    assert states == [ItemState.RECORD_EXPIRED, ItemState.SUCCESS]


async def test_a_refusal_names_the_guilty_and_the_rest_goes_in(
    customer: Customer, client: BaswareClient
) -> None:
    batch = [supplier(1), supplier(2, name=None), supplier(3, vendorCode="x" * 26), supplier(4)]
    with pytest.raises(ImportRefused) as failed:
        await client.import_records("vendors", batch)
    assert set(failed.value.guilty) == {"SHARE-00002", "SHARE-00003"}
    assert failed.value.request_id
    _, state, _ = await outcome(customer, client, batch[0], batch[3])
    assert state is RequestState.SUCCESS
    assert sorted(await codes(client)) == ["SHARE-00001", "SHARE-00004"]


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("most", [None, 3])
async def test_every_supplier_is_read_back_once(
    customer: Customer, client: BaswareClient, bare: bool, most: int | None
) -> None:
    await customer.settings(imports={"bare_lists": bare, "most_per_page": most})
    assert await codes(client) == []
    await client.import_records("vendors", [supplier(number) for number in range(200)])
    read = await codes(client, page_size=33)
    assert (len(read), sorted(read)) == (200, [f"SHARE-{number:05}" for number in range(200)])
    record = await anext(client.list_records("vendors", company_code="BW00"))
    assert record.content["name"] == f"Müller {int(record.external_code[-5:])}"


async def test_a_dimension_goes_into_its_list(customer: Customer, client: BaswareClient) -> None:
    item = {
        "externalCode": "SHARE-NY",
        "text_1": "NY",
        "companies": [{"companyCode": "BW00", "active": True}],
    }
    accepted = await client.import_records(list_api("ACC_LIST_1"), [json.dumps(item)])
    await customer.advance(60)
    status = await client.request_status(accepted.request_id or "")
    assert status is not None
    assert (status.entity_type, status.list_key, status.state) == (
        "GenericList",
        "ACC_LIST_1",
        RequestState.SUCCESS,
    )
    assert [r.external_code async for r in client.list_records("lists/ACC_LIST_1")] == ["SHARE-NY"]
    assert [r async for r in client.list_records("lists/ACC_LIST_2")] == []


async def test_a_token_for_accounts_opens_nothing_else(customer: Customer) -> None:
    narrow = client_of(customer, IMPORTS["accounts"])
    assert [record async for record in narrow.list_records("accounts")] == []
    with pytest.raises(CredentialsRefused):
        await narrow.import_records("vendors", [supplier(1)])


async def test_what_the_simulator_would_refuse_whole_is_not_sent(client: BaswareClient) -> None:
    with pytest.raises(InvalidRequest):
        await client.import_records("vendors", [supplier(number) for number in range(201)])
    with pytest.raises(InvalidRequest):
        await client.import_records("vendors", [supplier(1), supplier(1)])


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_an_import_whose_answer_is_lost_may_be_sent_again(
    customer: Customer, client: BaswareClient, kind: str
) -> None:
    await customer.fault("import_vendors", kind, times=1)
    with pytest.raises(OutcomeUnknown):
        await client.import_records("vendors", [supplier(1)])
    await customer.advance(2)
    await client.import_records("vendors", [supplier(1)])
    assert await codes(client) == ["SHARE-00001"]


async def test_a_throttled_import_is_tried_later(customer: Customer, client: BaswareClient) -> None:
    await customer.fault("import_vendors", "status", params={"status": 429}, times=1)
    with pytest.raises(RetryLater) as failed:
        await client.import_records("vendors", [supplier(1)])
    assert not failed.value.may_have_taken_effect
