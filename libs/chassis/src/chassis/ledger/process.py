"""The process of a ledger service: settings, logs, signals, exit status."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import structlog
from chassis import logs, runtime
from chassis.connections import KeysRefused
from chassis.ledger.service import Running
from chassis.settings import ServiceSettings, load

log = structlog.get_logger("chassis.ledger")

WRONG_SETTINGS = 2


def run_service(
    service: str, make: Callable[[ServiceSettings], AbstractAsyncContextManager[Running]]
) -> None:
    """Runs until asked to stop, also while it starts. Exit status 2: wrong settings or keys; 70: must not go on."""
    settings = load(ServiceSettings)
    logs.configure(settings, service=service)

    async def serve(stop: runtime.Stop) -> None:
        try:
            await runtime.serve(make(settings), stop=stop, at_work=_say)
        except KeysRefused as refused:
            log.critical("the key-encryption keys cannot be used", problem=str(refused))
            raise SystemExit(WRONG_SETTINGS) from None

    runtime.run(serve)


def _say(running: Running) -> None:
    log.info("at work", admin_port=running.admin_port)
