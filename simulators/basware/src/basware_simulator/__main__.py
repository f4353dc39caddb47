"""``python -m basware_simulator``: run until a signal, after one line that says ready and where."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from .journal import JournalError
from .simulator import Simulator


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(
        prog="basware_simulator", description=sys.modules["basware_simulator"].__doc__
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="the API and the control API; 0 takes a free one")
    parser.add_argument("--document-port", type=int, default=0, help="the second origin; 0 takes a free one")
    parser.add_argument("--books", type=Path, required=True, help="folder of the books, kept over restarts")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    simulator = Simulator(
        books=options.books,
        host=options.host,
        port=options.port,
        document_port=options.document_port,
        seed=options.seed,
    )
    try:
        asyncio.run(_serve(simulator))
    except (JournalError, OSError) as error:
        sys.stderr.write(f"basware_simulator: {error}\n")
        return 1
    return 0


async def _serve(simulator: Simulator) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with simulator:
        sys.stdout.write(f"ready api={simulator.api_url} documents={simulator.document_url}\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    sys.exit(main())
