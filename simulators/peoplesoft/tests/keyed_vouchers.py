"""Vouchers keyed by hand, acts on their payments, and what the query shows of them."""

from typing import Any

UNIT = "US001"


async def keyed(caller: Any, amount: str = "100.00", **header: str) -> str:
    """A voucher keyed by hand; its id."""
    count = len(await caller.vouchers())
    entered = {
        "BUSINESS_UNIT": UNIT,
        "INVOICE_ID": f"PAY-{count}",
        "VENDOR_ID": "0000430022",
        "GROSS_AMT": amount,
        **header,
    }
    number: str = (await caller.control("POST", "vouchers", {"voucher": entered}))["VOUCHER_ID"]
    return number


async def act(caller: Any, voucher: str, action: str, **details: Any) -> dict[str, Any]:
    """One act; the voucher's page."""
    page: dict[str, Any] = await caller.control(
        "POST", f"payments/{UNIT}/{voucher}", {"action": action, **details}
    )
    return page


async def rows(caller: Any, voucher: str) -> list[dict[str, Any]]:
    """What the query shows of a voucher's payments."""
    found: list[dict[str, Any]] = await caller.query(
        "APS_VOUCHER_PAYMENTS", BUSINESS_UNIT=UNIT, UP_TO=voucher
    )
    return [each for each in found if each["A.VOUCHER_ID"] == voucher]
