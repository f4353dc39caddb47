"""A whole stack with real Kafka and real simulators; a small stand-in takes the place of a service."""

import asyncio
import json
import urllib.request
from pathlib import Path

import pytest
from devstack.endpoints import Endpoints
from devstack.errors import NotReady, StackIsRunning
from devstack.process_identity import ProcessIdentity, processes_of_run
from devstack.run_state import RunState
from devstack.stack import Stack

# Ready at once; its metrics page shows the settings it was started with. Ends with code 3 if told to.
STAND_IN = """
import http.server, json, os, sys
if os.environ.get("STAND_IN_FAILS"):
    sys.exit("told to fail")
settings = {name: value for name, value in os.environ.items() if name.startswith(("APSTREAM_", "STAND_IN"))}
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(settings).encode())
http.server.HTTPServer(("127.0.0.1", int(os.environ["APSTREAM_ADMIN_PORT"])), Answer).serve_forever()
"""


async def test_a_stack_comes_up_changes_and_leaves_nothing_behind(
    run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "stand_in.py").write_text(STAND_IN)
    monkeypatch.setenv("PYTHONPATH", str(modules))
    monkeypatch.setenv("APSTREAM_KAFKA_BOOTSTRAP", "of.another.apstream:9092")
    stack = Stack(run_dir=run_dir, services={"worker": "stand_in"}, env={"worker": {"STAND_IN": "one"}})
    async with stack:
        state = RunState.load(run_dir)
        assert state is not None
        assert set(state.living()) == {"kafka", "basware", "peoplesoft", "worker"}
        with pytest.raises(StackIsRunning):
            await Stack(run_dir=run_dir).start()

        written = Endpoints.read(run_dir)
        assert written == stack.endpoints
        settings = _settings(written.metrics["worker"])
        assert settings["APSTREAM_KAFKA_BOOTSTRAP"] == written.kafka
        assert settings["APSTREAM_INSTANCE"] == "worker"
        assert settings["STAND_IN"] == "one"
        assert "basware.notifications" not in await stack.apstream("topics", "plan")

        await stack.restart("worker", env={"STAND_IN": "two"})
        assert _settings(written.metrics["worker"])["STAND_IN"] == "two"
        await stack.add_replica("worker-2", of="worker")
        replica = _settings(stack.endpoints.metrics["worker-2"])
        assert replica["APSTREAM_INSTANCE"] == "worker-2"
        stack.kill("worker-2")
        await stack.wait_ended("worker-2", within=5)
        with pytest.raises(NotReady, match="told to fail"):
            await stack.restart("worker-2", env={"STAND_IN_FAILS": "yes"})

    assert not list(processes_of_run(state.run_id))
    assert RunState.load(run_dir) is None
    assert not (run_dir / "endpoints.json").exists()
    assert (run_dir / "logs" / "kafka.log").stat().st_size > 0


def _settings(url: str) -> dict[str, str]:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - an address of our own stack
        settings: dict[str, str] = json.load(answer)
    return settings


async def test_when_one_part_cannot_start_the_others_are_ended_too(
    run_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "basware_simulator.py").write_text("raise SystemExit('the books are damaged')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    started: list[str] = []
    record = RunState.record

    def remember(self: RunState, name: str, identity: ProcessIdentity) -> None:
        started.append(self.run_id)
        record(self, name, identity)

    monkeypatch.setattr(RunState, "record", remember)
    with pytest.raises(NotReady, match="the books are damaged"):
        await Stack(run_dir=run_dir, services={}).start()
    assert started
    assert asyncio.all_tasks() == {asyncio.current_task()}  # nobody is left who could start Kafka later
    assert not list(processes_of_run(started[0]))
    assert RunState.load(run_dir) is None
