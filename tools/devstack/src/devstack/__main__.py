"""`python -m devstack up | down | status | demo`: what `make up`, `make down` and `make demo` call."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from devstack import screen
from devstack.connection_spec import ConnectionSpec
from devstack.demo import demonstrate, go_on_paying
from devstack.demo.demonstration import this_day
from devstack.endpoints import Endpoints
from devstack.errors import DevstackError, NotReady, StackIsRunning
from devstack.interruption import run
from devstack.jvm import REPOSITORY
from devstack.process_identity import ProcessIdentity
from devstack.run_state import RunState
from devstack.scenario import scenario
from devstack.stack import MASTERDATA_SERVICES, PAYMENT_SERVICES, SERVICES, Stack

# Two writes to one record are five seconds apart in production; watching a demo, two are enough.
ACME = ConnectionSpec(
    id="acme",
    basware={"record_spacing_seconds": 2},
    masterdata={
        "time_zone": "Europe/Berlin",
        "companies": {"SHARE": ["BW00"]},
        "entities": {
            "payment_terms": {"full": "0 2 * * *"},
            "suppliers": {"changes": "*/5 * * * *", "full": "30 2 * * *"},
            "accounts": {"changes": "*/5 * * * *", "full": "0 3 * * *"},
            "cost_centers": {"changes": "*/5 * * * *", "full": "10 3 * * *"},
        },
    },
    payments={
        "time_zone": "Europe/Berlin",
        "changes": "*/2 * * * *",
        "full": "20 3 * * *",
        "watermark_overlap_seconds": 60,
    },
)


async def up(run_dir: Path, console: Console) -> int:
    state = RunState.load(run_dir)
    if state is not None:
        _refuse_while_starting(state)
        if len(state.living()) == len(state.processes) > 0:
            console.print("it is up already")
            console.print(screen.addresses(Endpoints.read(run_dir)))
            return 0
        await _clear(state, console)
    stack = _stack(run_dir, console, connections=[ACME], dies_with_parent=False)
    await stack.start()
    console.print(screen.addresses(stack.endpoints))
    console.print(f"addresses: {run_dir / 'endpoints.json'}   logs: {run_dir / 'logs'}   stop: make down")
    return 0


async def down(run_dir: Path, console: Console) -> int:
    state = RunState.load(run_dir)
    if state is None:
        console.print("nothing is up")
        return 0
    stopped = await state.stop()
    (run_dir / "endpoints.json").unlink(missing_ok=True)
    console.print(f"stopped: {', '.join(stopped)}" if stopped else "everything had ended already")
    return 0


async def status(run_dir: Path, console: Console) -> int:
    state = RunState.load(run_dir)
    if state is None:
        console.print("nothing is up; `make up` starts it")
        return 3
    console.print(screen.processes(state))
    return 0 if len(state.living()) == len(state.processes) else 1


async def demo(run_dir: Path, console: Console, *, once: bool) -> int:
    state = RunState.load(run_dir)
    if state is not None:
        _refuse_while_starting(state)
        if state.living():
            raise StackIsRunning("a stack is up; `make down` first, the demo brings its own")
        await _clear(state, console)
    day = this_day()
    shown = scenario(day)
    async with _stack(run_dir, console, connections=shown.connected, dies_with_parent=True) as stack:
        held = await demonstrate(stack, shown, day=day, console=console)
        if once:
            return 0 if held else 1
        console.print(screen.addresses(stack.endpoints))
        console.print(screen.worth_trying(stack.endpoints, day=day))
        console.print("It stays up. Ctrl-C ends it.")
        paying = asyncio.create_task(
            go_on_paying(stack, [spec.id for spec in shown.connections], day=day, console=console)
        )
        try:
            ended = await stack.processes.first_ended()
        finally:
            paying.cancel()
        raise NotReady(
            f"{ended.name} ended with code {ended.exit_code}; the end of {ended.log}:\n{ended.tail()}"
        )


def _stack(
    run_dir: Path, console: Console, *, connections: Sequence[ConnectionSpec], dies_with_parent: bool
) -> Stack:
    return Stack(
        run_dir=run_dir,
        connections=connections,
        services={**SERVICES, **MASTERDATA_SERVICES, **PAYMENT_SERVICES},
        dies_with_parent=dies_with_parent,
        starter=ProcessIdentity.of(os.getpid()),
        progress=lambda what: console.print(f"[dim]{what}[/]"),
    )


def _refuse_while_starting(state: RunState) -> None:
    starter = state.starter.find() if state.starter else None
    if starter is not None:
        raise StackIsRunning(f"process {starter.pid} is starting or showing a stack; `make down` ends it")


async def _clear(state: RunState, console: Console) -> None:
    stopped = await state.stop()
    if stopped:
        console.print(f"left over from a run that broke, stopped: {', '.join(stopped)}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="devstack", description=__doc__)
    parser.add_argument("--run-dir", type=Path, default=REPOSITORY / ".run", help="default: .run")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start everything, wait until it is ready, leave it running")
    commands.add_parser("down", help="stop what up started, also after a crash")
    commands.add_parser(
        "status", help="which processes run; exit code 0 if all, 1 if some ended, 3 if none is up"
    )
    demonstration = commands.add_parser(
        "demo",
        help="start everything, load master data, take the invoices of two customers all the way, pay them",
    )
    demonstration.add_argument(
        "--once", action="store_true", help="then stop; 0 only if every expectation held"
    )
    arguments = parser.parse_args()

    run_dir: Path = arguments.run_dir.resolve()
    console = screen.console()
    commanded = {"up": up, "down": down, "status": status}
    try:
        if arguments.command == "demo":
            return run(demo(run_dir, console, once=arguments.once))
        return run(commanded[arguments.command](run_dir, console))
    except DevstackError as problem:
        print(f"devstack {arguments.command}: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
