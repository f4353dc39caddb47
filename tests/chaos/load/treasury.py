"""What PeopleSoft's treasury does with the vouchers: pays, in part or in instalments, holds, voids, makes again."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from .desk import Desk
from .topic_feed import Value

_NEWEST = 3
"""Invoices too young to be paid."""


async def whole(desk: Desk, voucher: Value) -> None:
    await desk.treasury(voucher, "pay", day=_day(desk))


async def part(desk: Desk, voucher: Value) -> None:
    """And perhaps the rest later."""
    await desk.treasury(voucher, "pay", day=_day(desk), amount=_part(voucher))
    if desk.chance.random() < 0.6:
        await desk.patience(desk.chance.uniform(1, 15))
        await desk.treasury(voucher, "pay", day=_day(desk))


async def instalments(desk: Desk, voucher: Value) -> None:
    parts = desk.chance.randint(2, 4)
    await desk.treasury(voucher, "split", parts=parts)
    for number in range(1, parts + desk.chance.randint(0, 1)):
        await desk.treasury(voucher, "pay", number=number, day=_day(desk))
        await desk.patience(desk.chance.uniform(0, 8))


async def held(desk: Desk, voucher: Value) -> None:
    """And released after a while."""
    await desk.treasury(voucher, "hold", reason="AMT")
    await desk.patience(desk.chance.uniform(1, 12))
    await desk.treasury(voucher, "release")


async def voided(desk: Desk, voucher: Value) -> None:
    """Paid, taken back, and perhaps paid again."""
    await desk.treasury(voucher, "pay", day=_day(desk))
    await desk.patience(desk.chance.uniform(0, 15))
    form = desk.chance.choice(("row", "new_row"))
    await desk.treasury(voucher, "void", kind="void", form=form, day=_day(desk))
    if desk.chance.random() < 0.5:
        await desk.patience(desk.chance.uniform(0, 10))
        await desk.treasury(voucher, "pay", day=_day(desk))


async def made_again(desk: Desk, voucher: Value) -> None:
    """A cheque is lost: stopped and made again with another number."""
    await desk.treasury(voucher, "pay", day=_day(desk))
    await desk.patience(desk.chance.uniform(0, 10))
    await desk.treasury(voucher, "reissue", kind="void", form="new_row", day=_day(desk))


SORTS: tuple[tuple[Callable[[Desk, Value], Awaitable[None]], int], ...] = (
    (whole, 8),
    (part, 3),
    (instalments, 2),
    (held, 2),
    (voided, 3),
    (made_again, 1),
)
"""With how often each comes."""


async def do_something(desk: Desk) -> None:
    """With the voucher of one invoice, by chance; nothing where it has none that can be paid."""
    old = desk.invoices[:-_NEWEST]
    if not old:
        return
    vouchers = await desk.vouchers(desk.chance.choice(old))
    payable = [each for each in vouchers if each["ENTRY_STATUS"] == "P" and Decimal(each["GROSS_AMT"]) > 0]
    if not payable:
        return
    sorts, weights = zip(*SORTS, strict=True)
    (sort,) = desk.chance.choices(sorts, weights)
    await sort(desk, payable[0])


def _day(desk: Desk) -> str:
    """In the past: nobody takes it for the day that Basware puts where none is told."""
    return (datetime.now(UTC).date() - timedelta(days=desk.chance.randint(1, 30))).isoformat()


def _part(voucher: Value) -> str:
    return str((Decimal(voucher["GROSS_AMT"]) / 3).quantize(Decimal("0.01")))
