"""The control API: typed, refuses what it does not know, and shows what happened."""

import asyncio
from typing import Any

import pytest
from peoplesoft_simulator.catalogue import ENTRIES


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"kind": "no_such_kind"}),
        ("faults", {"kind": "empty", "parms": {}}),
        ("settings/PSFT_EP", {"duplicate_action": "maybe"}),
        ("settings/PSFT_EP", {"match_fields": ["CURRENCY"]}),
        ("sites", {"ci_name": "NO_NODE"}),
        ("suppliers", {"suppliers": [{"name": "no id"}]}),
        ("vouchers/US001/00000001", {"action": "burn"}),
        ("clock", {}),
    ],
)
async def test_a_wrong_body_is_a_400_that_says_why(caller: Any, path: str, body: dict[str, Any]) -> None:
    async with caller.session.post(f"{caller.url}/control/{path}", json=body) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]


async def test_no_json_is_a_400(caller: Any) -> None:
    async with caller.session.post(f"{caller.url}/control/faults", data=b"{") as answer:
        assert answer.status == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("settings/NOWHERE", {}),
        ("suppliers", {"node": "NOWHERE"}),
        ("vouchers/US001/1", {"action": "delete"}),
    ],
)
async def test_what_does_not_exist_is_a_404(caller: Any, path: str, body: dict[str, Any]) -> None:
    async with caller.session.post(f"{caller.url}/control/{path}", json=body) as answer:
        assert answer.status == 404


async def test_a_site_registered_again_keeps_everything_but_what_is_named(caller: Any) -> None:
    await caller.create()
    await caller.control("POST", "settings/PSFT_EP", {"duplicate_action": "warn"})
    shown = await caller.control("POST", "sites", {"node": "PSFT_EP", "password": "new"})
    assert shown["ci_name"] == "AP_VOUCHER"
    assert (await caller.control("GET", "settings/PSFT_EP"))["duplicate_action"] == "warn"
    assert len(await caller.vouchers()) == 1
    caller.password = "new"
    assert (await caller.create()).text("notification") == "1"


async def test_an_empty_site_knows_nothing(caller: Any) -> None:
    body = {"node": "BARE", "password": caller.password, "dataset": "empty"}
    await caller.control("POST", "sites", body)
    counts = await caller.control("POST", "business-units", {"node": "BARE", "business_units": []})
    assert set(counts.values()) == {0}


async def test_codes_can_be_added(caller: Any) -> None:
    assert (await caller.create(ORIGIN="NEW")).text("notification") == "0"
    await caller.control("POST", "codes", {"codes": {"origins": ["NEW"], "currencies": {"NOK": 2}}})
    assert (await caller.create(ORIGIN="NEW", TXN_CURRENCY_CD="NOK")).text("notification") == "1"


async def test_vouchers_show_lines_origin_and_the_call_that_made_them(caller: Any) -> None:
    await caller.create()
    (voucher,) = await caller.vouchers(node="PSFT_EP", invoice_id="INV-1")
    (call,) = (await caller.control("GET", "requests?invoice_id=INV-1"))["requests"]
    assert voucher["request"] == call["request"]
    assert call["outcome"] == "saved"
    assert call["received_at"] <= voucher["created_at"] <= call["answered_at"]
    assert (voucher["ORIGIN"], voucher["created_by"], call["operator"]) == ("BSW", "APSTREAM", "APSTREAM")
    (line,) = voucher["VOUCHER_LINE"]
    assert [each["ACCOUNT"] for each in line["DISTRIB_LINE"]] == ["18620", "18200"]
    assert await caller.vouchers(invoice_id="INV-2") == []


async def test_the_peak_of_calls_at_once_is_recorded(caller: Any) -> None:
    await caller.control("POST", "settings/PSFT_EP", {"latency_ms": 150})
    await asyncio.gather(*(caller.create(INVOICE_ID=f"I-{n}") for n in range(5)))
    (operator,) = (await caller.control("GET", "sites"))["sites"][0]["operators"]
    assert (operator["peak_in_flight"], operator["in_flight"]) == (5, 0)


def test_every_message_says_how_far_it_is_known() -> None:
    assert len({(entry.set, entry.number) for entry in ENTRIES}) == len(ENTRIES)
    assert all(entry.number > 9000 for entry in ENTRIES if entry.evidence == "assumption" and entry.set != 91)


async def test_vouchers_are_shown_in_brief_without_their_lines(caller: Any) -> None:
    await caller.create()
    (whole,) = (await caller.control("GET", "vouchers"))["vouchers"]
    (brief,) = (await caller.control("GET", "vouchers?brief=true"))["vouchers"]
    lines = {name for name, value in whole.items() if isinstance(value, list)}
    assert lines
    assert brief == {name: value for name, value in whole.items() if name not in lines}
