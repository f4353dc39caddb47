"""Changes of master data in PeopleSoft: none of it is what the invoices of this run are coded to."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from .desk import Desk

KNOWN_TERMS, UNKNOWN_TERMS = "30N", "45N"
"""Of the second Basware has no payment term, so it refuses the supplier."""
_INVENTED = [f"{430100 + number:010d}" for number in range(36)]
_NUMBERS = count(1)
_REFUSED_FOR = 15.0


async def renamed(desk: Desk) -> None:
    vendor_id = desk.chance.choice(_INVENTED)
    await _supplier(
        desk, "supplier renamed", vendor_id, name=f"Renamed {desk.chance.getrandbits(24):06x} Ltd."
    )


async def entered(desk: Desk) -> None:
    """A supplier with a bank account, which nobody may log."""
    account = {"number": 1, "iban": desk.customer.bank_account, "account": desk.customer.bank_account}
    await _supplier(
        desk, "supplier entered", _next("78"), name="Entered AB", terms=KNOWN_TERMS, bank_account=account
    )


async def inactivated(desk: Desk) -> None:
    """And active again after a while."""
    vendor_id = desk.chance.choice(_INVENTED)
    await _supplier(desk, "supplier inactivated", vendor_id, status="I")
    await desk.patience(desk.chance.uniform(2, 20))
    await _supplier(desk, "supplier activated", vendor_id, status="A")


async def refused(desk: Desk) -> None:
    """Basware refuses it until its payment terms are corrected; some stay refused."""
    vendor_id = _next("79")
    await _supplier(
        desk, "supplier with unknown terms", vendor_id, name="Unknown Terms SA", terms=UNKNOWN_TERMS
    )
    if desk.chance.random() < 0.7:
        await desk.patience(desk.chance.uniform(2, _REFUSED_FOR))
        await _supplier(desk, "terms corrected", vendor_id, terms=KNOWN_TERMS)


async def removed(desk: Desk) -> None:
    """Entered, and gone without a trace: a reading of everything finds it missing."""
    vendor_id = _next("77")
    await _supplier(desk, "supplier entered", vendor_id, name="Short-lived Oy", terms=KNOWN_TERMS)
    await desk.patience(desk.chance.uniform(2, 20))
    await desk.change("supplier removed", vendor_id, remove={"suppliers": [vendor_id]})


async def department(desk: Desk) -> None:
    """A cost centre: entered, renamed, closed."""
    value = f"7{next(_NUMBERS):04d}"
    await _department(desk, "department entered", value, descr="Entered", effdt="2020-01-01")
    await desk.patience(desk.chance.uniform(1, 10))
    if desk.chance.random() < 0.5:
        await _department(desk, "department renamed", value, descr="Renamed")
    else:
        await _department(desk, "department closed", value, status="I")


SORTS: tuple[tuple[Callable[[Desk], Awaitable[None]], int], ...] = (
    (renamed, 6),
    (entered, 3),
    (inactivated, 2),
    (refused, 2),
    (removed, 1),
    (department, 3),
)
"""With how often each comes."""


async def change_something(desk: Desk) -> None:
    """One of them, by chance."""
    sorts, weights = zip(*SORTS, strict=True)
    (sort,) = desk.chance.choices(sorts, weights)
    await sort(desk)


def _next(prefix: str) -> str:
    return f"{prefix}{next(_NUMBERS):04d}".zfill(10)


async def _supplier(desk: Desk, says: str, vendor_id: str, /, **change: Any) -> None:
    await desk.change(says, vendor_id, suppliers=[{"vendor_id": vendor_id, **change}])


async def _department(desk: Desk, says: str, value: str, /, **change: Any) -> None:
    await desk.change(says, value, chartfields=[{"field": "DEPTID", "value": value, **change}])
