import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from chassis.failpoints import POINTS, reached

PROGRAM = "from chassis.failpoints import reached; reached({point!r}); print('alive')"


def run(point: str, kill_at: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the test's own program
        [sys.executable, "-c", PROGRAM.format(point=point)],
        env={**os.environ, "APSTREAM_KILL_AT": kill_at},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def test_the_first_to_reach_an_armed_point_is_killed_and_only_the_first(tmp_path: Path) -> None:
    once = tmp_path / "once upon"
    assert run("create sent", f"create sent:{once}").returncode == -signal.SIGKILL
    assert run("create sent", f"create sent:{once}").stdout == "alive\n"


def test_a_frozen_process_goes_on_when_it_is_told_to(tmp_path: Path) -> None:
    once = tmp_path / "once"
    child = subprocess.Popen(  # noqa: S603 - the test's own program
        [sys.executable, "-c", PROGRAM.format(point="create sent")],
        env={**os.environ, "APSTREAM_FREEZE_AT": f"create sent:{once}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        _, status = os.waitpid(child.pid, os.WUNTRACED)
        assert os.WSTOPSIG(status) == signal.SIGSTOP
        assert once.exists()
        child.send_signal(signal.SIGCONT)
        assert child.communicate(timeout=20)[0] == "alive\n"


def test_other_points_pass(tmp_path: Path) -> None:
    assert run("acknowledged", f"create sent:{tmp_path / 'once'}").stdout == "alive\n"
    assert not (tmp_path / "once").exists()


def test_a_point_may_be_armed_for_a_later_time(tmp_path: Path) -> None:
    once = tmp_path / "once"
    thrice = (
        "from chassis.failpoints import reached\n"
        "for n in range(1, 4): reached('create sent'); print(n, flush=True)"
    )
    child = subprocess.run(  # noqa: S603 - the test's own program
        [sys.executable, "-c", thrice],
        env={**os.environ, "APSTREAM_KILL_AT": f"create sent@3:{once}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert (child.returncode, child.stdout) == (-signal.SIGKILL, "1\n2\n")


def test_every_point_is_reached_somewhere_and_stands_in_the_architecture_page() -> None:
    root = Path(__file__).parents[3]
    sources = [
        path
        for part in ("libs", "services")
        for path in (root / part).glob("*/src/**/*.py")
        if path.name != "failpoints.py"
    ]
    code = "".join(path.read_text() for path in sources)
    page = (root / "docs/architecture.md").read_text()
    for point in POINTS:
        assert f'"{point}"' in code, point
        assert f"`{point}`" in page, point


def test_a_misspelt_point_is_said(tmp_path: Path) -> None:
    assert "no such point" in run("acknowledged", f"created:{tmp_path / 'once'}").stderr


def test_nothing_happens_when_none_is_armed(monkeypatch: pytest.MonkeyPatch) -> None:
    reached("create sent")
