"""Orders of people, made durable on the shard of the record they are about."""

import asyncio
from collections.abc import Iterable

from ap_domain.command import Command

from chassis.keys import record_key
from chassis.producer import DurableProducer
from chassis.records import COMMAND
from chassis.topics import COMMANDS

__all__ = ["issue", "issue_all"]


async def issue(command: Command, *, bootstrap: str, shard: int) -> None:
    """Returns once the order is durable; the owner's answer is in the audit, under the command's id.

    Raises NotDurable.
    """
    await issue_all([(command, shard)], bootstrap=bootstrap)


async def issue_all(orders: Iterable[tuple[Command, int]], *, bootstrap: str) -> None:
    """Several orders, each with the shard of its connection; returns once all are durable.

    Raises NotDurable; then some of them may be there and some not.
    """
    async with DurableProducer(bootstrap=bootstrap, client_id="apstream-command") as producer:
        await asyncio.gather(
            *(
                producer.send(
                    topic=COMMANDS.name,
                    partition=shard,
                    key=record_key(command.connection_id, command.command_id),
                    value=COMMAND.encode(command),
                )
                for command, shard in orders
            )
        )
