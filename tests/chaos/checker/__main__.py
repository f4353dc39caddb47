"""`python -m tests.chaos.checker --run-dir DIR [--moving]`: holds a stack that is up against every promise."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from . import Where, gather, verdict


async def main() -> int:
    """Exit status 0 if every promise holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.checker", description=__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="where endpoints.json of the stack lies")
    parser.add_argument("--moving", action="store_true", help="the stack is not at rest")
    asked = parser.parse_args()
    began = time.monotonic()
    evidence = await gather(Where.of_run(asked.run_dir))
    gathered = time.monotonic()
    found = verdict(evidence, at_rest=not asked.moving)
    sys.stdout.write(f"{found}\n")
    judged = time.monotonic() - gathered
    sys.stdout.write(f"  read in {gathered - began:.1f} s, judged in {judged:.1f} s\n")
    return 0 if found.ok else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
