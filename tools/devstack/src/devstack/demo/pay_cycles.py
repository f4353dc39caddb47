"""Payments that go on while the demo stays up: what becomes free to be paid is paid within a minute."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from rich.console import Console

from devstack.control import ControlApi
from devstack.demo.desk import Desk
from devstack.errors import Refused
from devstack.stack import Stack

_EVERY_SECONDS = 60.0
_AHEAD = timedelta(days=90)
"""Everything is due by then, so that a voucher released or matched again is paid with the next cycle."""


async def go_on_paying(stack: Stack, connections: Sequence[str], *, day: date, console: Console) -> None:
    """A pay cycle of each customer every minute, until cancelled; Basware learns of it by the polls' own schedule."""
    async with (
        ControlApi(name="Basware", base_url=stack.basware_url) as basware,
        ControlApi(name="PeopleSoft", base_url=stack.peoplesoft_url) as peoplesoft,
    ):
        desk = Desk(stack=stack, basware=basware, peoplesoft=peoplesoft, day=day)
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            for connection in connections:
                await _cycle(desk, connection, up_to=day + _AHEAD, console=console)


async def _cycle(desk: Desk, connection: str, *, up_to: date, console: Console) -> None:
    try:
        made = await desk.pay_cycle(connection, up_to=up_to)
    except Refused as refused:  # PeopleSoft may be stopped by whoever tries things out
        console.print(f"[dim]  no pay cycle of {connection}: {refused}[/]")
        return
    if made:
        console.print(f"[dim]  a pay cycle of {connection} made {len(made)} payments[/]")
