"""The payment inquiry of eSettlements: rows of a window of days, statuses of one invoice, and what can go wrong."""

import json
from typing import Any

import aiohttp
import pytest

ROOT = "RESTListeningConnector/PSFT_EP/ESettlements.v1"
PAYMENTS = "esfetchpaymentinquiry"


async def ask(caller: Any, resource: str = PAYMENTS, body: Any = None, **how: Any) -> tuple[int, bytes]:
    """Status and body of the answer."""
    basic = how.get("basic", ("APSTREAM", caller.password))
    headers = {"Authorization": aiohttp.encode_basic_auth(*basic)} if basic else {}
    address = f"{caller.url}/PSIGW/{how.get('root', ROOT)}/{resource}"
    async with caller.session.post(address, json=body or {}, headers=headers) as answer:
        return answer.status, await answer.read()


async def rows(caller: Any, body: dict[str, str], **how: Any) -> list[dict[str, Any]]:
    status, raw = await ask(caller, body=body, **how)
    assert status == 200, raw
    found: list[dict[str, Any]] = json.loads(raw)[PAYMENTS]["rows"]
    return found


async def keyed(caller: Any, number: str, *, scheduled: str, pay: str | None = None) -> str:
    entered = {
        "BUSINESS_UNIT": "US001",
        "INVOICE_ID": number,
        "INVOICE_DT": "2026-02-01",
        "VENDOR_ID": "0000430022",
        "GROSS_AMT": "1234.50",
        "SCHEDULED_PAY_DT": scheduled,
    }
    voucher: str = (await caller.control("POST", "vouchers", {"voucher": entered}))["VOUCHER_ID"]
    if pay:
        act = {"action": "pay", "day": pay, "method": "ACH"}
        await caller.control("POST", f"payments/US001/{voucher}", act)
    return voucher


async def test_rows_of_a_window_are_by_day_of_payment_or_else_of_plan(caller: Any) -> None:
    await keyed(caller, "00001", scheduled="2026-03-01", pay="2026-03-10")
    await keyed(caller, "00002", scheduled="2026-03-11")
    await keyed(caller, "00003", scheduled="2026-03-10", pay="2026-04-10")
    found = await rows(caller, {"iStartDate": "2026-03-10", "iEndDate": "2026-03-11"})
    assert found == [
        {
            "oGrossAmount": 1234.5,
            "oInvDate": "2026-02-01",
            "oInvPymntType": "ACH",
            "oInvoiceID": "00001",
            "oOutRowNumber": "1 of 2",
            "oPymntStatus": "PAID",
            "oTxnCurrencyCD": "USD",
        },
        found[1] | {"oInvoiceID": "00002", "oOutRowNumber": "2 of 2", "oPymntStatus": "SCHEDULED"},
    ]
    assert [each["oInvoiceID"] for each in await rows(caller, {"iPaymentDate": "2026-04-10"})] == ["00003"]
    assert len(await rows(caller, {"iStartDate": "", "iEndDate": "", "iPaymentDate": ""})) == 3
    assert await rows(caller, {"iPaymentDate": "2026-05-01"}) == []
    _, raw = await ask(caller, body={"iPaymentDate": "2026-04-10"})
    assert b'"oGrossAmount":1234.50,' in raw


async def test_another_sites_rows_stand_below_its_own_root(caller: Any) -> None:
    await keyed(caller, "00001", scheduled="2026-03-01")
    site = {"node": "OTHER", "inquiry_root": "PSIGW.v2/es", "password": caller.password}
    await caller.control("POST", "sites", site)
    assert await rows(caller, {}, root="PSIGW.v2/es") == []
    assert (await ask(caller, root="RESTListeningConnector/OTHER/ESettlements.v1"))[0] == 404
    assert len(await rows(caller, {})) == 1


async def test_the_statuses_of_one_invoice(caller: Any) -> None:
    voucher = await keyed(caller, "A-1", scheduled="2026-03-01")
    words = []
    for action in ("touch", "hold", "release", "select", "pay"):
        await caller.control("POST", f"payments/US001/{voucher}", {"action": action})
        words.append(json.loads((await ask(caller, "espaymentstatus", {"ipInvoice": "A-1"}))[1])["opStatus"])
    assert words == ["SCHEDULED", "ON HOLD", "SCHEDULED", "SELECTED", "PAID"]
    assert await ask(caller, "espaymentstatus", {"ipInvoice": "NONE"}) == (200, b'{"opStatus":""}')
    assert await ask(caller, "esinvoicestatus", {"iInvoiceNo": "A-1"}) == (200, b'{"oStatus":"POSTABLE"}')


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"basic": None}, 401),
        ({"basic": ("APSTREAM", "wrong")}, 401),
        ({"root": "RESTListeningConnector/NOWHERE/ESettlements.v1"}, 404),
        ({"body": {"iStartDate": "yesterday"}}, 400),
        ({"body": {"iStartDate": 20260301}}, 400),
        ({"body": {"iMisspelt": "1"}}, 400),
        ({"body": ["iStartDate"]}, 400),
    ],
)
async def test_what_is_refused(caller: Any, how: dict[str, Any], status: int) -> None:
    assert (await ask(caller, **how))[0] == status


async def test_an_operator_without_the_permission_is_forbidden(caller: Any) -> None:
    await caller.control("POST", "operators", {"operator": "APSTREAM", "may_query": False})
    assert (await ask(caller))[0] == 403


@pytest.mark.parametrize(
    ("order", "status", "begins", "rows_come"),
    [
        ({"kind": "silently_cut", "params": {"rows": 1}}, 200, b'{"esfetch', 1),
        ({"kind": "duplicated_rows"}, 200, b'{"esfetch', 6),
        ({"kind": "html_login"}, 200, b"<!DOCTYPE html>", None),
        ({"kind": "status", "params": {"status": 500}}, 500, b"", None),
        ({"kind": "truncated", "params": {"bytes": 50}}, 200, b'{"esfetch', None),
        ({"kind": "empty"}, 200, b"", None),
        ({"kind": "error_status", "params": {"text": "no"}}, 200, b'{"status": "error"', None),
    ],
)
async def test_faults_of_an_inquiry(
    caller: Any, order: dict[str, Any], status: int, begins: bytes, rows_come: int | None
) -> None:
    for number in ("1", "2", "3"):
        await keyed(caller, number, scheduled="2026-03-01")
    await caller.control("POST", "faults", {"operation": "inquiry", "query": PAYMENTS, **order})
    answered, raw = await ask(caller)
    assert (answered, raw[: len(begins)]) == (status, begins)
    if rows_come is not None:
        found = json.loads(raw)[PAYMENTS]["rows"]
        assert len(found) == rows_come
        assert {each["oOutRowNumber"].split(" of ")[1] for each in found} == {"3"}
    assert len(await rows(caller, {})) == 3
    calls = (await caller.control("GET", "requests?operation=inquiry"))["requests"]
    assert [each["fault"] for each in calls] == [order["kind"], None]
