"""`python -m ingress.web`: the public door for Basware's webhooks."""

import structlog
import uvloop
from chassis import logs, runtime
from chassis.connections import KeysRefused
from chassis.settings import load

from ingress.web.inject import webhook_receiver
from ingress.web.settings import WebSettings

log = structlog.get_logger("ingress.web")

WRONG_SETTINGS = 2


def main() -> None:
    """Runs until asked to stop. Exit status 2: wrong settings or keys; 70: failed."""
    settings = load(WebSettings)
    logs.configure(settings, service="ingress-web")

    async def serve(stop: runtime.Stop) -> None:
        try:
            async with webhook_receiver(settings) as receiver:
                log.info(
                    "receiving webhooks", public_port=receiver.public_port, admin_port=receiver.admin_port
                )
                await stop.wait()
        except KeysRefused as error:
            log.critical("the key-encryption keys cannot be used", problem=str(error))
            raise SystemExit(WRONG_SETTINGS) from None

    runtime.run(serve, loop_factory=uvloop.new_event_loop)


if __name__ == "__main__":
    main()
