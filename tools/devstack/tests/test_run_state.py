"""Whatever happened to the command that started a stack, exactly its processes can be ended."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from devstack.errors import DevstackError, StackIsRunning
from devstack.process_identity import ProcessIdentity
from devstack.program import Program
from devstack.run_state import RunState
from devstack.supervisor import Supervisor

# Starts two processes and a grandchild under a supervisor, then ends without any clean-up, as after kill -9.
CRASHING_STARTER = """
import os, sys
from pathlib import Path
from devstack.program import Program
from devstack.run_state import RunState
from devstack.supervisor import Supervisor
run_dir = Path(sys.argv[1])
supervisor = Supervisor(
    run_dir=run_dir, state=RunState.create(run_dir, starter=None), env=dict(os.environ), overrides={},
    dies_with_parent=False,
)
wait = "import time; time.sleep(600)"
parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {wait!r}]); print('up', flush=True); {wait}"
supervisor.start(Program(name="simple", argv=[sys.executable, "-c", wait]))
supervisor.start(Program(name="parent", argv=[sys.executable, "-c", parent]))
while "up" not in supervisor["parent"].output():
    pass
os._exit(9)
"""


@pytest.fixture
def stranger() -> Iterator[psutil.Popen]:
    """A process that has nothing to do with the stack."""
    process = psutil.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    with suppress(psutil.NoSuchProcess):
        process.kill()
    process.wait()


def _crashed_run(run_dir: Path) -> RunState:
    subprocess.run([sys.executable, "-c", CRASHING_STARTER, str(run_dir)], check=False, timeout=20)
    state = RunState.load(run_dir)
    assert state is not None
    return state


async def test_after_a_crash_of_the_starter_everything_is_ended_with_its_children(run_dir: Path) -> None:
    state = _crashed_run(run_dir)
    living = state.living()
    everything = [*living.values(), *living["parent"].children()]
    assert len(everything) == 3

    stopped = await state.stop()

    assert {"simple", "parent"} <= set(stopped)
    assert not [process for process in everything if _runs(process)]
    assert RunState.load(run_dir) is None


async def test_what_a_killed_process_leaves_behind_is_ended_too(run_dir: Path) -> None:
    state = _crashed_run(run_dir)
    parent = state.living()["parent"]
    (orphan,) = parent.children()
    parent.kill()
    await state.stop()
    assert not _runs(orphan)


async def test_a_process_that_got_a_recorded_number_later_is_left_alone(
    run_dir: Path, stranger: psutil.Popen
) -> None:
    state = RunState.create(run_dir, starter=None)
    state.record("kafka", ProcessIdentity(pid=stranger.pid, created=stranger.create_time() - 3600))
    loaded = RunState.load(run_dir)
    assert loaded is not None
    assert loaded.living() == {}
    assert await loaded.stop() == ()
    assert stranger.is_running()


async def test_a_starter_that_still_works_is_ended_first(run_dir: Path, stranger: psutil.Popen) -> None:
    state = RunState.create(run_dir, starter=ProcessIdentity.of(stranger.pid))
    await state.stop()
    assert not _runs(stranger)


async def test_a_stubborn_and_a_halted_process_are_ended_all_the_same(
    supervisor: Supervisor, sleeper: Callable[..., Program]
) -> None:
    supervisor.start(sleeper("stubborn", stubborn=True))
    supervisor.start(sleeper("halted"))
    psutil.Process(supervisor["halted"].pid).suspend()
    await supervisor.stop()
    assert not supervisor["stubborn"].running
    assert not supervisor["halted"].running


def test_a_run_directory_belongs_to_one_stack(run_dir: Path) -> None:
    first = RunState.create(run_dir, starter=None)
    with pytest.raises(StackIsRunning, match="make down"):
        RunState.create(run_dir, starter=None)
    first.forget()
    RunState.create(run_dir, starter=None)


async def test_stopping_twice_is_stopping_once(run_dir: Path) -> None:
    state = RunState.create(run_dir, starter=None)
    assert await state.stop() == ()
    assert await state.stop() == ()


def test_a_file_that_is_not_ours_is_named(run_dir: Path) -> None:
    run_dir.mkdir(parents=True)
    (run_dir / "state.json").write_text("{")
    with pytest.raises(DevstackError, match=r"state\.json"):
        RunState.load(run_dir)


def test_only_the_latest_start_of_a_name_counts(run_dir: Path) -> None:
    state = RunState.create(run_dir, starter=None)
    for pid in (11, 12, 13):
        state.record("kafka" if pid != 12 else "basware", ProcessIdentity(pid=pid, created=1.0))
    recorded = json.loads((run_dir / "state.json").read_text())["processes"]
    assert [entry["identity"]["pid"] for entry in recorded] == [11, 12, 13]
    assert [(process.name, process.identity.pid) for process in state.processes] == [
        ("kafka", 13),
        ("basware", 12),
    ]


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
