"""placeholder"""

from rich.console import Console

from devstack.connection_spec import ConnectionSpec
from devstack.stack import Stack


async def demonstrate(stack: Stack, *, connection: ConnectionSpec, console: Console) -> bool:
    raise NotImplementedError
