"""`python -m tests.chaos.sabotaged`: a service that runs without one of its rules, for real: the checker must object.

APSTREAM_CHAOS_SERVICE names its module, APSTREAM_CHAOS_SABOTAGE one of SABOTAGES. tests/simulation/sabotage.py takes
the same rules away, and more, where nothing is real.
"""

import os
import runpy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from chassis.ledger import owner, transaction, transition
from chassis.ledger.ports import LogRecord, TransactionalLog
from peoplesoft.vouchers import VoucherClient

SERVICE, SABOTAGE = "APSTREAM_CHAOS_SERVICE", "APSTREAM_CHAOS_SABOTAGE"


def _doubt_ends_at_once() -> None:
    """Doubt is settled without waiting and without asking PeopleSoft: what is not known did not happen."""
    real = transition._doubt

    def doubt(entry: Any, reason: str, *, now: Any) -> Any:
        return replace(real(entry, reason, now=now), due=now)

    async def nothing(self: Any, asked: Any, *, record: str) -> tuple[()]:
        return ()

    for patched in (
        patch.object(transition, "_doubt", doubt),
        patch.object(transition, "EMPTY_LOOKS", 1),
        patch.object(VoucherClient, "find_vouchers", nothing),
    ):
        patched.start()


def _position_first() -> None:
    """The position of an input is committed before what follows from it."""
    real = transaction.commit

    async def commit(log: TransactionalLog, records: Sequence[LogRecord], *, bound: float) -> tuple[int, ...]:
        positions = [record for record in records if record.kind == "position"]
        rest = [record for record in records if record.kind != "position"]
        if positions and rest:
            await real(log, positions, bound=bound)
        return await real(log, rest or positions, bound=bound)

    patch.object(owner, "commit", commit).start()


SABOTAGES: Mapping[str, Callable[[], None]] = {
    "settle at once": _doubt_ends_at_once,
    "position first": _position_first,
}


def main() -> None:
    """The service, in this process, as if it had been started itself."""
    SABOTAGES[os.environ[SABOTAGE]]()
    runpy.run_module(os.environ[SERVICE], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
