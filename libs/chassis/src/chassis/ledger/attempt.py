"""One call of a record, or one canary: bounded, and whatever happens in it is an answer."""

import asyncio
from typing import TypeVar

from chassis.ledger.entry import Entry
from chassis.ledger.machine import Call, Kind
from chassis.ledger.outcomes import InDoubt, NotSent, Outcome, Parked
from chassis.ledger.ports import Caller, Gate, NotSentError, Signals

B = TypeVar("B")


async def attempt(
    caller: Caller[B],
    entry: Entry[B],
    call: Call,
    *,
    gate: Gate,
    repeat: bool,
    within: float,
    signals: Signals,
) -> Outcome:
    """Do the call. No answer `within` seconds is doubt, and so is a bug in the adapter of a call of kind once."""
    try:
        async with asyncio.timeout(within):
            return await caller.call(entry, call, gate=gate, repeat=repeat)
    except NotSentError as closed:
        return NotSent(reason=str(closed))
    except TimeoutError:
        return InDoubt(reason=f"no answer within {within} s")
    except Exception as bug:  # noqa: BLE001 - a bug in an adapter must not stop the other records
        signals.log(
            "error", "call failed by our own fault", record=entry.key, call=call.name, error=repr(bug)
        )
        reason = f"our own fault in {call.name}: {type(bug).__name__}: {bug}"
        return InDoubt(reason=reason) if call.kind is Kind.ONCE else Parked(reason=reason)


async def probe(
    caller: Caller[B], connection_id: str, remote: str, *, within: float, signals: Signals
) -> bool:
    """Whether the remote can be used: it answered the canary in time."""
    try:
        async with asyncio.timeout(within):
            return await caller.probe(connection_id, remote)
    except Exception as failure:  # noqa: BLE001 - whatever it was, the remote cannot be used yet
        signals.log("warning", "canary failed", connection=connection_id, remote=remote, error=repr(failure))
        return False
