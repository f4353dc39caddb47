import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

STOPS_WELL = """
async def main(stop):
    print("up", flush=True)
    await stop.wait()
    print("stopped", flush=True)
"""
NEVER_STOPS = """
async def main(stop):
    print("up", flush=True)
    await asyncio.Event().wait()
"""
FAILS = """
async def main(stop):
    raise ValueError("why")
"""
DIES = """
async def main(stop):
    try:
        die("fenced")
    finally:
        print("cleaned up", flush=True)
"""


@contextmanager
def service(main: str, *, grace: float = 30) -> Iterator[subprocess.Popen[str]]:
    program = f"import asyncio\nfrom chassis.runtime import run, die\n{main}\nrun(main, grace={grace})"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:  # noqa: S603 - the test's own program
        try:
            yield process
        finally:
            process.kill()


def output(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=20)
    return said


def wait_until_up(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_and_the_service_ends_in_order(number: signal.Signals) -> None:
    with service(STOPS_WELL) as process:
        wait_until_up(process)
        process.send_signal(number)
        assert "stopped" in output(process)
        assert process.returncode == 0


def test_a_service_that_does_not_stop_is_ended_after_its_grace() -> None:
    with service(NEVER_STOPS, grace=0.2) as process:
        wait_until_up(process)
        process.send_signal(signal.SIGTERM)
        assert "not stopped within 0.2 s" in output(process)
        assert process.returncode == 70


def test_a_second_signal_ends_at_once() -> None:
    with service(NEVER_STOPS) as process:
        wait_until_up(process)
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert "stop requested" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert "second signal" in output(process)
        assert process.returncode == 128 + signal.SIGTERM


def test_a_failure_is_logged_and_shown_in_the_exit_status() -> None:
    with service(FAILS) as process:
        assert "ValueError: why" in output(process)
        assert process.returncode == 70


def test_dying_runs_no_clean_up_and_says_why() -> None:
    with service(DIES) as process:
        said = output(process)
        assert "fenced" in said
        assert "cleaned up" not in said
        assert process.returncode == 70
