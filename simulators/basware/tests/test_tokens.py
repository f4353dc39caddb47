"""The door: tokens, scopes, expiry by the simulated clock."""

import aiohttp
import pytest
from basware_simulator.testkit import Customer

GOOD = {"grant_type": "client_credentials", "scope": "accountingDocuments.read"}


async def test_a_token_expires_by_the_clock(customer: Customer) -> None:
    await customer.settings(token_seconds=300)
    reply = await customer.log_in()
    assert reply.json()["expires_in"] == 300
    invoice = await customer.approve()
    await customer.advance(299)
    assert (await customer.call("GET", f"/v1/accountingDocuments/{invoice}")).status == 302
    await customer.advance(1)
    refused = await customer.call("GET", f"/v1/accountingDocuments/{invoice}")
    assert (refused.status, refused.json()) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize(
    ("form", "secret", "status", "error"),
    [
        ({"scope": "accountingDocuments.read"}, "s3cret", 400, "invalid_request"),
        ({"grant_type": "client_credentials"}, "s3cret", 400, "invalid_request"),
        (GOOD | {"grant_type": "password"}, "s3cret", 400, "unsupported_grant_type"),
        (GOOD | {"scope": "p2p:read"}, "s3cret", 400, "invalid_scope"),
        (GOOD, "wrong", 401, "invalid_client"),
        (GOOD, "s3cret", 200, None),
    ],
)
async def test_a_token_is_given_only_for_the_whole_form(
    customer: Customer, form: dict[str, str], secret: str, status: int, error: str | None
) -> None:
    headers = {"Authorization": aiohttp.encode_basic_auth("acme-client", secret)}
    reply = await customer.send("POST", f"{customer.url}/v1/tokens", data=form, headers=headers)
    assert (reply.status, reply.json().get("error")) == (status, error)


async def test_a_token_request_without_credentials_is_unprocessable(customer: Customer) -> None:
    reply = await customer.send("POST", f"{customer.url}/v1/tokens", data=GOOD)
    assert reply.status == 422
    assert reply.json()["detail"][0]["loc"] == ["header", "authorization"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Bearer a.eyJqdGkiOiBbXX0.c", "Basic eDp5"])
async def test_nobody_passes_without_a_token_of_ours(customer: Customer, header: str) -> None:
    reply = await customer.call("GET", "/v1/accountingDocuments", headers={"Authorization": header})
    assert reply.status == 401


async def test_a_token_with_another_signature_is_refused(customer: Customer) -> None:
    forged = customer.token[:-4] + ("AAAA" if not customer.token.endswith("AAAA") else "BBBB")
    reply = await customer.call(
        "GET", "/v1/accountingDocuments", headers={"Authorization": f"Bearer {forged}"}
    )
    assert reply.status == 401


@pytest.mark.parametrize("status", [403, 401])
async def test_reading_does_not_entitle_to_writing(customer: Customer, status: int) -> None:
    await customer.settings(missing_scope_status=status)
    invoice = await customer.approve()
    await customer.log_in("accountingDocuments.read")
    assert (await customer.call("GET", f"/v1/accountingDocuments/{invoice}")).status == 302
    assert (await customer.acknowledge(invoice)).status == status


async def test_every_answer_of_the_api_carries_a_request_id(customer: Customer) -> None:
    replies = [
        await customer.log_in(),
        await customer.call("GET", "/v1/accountingDocuments"),
        await customer.call("GET", "/v1/accountingDocuments", headers={"Authorization": ""}),
        await customer.call("GET", "/v1/unheardOf"),
    ]
    assert len({reply.headers["x-amzn-RequestId"] for reply in replies}) == len(replies)
