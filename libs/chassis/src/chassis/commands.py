"""Orders of people, made durable on the shard of the record they are about."""

from ap_domain.command import Command

from chassis.keys import record_key
from chassis.producer import DurableProducer
from chassis.records import COMMAND
from chassis.topics import COMMANDS

__all__ = ["issue"]


async def issue(command: Command, *, bootstrap: str, shard: int) -> None:
    """Returns once the order is durable; the owner's answer is in the audit, under the command's id.

    Raises NotDurable.
    """
    async with DurableProducer(bootstrap=bootstrap, client_id="apstream-command") as producer:
        await producer.send(
            topic=COMMANDS.name,
            partition=shard,
            key=record_key(command.connection_id, command.command_id),
            value=COMMAND.encode(command),
        )
