import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from chassis.runtime import Stop, serve

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


STARTS_FOR_EVER = """
from contextlib import asynccontextmanager
from chassis.runtime import serve
@asynccontextmanager
async def service():
    try:
        print("up", flush=True)
        await asyncio.Event().wait()
        yield
    finally:
        print("closed", flush=True)
async def main(stop):
    await serve(service(), stop=stop, at_work=print)
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


def test_a_signal_during_the_start_ends_the_service_in_order() -> None:
    with service(STARTS_FOR_EVER) as process:
        wait_until_up(process)
        process.send_signal(signal.SIGTERM)
        said = output(process)
        assert "closed" in said
        assert "stopped before it was at work" in said
        assert process.returncode == 0


@asynccontextmanager
async def starting(told: list[str], *, start: Callable[[], object], steps: int = 3) -> AsyncIterator[str]:
    """Calls `start` in the middle of its start; starting and leaving take turns of the loop."""
    try:
        for step in range(steps):
            if step == 1:
                start()
            await asyncio.sleep(0)
        told.append("entered")
        yield "the service"
        for _ in range(steps):
            await asyncio.sleep(0)
        told.append("left in order")
    finally:
        told.append("closed")


async def test_a_service_is_left_at_the_stop() -> None:
    told: list[str] = []
    stop = Stop()

    def at_work(running: str) -> None:
        told.append(running)
        stop.request()

    async with asyncio.timeout(5):
        await serve(starting(told, start=lambda: None), stop=stop, at_work=at_work)
    assert told == ["entered", "the service", "left in order", "closed"]


@pytest.mark.parametrize("steps", range(2, 8))
async def test_a_stop_at_any_moment_of_the_start_breaks_it_off_or_comes_after_it(steps: int) -> None:
    """Never in between: the leaving of a service that was entered is not broken off half-way."""
    told: list[str] = []
    stop = Stop()
    async with asyncio.timeout(5):
        await serve(
            starting(told, start=stop.request, steps=steps),
            stop=stop,
            at_work=lambda _: told.append("at work"),
        )
    assert told in (
        ["closed"],
        ["entered", "closed"],
        ["entered", "at work", "left in order", "closed"],
    )


@pytest.mark.parametrize("error", [TimeoutError("Kafka"), ValueError("wrong"), asyncio.CancelledError()])
async def test_a_start_that_fails_is_no_stop(error: BaseException) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        await serve(starting([], start=fail), stop=Stop(), at_work=lambda _: None)
    assert raised.value is error
