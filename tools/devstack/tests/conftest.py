"""Small stand-ins for real processes, and a supervisor to run them."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from devstack.ports import free_ports
from devstack.program import Program, local_url
from devstack.run_state import RunState
from devstack.supervisor import Supervisor

# Answers 200 once <file> exists (503 before), prints the value of GREETING at its start.
SERVER = """
import http.server, os, pathlib, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if pathlib.Path(sys.argv[2]).exists() else 503)
        self.end_headers()
        self.wfile.write(b"kafka is not there yet")
print("hello", os.environ.get("GREETING", "nobody"), flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """A run directory whose path has a space."""
    return tmp_path / "a run"


@pytest.fixture
async def supervisor(run_dir: Path) -> AsyncIterator[Supervisor]:
    made = Supervisor(
        run_dir=run_dir,
        state=RunState.create(run_dir, starter=None),
        env={},
        overrides={"greeter": {"GREETING": "world"}},
        dies_with_parent=True,
    )
    yield made
    await asyncio.wait_for(made.stop(), timeout=10)


@pytest.fixture
def ready_file(tmp_path: Path) -> Path:
    """The server is ready while this exists."""
    return tmp_path / "ready"


@pytest.fixture
def server(ready_file: Path) -> Program:
    (port,) = free_ports(1)
    return Program(
        name="greeter",
        argv=[sys.executable, "-c", SERVER, str(port), str(ready_file)],
        ready_url=local_url(port),
        grace=2,
    )


@pytest.fixture
def sleeper() -> Callable[..., Program]:
    """Makes programs that wait for ever; a stubborn one does not end when asked."""

    def make(name: str, *, stubborn: bool = False) -> Program:
        stubbornness = "signal.signal(signal.SIGTERM, signal.SIG_IGN);" if stubborn else ""
        code = f"import signal, time; {stubbornness} print('up', flush=True); time.sleep(600)"
        return Program(name=name, argv=[sys.executable, "-c", code], grace=0.2)

    return make
