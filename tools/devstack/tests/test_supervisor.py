"""Processes are started, found ready, restarted, signalled and ended by name."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from devstack.errors import DevstackError, NotReady
from devstack.program import Program
from devstack.supervisor import Supervisor


async def test_waits_until_the_ready_url_answers_200(
    supervisor: Supervisor, server: Program, ready_file: Path
) -> None:
    supervisor.start(server)
    waiting = asyncio.ensure_future(supervisor.wait_ready("greeter", within=10))
    with pytest.raises(NotReady, match="503 kafka is not there yet"):
        await supervisor.wait_ready("greeter", within=1)
    assert not waiting.done()
    ready_file.touch()
    await waiting


async def test_a_process_that_ends_before_it_is_ready_shows_its_last_words(supervisor: Supervisor) -> None:
    code = "import sys; print('APSTREAM_KEYS_FILE is missing'); sys.exit(2)"
    supervisor.start(
        Program(name="broken", argv=[sys.executable, "-c", code], ready_url="http://127.0.0.1:9")
    )
    with pytest.raises(NotReady) as raised:
        await supervisor.wait_ready("broken", within=10)
    message = str(raised.value)
    assert "code 2" in message
    assert "APSTREAM_KEYS_FILE is missing" in message
    assert str(supervisor.log("broken")) in message


async def test_environment_overrides_hold_over_a_restart_until_they_are_replaced(
    supervisor: Supervisor, server: Program, ready_file: Path
) -> None:
    ready_file.touch()
    supervisor.start(server)
    for env, greeted in ((None, "world"), ({"GREETING": "moon"}, "moon"), (None, "moon"), ({}, "nobody")):
        await supervisor.restart("greeter", env=env)
        await supervisor.wait_ready("greeter", within=10)
        assert (
            supervisor["greeter"].output() == f"hello {greeted}\n" or "GET" in supervisor["greeter"].output()
        )
        assert f"hello {greeted}" in supervisor["greeter"].output()


async def test_a_killed_process_is_seen_and_can_be_started_again(
    supervisor: Supervisor, server: Program, ready_file: Path
) -> None:
    ready_file.touch()
    supervisor.start(server)
    await supervisor.wait_ready("greeter", within=10)
    supervisor.kill("greeter")
    assert await supervisor["greeter"].ended(within=5)
    assert supervisor["greeter"].exit_code == -signal.SIGKILL
    assert (await asyncio.wait_for(supervisor.first_ended(), timeout=5)).name == "greeter"
    await supervisor.restart("greeter")
    await supervisor.wait_ready("greeter", within=10)


async def test_names_are_unique_and_a_wrong_one_is_answered_with_the_right_ones(
    supervisor: Supervisor, server: Program
) -> None:
    supervisor.start(server)
    with pytest.raises(DevstackError, match="a process greeter already"):
        supervisor.start(server)
    with pytest.raises(DevstackError, match=r"no process gretter .* greeter"):
        supervisor.kill("gretter")
