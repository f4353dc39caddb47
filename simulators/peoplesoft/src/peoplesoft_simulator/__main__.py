"""``python -m peoplesoft_simulator``: run the simulator until SIGINT or SIGTERM."""

import argparse
import asyncio
import signal
from pathlib import Path

from peoplesoft_simulator.server import serve


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="peoplesoft_simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port, which the ready line names")
    parser.add_argument(
        "--books", type=Path, required=True, help="directory of the books; they survive restarts"
    )
    parser.add_argument("--seed", type=int, default=0, help="same seed, same suppliers and voucher numbers")
    given = parser.parse_args()
    asyncio.run(_run(books=given.books, seed=given.seed, host=given.host, port=given.port))


async def _run(*, books: Path, seed: int, host: str, port: int) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await serve(books=books, seed=seed, host=host, port=port, stop=stop)


if __name__ == "__main__":
    main()
