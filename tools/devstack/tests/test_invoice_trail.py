"""An invoice counts as confirmed only if both books agree, and each step shows when it is taken."""

from typing import Any

import pytest
from devstack.invoice_trail import STEPS, InvoiceTrail

VOUCHER = {"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000001", "ENTRY_STATUS": "P"}


def _document(**changes: Any) -> dict[str, Any]:
    transferred = {
        "notifications": [{"attempts": [{"status": 503}, {"status": 200}]}],
        "fetches": 1,
        "acknowledged": True,
        "responses": [{"status": "Success"}],
        "status": "Transferred",
        "voucherNumber1": "00000001",
        "violations": [],
    }
    return {**transferred, **changes}


def test_one_live_voucher_and_its_number_at_basware_is_confirmed() -> None:
    trail = InvoiceTrail.read(_document(), [VOUCHER, {**VOUCHER, "VOUCHER_ID": "9", "ENTRY_STATUS": "X"}])
    assert trail.confirmed
    assert tuple(trail.reached()) == STEPS


@pytest.mark.parametrize(
    ("changes", "vouchers"),
    [
        pytest.param({"status": "TransferInProgress"}, [VOUCHER], id="not transferred yet"),
        pytest.param({}, [], id="no voucher"),
        pytest.param({}, [{**VOUCHER, "ENTRY_STATUS": "X"}], id="only a deleted voucher"),
        pytest.param({}, [VOUCHER, {**VOUCHER, "VOUCHER_ID": "00000002"}], id="two live vouchers"),
        pytest.param({"voucherNumber1": "00000002"}, [VOUCHER], id="another number reported"),
        pytest.param({"voucherNumber1": "US001/00000001"}, [VOUCHER], id="more than the number reported"),
        pytest.param({"voucherNumber1": None}, [VOUCHER], id="no number reported"),
    ],
)
def test_anything_less_is_not_confirmed(changes: dict[str, Any], vouchers: list[dict[str, str]]) -> None:
    trail = InvoiceTrail.read(_document(**changes), vouchers)
    assert not trail.confirmed
    assert STEPS[-1] not in trail.reached()


def test_steps_appear_as_they_are_taken() -> None:
    start = {
        "notifications": [{"attempts": []}],
        "fetches": 0,
        "acknowledged": False,
        "responses": [],
        "status": "WaitingForTransfer",
        "voucherNumber1": None,
    }
    assert InvoiceTrail.read(_document(**start), []).reached() == {}
    posted = InvoiceTrail.read(_document(**start | {"fetches": 2, "acknowledged": True}), [VOUCHER]).reached()
    assert posted["document fetched"] == "2 fetches"
    assert posted["posted in PeopleSoft"] == "voucher US001/00000001"
    assert "webhook answered 200" not in posted
