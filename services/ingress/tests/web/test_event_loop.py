"""`python -m ingress.web` runs on uvloop."""

import subprocess
import sys

PROBE = """
import asyncio, contextlib, os, signal
from ingress.web import __main__ as door

@contextlib.asynccontextmanager
async def receiver(settings):
    loop = asyncio.get_running_loop()
    print("loop:", type(loop).__module__, flush=True)
    loop.call_soon(os.kill, os.getpid(), signal.SIGTERM)
    yield type("Receiver", (), {"public_port": 0, "admin_port": 0})

door.webhook_receiver = receiver
door.main()
"""


def test_the_public_door_runs_on_uvloop() -> None:
    settings = {"APSTREAM_KAFKA_BOOTSTRAP": "127.0.0.1:1", "APSTREAM_PUBLIC_PORT": "0"}
    ran = subprocess.run(  # noqa: S603 - our own interpreter and probe
        [sys.executable, "-c", PROBE], env=settings, capture_output=True, text=True, timeout=30, check=True
    )
    assert "loop: uvloop" in ran.stdout
